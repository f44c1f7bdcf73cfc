internal import ArgumentParser
internal import ChartGrammar
internal import Columnar
internal import Configuration
internal import Effects
internal import PDFCanvas
internal import Parquet
internal import Rendering
internal import Runs
internal import SystemPackage

/// Draws one chart from a file, without a project and without a database.
struct ChartVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chart", abstract: "Draw one chart from a Parquet or CSV file.",
        discussion: """
            Examples:
              almanac chart sales.yaml --data sales.parquet --to sales.png
              almanac chart routes.yaml --data routes.csv --to routes.svg
              almanac chart cohorts.yaml --data cohorts.csv --to cohorts.pdf --replace
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The chart: 'version: 1' and 'chart:' with the words of a report's chart.")
    var specification: String

    @Option(name: .long, help: "The rows: a .parquet or .csv file.")
    var data: String

    @Option(name: .long, help: "The file to make: .svg, .png or .pdf.")
    var to: String

    @Option(name: .long, help: "Pixels a point, for PNG.")
    var scale = 2.0

    @Flag(name: .long, help: "Replace the file if there is one.")
    var replace = false

    func validate() throws {
        guard ChartFile.Format(rawValue: FilePath(to).extension ?? "") != nil else {
            throw ValidationError("--to ends in .svg, .png or .pdf")
        }
        guard (0.5...8).contains(scale) else { throw ValidationError("--scale goes from 0.5 to 8") }
    }

    /// More rows than these are no chart: a query makes fewer of them.
    private static let rowsMax = 2_000_000

    func run() throws {
        let store = DiskFileStore()
        let table = try classifying("read \(data)") { try self.table(store) }
        let chart = try classifying("read \(specification)") {
            try ChartFile(
                reading: YAMLDocument(
                    bytes: try store.contents(of: absolute(specification), limit: 4 << 20), file: specification),
                columns: table.columns)
        }
        try classifying("draw \(to)") {
            let format = ChartFile.Format(rawValue: FilePath(to).extension ?? "") ?? .svg
            let bytes = try chart.render(table, as: format, fonts: try FontLibrary(), scale: scale)
            try CommittedFile(store: store, random: SystemRandom()).commit(bytes, to: absolute(to), replacing: replace)
            if common.json {
                try common.console.answer(json: Answer(rows: table.rowCount, file: to, bytes: bytes.count))
            } else {
                common.console.note("\(table.rowCount) rows -> \(to)  \(bytes.count) bytes")
            }
        }
    }

    private struct Answer: Encodable {
        let rows: Int
        let file: String
        let bytes: Int
    }

    private func table(_ store: DiskFileStore) throws -> ChartTable {
        guard FilePath(data).extension == "csv" else {
            let reader = try ParquetFileReader(try store.open(absolute(data)), options: ParquetKeys.readerOptions())
            guard reader.metadata.rowCount <= Self.rowsMax else {
                throw tooMany(Int(clamping: reader.metadata.rowCount))
            }
            var batches: [ColumnBatch] = []
            try reader.forEachBatch { batches.append($0) }
            return ChartTable(schema: reader.schema, batches: batches)
        }
        let table = try ChartTable(csv: try store.contents(of: absolute(data), limit: 256 << 20))
        guard table.rowCount <= Self.rowsMax else { throw tooMany(table.rowCount) }
        return table
    }

    private func tooMany(_ count: Int) -> Failure {
        Failure(
            .dataRefused, "cannot draw \(count) rows", why: "a chart takes at most \(Self.rowsMax)",
            remedy: "almanac query, to add them up first")
    }
}
