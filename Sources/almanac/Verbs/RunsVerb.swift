internal import ArgumentParser
internal import CivilTime
internal import Runs

struct RunsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Show what ran, what it did, and why it failed.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List runs, newest first.",
            discussion: """
                Examples:
                  almanac runs list
                  almanac runs list --tenant harbour-records --limit 5
                  almanac runs list --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "Only runs of this tenant.")
        var tenant: String?

        @Option(name: .long, help: "At most so many.")
        var limit = 50

        func run() throws {
            let ledger = try location.open(common).openLedger()
            let runs = try ledger.runs(tenant: tenant, limit: limit).map { RunLine($0) }
            guard !common.json else { return try common.console.answer(json: ["runs": runs]) }
            var table = TextTable([
                ("RUN", .left), ("TENANT", .left), ("WHAT", .left), ("PERIOD", .left), ("EDITION", .right),
                ("STATE", .left), ("STARTED", .left), ("WHY", .left),
            ])
            for run in runs {
                table.add([
                    String(run.run.prefix(8)), run.tenant, run.subject, run.period, String(run.edition), run.state,
                    run.started, run.message,
                ])
            }
            for line in table.lines { common.console.answer(line) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one run: its tables, its files, its failure.",
            discussion: """
                Examples:
                  almanac runs show 8f2c1e07
                  almanac runs show 8f2c --json
                  almanac runs show 8f2c --project demo
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Argument(help: "The run's id, or the beginning of it.")
        var id: String

        func run() throws {
            let ledger = try location.open(common).openLedger()
            guard let record = try ledger.run(id) else {
                throw Failure(.usage, "there is no run '\(id)'", remedy: "almanac runs list")
            }
            let counts = try ledger.counts(of: record.id)
            let artefacts = try ledger.artefacts(of: record.id)
            let compared = try ledger.reconciliations(of: record.id)
            if common.json {
                return try common.console.answer(
                    json: RunAnswer(
                        run: RunLine(record), tables: counts.map { .init($0) }, artefacts: artefacts.map { .init($0) },
                        reconciliations: compared.map { .init($0) }))
            }
            for line in Self.lines(record, counts, artefacts, compared) { common.console.answer(line) }
        }

        private static func lines(
            _ run: RunRecord, _ counts: [TableCount], _ artefacts: [ArtefactRecord], _ compared: [ReconciliationRecord]
        ) -> [String] {
            let head = RunLine(run)
            var lines = [
                "Run       \(run.id)", "Tenant    \(run.tenant)",
                "What      \(run.subject)\(run.period.isEmpty ? "" : ", \(run.period)"), edition \(run.edition)",
                "State     \(head.state)\(head.cause.map { " (\($0))" } ?? "")",
                "Started   \(head.started), attempt \(run.attempts)", "Finished  \(head.finished ?? "–")",
            ]
            if !run.message.isEmpty { lines.append("Why       \(run.message)") }
            if !counts.isEmpty {
                var table = TextTable([
                    ("TABLE", .left), ("READ", .right), ("WRITTEN", .right), ("REJECTED", .right), ("VERSION", .right),
                    ("", .left),
                ])
                for count in counts {
                    table.add([
                        count.table, String(count.rowsRead), String(count.rowsWritten), String(count.rowsRejected),
                        String(count.version), count.isUnchanged ? "unchanged" : "",
                    ])
                }
                lines += [""] + table.lines
            }
            if !compared.isEmpty {
                var table = TextTable([
                    ("COMPARED", .left), ("SOURCE", .right), ("LAKE", .right), ("SUMS", .right), ("KEYS", .left),
                    ("", .left),
                ])
                for record in compared {
                    table.add([
                        record.table, String(record.sourceRows), String(record.lakeRows), String(record.sumCount),
                        record.comparesKeys ? "yes" : "no", record.difference.isEmpty ? "same" : record.difference,
                    ])
                }
                lines += [""] + table.lines
            }
            if !artefacts.isEmpty {
                var table = TextTable([("FILE", .left), ("BYTES", .right), ("SHA-256", .left)])
                for file in artefacts {
                    table.add([file.path, String(file.size), String(file.sha256.prefix(16)) + "…"])
                }
                lines += [""] + table.lines
            }
            return lines
        }
    }
}

/// A run as `runs list` shows it.
struct RunLine: Encodable {
    let run: String
    let kind: String
    let tenant: String
    let subject: String
    let period: String
    let edition: Int64
    let state: String
    let cause: String?
    let message: String
    let attempts: Int64
    let started: String
    let finished: String?

    init(_ record: RunRecord) {
        run = record.id
        kind = record.kind.rawValue
        tenant = record.tenant
        subject = record.subject
        period = record.period
        edition = record.edition
        state = record.state.rawValue
        cause = record.cause?.rawValue
        message = record.message
        attempts = record.attempts
        started = Instant(microsecondsSinceEpoch: record.startedAt).description
        finished = record.finishedAt.map { Instant(microsecondsSinceEpoch: $0).description }
    }
}

private struct RunAnswer: Encodable {
    struct Table: Encodable {
        let table: String
        let rowsRead: Int64
        let rowsWritten: Int64
        let rowsRejected: Int64
        let version: Int64
        let unchanged: Bool

        init(_ count: TableCount) {
            table = count.table
            rowsRead = count.rowsRead
            rowsWritten = count.rowsWritten
            rowsRejected = count.rowsRejected
            version = count.version
            unchanged = count.isUnchanged
        }
    }

    struct File: Encodable {
        let name: String
        let path: String
        let sha256: String
        let bytes: Int64

        init(_ artefact: ArtefactRecord) {
            name = artefact.name
            path = artefact.path
            sha256 = artefact.sha256
            bytes = artefact.size
        }
    }

    struct Comparison: Encodable {
        let table: String
        let version: Int64
        let sourceRows: Int64
        let lakeRows: Int64
        let sums: Int64
        let keys: Bool
        let difference: String

        init(_ record: ReconciliationRecord) {
            table = record.table
            version = record.version
            sourceRows = record.sourceRows
            lakeRows = record.lakeRows
            sums = record.sumCount
            keys = record.comparesKeys
            difference = record.difference
        }
    }

    let run: RunLine
    let tables: [Table]
    let artefacts: [File]
    let reconciliations: [Comparison]
}
