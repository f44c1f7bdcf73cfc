import AlmanacTesting
import Columnar
import PostgresCopy
import Testing

@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct PostgresConnectionTests {
    private func connect(_ sql: String = "", user: String = "postgres", options: SessionOptions = SessionOptions())
        throws -> PostgresConnection
    {
        let cluster = try TestPostgres.cluster()
        return try PostgresConnection(
            cluster.url(database: cluster.makeDatabase(sql), user: user), options: options)
    }

    private func code(_ body: () throws -> Void) -> PostgresError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? PostgresError)?.code
        }
    }

    @Test func settingsThatChangeTextArePinnedWhateverTheRoleHas() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            """
            CREATE ROLE pinned LOGIN;
            ALTER ROLE pinned SET DateStyle = 'SQL, DMY'; ALTER ROLE pinned SET extra_float_digits = 0;
            ALTER ROLE pinned SET bytea_output = 'escape'; ALTER ROLE pinned SET IntervalStyle = 'sql_standard';
            ALTER ROLE pinned SET TimeZone = 'Asia/Tokyo'; ALTER ROLE pinned SET standard_conforming_strings = off;
            """)
        let connection = try PostgresConnection(cluster.url(database: database, user: "pinned"))
        let row = try connection.execute(
            """
            SELECT date '2026-02-03', 0.1::float8 + 0.2, '\\x00ff'::bytea, interval '1 day 2 hours',
                   timestamptz '2026-01-01 00:00:00+00', current_setting('standard_conforming_strings'),
                   current_setting('application_name')
            """
        ).rows[0]
        #expect(
            row == [
                "2026-02-03", "0.30000000000000004", "\\x00ff", "1 day 02:00:00", "2026-01-01 00:00:00+00", "on",
                "almanac",
            ])
    }

    @Test func parametersAreValuesAndNeverSQL() throws {
        let connection = try connect()
        let nasty = "'; DROP TABLE x; -- \\ \" $1"
        #expect(try connection.execute("SELECT $1::text, $2::text", [nasty, nil]).rows == [[nasty, nil]])
        let literal = try connection.quotedLiteral(nasty)
        #expect(try connection.execute("SELECT \(literal)").value == nasty)
        #expect(code { try connection.execute("SELECT 1; SELECT 2") } == .invalidQuery)
        #expect(code { try connection.execute("SELECT $1", ["a\0b"]) } == .invalidQuery)
        #expect(try quotedIdentifier(#"a"b.c"#) == #""a""b.c""#)
        #expect(throws: PostgresError.self) { try quotedIdentifier("") }
        #expect(throws: PostgresError.self) { try quotedIdentifier("a\0") }
    }

    @Test func aSettingOfATransactionEndsWithIt() throws {
        let connection = try connect()
        #expect(code { try connection.setLocal("app.tenant_id", "a") } == .misuse)
        try connection.begin(.repeatableReadReadOnly)
        try connection.setLocal("app.tenant_id", "4711")
        #expect(try connection.execute("SELECT current_setting('app.tenant_id')").value == "4711")
        try connection.commit()
        #expect(try connection.execute("SELECT current_setting('app.tenant_id', true)").value == "")
        #expect(!connection.isInTransaction)
    }

    @Test func aFailedTransactionIsNotCommitted() throws {
        let connection = try connect()
        try connection.begin(.repeatableReadReadOnly)
        #expect(code { try connection.execute("CREATE TABLE t (a int)") } == .other)
        #expect(throws: PostgresError.self) { try connection.commit() }
        #expect(!connection.isInTransaction)
        #expect(try connection.execute("SELECT 1").value == "1")
    }

    @Test func errorsSayWhatTheyAre() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            "CREATE ROLE nobody_much LOGIN; CREATE TABLE secret (a int); CREATE TABLE open (a int); GRANT SELECT ON open TO nobody_much;"
        )
        let connection = try PostgresConnection(cluster.url(database: database, user: "nobody_much"))
        #expect(code { try connection.execute("SELECT * FROM secret") } == .notPermitted)
        #expect(code { try connection.execute("SELECT * FROM gone") } == .noSuchTable)
        #expect(code { try connection.execute("SELECT * FROM no.where") } == .noSuchTable)
        #expect(code { try connection.execute("SELECT b FROM open") } == .noSuchColumn)
        #expect(code { try connection.execute("SELEC") } == .invalidQuery)
        #expect(code { _ = try PostgresConnection(cluster.url(database: "gone")) } == .noSuchDatabase)
        #expect(code { _ = try PostgresConnection(cluster.url(user: "nobody_at_all")) } == .notAuthenticated)
        #expect(code { _ = try PostgresConnection("postgres://a@/b?host=/nowhere") } == .unreachable)
        #expect(code { _ = try PostgresConnection("postgres://a@127.0.0.1:1/b") } == .unreachable)
        #expect(code { _ = try PostgresConnection("postgres://a:b@c:x/d?e=f") } == .invalidConnectionString)
    }

    @Test func noMessageHoldsThePasswordOrAValue() throws {
        let strings = [
            "postgres://reader:hunter2hunter2@127.0.0.1:1/shop", "host=127.0.0.1 port=1 password=hunter2hunter2",
            "postgre://reader:hunter2hunter2@127.0.0.1/shop", "hunter2hunter2",
            "postgres://reader@127.0.0.1:1/shop?password=hunter2hunter2&nonsense=1",
            "postgres://127.0.0.1:1/shop?sslpassword=hunter2hunter2", "host=127.0.0.1 port=hunter2hunter2",
            "password='hunter2hunter2",
        ]
        for string in strings {
            do {
                _ = try PostgresConnection(string)
                Issue.record("connected")
            } catch {
                #expect(
                    !"\(error)\(error.debugDescription)".contains("hunter2hunter2") || string.contains("port=hunter"))
            }
        }
        let target = try ConnectionTarget.parse("postgres://reader:hunter2@db.example:6432/shop")
        #expect("\(target)" == "postgres://reader:***@db.example:6432/shop")

        let connection = try connect("CREATE TABLE t (a text); INSERT INTO t VALUES ('4111-1111'), ('7');")
        do {
            try connection.execute("SELECT a::int FROM t")
            Issue.record("no error")
        } catch {
            #expect(error.code == .invalidQuery)
            #expect(!error.description.contains("4111"))
            #expect(error.debugDescription.contains("4111"))
        }
    }

    @Test func timeOutsEndAStatement() throws {
        let slow = try connect(options: SessionOptions(statementTimeoutMilliseconds: 100))
        #expect(code { try slow.execute("SELECT pg_sleep(20)") } == .timedOut)
        let silent = try connect(options: SessionOptions(progressTimeoutMilliseconds: 100))
        #expect(code { try silent.execute("SELECT pg_sleep(5)") } == .timedOut)
        #expect(!silent.isUsable)
        #expect(code { try silent.execute("SELECT 1") } == .connectionLost)
    }

    @Test func namesAreReadAsSQLReadsThem() {
        #expect(QualifiedName("nexus.Orders") == QualifiedName(schema: "nexus", name: "orders"))
        #expect(QualifiedName(#""Shop One"."a.b""c""#) == QualifiedName(schema: "Shop One", name: #"a.b"c"#))
        #expect(QualifiedName("orders") == QualifiedName(schema: nil, name: "orders"))
        for bad in ["", ".", "a.", ".a", "a.b.c", "a b", #""a"#, #""""#, "1a", "a;drop", #"a"b""#, "a-b"] {
            #expect(QualifiedName(bad) == nil, "\(bad)")
        }
    }
}
