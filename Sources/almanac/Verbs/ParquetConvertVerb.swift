internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Runs
internal import SystemPackage

/// `parquet convert`: the same rows for programs that read no Parquet.
struct ParquetConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a file's rows as CSV or as a workbook.",
        discussion: """
            Examples:
              almanac parquet convert orders.parquet --to orders.xlsx
              almanac parquet convert orders.parquet --to orders.csv.gz \\
                --columns id,placed_on,revenue_minor
              almanac parquet convert orders.parquet --to orders.csv --machine --replace \\
                --json

            Texts that a spreadsheet would run as a formula get an apostrophe in front in CSV; --machine leaves them as \
            they are. A workbook's numbers are numbers where 15 digits hold them, else text. Memory does not grow with \
            the file.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The Parquet file.")
    var input: String

    @Option(name: .long, help: "The file to make: .csv, .csv.gz, .csv.zst or .xlsx.")
    var to: String

    @Option(name: .long, help: "Columns to write, with commas between them; else all.")
    var columns: String?

    @Flag(name: .long, help: "CSV for programs: no apostrophes before formulas.")
    var machine = false

    @Flag(name: .long, help: "Begin CSV with a byte-order mark, for old spreadsheets.")
    var bom = false

    @Flag(name: .long, help: "Replace the file if there is one.")
    var replace = false

    func validate() throws {
        guard TableConversion.Format(of: to) != nil else {
            throw ValidationError("--to ends in .csv, .csv.gz, .csv.zst or .xlsx")
        }
    }

    func run() throws {
        guard let format = TableConversion.Format(of: to) else { return }
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let rows = try classifying("convert \(input)") {
            var conversion = TableConversion(store: DiskFileStore(), random: SystemRandom())
            conversion.columns = columns.map { $0.split(separator: ",").map(String.init) }
            conversion.isGuarded = !machine
            conversion.hasByteOrderMark = bom
            conversion.replaces = replace
            let now = try common.environment().now.secondsSinceEpoch
            return try conversion.convert(
                absolute(input), options: try ParquetKeys.readerOptions(), to: absolute(to), as: format, created: now)
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        if common.json {
            try common.console.answer(json: Answer(rows: rows, file: to, seconds: seconds))
        } else {
            common.console.answer("\(rows) rows -> \(to)  \(RunProgress.seconds(seconds))")
        }
    }

    private struct Answer: Encodable {
        let rows: Int64
        let file: String
        let seconds: Double
    }
}
