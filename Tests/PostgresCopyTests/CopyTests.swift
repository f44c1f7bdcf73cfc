import AlmanacTesting
import Columnar
import PostgresCopy
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct CopyTests {
    private func connect(_ sql: String) throws -> (PostgresConnection, TestPostgres, String) {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(sql)
        return (try PostgresConnection(cluster.url(database: database)), cluster, database)
    }

    private func table(_ name: String, _ change: (inout CopyRequest) -> Void = { _ in }) throws -> CopyRequest {
        var request = CopyRequest(.table(try #require(QualifiedName(name))))
        change(&request)
        return request
    }

    private func error(_ body: () throws -> Void) -> PostgresError? {
        do {
            try body()
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    private func rows(_ connection: PostgresConnection, _ request: CopyRequest) throws -> [[Scalar]] {
        var rows: [[Scalar]] = []
        let plan = try connection.plan(request)
        let summary = try connection.copy(plan) { rows += $0.rows }
        #expect(summary.rowCount == rows.count + summary.rejections.rowCount)
        return rows
    }

    @Test func aTableIsReadByNameWithItsTypesAndNulls() throws {
        let (connection, _, _) = try connect(
            """
            CREATE SCHEMA "Shop One"; CREATE TABLE "Shop One"."Order Lines"
              (gone int, id bigint NOT NULL, "unit price" numeric(12,2), "Name" text, name text, "q""q" date);
            ALTER TABLE "Shop One"."Order Lines" DROP COLUMN gone;
            INSERT INTO "Shop One"."Order Lines" VALUES (1, 2.50, 'a', NULL, '2026-10-31'), (2, NULL, 'b', 'c', NULL);
            """)
        let plan = try connection.plan(table(#""Shop One"."Order Lines""#))
        #expect(plan.schema.fields.map(\.name) == ["id", "unit_x0020_price", "_x004e_ame", "name", #"q"q"#])
        #expect(plan.schema.fields.map(\.isNullable) == [false, true, true, true, true])
        #expect(plan.schema.fields[1].metadata == ["almanac.type": "numeric(12,2)", "almanac.name": "unit price"])
        var rows: [[Scalar]] = []
        let summary = try connection.copy(plan) { rows += $0.rows }
        #expect(
            rows == [
                [.int(1), .decimal(.init(unscaled: 250, scale: 2)), .text("a"), .null, .date(20_757)],
                [.int(2), .null, .text("b"), .text("c"), .null],
            ])
        #expect(summary.rowCount == 2)
    }

    @Test func batchesHaveTheirRowCountAndNoRowsAreNoError() throws {
        let (connection, _, _) = try connect(
            "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 10000); CREATE TABLE none (a int, b text);"
        )
        let plan = try connection.plan(table("t"))
        var counts: [Int] = []
        _ = try connection.copy(plan) { counts.append($0.rowCount) }
        #expect(counts == [4_096, 4_096, 1_808])
        #expect(try rows(connection, table("none")) == [])
    }

    @Test func wideRowsCloseABatchEarly() throws {
        let (connection, _, _) = try connect(
            "CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 3000000) FROM generate_series(1, 10);")
        let plan = try connection.plan(table("t"))
        var counts: [Int] = []
        let summary = try connection.copy(plan) { counts.append($0.rowCount) }
        #expect(counts == [3, 3, 3, 1])
        #expect(summary.byteCount > 30_000_000)
    }

    @Test func typesWithoutAPlaceAreRefusedByName() throws {
        let (connection, _, _) = try connect(
            """
            CREATE TYPE holder AS (ip inet);
            CREATE TABLE t (p point, u numeric, n timestamp, b numeric(50,2), h holder, v pg_lsn, pa point[]);
            """)
        func failure(_ column: String, _ change: (inout CopyRequest) -> Void = { _ in }) throws -> PostgresError? {
            let request = try table("t") {
                $0.excludedColumns = Set(["p", "u", "n", "b", "h", "v", "pa"]).subtracting([column])
                change(&$0)
            }
            return error { _ = try connection.plan(request) }
        }
        #expect(try failure("p")?.code == .unsupportedType)
        #expect(try failure("p")?.message.contains("'p' has the type point") == true)
        #expect(try failure("pa")?.code == .unsupportedType)
        #expect(try failure("v")?.code == .unsupportedType)
        #expect(try failure("h")?.message.contains("'h.ip' has the type inet") == true)
        #expect(try failure("u")?.code == .undeclaredType)
        #expect(try failure("n")?.code == .undeclaredType)
        #expect(try failure("b")?.code == .unsupportedType)
        #expect(try failure("p") { $0.declarations = ["p": .text] } == nil)
        #expect(try failure("u") { $0.declarations = ["u": .decimal(precision: 20, scale: 4)] } == nil)
        #expect(try failure("b") { $0.declarations = ["b": .decimal(precision: 38, scale: 2)] } == nil)
        #expect(try failure("n") { $0.naiveTimestamps = .utc } == nil)
        #expect(
            try failure("p") { $0.declarations = ["p": .decimal(precision: 20, scale: 4)] }?.code == .unsupportedType)
        #expect(try failure("p") { $0.declarations = ["typo": .text] }?.code == .noSuchColumn)
    }

    /// Every kind of value that the lake cannot hold, one a row, row 0 being good.
    private static let badValues = """
        CREATE TABLE t (id int, d date, s timestamptz, n numeric, a int[], l timestamp);
        INSERT INTO t VALUES (0, '2026-01-01', '2026-01-01', 1.5, '{1}', '2026-01-01'),
          (1, 'infinity', NULL, NULL, NULL, NULL), (2, '-infinity', NULL, NULL, NULL, NULL),
          (3, NULL, 'infinity', NULL, NULL, NULL), (4, NULL, '-infinity', NULL, NULL, NULL),
          (5, NULL, '294276-12-31', NULL, NULL, NULL), (6, NULL, NULL, 'NaN', NULL, NULL),
          (7, NULL, NULL, 'Infinity', NULL, NULL), (8, NULL, NULL, '-Infinity', NULL, NULL),
          (9, NULL, NULL, 100000000, NULL, NULL), (10, NULL, NULL, 0.001, NULL, NULL),
          (11, NULL, NULL, '1e130000'::numeric, NULL, NULL), (12, NULL, NULL, '1e-1000', NULL, NULL),
          (13, NULL, NULL, NULL, '{{1,2},{3,4}}', NULL), (14, NULL, NULL, NULL, '[0:1]={1,2}', NULL),
          (15, NULL, NULL, NULL, NULL, 'infinity'), (16, NULL, NULL, NULL, NULL, '1970-01-01 00:00:00.000001'),
          (17, NULL, NULL, 12345678901234567890123456789012345678901234567890, NULL, NULL),
          (18, '2026-01-02', '2026-01-01', 99999999.99, '{}', '2026-01-01');
        """

    private func badRequest(_ policy: RefusalPolicy) throws -> CopyRequest {
        try table("t") {
            $0.declarations = ["n": .decimal(precision: 10, scale: 2)]
            $0.keyColumns = ["id"]
            $0.naiveTimestamps = .local { $0 == 1 ? nil : $0 - 3_600_000_000 }
            $0.refusalPolicy = policy
        }
    }

    @Test func valuesWithoutAPlaceFailTheCopyByName() throws {
        let (connection, _, _) = try connect(Self.badValues)
        let failure = error { _ = try rows(connection, badRequest(.fail)) }
        #expect(failure?.code == .valueRefused)
        #expect(failure?.message.contains("column 'd', row 2 as read: infinity") == true)
        // The connection goes on.
        #expect(try connection.execute("SELECT 1").value == "1")
    }

    @Test func valuesWithoutAPlaceBecomeNullAndAreCounted() throws {
        let (connection, _, _) = try connect(Self.badValues)
        let plan = try connection.plan(badRequest(.discardValue))
        var rows: [[Scalar]] = []
        let summary = try connection.copy(plan) { rows += $0.rows }
        #expect(rows.count == 19)
        for row in rows[1...17] { #expect(row.dropFirst().allSatisfy { $0 == .null }) }
        #expect(rows[18][3] == .decimal(.init(unscaled: 9_999_999_999, scale: 2)))
        #expect(rows[0][5] == .timestamp(1_767_225_600_000_000 - 3_600_000_000))
        #expect(summary.rejections.valueCount == 17)
        #expect(summary.rejections.rowCount == 0)
        let faults = summary.rejections.examples.sorted { $0.rowNumber < $1.rowNumber }.map(\.fault)
        let (large, fine) = (ValueFault.tooLarge(precision: 10, scale: 2), ValueFault.tooFine(precision: 10, scale: 2))
        #expect(
            faults == [
                .infinite, .infinite, .infinite, .infinite, .outOfRange, .notANumber, .infiniteNumber, .infiniteNumber,
                large, fine, large, fine, .dimensions, .lowerBound, .infinite, .noInstant, large,
            ])
    }

    @Test func rowsWithoutAPlaceAreLeftOutAndCounted() throws {
        let (connection, _, _) = try connect(Self.badValues)
        let plan = try connection.plan(badRequest(.discardRow))
        var rows: [[Scalar]] = []
        let summary = try connection.copy(plan) { rows += $0.rows }
        #expect(rows.map { $0[0] } == [.int(0), .int(18)])
        #expect(summary.rejections.examples.allSatisfy { $0.key == [.int(Int64($0.rowNumber - 1))] })
        #expect(summary.rejections.examples.first { $0.rowNumber == 2 }?.bytes == [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(summary.rowCount == 19)
        #expect(summary.rejections.rowCount == 17)
        #expect(summary.rejections.valueCount == 0)
    }

    @Test func aConditionIsAValueAndNeverSQL() throws {
        let (connection, _, _) = try connect(
            #"CREATE TABLE t ("tenant ""x" text, a int); INSERT INTO t VALUES ('a', 1), (''' OR true --', 2);"#)
        let request = try table("t") { $0.conditions = [.init(column: #"tenant "x"#, equals: "' OR true --")] }
        #expect(try rows(connection, request).map { $0[1] } == [.int(2)])
        let missing = try table("t") { $0.conditions = [.init(column: "tenant", equals: "a")] }
        #expect(error { _ = try connection.plan(missing) }?.code == .noSuchColumn)
    }

    @Test func aQueryIsReadWhole() throws {
        let (connection, _, _) = try connect("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);")
        let request = CopyRequest(.query("SELECT a, a * 2 AS b FROM t -- a comment ;\n ; "))
        #expect(try rows(connection, request) == [[.int(1), .int(2)], [.int(2), .int(4)]])
        let twice = CopyRequest(.query("SELECT a, a FROM t"))
        #expect(error { _ = try connection.plan(twice) }?.code == .invalidQuery)
        let escaping = CopyRequest(.query("SELECT 1) TO STDOUT; DROP TABLE t; --"))
        #expect(error { _ = try connection.plan(escaping) }?.code == .invalidQuery)
    }

    @Test func aConsumerThatStopsEndsTheStatementAndKeepsTheConnection() throws {
        struct Enough: Error {}
        let (connection, _, _) = try connect(
            "CREATE TABLE t AS SELECT g AS a, repeat('x', 100) AS b FROM generate_series(1, 300000) g;")
        try connection.begin(.repeatableReadReadOnly)
        let plan = try connection.plan(table("t"))
        #expect(throws: Enough.self) { _ = try connection.copy(plan) { _ in throw Enough() } }
        connection.rollback()
        #expect(try connection.execute("SELECT 1").value == "1")
    }

    @Test func aServerThatEndsTheBackendIsAnErrorHoweverManyRowsCame() throws {
        let (connection, cluster, database) = try connect(
            "CREATE TABLE t AS SELECT g AS a, repeat('x', 200) AS b FROM generate_series(1, 300000) g;")
        try connection.begin(.repeatableReadReadOnly)
        let process = try #require(try connection.execute("SELECT pg_backend_pid()").value)
        let plan = try connection.plan(table("t"))
        var rowCount = 0
        let failure = error {
            _ = try connection.copy(plan) { batch in
                if rowCount == 0 { try cluster.run("SELECT pg_terminate_backend(\(process))", database: database) }
                rowCount += batch.rowCount
            }
        }
        #expect(failure?.code == .connectionLost)
        #expect(rowCount > 0)
        #expect(!connection.isUsable)
    }

    @Test func aServerThatFallsSilentIsGivenUp() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            "CREATE TABLE t AS SELECT g AS a, repeat('x', 200) AS b FROM generate_series(1, 300000) g;")
        let connection = try PostgresConnection(
            cluster.url(database: database), options: SessionOptions(progressTimeoutMilliseconds: 300))
        let backend = try #require(try connection.execute("SELECT pg_backend_pid()").value.flatMap { Int32($0) })
        let plan = try connection.plan(table("t"))
        // Stopped, not ended: nothing tells us, as when a host hangs.
        let failure = error { _ = try connection.copy(plan) { _ in kill(backend, SIGSTOP) } }
        kill(backend, SIGCONT)
        #expect(failure?.code == .timedOut)
        #expect(!connection.isUsable)
    }

    @Test func aStatementThatFailsInTheMiddleIsAnError() throws {
        let (connection, _, _) = try connect("CREATE TABLE t AS SELECT generate_series(1, 50000) AS a;")
        let plan = try connection.plan(CopyRequest(.query("SELECT 100 / (40000 - a) AS b FROM t")))
        var rowCount = 0
        let failure = error { _ = try connection.copy(plan) { rowCount += $0.rowCount } }
        #expect(failure?.sqlState == "22012")
        #expect(rowCount > 30_000)
        #expect(try connection.execute("SELECT 1").value == "1")
    }

    @Test func aCancelledStatementIsAnError() throws {
        let (connection, _, _) = try connect(
            "CREATE TABLE t AS SELECT g AS a, repeat('x', 200) AS b FROM generate_series(1, 300000) g;")
        let canceller = try #require(connection.canceller())
        let plan = try connection.plan(table("t"))
        let failure = error { _ = try connection.copy(plan) { _ in canceller.cancel() } }
        #expect(failure?.code == .cancelled)
    }

    @Test func bytesThatAreNotUTF8AreRefused() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            "CREATE TABLE t (a text); SET client_encoding = 'SQL_ASCII'; INSERT INTO t VALUES (E'ok'), (E'\\xC3\\x28');",
            options: "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        let connection = try PostgresConnection(cluster.url(database: database))
        let failure = error { _ = try rows(connection, table("t")) }
        #expect(failure?.code == .valueRefused || failure?.sqlState == "22021")
    }

    @Test func allTablesOfATransactionAreOfOneSnapshot() throws {
        let (connection, cluster, database) = try connect(
            "CREATE TABLE a (v int); CREATE TABLE b (v int); INSERT INTO a VALUES (100); INSERT INTO b VALUES (0);")
        try connection.begin(.repeatableReadReadOnly)
        let first = try rows(connection, table("a"))
        try cluster.run("BEGIN; UPDATE a SET v = 0; UPDATE b SET v = 100; COMMIT;", database: database)
        let second = try rows(connection, table("b"))
        try connection.commit()
        #expect(first == [[.int(100)]])
        #expect(second == [[.int(0)]])
    }
}
