import AlmanacTesting
import Columnar
import Effects
import PostgresCopy
import Testing

/// What a COPY comes to when the network or the server fails in the middle of it: an error by name, in bounded time, and
/// never a stream that looks whole.
@Suite(.serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct SourceFaultTests {
    private static let rowCount = 200_000

    /// A database with a table of some megabytes, behind a proxy.
    private func table() throws -> (cluster: TestPostgres, database: String, proxy: FaultyProxy) {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            "CREATE TABLE t AS SELECT g AS id, repeat('x', 40) AS note FROM generate_series(1, \(Self.rowCount)) g;")
        return (cluster, database, try FaultyProxy(socketPath: cluster.folder + "/.s.PGSQL.5432"))
    }

    private func connect(
        _ proxy: FaultyProxy, _ database: String, silenceMilliseconds: Int = 500, progressMilliseconds: Int = 60_000
    ) throws -> PostgresConnection {
        var options = SessionOptions(progressTimeoutMilliseconds: progressMilliseconds)
        options.silenceMilliseconds = silenceMilliseconds
        return try PostgresConnection(
            "postgres://postgres@127.0.0.1:\(proxy.port)/\(database)?sslmode=disable&gssencmode=disable",
            options: options)
    }

    /// Reads the table in a transaction; how many rows were handed over, and the error.
    private func copy(
        _ connection: PostgresConnection, consume: (Int) throws -> Void = { _ in }
    ) -> (rowCount: Int, error: PostgresError?) {
        var rowCount = 0
        do {
            try connection.begin(.repeatableReadReadOnly)
            let plan = try connection.plan(CopyRequest(.table(QualifiedName(schema: "public", name: "t"))))
            let summary = try connection.copy(plan) { batch in
                rowCount += batch.rowCount
                try consume(rowCount)
            }
            #expect(summary.rowCount == rowCount)
            try connection.commit()
            return (rowCount, nil)
        } catch let error as PostgresError {
            return (rowCount, error)
        } catch {
            Issue.record(error)
            return (rowCount, nil)
        }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        try body()
        return Double(clock.monotonicNanoseconds() - start) / 1e9
    }

    @Test func aWholeStreamPassesTheProxy() throws {
        let (_, database, proxy) = try table()
        defer { proxy.stop() }
        let result = copy(try connect(proxy, database))
        #expect(result.rowCount == Self.rowCount && result.error == nil)
    }

    @Test(arguments: [0, 1, 20, 4_000, 1_000_000, 9_000_000])
    func aConnectionThatIsCutOrResetIsLost(byteCount: Int) throws {
        for fault in [FaultyProxy.Fault.cut(afterByteCount: byteCount), .reset(afterByteCount: byteCount)] {
            let (_, database, proxy) = try table()
            defer { proxy.stop() }
            let connection: PostgresConnection
            if byteCount >= 4_000 {
                proxy.set(fault)
                connection = try connect(proxy, database)
            } else {
                connection = try connect(proxy, database)
                proxy.set(.cut(afterByteCount: 0))
            }
            var result: (rowCount: Int, error: PostgresError?)?
            let time = seconds { result = copy(connection) }
            #expect(result?.error?.code == .connectionLost, "\(fault): \(String(describing: result))")
            #expect(time < 5)
        }
    }

    @Test(arguments: [4_000, 1_000_000, 9_000_000])
    func aHalfOpenConnectionIsFoundByAskingTheServer(byteCount: Int) throws {
        let (_, database, proxy) = try table()
        defer { proxy.stop() }
        // The connection that asks, and all others, go through.
        proxy.set(.silence(afterByteCount: byteCount), connectionCount: 1)
        let connection = try connect(proxy, database)
        var result: (rowCount: Int, error: PostgresError?)?
        let time = seconds { result = copy(connection) }
        #expect(result?.error?.code == .connectionLost, "\(String(describing: result))")
        #expect(result?.error?.message.contains("the connection is dead") == true)
        #expect((result?.rowCount ?? 0) < Self.rowCount)
        #expect(time < 10)
        #expect(!connection.isUsable)
    }

    @Test func aNetworkThatSwallowsEverythingIsFoundWithin30Seconds() throws {
        let (_, database, proxy) = try table()
        defer { proxy.stop() }
        proxy.set(.silence(afterByteCount: 1_000_000))
        let connection: PostgresConnection
        // As it comes, 10 s of silence.
        connection = try connect(proxy, database, silenceMilliseconds: SessionOptions().silenceMilliseconds)
        proxy.set(.silence(afterByteCount: 1_000))
        var result: (rowCount: Int, error: PostgresError?)?
        let time = seconds { result = copy(connection) }
        #expect(result?.error?.code == .connectionLost, "\(String(describing: result))")
        #expect(time < 30, "\(time) s")
    }

    @Test func aServerThatWorksIsWaitedFor() throws {
        let (_, database, proxy) = try table()
        defer { proxy.stop() }
        let connection = try connect(proxy, database, silenceMilliseconds: 200)
        let before = proxy.acceptedCount
        #expect(try connection.execute("SELECT pg_sleep(1.5)").rows.count == 1)
        // It was asked meanwhile.
        #expect(proxy.acceptedCount > before)
    }

    @Test func bytesOneByOneAreNoFault() throws {
        let (cluster, _, proxy) = try table()
        defer { proxy.stop() }
        let database = try cluster.makeDatabase("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 20) g;")
        let connection = try connect(proxy, database)
        proxy.set(.drip(bytesPerSecond: 2_000))
        let result = copy(connection)
        #expect(result.rowCount == 20 && result.error == nil)
    }

    @Test(arguments: ["begin", "copy", "commit"])
    func aBackendThatIsTerminatedIsAnErrorInEveryPhase(phase: String) throws {
        let (cluster, database, proxy) = try table()
        defer { proxy.stop() }
        let connection = try connect(proxy, database)
        let process = try #require(try connection.execute("SELECT pg_backend_pid()").value)
        func terminate() throws { try cluster.run("SELECT pg_terminate_backend(\(process)), pg_sleep(0.1)") }
        var isTerminated = false
        switch phase {
        case "begin": try terminate()
        case "commit":
            try connection.begin(.repeatableReadReadOnly)
            try terminate()
            #expect(throws: PostgresError.self) { try connection.commit() }
            return
        default: break
        }
        let result = copy(connection) { rowCount in
            guard phase == "copy", !isTerminated, rowCount > 20_000 else { return }
            isTerminated = true
            try terminate()
        }
        #expect(result.error?.code == .connectionLost, "\(String(describing: result.error))")
        #expect(result.rowCount < Self.rowCount)
    }

    @Test func aServerWithoutAFreeConnectionIsTriedAgainLater() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase()
        try cluster.run("ALTER DATABASE \(database) CONNECTION LIMIT 0; CREATE ROLE crowded LOGIN;")
        do throws(PostgresError) {
            _ = try PostgresConnection(cluster.url(database: database, user: "crowded"))
            Issue.record("a connection beyond the limit")
        } catch {
            #expect(error.code == .unreachable && error.isTransient, "\(error)")
        }
    }
}
