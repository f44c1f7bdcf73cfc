import AlmanacTesting
import Columnar
import Configuration
import Effects
import Extract
import PostgresCopy
import Synchronization
import Testing

@Suite("Source session", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct SourceSessionTests {
    private typealias Fixture = SourceFixture
    private let database = "isolation: database"

    @Test func allDatasetsAreOfOneMoment() throws {
        let fixture = try Fixture(
            "CREATE TABLE a AS SELECT 100 AS v; CREATE TABLE b AS SELECT 0 AS v; GRANT SELECT ON a, b TO reader;")
        let session = try fixture.session(database)
        try fixture.run("BEGIN; UPDATE a SET v = 0; UPDATE b SET v = 100; COMMIT;")
        #expect(try session.rows(Fixture.dataset("from: a")) == [[.int(100)]])
        try fixture.run("BEGIN; UPDATE a SET v = 1; UPDATE b SET v = 99; COMMIT;")
        #expect(try session.rows(Fixture.dataset("from: b")) == [[.int(0)]])
        try session.finish()
        #expect(session.snapshot.text.split(separator: ":", omittingEmptySubsequences: false).count == 3)
        #expect(session.snapshot.xmin > 0)
        let later = try fixture.session(database)
        #expect(later.snapshot.instant > session.snapshot.instant)
        #expect(try later.rows(Fixture.dataset("from: b")) == [[.int(99)]])
    }

    /// A worker has a transaction of its own in the lock table, and what it works for may be a session that only reads.
    @Test func parallelWorkersBoundNothing() throws {
        let fixture = try Fixture("CREATE TABLE t AS SELECT 1 AS v; GRANT SELECT ON t TO reader;")
        // Up to version 15 the setting has another name.
        try fixture.run(
            """
            SELECT format('ALTER DATABASE %I SET %I = on', current_database(), name) FROM pg_settings
            WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \\gexec
            """)
        let url = fixture.cluster.url(database: fixture.database, user: "reader")
        WorkerThread.start { _ = try? PostgresConnection(url).execute("SELECT pg_sleep(20)") }
        let workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND query ~ 'sleep'"
        var tries = 0
        while try !fixture.cluster.run(workers).contains("1"), tries < 500 { tries += 1 }
        #expect(tries < 500)
        let session = try fixture.session(database)
        #expect(session.horizon.openTransactions.count == 1)
        try session.finish()
        try fixture.cluster.run(
            """
            SELECT pg_cancel_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(fixture.database)' AND query ~ 'sleep.20' AND pid <> pg_backend_pid();
            """)
    }

    /// A session has transactions in which its settings are made, before it is known as one that only reads.
    @Test func sessionsThatBeginBoundNothing() throws {
        let fixture = try Fixture("CREATE TABLE t AS SELECT 1 AS v; GRANT SELECT ON t TO reader;")
        let connections = SourceConnections()
        let left = Mutex(2)
        for _ in 0..<2 {
            WorkerThread.start {
                for _ in 0..<60 {
                    try? fixture.session(database, connections: connections).finish()
                }
                left.withLock { $0 -= 1 }
            }
        }
        var count = 0
        while left.withLock({ $0 > 0 }) {
            let session = try fixture.session(database, connections: connections)
            #expect(session.horizon.openTransactions.isEmpty)
            try session.finish()
            count += 1
        }
        #expect(count > 10)
    }

    /// Each of these gives an older snapshot an empty table and no error.
    @Test(arguments: [
        "TRUNCATE t; INSERT INTO t SELECT generate_series(1, 10)", "ALTER TABLE t ALTER COLUMN id TYPE bigint",
        "BEGIN; ALTER TABLE t RENAME TO old; CREATE TABLE t AS SELECT * FROM old; GRANT SELECT ON t TO reader; COMMIT",
        "BEGIN; TRUNCATE t_1; COPY t_1 FROM STDIN WITH (FREEZE);\n7\n\\.\nCOMMIT",
    ])
    func aTableThatWasRewrittenBehindTheSnapshotIsNoEmptyTable(_ change: String) throws {
        let fixture = try Fixture(
            """
            CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 100);
            CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF p FOR VALUES FROM (1) TO (9);
            INSERT INTO p VALUES (3); GRANT SELECT ON t, p TO reader;
            """)
        let session = try fixture.session(database)
        try fixture.run(change + ";")
        let dataset = try Fixture.dataset(change.contains("t_1") ? "from: p" : "from: t")
        let error = failure {
            _ = try session.rows(dataset)
            try session.finish()
        }
        #expect(error?.code == .tryLater && error?.exitCode == 75 && error?.isTransient == true)
        #expect(try fixture.session(database).rows(dataset).isEmpty == false)
    }

    @Test func aTableCannotBeRewrittenBetweenItsPlanAndItsRows() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT generate_series(1, 100) AS id; GRANT SELECT ON t TO reader;")
        let session = try fixture.session(database)
        var rowCount = 0
        _ = try session.extract(
            Fixture.dataset("from: t"),
            prepare: { _ in
                #expect(throws: TestPostgresError.self) { try fixture.run("SET lock_timeout = '50ms'; TRUNCATE t;") }
            }
        ) { rowCount += $0.rowCount }
        #expect(rowCount == 100)
    }

    /// What was learnt of a table's columns holds until its rows are read: nobody can change them meanwhile.
    @Test func aTableCannotBeChangedBetweenItsSchemaAndItsRows() throws {
        let fixture = try Fixture(
            """
            CREATE DOMAIN price AS numeric(9,2); CREATE TABLE t (id int NOT NULL, name varchar(9), paid price);
            INSERT INTO t VALUES (1, 'a', 2.5); CREATE TABLE u AS SELECT 7 AS id; GRANT SELECT ON t, u TO reader;
            """)
        let session = try fixture.session(database)
        let (first, second) = (try Fixture.dataset("from: t"), try Fixture.dataset("from: u"))
        for _ in 0..<2 {
            let schema = try session.schema(of: first)
            #expect(schema.fields.map { $0.metadata["almanac.type"] } == ["integer", "character varying(9)", "price"])
            #expect(schema.fields.map(\.isNullable) == [false, true, true])
        }
        #expect(try session.schema(of: second).fields.count == 1)
        for change in ["ADD COLUMN extra int", "DROP COLUMN name", "ALTER COLUMN id TYPE bigint"] {
            #expect(throws: TestPostgresError.self) {
                try fixture.run("SET lock_timeout = '50ms'; ALTER TABLE t \(change);")
            }
        }
        // A dataset that fails leaves the others what they have.
        #expect(failure { _ = try session.rows(Fixture.dataset("from: gone")) }?.code == .tableMissing)
        #expect(try session.rows(first).count == 1 && session.rows(second).count == 1)
        try session.finish()
        try fixture.run("ALTER TABLE t DROP COLUMN name;")
        #expect(try fixture.session(database).schema(of: first).fields.map(\.name) == ["id", "paid"])
    }

    @Test func whatCannotBeReadIsToldByTenantDatasetAndCause() throws {
        let fixture = try Fixture(
            """
            CREATE TABLE "Orders" (id int, p point, amount numeric, t timestamp, d date);
            INSERT INTO "Orders" (id, d) VALUES (1, '2026-01-01'), (2, 'infinity');
            CREATE TABLE secret (id int); GRANT SELECT ON "Orders" TO reader;
            """)
        let session = try fixture.session(database)
        func read(_ keys: String...) -> ExtractError? {
            failure {
                let text = keys.joined(separator: "\n")
                let lines = text.split(separator: "\n").map(String.init)
                let dataset =
                    try lines.count == 1
                    ? Fixture.dataset(lines[0]) : Fixture.dataset(lines[0], lines[1])
                _ = try session.rows(dataset)
            }
        }
        let others = "p: { pii: drop }, amount: { pii: drop }, t: { pii: drop }, d: { pii: drop }"
        let table = #"from: '"Orders"'"#
        let cases: [(ExtractError?, ExtractError.Code, Int32)] = [
            (read("from: gone"), .tableMissing, 65),
            (read("from: secret"), .notPermitted, 77),
            (read(table), .typeUnsupported, 65),
            (read(table, "columns: { p: { pii: drop } }"), .typeUndeclared, 78),
            (read(table, "columns: { \(others), q: { pii: drop } }"), .columnMissing, 65),
            (read("sql: SELECT id, d FROM \"Orders\"", "key: [number]"), .columnMissing, 65),
            (read("sql: SELECT id FROM \"Orders\"", "columns: { revenue: { unit: money } }"), .columnMissing, 65),
            (
                read("sql: SELECT id FROM \"Orders\"", "columns: { id: { unit: money, currency: code } }"),
                .columnMissing, 65
            ),
            (read("sql: SELECT d FROM \"Orders\""), .valueRefused, 65),
            (read("sql: SELECT FRO"), .columnMissing, 65),
            (read("sql: SELECT 1/(id - id) AS x FROM \"Orders\""), .queryInvalid, 65),
        ]
        for (error, code, exitCode) in cases {
            #expect(error?.code == code && error?.exitCode == exitCode, "\(error?.description ?? "read")")
            #expect(error?.headline == "can't read 'events' for tenant 'lagos'")
            #expect(error?.reason.contains("\n") == false)
        }
        let denied = try #require(read("from: secret"))
        #expect(
            denied.description == """
                can't read 'events' for tenant 'lagos'
                  why    permission denied for table secret (SQLSTATE 42501, role reader)
                  try    GRANT SELECT ON "public"."secret" TO "reader";
                """)
        #expect(read("sql: SELECT id FROM \"Orders\"", "columns: { id: { unit: money, currency: NGN } }") == nil)
        // After all of these the snapshot still stands.
        #expect(
            try session.rows(Fixture.dataset("sql: SELECT id FROM \"Orders\" ORDER BY 1")) == [[.int(1)], [.int(2)]])
        try session.finish()
    }

    @Test func aSourceThatIsNotThereIsToldByTenant() throws {
        let scope = try Fixture.scope(database)
        func open(_ url: String) -> ExtractError? { failure { _ = try SourceSession(scope, url: Secret(url)) } }
        let down = try #require(open("postgres://reader:hunter2hunter2@127.0.0.1:1/shop"))
        #expect(down.code == .sourceUnreachable && down.exitCode == 69 && down.isTransient)
        #expect(down.headline == "can't read the source for tenant 'lagos'")
        #expect(down.reason.contains("postgres://reader:***@127.0.0.1:1/shop"))
        #expect(!down.debugDescription.contains("hunter2"))
        let cluster = try TestPostgres.cluster()
        #expect(open(cluster.url(database: "gone"))?.code == .sourceConfiguration)
        #expect(open(cluster.url(user: "nobody_at_all"))?.code == .notAuthenticated)
        #expect(open("not a url")?.exitCode == 78)
    }

    @Test func aLostConnectionEndsTheSession() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT g AS id, repeat('x', 100) AS x FROM generate_series(1, 200000) g; GRANT SELECT ON t TO reader;"
        )
        let session = try fixture.session(database)
        var wasEnded = false
        let error = failure {
            _ = try session.extract(Fixture.dataset("from: t")) { _ in
                guard !wasEnded else { return }
                wasEnded = true
                try fixture.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader'"
                )
            }
        }
        #expect(error?.code == .sourceLost && error?.exitCode == 69)
        #expect(failure { _ = try session.rows(Fixture.dataset("from: t")) }?.code == .sourceLost)
        #expect(failure { try session.finish() } != nil)
    }

    @Test func whatTheConsumerThrowsGoesOnAsItIs() throws {
        struct DiskFull: Error {}
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT generate_series(1, 100000) AS id; GRANT SELECT ON t TO reader;")
        let session = try fixture.session(database)
        #expect(throws: DiskFull.self) { _ = try session.extract(Fixture.dataset("from: t")) { _ in throw DiskFull() } }
        #expect(throws: DiskFull.self) {
            _ = try session.extract(Fixture.dataset("from: t"), prepare: { _ in throw DiskFull() }) { _ in }
        }
        #expect(try session.rows(Fixture.dataset("from: t")).count == 100_000)
        try session.finish()
    }

    @Test func theTenantsLimitOfRowsHolds() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT generate_series(1, 5000) AS id; GRANT SELECT ON t TO reader;")
        let dataset = try Fixture.dataset("from: t")
        let session = try fixture.session(database, limit: 9_999)
        #expect(try session.rows(dataset).count == 5_000)
        #expect(failure { _ = try session.rows(dataset) }?.code == .limitExceeded)
        #expect(try fixture.session(database, limit: 5_000).rows(dataset).count == 5_000)
    }

    @Test func localTimesBecomeInstantsOfTheTenantsZone() throws {
        let fixture = try Fixture(
            """
            CREATE TABLE t (id int, at timestamp);
            INSERT INTO t VALUES (1, '2024-07-01 12:00'), (2, '2024-03-10 02:30'), (3, '2024-11-03 01:30'), (4, NULL);
            GRANT SELECT ON t TO reader;
            """)
        func instants(_ keys: String) throws -> [Scalar] {
            let session = try fixture.session(database, zone: "America/New_York")
            return try session.rows(Fixture.dataset("from: t", keys)).map { $0[1] }
        }
        // 12:00 EDT is 16:00Z; 02:30 is in the gap that ends at 07:00Z; 01:30 is first at 05:30Z.
        #expect(
            try instants("naive_timestamps: local") == [
                .timestamp(1_719_849_600_000_000), .timestamp(1_710_054_000_000_000),
                .timestamp(1_730_611_800_000_000), .null,
            ])
        #expect(try instants("naive_timestamps: utc")[0] == .timestamp(1_719_835_200_000_000))
    }

    @Test func rowsThatTheContractLeavesOutAreCounted() throws {
        let fixture = try Fixture(
            "CREATE TABLE t AS SELECT g AS id, CASE WHEN g % 10 = 0 THEN 'infinity' ELSE '2026-01-01' END::date AS d FROM generate_series(1, 10000) g; GRANT SELECT ON t TO reader;"
        )
        let session = try fixture.session(database)
        var rowCount = 0
        let rows = try session.extract(Fixture.dataset("from: t", "contract: discard_row")) { rowCount += $0.rowCount }
        #expect(rows.rowsRead == 10_000 && rows.rejections.rowCount == 1_000 && rows.rowsAccepted == rowCount)
        let values = try session.extract(Fixture.dataset("from: t", "contract: discard_value")) { _ in }
        #expect(values.rowsAccepted == 10_000 && values.rejections.valueCount == 1_000)
        #expect(values.rejections.examples.count == 1_000)
        try session.finish()
    }

    @Test func aTableIsReadWithoutAProject() throws {
        let fixture = try Fixture("CREATE TABLE t AS SELECT 7 AS id; CREATE TABLE none (id int);")
        let url = Secret(fixture.cluster.url(database: fixture.database))
        var rows: [[Scalar]] = []
        let count = try extractTable(url: url, CopyRequest(.query("SELECT id * 2 AS x FROM t"))) { rows += $0.rows }
        #expect(rows == [[.int(14)]] && count.rowsRead == 1 && count.bytes > 20)
        var columns: [String] = []
        let none = CopyRequest(.table(QualifiedName(schema: "public", name: "none")))
        _ = try extractTable(url: url, none, prepare: { columns = $0.fields.map(\.name) }) { _ in }
        #expect(columns == ["id"])
        let gone = CopyRequest(.table(QualifiedName(schema: "public", name: "gone")))
        let error = failure { _ = try extractTable(url: url, gone) { _ in } }
        #expect(error?.code == .tableMissing && error?.headline == "can't read 'public.gone'")
    }
}
