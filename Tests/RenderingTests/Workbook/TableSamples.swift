import AlmanacTesting
import ChartGrammar
import CivilTime
import Columnar
import Effects
import Formatting
import Foundation
import Report
import SystemPackage

/// Documents for workbooks and CSV files.
enum TableSamples {
    /// A document of some tables, a line chart and two tiles.
    static func document(_ tables: [ReportTable], headline: String = "Sales rose 8.4% to $1,084.") throws
        -> ReportDocument
    {
        let calendar = TenantCalendar.utc
        let period = try calendar.period(parsing: "2026-10")
        let money = Unit.money(currency: "USD", exponent: 2)
        let line = Chart(
            title: "Sales by day", subtitle: "$ a day", mark: .line, unit: money,
            domain: .dates(Array(period.dates)),
            series: [
                Chart.Series(label: "October", role: .current, values: (0..<31).map { Double($0 * 1_000) }),
                Chart.Series(label: "September", role: .previous, values: (0..<31).map { $0 == 30 ? nil : 9_000 }),
            ], alternativeText: "Sales rise from day to day.")
        return ReportDocument(
            identity: ReportIdentity(
                tenant: "acme", tenantName: "Acme & Sons", slug: "monthly-sales", title: "Monthly sales",
                run: "8f2c-1e07",
                definitionHash: String(repeating: "ab", count: 32), engine: "0.1.0"),
            presentation: Presentation(locale: "en-US", zone: "UTC", currency: "USD", brandColor: "#173F66"),
            period: ReportPeriod(
                name: "2026-10", label: "October 2026", shortLabel: "Oct", from: period.from, to: period.to,
                comparisonShortLabel: "Sep", comparisonLabel: "September 2026"),
            freshness: Freshness(
                asOf: try Instant(parsing: "2026-11-02T04:00:00Z"), isComplete: true,
                line: "Data complete to 31 Oct 2026, 23:59", notes: ["Everything is counted."]),
            headline: headline,
            tiles: [
                Tile(
                    measure: Measure(name: "sales", label: "Sales", unit: money, good: .up), value: .int(108_400),
                    previous: .int(100_000), sparkline: []),
                Tile(
                    measure: Measure(name: "delayed", label: "Delayed", unit: .percent, good: .down),
                    value: .double(0.025), previous: .null, sparkline: []),
            ],
            sections: [
                ReportSection(title: nil, blocks: [.chart(line)]),
                ReportSection(title: "Tables", blocks: tables.map(Block.table)),
            ], definitions: [Definition(term: "Sales", text: "Item value of all orders.")],
            sources: [SourceNote(name: "sales_daily", version: 3, rowCount: 61)])
    }

    /// A table of days with money, counts, rates and notes.
    static func table(rows: Int = 5, name: String = "daily-sales", title: String = "Sales of each day") throws
        -> ReportTable
    {
        let first = try LocalDate(parsing: "2026-10-01")
        let cells: [[Scalar]] = (0..<rows).map { row in
            [
                .date(first.adding(days: row).daysSinceEpoch), .int(Int64(row) * 12_345 + 1), .int(Int64(row)),
                row == 2 ? .null : .double(0.125), .text("note \(row)"),
            ]
        }
        let count = Int64(rows)
        let sum = count * (count - 1) / 2
        return ReportTable(
            name: name, title: title, subtitle: "",
            columns: [
                TableColumn(name: "day", label: "Day", unit: .none),
                TableColumn(
                    name: "revenue_minor", label: "Sales", unit: .money(currency: "USD", exponent: 2), hasBar: true),
                TableColumn(name: "orders", label: "Orders placed", unit: .count),
                TableColumn(name: "rate", label: "Rate", unit: .percent),
                TableColumn(name: "note", label: "Note", unit: .none),
            ], rows: cells,
            totals: rows == 0
                ? nil : [.null, .int(sum * 12_345 + count), .int(sum), .double(0.125), .null])
    }

    /// A table of one text column.
    static func texts(_ texts: [String], name: String = "texts") -> ReportTable {
        ReportTable(
            name: name, title: name, subtitle: "", columns: [TableColumn(name: "text", label: "Text", unit: .none)],
            rows: texts.map { [.text($0)] }, totals: nil)
    }

    /// Texts that spreadsheets, XML and CSV readers stumble over.
    static let hostileTexts = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r\nx", "a,b", "a\"b", "a\nb", "", " ", " x ", "'x", "<b>&amp;</b>",
        "</script>", "]]>", "_x0041_", "\u{1}\u{8}\u{1F}", "\u{202E}abc", "\u{FFFE}\u{FFFF}", "a\u{0}b", "0012", "1e5",
        "TRUE",
        "2026-10-31", "#N/A", "𝕏🎉", "=HYPERLINK(\"http://a\")", "٣", "\u{FEFF}x", "\u{85}\u{2028}",
    ]
}

/// A private folder that goes with the test.
final class RenderingFolder {
    let path: FilePath
    let store = DiskFileStore()

    init() throws {
        let random = String(SystemRandom().nextBits(), radix: 36)
        path = FilePath(NSTemporaryDirectory()).appending("almanac-rendering-\(random)")
        try store.makeFolder(path)
    }

    deinit { try? store.removeFolder(path) }

    /// Writes a file and answers its path.
    func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
        let file = path.appending(name)
        try? store.remove(file)
        let written = try store.create(file)
        try written.write(bytes.span)
        try written.close()
        return file
    }
}

/// Python with openpyxl: a reader of workbooks that we did not write.
enum WorkbookOracle {
    static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

    /// Runs a script on a file and answers its JSON.
    static func read(_ script: String, _ file: FilePath) throws -> CanonicalOracleValue {
        let result = try SystemProcessRunner().run(
            ProcessCommand(python ?? "python3", ["-c", script, file.string]))
        guard result.exitCode == 0 else { throw OracleFailure(words: result.errors) }
        return CanonicalOracleValue(try JSONSerialization.jsonObject(with: Data(result.output.utf8)))
    }
}

/// What the oracle wrote to its standard error.
struct OracleFailure: Error, CustomStringConvertible {
    let words: String
    var description: String { words }
}

/// A JSON value with short ways into it.
struct CanonicalOracleValue {
    let value: Any

    init(_ value: Any) { self.value = value }

    subscript(key: String) -> CanonicalOracleValue {
        CanonicalOracleValue((value as? [String: Any])?[key] ?? NSNull())
    }
    subscript(index: Int) -> CanonicalOracleValue {
        guard let list = value as? [Any], index < list.count else { return CanonicalOracleValue(NSNull()) }
        return CanonicalOracleValue(list[index])
    }
    var text: String? { value as? String }
    var number: Double? { (value as? NSNumber)?.doubleValue }
    var texts: [String]? { value as? [String] }
    var count: Int? { (value as? [Any])?.count }
}
