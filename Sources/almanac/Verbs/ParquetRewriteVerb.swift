internal import ArgumentParser
internal import Effects
internal import Parquet
internal import Runs

/// `parquet rewrite`: the same rows in another file.
struct ParquetRewrite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrite", abstract: "Write a file's rows into another file.",
        discussion: """
            Examples:
              almanac parquet rewrite in.parquet out.parquet
              almanac parquet rewrite in.parquet small.parquet --level 9
              almanac parquet rewrite in.parquet out.parquet --row-group-rows 50000 --json
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file to read.")
    var input: String

    @Argument(help: "The file to make; there must be none of this name.")
    var output: String

    @Option(name: .long, help: "zstd's level.")
    var level = 3

    @Option(name: .long, help: "Rows of a row group.")
    var rowGroupRows = ParquetWriterOptions().rowGroupRowCount

    func validate() throws {
        guard (1...19).contains(level) else { throw ValidationError("--level goes from 1 to 19") }
        guard (1...100_000_000).contains(rowGroupRows) else {
            throw ValidationError("--row-group-rows goes from 1 to 100000000")
        }
    }

    func run() throws {
        let reader = try openParquet(input)
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        try classifying("rewrite \(input)") {
            let committed = CommittedFile(store: DiskFileStore(), random: SystemRandom())
            try committed.commit(absolute(output)) { file in
                var options = ParquetWriterOptions()
                options.compressionLevel = level
                options.rowGroupRowCount = rowGroupRows
                options.createdBy = "almanac/\(EngineVersion.text)"
                let writer = try ParquetFileWriter(schema: reader.schema, options: options, file: file)
                try reader.forEachBatch { try writer.write($0) }
                _ = try writer.finish()
            } verify: { file in
                let rows = try ParquetFileReader(file).metadata.rowCount
                guard rows == reader.metadata.rowCount else {
                    throw FileError(.readWrite, "read back", path: output)
                }
            }
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        guard !common.json else {
            return try common.console.answer(
                json: Answer(rows: reader.metadata.rowCount, file: output, seconds: seconds))
        }
        common.console.answer("\(reader.metadata.rowCount) rows -> \(output)  \(RunProgress.seconds(seconds))")
    }

    private struct Answer: Encodable {
        let rows: Int64
        let file: String
        let seconds: Double
    }
}
