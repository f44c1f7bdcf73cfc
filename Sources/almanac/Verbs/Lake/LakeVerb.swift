internal import ArgumentParser
internal import CivilTime
internal import Columnar
internal import Effects
internal import Lake
internal import Runs
internal import Tenancy

struct LakeVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lake", abstract: "Look into the lake's tables, and keep them in order.",
        subcommands: [
            Tables.self, SchemaOf.self, Cat.self, History.self, Files.self, Diff.self, Verify.self, Compact.self,
            VacuumFiles.self, Restore.self,
        ])

    struct Tables: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a tenant's tables, or those of all tenants.",
            discussion: """
                Examples:
                  almanac lake tables
                  almanac lake tables --tenant harbour-records
                  almanac lake tables --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "Only this tenant's; may be given several times.")
        var tenant: [String] = []

        func run() throws {
            let project = try location.open(common)
            let (scopes, failures) = try project.scopes(tenant)
            let ledger = try project.openLedger()
            var lines: [TableLine] = []
            for scope in scopes {
                let standing = try StandingTables(of: scope, ledger)
                let own = try Self.lines(of: scope, project, standing)
                lines += own
                Self.warn(own.filter { $0.readVersion != $0.version }, of: scope, standing, common.console)
            }
            if common.json {
                try common.console.answer(json: ["tables": lines])
            } else {
                var table = TextTable([
                    ("TENANT", .left), ("TABLE", .left), ("VERSION", .right), ("ROWS", .right), ("FILES", .right),
                    ("BYTES", .right),
                ])
                for line in lines {
                    table.add([
                        line.tenant, line.table, String(line.version), line.rows.map(String.init) ?? "–",
                        String(line.files), String(line.bytes),
                    ])
                }
                for line in table.lines { common.console.answer(line) }
            }
            try report(failures, common)
        }

        private static func lines(
            of scope: TenantScope, _ project: Project, _ standing: StandingTables
        ) throws -> [TableLine] {
            try classifying("list the tables of tenant '\(scope.id)'") {
                try TableAddress.all(of: scope, in: project.layout, store: project.environment.store).map { address in
                    let table = project.table(address)
                    let snapshot = try table.snapshot()
                    return TableLine(
                        tenant: scope.id.text, table: address.name, version: snapshot.version,
                        readVersion: try standing.ahead(table)?.standing ?? snapshot.version, rows: snapshot.rowCount,
                        files: snapshot.files.count, bytes: snapshot.byteCount)
                }
            }
        }

        /// Says which tables are listed with rows that reports do not have.
        private static func warn(
            _ ahead: [TableLine], of scope: TenantScope, _ standing: StandingTables, _ console: Console
        ) {
            guard !ahead.isEmpty else { return }
            let tables = ahead.map { "\($0.table) (version \($0.readVersion))" }.joined(separator: ", ")
            console.warn("reports, dashboards and queries of tenant '\(scope.id)' still read \(tables)")
            if let failure = standing.failure { console.warn("its last run failed: \(failure)") }
        }
    }

    struct SchemaOf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print a table's columns.",
            discussion: """
                Examples:
                  almanac lake schema raw/orders --tenant harbour-records
                  almanac lake schema aggregates/sales_daily@3 --tenant harbour-records
                  almanac lake schema raw/events --tenant ua --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        func run() throws { try SchemaAnswer(try named.snapshot(location, common).schema).print(common) }
    }

    struct Cat: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a table's rows.",
            discussion: """
                Examples:
                  almanac lake cat aggregates/sales_daily --tenant harbour-records --limit 5
                  almanac lake cat raw/orders@2 --tenant harbour-records --format csv
                  almanac lake cat raw/events@2026-11-01T00:00:00Z --tenant ua --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument
        @OptionGroup var rows: RowOptions

        /// Ends the reading once enough rows are printed.
        private struct Enough: Error {}

        func run() throws {
            let snapshot = try named.snapshot(location, common)
            let names = rows.columnNames
            try classifying("read \(snapshot.address)") {
                let schema = try names.map(snapshot.schema.selecting) ?? snapshot.schema
                var printer = RowPrinter(common.console, rows.format(common), schema: schema, limit: rows.limit)
                do {
                    try snapshot.forEachBatch(columns: names) { batch in
                        printer.print(batch)
                        if printer.isFull { throw Enough() }
                    }
                } catch is Enough {}
                printer.finish()
            }
        }
    }

    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a table's versions, newest first.",
            discussion: """
                Examples:
                  almanac lake history raw/orders --tenant harbour-records
                  almanac lake history aggregates/sales_daily --tenant harbour-records --json
                  almanac lake history raw/events --tenant ua
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        func run() throws {
            let table = try named.table(location, common)
            let records = try classifying("read \(table.address)") { try table.history() }.reversed()
            let lines = records.map { record in
                VersionLine(
                    version: record.version, at: record.instant.description, operation: record.operation,
                    parameters: record.parameters, engine: record.engine, run: record.run,
                    files: record.addedFileCount, removed: record.removedFileCount, rows: record.addedRowCount,
                    sha256: record.sha256)
            }
            guard !common.json else { return try common.console.answer(json: ["versions": lines]) }
            var text = TextTable([
                ("VERSION", .right), ("AT", .left), ("OPERATION", .left), ("RUN", .left), ("FILES", .right),
                ("REMOVED", .right), ("ROWS", .right),
            ])
            for line in lines {
                text.add([
                    String(line.version), line.at, line.operation, line.run.map { String($0.prefix(8)) } ?? "–",
                    String(line.files), String(line.removed), line.rows.map(String.init) ?? "–",
                ])
            }
            for line in text.lines { common.console.answer(line) }
        }
    }

    struct Files: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the files of a table's version.",
            discussion: """
                Examples:
                  almanac lake files raw/orders --tenant harbour-records
                  almanac lake files raw/orders@1 --tenant harbour-records
                  almanac lake files raw/events --tenant ua --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions
        @OptionGroup var named: TableArgument

        func run() throws {
            let files = try named.snapshot(location, common).files.map {
                FileLine(
                    name: $0.name, rows: $0.rowCount, bytes: $0.size, sha256: $0.sha256, days: $0.days?.text,
                    partition: $0.partitionValues)
            }
            guard !common.json else { return try common.console.answer(json: ["files": files]) }
            var table = TextTable([("FILE", .left), ("ROWS", .right), ("BYTES", .right), ("SHA-256", .left)])
            for file in files {
                table.add([
                    file.name, file.rows.map(String.init) ?? "–", String(file.bytes),
                    file.sha256.map { String($0.prefix(16)) + "…" } ?? "–",
                ])
            }
            for line in table.lines { common.console.answer(line) }
        }
    }
}

private struct TableLine: Encodable {
    let tenant: String
    let table: String
    let version: Int64
    /// The version that reports, dashboards and queries read: that of the last whole run.
    let readVersion: Int64
    let rows: Int64?
    let files: Int
    let bytes: Int64

    enum CodingKeys: String, CodingKey {
        case tenant, table, version, rows, files, bytes
        case readVersion = "read_version"
    }
}

private struct VersionLine: Encodable {
    let version: Int64
    let at: String
    let operation: String
    let parameters: [String: String]
    let engine: String?
    let run: String?
    let files: Int
    let removed: Int
    let rows: Int64?
    let sha256: String
}

private struct FileLine: Encodable {
    let name: String
    let rows: Int64?
    let bytes: Int64
    let sha256: String?
    let days: String?
    let partition: [String: String?]
}

/// Shows tenants whose files are not right, and fails if there are any.
func report(_ failures: [TenantFailure], _ common: CommonOptions) throws {
    for failure in failures {
        common.console.show(Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'"))
    }
    guard let first = failures.first else { return }
    let cause = Failure(classifying: first.error, doing: "use tenant '\(first.name)'").cause
    throw ExitCode(failures.count > 1 ? 1 : cause.exitCode)
}
