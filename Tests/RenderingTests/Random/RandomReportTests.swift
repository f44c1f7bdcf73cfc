import AlmanacTesting
import Columnar
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Report
import Testing

/// Random tables with hostile texts and extreme numbers: workbook, CSV, JSON, Parquet, PDF and page are each read back,
/// agree with the document to the last digit, and are the same bytes when they are made again. `scripts/prove random-reports` runs it
/// with a count and a seed of its own; the last line that it prints is for that.
struct RandomReportTests {
    private static func setting(_ name: String, _ standard: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init) ?? standard
    }

    @Test("Random reports have the same values and totals in all files")
    func sameEverywhere() throws {
        let count = Self.setting("ALMANAC_RANDOM_REPORTS", 40)
        var maker = RandomTables(seed: Self.setting("ALMANAC_RANDOM_SEED", 1))
        let folder = try RenderingFolder()
        var failed = 0
        for number in 0..<count {
            let tables = maker.tables()
            let document = try TableSamples.document(tables, headline: maker.text())
            do {
                let workbooks = WorkbookRenderer(
                    plainAbove: number % 3 == 0 ? 5 : 100_000, rowsPerSheet: number % 4 == 0 ? 7 : 1_000)
                let book = try workbooks.render(document, folder: folder.path, store: folder.store)
                try workbooks.check(book, of: document)
                let options = CSVOptions(
                    values: number % 5 == 0 ? .local : .iso, lineEnd: number % 3 == 0 ? .crlf : .lf,
                    isGuarded: number % 2 == 0, compression: TextCompression.allCases[Int(number % 3)])
                let files = try CSVRenderer(options).render(document)
                let json = JSONRenderer().render(document)
                for (index, (table, artefact)) in zip(tables, json).enumerated() {
                    try ArtefactCheck.check(
                        csv: files[2 * index], sidecar: files[2 * index + 1], of: table, in: document, options)
                    let columns = try table.batch()
                    try ArtefactCheck.check(
                        parquet: [columns], tenant: document.identity.tenant, of: table, in: document)
                    try ArtefactCheck.check(json: artefact.bytes, of: table, in: document)
                }
                let again = try workbooks.render(document, folder: folder.path, store: folder.store)
                guard again.sha256 == book.sha256, JSONRenderer().render(document).map(\.sha256) == json.map(\.sha256)
                else { throw ArtefactError("report", "it has other bytes the second time") }
                try Self.read(document, locale: Self.locales[Int(number % 4)], isMadeTwice: number % 8 == 0)
            } catch {
                failed += 1
                Issue.record("document \(number): \(error)")
            }
        }
        print(#"{"name":"random-reports","tried":\#(count),"lost":0,"doubled":0,"failed":\#(failed)}"#)
    }
}

extension RandomReportTests {
    private static let locales = ["en", "pt-BR", "tr", "ar-AE"]

    /// Makes the files for reading, in the language of a locale, and compares them with the document.
    private static func read(_ document: ReportDocument, locale: String, isMadeTwice: Bool) throws {
        var document = document
        document.presentation.locale = locale
        let texts = try Catalogues.texts(locale)
        let formatter = ValueFormatter(locale: locale, currency: "USD", words: texts.words)
        let pages = try PageRenderer(fonts: FontLibrary(), texts: texts)
        let page = Artefact(
            name: "report.html", bytes: try pages.render(document, formatter: formatter, files: [], index: nil))
        try pages.check(page, of: document, formatter: formatter)
        let renderer = try PDFRenderer(fonts: FontLibrary(), texts: texts)
        let file = try renderer.file(document, formatter: formatter)
        try renderer.check(file, name: "report.pdf", of: document, formatter: formatter)
        guard isMadeTwice else { return }
        guard try renderer.file(document, formatter: formatter).bytes == file.bytes,
            try pages.render(document, formatter: formatter, files: [], index: nil) == page.bytes
        else { throw ArtefactError("report", "it has other bytes the second time") }
    }
}

/// Makes tables from a seed.
private struct RandomTables {
    private var generator: SeededGenerator
    private static let units: [Formatting.Unit] = [
        .count, .money(currency: "NGN", exponent: 2), .money(currency: "JPY", exponent: 0),
        .money(currency: "BHD", exponent: 3), .percent, .number(decimals: 2), .milliseconds, .none,
    ]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func text() -> String {
        let texts = TableSamples.hostileTexts + ["Lagos", "متجر النور", "株式会社", String(repeating: "=x", count: 17_000)]
        return texts.randomElement(using: &generator) ?? ""
    }

    private mutating func count(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    mutating func tables() -> [ReportTable] {
        (0..<(1 + count(3))).map { number in table("table-\(number)") }
    }

    private mutating func table(_ name: String) -> ReportTable {
        var columns: [TableColumn] = []
        var kinds: [Int] = []
        for index in 0..<(1 + count(6)) {
            columns.append(
                TableColumn(
                    name: "c\(index)", label: text(), unit: Self.units.randomElement(using: &generator) ?? .none,
                    hasBar: count(4) == 0, isChange: count(6) == 0))
            kinds.append(count(9))
        }
        var rows: [[Scalar]] = []
        for _ in 0..<count(30) { rows.append(kinds.map { scalar($0) }) }
        return ReportTable(
            name: name, title: text(), subtitle: text(), columns: columns, rows: rows,
            totals: count(4) == 0 ? nil : kinds.indices.map { Self.total(rows, $0) })
    }

    /// The sum of a column of integers, where it fits.
    private static func total(_ rows: [[Scalar]], _ column: Int) -> Scalar {
        var sum: Int64 = 0
        for row in rows {
            switch row[column] {
            case .null: continue
            case .int(let number):
                let (next, overflow) = sum.addingReportingOverflow(number)
                if overflow { return .null }
                sum = next
            default: return .null
            }
        }
        return .int(sum)
    }

    private mutating func scalar(_ kind: Int) -> Scalar {
        if count(8) == 0 { return .null }
        switch kind {
        case 0: return .int(Int64.random(in: -1_000_000...1_000_000, using: &generator))
        case 1: return .int(Int64.random(in: .min ... .max, using: &generator))
        case 2:
            return .decimal(
                ExactDecimal(unscaled: Int128(Int64.random(in: .min ... .max, using: &generator)), scale: count(19)))
        case 3: return .double(Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator)))
        case 4: return .double(Double(count(1_000_000)) / 1_000)
        case 5: return .text(text())
        case 6: return .date(Int32(count(60_000)) - 10_000)
        case 7: return .timestamp(Int64(count(2_000_000_000)) * 1_000_000)
        default: return .bool(count(2) == 0)
        }
    }
}
