internal import GRDB

/// The ledger in one SQLite file: `state/ledger.sqlite`.
///
/// WAL with full sync: a transaction that returned survives a power cut. Several processes may use it at once.
package struct SQLiteLedger: LedgerStore {
    private let database: DatabaseQueue
    private let writes = GroupedWrites()

    /// Opens the ledger, making or upgrading its tables.
    /// - Parameter path: the file, or nil for one in memory.
    package init(path: String?) throws(LedgerError) {
        do {
            var configuration = GRDB.Configuration()
            configuration.busyMode = .timeout(30)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
            if let path {
                database = try DatabaseQueue(path: path, configuration: configuration)
            } else {
                database = try DatabaseQueue()
            }
            try LedgerSchema.migrator.migrate(database)
        } catch {
            throw Self.failure(error)
        }
    }

    // MARK: Leases

    package func takeLease(tenant: String, holder: String, at instant: Int64) throws(LedgerError) -> Lease {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO leases (tenant, epoch, holder, since) VALUES (?1, 1, ?2, ?3)
                    ON CONFLICT (tenant) DO UPDATE SET epoch = epoch + 1, holder = ?2, since = ?3
                    """, arguments: [tenant, holder, instant])
            try database.execute(
                sql: "UPDATE runs SET state = 'unknown', finished_at = ? WHERE tenant = ? AND state = 'running'",
                arguments: [instant, tenant])
            let epoch = try Int64.fetchOne(
                database, sql: "SELECT epoch FROM leases WHERE tenant = ?", arguments: [tenant])
            return Lease(tenant: tenant, epoch: epoch ?? 0)
        }
    }

    package func leaseHolder(tenant: String) throws(LedgerError) -> (holder: String, since: Int64)? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT holder, since FROM leases WHERE tenant = ?", arguments: [tenant])
            return row.map { (holder: $0["holder"], since: $0["since"]) }
        }
    }

    package func nextSequence(under lease: Lease) throws(LedgerError) -> Int64 {
        try write { database in
            try Self.check(lease, database)
            let next = try Int64.fetchOne(
                database, sql: "UPDATE leases SET sequence = sequence + 1 WHERE tenant = ? RETURNING sequence",
                arguments: [lease.tenant])
            return next ?? 0
        }
    }

    private static func check(_ lease: Lease, _ database: Database) throws {
        let newest = try Int64.fetchOne(
            database, sql: "SELECT epoch FROM leases WHERE tenant = ?", arguments: [lease.tenant])
        guard newest == lease.epoch else { throw LedgerError.leaseLost(tenant: lease.tenant) }
    }

    // MARK: Runs

    package func record(
        _ run: RunRecord, counts: [TableCount], artefacts: [ArtefactRecord], under lease: Lease
    ) throws(LedgerError) {
        try write { database in
            try Self.check(lease, database)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO runs (id, kind, tenant, subject, period, variant, edition, state, cause,
                        message, attempts, started_at, finished_at, fingerprint)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.id, run.kind.rawValue, run.tenant, run.subject, run.period, run.variant, run.edition,
                    run.state.rawValue, run.cause?.rawValue, run.message, run.attempts, run.startedAt, run.finishedAt,
                    run.fingerprint,
                ])
            try database.execute(sql: "DELETE FROM table_counts WHERE run = ?", arguments: [run.id])
            for count in counts {
                try database.execute(
                    sql: """
                        INSERT INTO table_counts (run, table_name, rows_read, rows_written, rows_rejected, version,
                            is_unchanged, rows_known, milliseconds)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        run.id, count.table, count.rowsRead, count.rowsWritten, count.rowsRejected, count.version,
                        count.isUnchanged, count.rowsKnown, count.milliseconds,
                    ])
            }
            try database.execute(sql: "DELETE FROM artefacts WHERE run = ?", arguments: [run.id])
            for artefact in artefacts {
                try database.execute(
                    sql: "INSERT INTO artefacts VALUES (?, ?, ?, ?, ?)",
                    arguments: [run.id, artefact.name, artefact.path, artefact.sha256, artefact.size])
            }
        }
    }

    package func run(_ id: String) throws(LedgerError) -> RunRecord? {
        let found = try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM runs WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2", arguments: [id]
            ).map(Self.run)
        }
        guard found.count < 2 else { throw .ambiguous(prefix: id) }
        return found.first
    }

    package func runs(tenant: String?, limit: Int) throws(LedgerError) -> [RunRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM runs WHERE ?1 IS NULL OR tenant = ?1
                    ORDER BY started_at DESC, tenant, kind, id LIMIT ?2
                    """, arguments: [tenant, limit]
            ).map(Self.run)
        }
    }

    package func latestEdition(
        tenant: String, subject: String, period: String, variant: String
    ) throws(LedgerError) -> RunRecord? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM runs WHERE tenant = ? AND subject = ? AND period = ? AND variant = ?
                        AND kind = 'report'
                    ORDER BY edition DESC LIMIT 1
                    """, arguments: [tenant, subject, period, variant]
            ).map(Self.run)
        }
    }

    package func ingestions(tenant: String, limit: Int) throws(LedgerError) -> [RunRecord] {
        try ingestions(tenant, "", limit)
    }

    package func lastIngestion(tenant: String) throws(LedgerError) -> RunRecord? {
        try ingestions(tenant, "AND state = 'done'", 1).first
    }

    /// Found by the index of reports, in which all ingestions of a tenant lie side by side.
    private func ingestions(
        _ tenant: String, _ condition: String, _ limit: Int
    ) throws(LedgerError) -> [RunRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM runs WHERE tenant = ? AND subject = ? AND period = '' AND variant = ''
                        AND kind = 'ingest' \(condition)
                    ORDER BY edition DESC LIMIT ?
                    """, arguments: [tenant, RunRecord.ingestion, limit]
            ).map(Self.run)
        }
    }

    package func counts(of run: String) throws(LedgerError) -> [TableCount] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM table_counts WHERE run = ? ORDER BY table_name", arguments: [run]
            ).map {
                TableCount(
                    table: $0["table_name"], rowsRead: $0["rows_read"], rowsWritten: $0["rows_written"],
                    rowsRejected: $0["rows_rejected"], rowsKnown: $0["rows_known"],
                    version: $0["version"], isUnchanged: $0["is_unchanged"], milliseconds: $0["milliseconds"])
            }
        }
    }

    package func record(
        _ found: [ReconciliationRecord], of run: String, under lease: Lease
    ) throws(LedgerError) {
        try write { database in
            try Self.check(lease, database)
            try database.execute(sql: "DELETE FROM reconciliations WHERE run = ?", arguments: [run])
            for record in found {
                try database.execute(
                    sql: "INSERT INTO reconciliations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        run, record.table, lease.tenant, record.version, record.sourceRows, record.lakeRows,
                        record.sumCount, record.comparesKeys, record.difference, record.at,
                    ])
            }
        }
    }

    package func reconciliations(of run: String) throws(LedgerError) -> [ReconciliationRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM reconciliations WHERE run = ? ORDER BY table_name", arguments: [run]
            ).map(Self.reconciliation)
        }
    }

    package func lastReconciliations(tenant: String) throws(LedgerError) -> [ReconciliationRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM reconciliations WHERE run = (
                      SELECT run FROM reconciliations WHERE tenant = ? ORDER BY compared_at DESC, rowid DESC LIMIT 1)
                    ORDER BY table_name
                    """, arguments: [tenant]
            ).map(Self.reconciliation)
        }
    }

    private static func reconciliation(_ row: Row) -> ReconciliationRecord {
        ReconciliationRecord(
            table: row["table_name"], version: row["version"], sourceRows: row["source_rows"],
            lakeRows: row["lake_rows"], sumCount: row["sum_count"], comparesKeys: row["compares_keys"],
            difference: row["difference"], at: row["compared_at"])
    }

    package func lastReconciliation(tenant: String) throws(LedgerError) -> Int64? {
        try read { database in
            try Int64.fetchOne(
                database, sql: "SELECT max(compared_at) FROM reconciliations WHERE tenant = ?", arguments: [tenant])
        }
    }

    package func artefacts(of run: String) throws(LedgerError) -> [ArtefactRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM artefacts WHERE run = ? ORDER BY name", arguments: [run]
            ).map { ArtefactRecord(name: $0["name"], path: $0["path"], sha256: $0["sha256"], size: $0["size"]) }
        }
    }

    private static func run(_ row: Row) -> RunRecord {
        RunRecord(
            id: row["id"], kind: RunRecord.Kind(rawValue: row["kind"]) ?? .report, tenant: row["tenant"],
            subject: row["subject"], period: row["period"], variant: row["variant"], edition: row["edition"],
            // A state of a newer version is nothing that this one may act on.
            state: RunState(rawValue: row["state"]) ?? .unknown,
            cause: (row["cause"] as String?).flatMap(CauseCode.init(rawValue:)), message: row["message"],
            attempts: row["attempts"], startedAt: row["started_at"], finishedAt: row["finished_at"],
            fingerprint: row["fingerprint"])
    }

    // MARK: Requests

    package func countAttempt(of request: String, tenant: String, at instant: Int64) throws(LedgerError) -> Int64 {
        try write { database in
            try Int64.fetchOne(
                database,
                sql: """
                    INSERT INTO request_attempts VALUES (?1, ?2, 1, ?3)
                    ON CONFLICT (tenant, request) DO UPDATE SET attempts = attempts + 1, last_at = ?3
                    RETURNING attempts
                    """, arguments: [tenant, request, instant]) ?? 1
        }
    }

    // MARK: Schedules

    package func take(_ occurrence: OccurrenceRecord, at instant: Int64) throws(LedgerError) -> Bool {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO occurrences (tenant, schedule, nominal, outcome, taken_at) VALUES (?, ?, ?, 'taken', ?)
                    ON CONFLICT DO NOTHING
                    """, arguments: [occurrence.tenant, occurrence.schedule, occurrence.nominal, instant])
            return database.changesCount == 1
        }
    }

    package func settle(
        _ occurrence: OccurrenceRecord, _ outcome: OccurrenceOutcome, run: String?
    ) throws(LedgerError) {
        try write { database in
            try database.execute(
                sql: "UPDATE occurrences SET outcome = ?, run = ? WHERE tenant = ? AND schedule = ? AND nominal = ?",
                arguments: [outcome.rawValue, run, occurrence.tenant, occurrence.schedule, occurrence.nominal])
        }
    }

    package func outcome(of occurrence: OccurrenceRecord) throws(LedgerError) -> OccurrenceOutcome? {
        try read { database in
            try String.fetchOne(
                database, sql: "SELECT outcome FROM occurrences WHERE tenant = ? AND schedule = ? AND nominal = ?",
                arguments: [occurrence.tenant, occurrence.schedule, occurrence.nominal]
            ).flatMap(OccurrenceOutcome.init(rawValue:))
        }
    }

    package func lastTick() throws(LedgerError) -> Int64? {
        try read { database in try Int64.fetchOne(database, sql: "SELECT max(instant) FROM ticks") }
    }

    package func advanceTick(to instant: Int64) throws(LedgerError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO ticks (id, instant) VALUES (1, ?1)
                    ON CONFLICT (id) DO UPDATE SET instant = max(instant, ?1)
                    """, arguments: [instant])
        }
    }

    // MARK: Transactions

    private func write<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        do { return try writes.write(to: database, body) } catch { throw Self.failure(error) }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        do { return try database.read(body) } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: any Error) -> LedgerError {
        switch error {
        case let error as LedgerError: error
        case let error as DatabaseError: .store(reason: "\(error.resultCode): \(error.message ?? "no message")")
        default: .store(reason: "\(error)")
        }
    }
}
