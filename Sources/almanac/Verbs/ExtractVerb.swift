internal import ArgumentParser
internal import Columnar
internal import Configuration
internal import Effects
internal import Extract
internal import Parquet
internal import PostgresCopy
internal import Runs
internal import SystemPackage

struct ExtractVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Read one table or query into a Parquet file, without a project.",
        discussion: """
            Examples:
              almanac extract --url env:SHOP_URL --table shop.orders --to orders.parquet
              almanac extract --url env:SHOP_URL \\
                --query 'SELECT id, price::numeric(12,2) FROM items' --to items.parquet
              almanac extract --url postgresql://reader@localhost/shop --table orders \\
                --to orders.parquet --json
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: "The database: a URL without a password, or env:NAME, or file:PATH.")
    var url: String

    @Option(name: .long, help: "A table or view: NAME or SCHEMA.NAME.")
    var table: String?

    @Option(name: .long, help: "A query.")
    var query: String?

    @Option(name: .long, help: "The file to make; there must be none of this name.")
    var to: String

    @Option(name: .long, help: "zstd's level.")
    var level = 3

    @Option(name: .long, help: "Over how many connections a large table is read, in one snapshot.")
    var connections = min(4, ParallelWork.coreCount)

    func validate() throws {
        guard (table == nil) != (query == nil) else { throw ValidationError("name --table or --query, one of them") }
        guard (1...19).contains(level) else { throw ValidationError("--level goes from 1 to 19") }
        guard (1...64).contains(connections) else { throw ValidationError("--connections goes from 1 to 64") }
    }

    func run() throws {
        Interruption.listen()
        let environment = try common.environment()
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let count = try classifying("extract \(table ?? "the query")") {
            try Self.extract(
                url: try secret(environment), try source(), to: absolute(to), level: level,
                connections: connections, environment)
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        if common.json {
            try common.console.answer(
                json: Answer(rows: count.rowsRead, bytesRead: count.bytes, file: to, seconds: seconds))
        } else {
            common.console.answer("\(count.rowsRead) rows -> \(to)  \(RunProgress.seconds(seconds))")
        }
    }

    private struct Answer: Encodable {
        let rows: Int
        let bytesRead: Int
        let file: String
        let seconds: Double
    }

    private func secret(_ environment: RunEnvironment) throws -> Secret {
        guard let reference = SecretReference(url) else { return Secret(url) }
        return try reference.resolve(variable: environment.variable) { path in
            try environment.store.text(of: absolute(path))
        }
    }

    private func source() throws -> CopyRequest.Source {
        if let query { return .query(query) }
        guard let name = QualifiedName(table ?? "") else {
            throw Failure(.usage, "'\(table ?? "")' is no name of a table", remedy: "--table SCHEMA.NAME")
        }
        return .table(name)
    }

    private static func extract(
        url: Secret, _ source: CopyRequest.Source, to path: FilePath, level: Int, connections: Int,
        _ environment: RunEnvironment
    ) throws -> ExtractionCount {
        let pending = try CommittedFile(store: environment.store, random: environment.random).begin(path)
        var writer: ParquetFileWriter?
        do {
            let count = try extractTable(url: url, CopyRequest(source), connectionCountMax: connections) { schema in
                var options = ParquetWriterOptions()
                options.compressionLevel = level
                // A row group is in memory until it is whole; a quarter million rows keep that below what libpq holds.
                options.rowGroupRowCount = 262_144
                options.createdBy = "almanac/\(EngineVersion.text)"
                writer = try ParquetFileWriter(schema: schema, options: options, file: pending.file)
            } consume: { batch in
                if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") }
                try writer?.write(copy batch)
            }
            _ = try writer?.finish()
            try pending.commit { file in
                let rows = try ParquetFileReader(file).metadata.rowCount
                guard rows == Int64(count.rowsAccepted) else {
                    throw FileError(.readWrite, "read back", path: path.string)
                }
            }
            return count
        } catch {
            pending.abandon()
            throw error
        }
    }
}
