import AlmanacTesting
import Columnar
import Formatting
import Foundation
import Rendering
import Report
import Testing

struct CSVTests {
    private func table(_ rows: [[Scalar]], columns: Int = 1) -> ReportTable {
        ReportTable(
            name: "values", title: "Values", subtitle: "",
            columns: (0..<columns).map { TableColumn(name: "c\($0)", label: "C", unit: .none) }, rows: rows, totals: nil
        )
    }

    private func field(_ value: Scalar, _ renderer: CSVRenderer = CSVRenderer()) -> String {
        String(decoding: renderer.bytes(of: table([[value]])).dropFirst(3).dropLast(), as: UTF8.self)
    }

    @Test(
        "Values are written as agreed",
        arguments: [
            (Scalar.null, ""), (.text(""), "\"\""), (.bool(true), "true"), (.bool(false), "false"), (.int(-5), "-5"),
            (.unsigned(.max), "18446744073709551615"), (.decimal(ExactDecimal(unscaled: -1_230, scale: 2)), "-12.30"),
            (.double(0.1), "0.1"), (.double(100), "100"), (.double(1e-7), "1e-07"), (.double(.nan), "NaN"),
            (.double(.infinity), "Infinity"), (.double(-.infinity), "-Infinity"), (.float(0.1), "0.1"),
            (.date(20_757), "2026-10-31"), (.timestamp(1_793_448_000_000_000), "2026-10-31T12:00:00Z"),
            (.binary([0, 255]), "00ff"), (.list([.int(1), .text("a\"b"), .null]), "\"[1,\"\"a\\\"\"b\"\",null]\""),
            (.text("a,b"), "\"a,b\""), (.text("say \"x\""), "\"say \"\"x\"\"\""), (.text("a\nb"), "\"a\nb\""),
            (.text(" x"), "\" x\""),
            (.text("=1+1"), "'=1+1"), (.text("-1"), "'-1"), (.text("@x"), "'@x"), (.text("+x"), "'+x"),
            (.text("\tx"), "'\tx"),
            (.text("=a,b"), "\"'=a,b\""), (.text("'x"), "'x"), (.text("x=1"), "x=1"),
        ])
    func cells(value: Scalar, expected: String) {
        #expect(field(value) == expected)
    }

    @Test("Machines get texts as they are")
    func unguarded() {
        #expect(field(.text("=1+1"), CSVRenderer(isGuarded: false)) == "=1+1")
    }

    @Test("Line ends and the byte-order mark are chosen")
    func lineEnds() {
        let bytes = CSVRenderer(lineEnd: .crlf, hasByteOrderMark: true).bytes(of: table([[.int(1)]]))
        #expect(bytes == [0xEF, 0xBB, 0xBF] + Array("c0\r\n1\r\n".utf8))
    }

    @Test("Every file has a sidecar that says what is in it")
    func sidecar() throws {
        let artefacts = CSVRenderer().render(try TableSamples.document([try TableSamples.table()]))
        #expect(artefacts.map(\.name) == ["daily-sales.csv", "daily-sales.csv.json"])
        let json = try CanonicalJSON(bytes: artefacts[1].bytes)
        guard case .object(let values) = json else {
            Issue.record("the sidecar is no object")
            return
        }
        #expect(values["sha256"] == .text(artefacts[0].receipt.sha256))
        #expect(values["rows"] == .integer(5))
        #expect(values["line_end"] == .text("LF"))
        #expect(values["as_of"] == .text("2026-11-02T04:00:00Z"))
        #expect(
            values["totals"]
                == .object(["revenue_minor": .text("123455"), "orders": .text("10"), "rate": .text("0.125")]))
        guard case .list(let columns)? = values["columns"], case .object(let money) = columns[1] else {
            Issue.record("the columns are missing")
            return
        }
        #expect(money["currency"] == .text("USD"))
        #expect(money["exponent"] == .integer(2))
        #expect(money["type"] == .text("integer"))
        #expect(json.bytes == artefacts[1].bytes)
    }

    @Test("What is written is read back, whatever the texts")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        let letters = Array("ab,\"'\n\r= -+@\t;é🎉")
        for _ in 0..<500 {
            let rows: [[Scalar]] = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (0..<3).map { _ in
                    switch Int.random(in: 0...3, using: &generator) {
                    case 0: .null
                    case 1: .int(Int64.random(in: .min ... .max, using: &generator))
                    default:
                        .text(
                            String(
                                (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                                    letters.randomElement(using: &generator) ?? "a"
                                }))
                    }
                }
            }
            let table = table(rows, columns: 3)
            for renderer in [CSVRenderer(), CSVRenderer(lineEnd: .crlf, hasByteOrderMark: true, isGuarded: false)] {
                let bytes = renderer.bytes(of: table)
                try ArtefactCheck.check(csv: bytes, of: table, isGuarded: renderer.isGuarded)
            }
        }
    }

    @Test("A file that was changed does not pass the check")
    func changedFiles() throws {
        let table = try TableSamples.table()
        let good = CSVRenderer().bytes(of: table)
        try ArtefactCheck.check(csv: good, of: table, isGuarded: true)
        let text = String(decoding: good, as: UTF8.self)
        for changed in [
            text.replacing("12346", with: "12347"), text.replacing("day,", with: "date,"), text + text.suffix(20),
            String(text.dropLast(1)), text.replacing("note 1", with: "\"note 1"),
            text.replacing("0.125", with: "0.126"),
            text.replacing(",,", with: ",\"\","),
        ] {
            #expect(changed != text)
            #expect(throws: ArtefactError.self) {
                try ArtefactCheck.check(csv: Array(changed.utf8), of: table, isGuarded: true)
            }
        }
    }
}

/// CSV read by Python's csv module.
@Suite(.enabled(if: WorkbookOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct CSVReaderTests {
    @Test("Another reader sees the same fields")
    func otherReader() throws {
        let folder = try RenderingFolder()
        let table = TableSamples.texts(TableSamples.hostileTexts)
        let file = try folder.write(CSVRenderer(isGuarded: false).bytes(of: table), "texts.csv")
        let read = try WorkbookOracle.read(
            "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))",
            file)
        #expect(read.count == TableSamples.hostileTexts.count + 1)
        for (index, text) in TableSamples.hostileTexts.enumerated() {
            #expect(read[index + 1][0].text == text, "text \(index)")
        }
    }
}
