internal import Analytics
import ArgumentParser
internal import CivilTime
internal import Columnar
internal import Effects
internal import Foundation
internal import Query
internal import Runs
internal import SystemPackage

struct QueryVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask a question in SQL.",
        discussion: """
            Examples:
              almanac query --tenant harbour-records \\
                'select day, sum(revenue_minor) from sales_daily group by day'
              almanac query --table orders=orders.parquet 'select count(*) from orders'
              almanac query --table events='lake/events/*.parquet' -f weekly.sql \\
                --format csv
              almanac query --table t=lake/t --param from=2026-10-01 \\
                'select * from t version as of 3 where day >= :from'
              almanac query --table t=big.csv --explain-analyze \\
                'select count(*) from t where n > 5'
            Without a query it asks for them, one after the other, each ended by a semicolon.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @OptionGroup var tables: QueryTables

    @Option(name: .shortAndLong, help: "A file with the query.")
    var file: String?

    @Option(name: .long, help: "table, csv, json (a line for each row) or parquet.")
    var format: QueryFormat?

    @Option(name: .long, help: "NAME=VALUE for a parameter ':name'; repeatable.")
    var param: [String] = []

    @Option(name: .long, help: "The zone in which instants become dates.")
    var zone = "UTC"

    @Option(name: .long, help: "MiB that the query may hold at once.")
    var memory: Int?

    @Option(name: .long, help: "Seconds that the query may take.")
    var timeout: Double?

    @Option(name: .long, help: "Rows that the answer may have.")
    var maxRows: Int?

    @Option(name: .long, help: "MiB that the query may read from its tables.")
    var maxRead: Int?

    @Option(name: .long, help: "At most so many threads.")
    var threads: Int?

    @Flag(name: .long, help: "Run the query and say what each operator took; with --json as JSON.")
    var explainAnalyze = false

    @Option(name: .long, help: "A file of queries, one a line ('-' for standard input); one JSON answer a line.")
    var batch: String?

    @Argument(help: "The query.")
    var query: String?

    func validate() throws {
        let given = [query != nil, file != nil, batch != nil].count { $0 }
        guard given < 2 else { throw ValidationError("give one of: a query, a file with -f, --batch") }
        guard (threads ?? 1) > 0 else { throw ValidationError("--threads is at least 1") }
        guard (1...1_000_000_000).contains(memory ?? 1) else { throw ValidationError("--memory is at least 1 MiB") }
        guard timeout ?? 1 > 0, timeout?.isFinite ?? true else { throw ValidationError("--timeout is above 0 seconds") }
        guard maxRows ?? 0 >= 0 else { throw ValidationError("--max-rows is not negative") }
        guard (0...1_000_000_000).contains(maxRead ?? 0) else { throw ValidationError("--max-read is not negative") }
        guard !explainAnalyze || batch == nil else { throw ValidationError("--explain-analyze takes one query") }
        guard format != .parquet || (batch == nil && !explainAnalyze) else {
            throw ValidationError("--format parquet is for the rows of one query")
        }
    }

    func run() throws {
        let asking = QueryAsking(console: common.console, session: try session(), format: chosenFormat)
        if let batch { return try asking.batch(batch) }
        if let file {
            let text = try classifying("read \(file)") { try DiskFileStore().text(of: absolute(file)) }
            return try asking.answer(SourceText(text, name: file), explains: explainAnalyze)
        }
        if let query { return try asking.answer(SourceText(query), explains: explainAnalyze) }
        asking.prompt()
    }

    private var chosenFormat: QueryFormat { format ?? (common.json ? .json : .table) }

    private func session() throws -> QuerySession {
        let environment = try common.environment()
        var options = QueryOptions(
            zones: environment.zones, now: environment.now.microsecondsSinceEpoch, clock: environment.clock)
        options.tableFunctions = AnalyticsFunctions.all
        options.zone = zone == "UTC" ? .utc : try classifying("find zone \(zone)") { try environment.zones.zone(zone) }
        if let threads { options.threads = threads }
        options.memoryBytesMax = memory.map { $0 << 20 }
        options.secondsMax = timeout
        options.rowsMax = maxRows
        options.bytesReadMax = maxRead.map { Int64($0) << 20 }
        let temporary = FilePath(ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp")
        let name = "almanac-query-" + String(environment.random.nextBits(), radix: 36)
        options.spillPlace = SpillPlace(store: environment.store, folder: temporary.appending(name))
        for (name, value) in try QueryTables.pairs(param, "--param") {
            options.parameters[name.lowercased()] = .text(value)
        }
        return QuerySession(catalog: try tables.catalog(location, common), options: options)
    }
}
