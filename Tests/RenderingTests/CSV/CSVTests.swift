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

    private func bytes(_ table: ReportTable, _ options: CSVOptions = CSVOptions()) throws -> [UInt8] {
        CSVRenderer(options).bytes(of: table, in: try TableSamples.document([table]))
    }

    private func field(_ value: Scalar, _ options: CSVOptions = CSVOptions()) throws -> String {
        String(decoding: try bytes(table([[value]]), options).dropFirst(3).dropLast(), as: UTF8.self)
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
    func cells(value: Scalar, expected: String) throws {
        #expect(try field(value) == expected)
    }

    @Test("Machines get texts as they are")
    func unguarded() throws {
        #expect(try field(.text("=1+1"), CSVOptions(isGuarded: false)) == "=1+1")
    }

    @Test("Line ends and the byte-order mark are chosen")
    func lineEnds() throws {
        let bytes = try self.bytes(table([[.int(1)]]), CSVOptions(lineEnd: .crlf, hasByteOrderMark: true))
        #expect(bytes == [0xEF, 0xBB, 0xBF] + Array("c0\r\n1\r\n".utf8))
    }

    @Test("Every file has a sidecar that says what is in it")
    func sidecar() throws {
        let artefacts = try CSVRenderer().render(try TableSamples.document([try TableSamples.table()]))
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
            for options in [CSVOptions(), CSVOptions(lineEnd: .crlf, hasByteOrderMark: true, isGuarded: false)] {
                let document = try TableSamples.document([table])
                let bytes = try self.bytes(table, options)
                try ArtefactCheck.check(csv: bytes, of: table, in: document, options)
            }
        }
    }

    @Test("A file that was changed does not pass the check")
    func changedFiles() throws {
        let table = try TableSamples.table()
        let document = try TableSamples.document([table])
        let good = try bytes(table)
        try ArtefactCheck.check(csv: good, of: table, in: document)
        let text = String(decoding: good, as: UTF8.self)
        for changed in [
            text.replacing("12346", with: "12347"), text.replacing("day,", with: "date,"), text + text.suffix(20),
            String(text.dropLast(1)), text.replacing("note 1", with: "\"note 1"),
            text.replacing("0.125", with: "0.126"),
            text.replacing(",,", with: ",\"\","),
        ] {
            #expect(changed != text)
            #expect(throws: ArtefactError.self) {
                try ArtefactCheck.check(csv: Array(changed.utf8), of: table, in: document)
            }
        }
    }
}

/// What a report's `csv:` asks for.
struct CSVOptionTests {
    private func local(_ locale: String, _ options: CSVOptions) throws -> (ReportDocument, ReportTable, String) {
        let table = ReportTable(
            name: "days", title: "Days", subtitle: "",
            columns: [
                TableColumn(name: "day", label: "Day", unit: .none),
                TableColumn(name: "sales", label: "Sales", unit: .money(currency: "BRL", exponent: 2)),
                TableColumn(name: "rate", label: "Rate", unit: .percent),
                TableColumn(name: "note", label: "Note", unit: .none),
            ],
            rows: [
                [.date(20_757), .int(-123_456_789), .double(0.125), .text("=a;b")],
                [.null, .int(5), .decimal(ExactDecimal(unscaled: 5, scale: 3)), .text("-1,5")],
            ], totals: [.null, .int(-123_456_784), .null, .null])
        var document = try TableSamples.document([table])
        document.presentation.locale = locale
        document.presentation.csv = options
        return (document, table, String(decoding: CSVRenderer().bytes(of: table, in: document), as: UTF8.self))
    }

    @Test("Local values have the locale's decimal sign and dates, all digits, and numbers no apostrophe")
    func localValues() throws {
        let options = CSVOptions(values: .local, lineEnd: .crlf)
        let (document, table, text) = try local("pt-BR", options)
        #expect(
            text == "day;sales;rate;note\r\n31 de out. de 2026;-1234567,89;0,125;\"'=a;b\"\r\n;0,05;0,005;'-1,5\r\n")
        try ArtefactCheck.check(csv: Array(text.utf8), of: table, in: document)
        let changed = text.replacing("67,89", with: "67,88")
        #expect(throws: ArtefactError.self) {
            try ArtefactCheck.check(csv: Array(changed.utf8), of: table, in: document)
        }
        #expect(try local("en-NG", options).2.hasPrefix("day,sales,rate,note\r\n"))
    }

    @Test("Packed files and their sidecars are read back, and damage is found", arguments: TextCompression.allCases)
    func packed(_ compression: TextCompression) throws {
        let (document, table, text) = try local("en", CSVOptions(hasByteOrderMark: true, compression: compression))
        let artefacts = try CSVRenderer().render(document)
        #expect(artefacts.map(\.name) == ["days.csv" + compression.suffix, "days.csv" + compression.suffix + ".json"])
        try ArtefactCheck.check(csv: artefacts[0], sidecar: artefacts[1], of: table, in: document)
        #expect(text.hasPrefix("\u{FEFF}day"))
        var damaged = artefacts[0].bytes
        damaged[damaged.count / 2] ^= 0x55
        var other = document
        other.identity.tenant = "accra"
        #expect(throws: ArtefactError.self) {
            try ArtefactCheck.check(
                csv: Artefact(name: artefacts[0].name, bytes: damaged), sidecar: artefacts[1], of: table, in: document)
        }
        #expect(throws: ArtefactError.self) {
            try ArtefactCheck.check(csv: artefacts[0], sidecar: artefacts[1], of: table, in: other)
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
        let file = try folder.write(
            CSVRenderer(CSVOptions(isGuarded: false)).bytes(of: table, in: try TableSamples.document([table])),
            "texts.csv")
        let read = try WorkbookOracle.read(
            "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))",
            file)
        #expect(read.count == TableSamples.hostileTexts.count + 1)
        for (index, text) in TableSamples.hostileTexts.enumerated() {
            #expect(read[index + 1][0].text == text, "text \(index)")
        }
    }
}
