import AlmanacTesting
import Columnar
import Extract
import PostgresCopy
import Synchronization
import Testing

/// Tables that are large enough to be read over several connections: 64 MiB and more.
@Suite("Parallel copy", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), .serialized)
struct ParallelCopyTests {
    private typealias Fixture = SourceFixture

    /// 80,000 rows of 1 KB, of four tenants.
    private static let largeTable =
        Fixture.sharedTable + """
            ALTER TABLE events ALTER note SET STORAGE PLAIN;
            INSERT INTO events SELECT g, chr(97 + g % 4), repeat(chr(97 + g % 4), 1000)
            FROM generate_series(10001, 90000) g;
            """

    private func backendCount(_ fixture: Fixture) throws -> Int? {
        let text = try fixture.cluster.run(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            database: fixture.database)
        return Int(text.split(whereSeparator: \.isWhitespace).joined())
    }

    private func ids(_ session: SourceSession, _ dataset: Dataset) throws -> [Int64] {
        var ids: [Int64] = []
        let count = try session.extract(dataset) { batch in
            guard case .int64(let values) = batch.columns[0].values else { return }
            ids += values.array
        }
        #expect(count.rowsRead == ids.count)
        return ids
    }

    @Test func theRowsAndTheirOrderAreThoseOfOneConnection() throws {
        let fixture = try Fixture(Self.largeTable)
        let dataset = try Fixture.dataset("from: events")
        let owner = "isolation: rls, key: c"
        let one = try ids(fixture.session(owner), dataset)
        #expect(one.count == 22_500)
        for connections in [2, 3, 7] {
            let session = try fixture.session(owner, connectionCountMax: connections)
            // What is committed after the session's snapshot is in no connection's.
            try fixture.run("SET app.tenant_id = 'c'; INSERT INTO events VALUES (\(connections), 'c', 'late');")
            #expect(try ids(session, dataset) == one)
            try session.finish()
            try fixture.run("SET app.tenant_id = 'c'; DELETE FROM events WHERE note = 'late';")
        }
    }

    @Test func noConnectionSeesAnotherTenant() throws {
        let fixture = try Fixture(Self.largeTable)
        let dataset = try Fixture.dataset("from: events", "key: [id]")
        let connections = SourceConnections()
        for tenant in ["a", "b", "nobody"] {
            let session = try fixture.session(
                "isolation: rls, key: \(tenant)", connections: connections, connectionCountMax: 3)
            var foreign = 0
            let count = try session.extract(dataset) { batch in
                foreign += batch.rows.count { $0[1] != .text(tenant) }
            }
            try session.finish()
            #expect(foreign == 0 && count.rowsRead == (tenant == "nobody" ? 0 : 22_500))
        }
        let column = try fixture.session(
            "isolation: column, key: a, column: tenant_id", role: "postgres", connectionCountMax: 2)
        #expect(try ids(column, dataset).allSatisfy { $0 % 4 == 0 })
    }

    /// Each range of pages would be searched for a few rows, and the whole table for every tenant.
    @Test(arguments: ["isolation: column, key: z, column: tenant_id", "isolation: rls, key: z"])
    func rowsThatAnIndexLeadsToAreReadOverOneConnection(isolation: String) throws {
        let fixture = try Fixture(
            Self.largeTable + """
                CREATE INDEX ON events (tenant_id);
                INSERT INTO events SELECT g, 'z', 'few' FROM generate_series(100001, 100020) g;
                ANALYZE events;
                """)
        let role = isolation.contains("column") ? "postgres" : "reader"
        let session = try fixture.session(isolation, role: role, connectionCountMax: 3)
        var most = 0
        let count = try session.extract(Fixture.dataset("from: events")) { _ in
            most = max(most, try backendCount(fixture) ?? 0)
        }
        try session.finish()
        #expect(count.rowsRead == 20 && most == 1)
    }

    /// A server exports no snapshot within a savepoint, and that of a table before stands until the next is set.
    @Test func aLargeTableAfterSmallOnesIsReadOverSeveralConnections() throws {
        let fixture = try Fixture(
            Self.largeTable + "CREATE TABLE small AS SELECT 'a'::text AS tenant_id, 7::bigint AS id;")
        let session = try fixture.session(
            "isolation: column, key: a, column: tenant_id", role: "postgres", connectionCountMax: 3)
        let (small, large) = (try Fixture.dataset("from: small"), try Fixture.dataset("from: events"))
        for dataset in [small, large] { _ = try session.schema(of: dataset) }
        var counts: [Int] = []
        for dataset in [small, large, small] {
            var most = 0
            let count = try session.extract(dataset) { _ in most = max(most, try backendCount(fixture) ?? 0) }
            counts.append(count.rowsRead)
            #expect((most > 1) == (dataset == large))
        }
        try session.finish()
        #expect(counts == [1, 22_500, 1])
    }

    @Test func manyRowsOverOneConnectionComeInTheirOrder() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT g::bigint AS id FROM generate_series(1, 100000) g; GRANT SELECT ON t TO reader;")
        let session = try fixture.session("isolation: database")
        let dataset = try Fixture.dataset("from: t")
        let all = try ids(session, dataset)
        #expect(all == Array(1...100_000))
        // More batches wait than are taken at once, and the taker ends it.
        struct Full: Error {}
        var batches = 0
        #expect(throws: Full.self) {
            _ = try session.extract(dataset) { _ in
                batches += 1
                if batches == 15 { throw Full() }
            }
        }
        #expect(batches == 15)
        #expect(try ids(session, dataset) == all)
        try session.finish()
    }

    @Test func aTableThatIsEmptiedMeanwhileIsNoShorterTable() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT g AS id, repeat('x', 1000) AS note FROM generate_series(1, 80000) g;"
                + "GRANT SELECT ON t TO reader;")
        let session = try fixture.session("isolation: database", connectionCountMax: 2)
        try fixture.run(
            "BEGIN; ALTER TABLE t RENAME TO old; CREATE TABLE t AS SELECT * FROM old; "
                + "GRANT SELECT ON t TO reader; COMMIT;")
        let error = failure {
            _ = try ids(session, Fixture.dataset("from: t"))
            try session.finish()
        }
        #expect(error?.code == .tryLater)
    }

    @Test func whatTheConsumerThrowsEndsEveryConnection() throws {
        struct Full: Error {}
        let fixture = try Fixture(Self.largeTable)
        do {
            let session = try fixture.session(Fixture.rls, connectionCountMax: 3)
            var batches = 0
            #expect(throws: Full.self) {
                _ = try session.extract(Fixture.dataset("from: events")) { _ in
                    batches += 1
                    if batches == 2 { throw Full() }
                }
            }
            #expect(batches == 2)
            // The session still has its snapshot for the next dataset.
            #expect(try ids(session, Fixture.dataset("from: events")).count == 22_500)
        }
        // A server's process ends a moment after its connection.
        var count = try backendCount(fixture)
        for _ in 0..<100 where count != 0 {
            try fixture.run("SELECT pg_sleep(0.1)")
            count = try backendCount(fixture)
        }
        #expect(count == 0)
    }

    /// Ends sessions of the reader that are at work on a copy; the others are idle in their transaction.
    private func terminate(_ fixture: Fixture, _ which: String) throws {
        try fixture.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                + "AND pid <> pg_backend_pid() AND \(which)")
    }
    /// Waits for a connection that reads, for at most half a second, and ends it: on a fast machine a new one is not there yet
    /// when the next rows are.
    private func terminateNext(_ fixture: Fixture) throws {
        try fixture.run(
            """
            DO $$ DECLARE ended int; BEGIN
            FOR i IN 1..100 LOOP
                PERFORM pg_stat_clear_snapshot();
                SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) INTO ended FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND \(Self.copying);
                EXIT WHEN ended > 0;
                PERFORM pg_sleep(0.005);
            END LOOP; END $$
            """)
    }
    private static let copying = "query LIKE 'COPY%'"
    private static let exporting = "query NOT LIKE 'COPY%'"

    /// The connection that exported the snapshot stands: ranges that were lost are read again in the same snapshot, and no
    /// row comes twice, comes late or is of another tenant.
    @Test(arguments: [1, 2, 5, 12]) func rangesOfLostConnectionsAreReadAgain(everyBatch: Int) throws {
        let fixture = try Fixture(Self.largeTable)
        let dataset = try Fixture.dataset("from: events")
        let one = try ids(fixture.session(Fixture.rls), dataset)
        let session = try fixture.session(Fixture.rls, connectionCountMax: 2)
        try fixture.run(
            "SET app.tenant_id = 'a'; UPDATE events SET note = 'moved' WHERE id % 400 = 0; "
                + "INSERT INTO events VALUES (1, 'a', 'late');")
        var rows: [Int64] = []
        var batches = 0
        var losses = 0
        let count = try session.extract(dataset) { batch in
            guard case .int64(let values) = batch.columns[0].values else { return }
            rows += values.array
            #expect(batch.rows.allSatisfy { $0[1] == .text("a") && $0[2] != .text("moved") && $0[2] != .text("late") })
            batches += 1
            guard batches % everyBatch == 0, losses < 2 else { return }
            losses += 1
            try terminate(fixture, Self.copying)
        }
        #expect(losses > 0 && count.rowsRead == one.count && rows == one)
        // The session goes on in its snapshot.
        #expect(try ids(session, dataset) == one)
        try session.finish()
    }

    /// Without the connection that exported it the snapshot cannot be read by new ones: the dataset fails as lost, which is
    /// tried again as a whole.
    @Test(arguments: [true, false]) func withoutItsExporterTheDatasetIsLost(endsAll: Bool) throws {
        let fixture = try Fixture(Self.largeTable)
        let session = try fixture.session(Fixture.rls, connectionCountMax: 2)
        var isKilled = false
        let error = failure {
            _ = try session.extract(Fixture.dataset("from: events")) { _ in
                guard !isKilled else { return }
                isKilled = true
                try terminate(fixture, endsAll ? "true" : Self.exporting)
            }
        }
        #expect(isKilled && error?.code == .sourceLost && error?.isTransient == true, "\(String(describing: error))")
    }

    @Test func aServerThatEndsEveryConnectionIsLeftAlone() throws {
        let fixture = try Fixture(Self.largeTable)
        // More rows than wait in memory, so that ranges are under way whenever some are ended.
        let session = try fixture.session("isolation: database", role: "postgres", connectionCountMax: 2)
        let error = failure {
            _ = try session.extract(Fixture.dataset("from: events")) { _ in try terminateNext(fixture) }
        }
        #expect(error?.code == .sourceLost && error?.isTransient == true, "\(String(describing: error))")
    }

    @Test func valuesThatAreLeftOutKeepTheirRowNumbers() throws {
        let fixture = try Fixture(
            """
            CREATE TABLE t AS SELECT g AS id, '2026-01-01'::date AS d, repeat('x', 1000) AS note
            FROM generate_series(1, 80000) g; GRANT SELECT ON t TO reader;
            UPDATE t SET d = 'infinity' WHERE id IN (7, 33333, 79999);
            """)
        let dataset = try Fixture.dataset("from: t", "key: [id]", "contract: discard_row")
        let one = try fixture.session("isolation: database").extract(dataset) { _ in }
        let three = try fixture.session("isolation: database", connectionCountMax: 3).extract(dataset) { _ in }
        #expect(one.rejections.rowCount == 3)
        #expect(three.rejections == one.rejections)
    }
}
