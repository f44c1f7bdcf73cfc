import AlmanacTesting
import Columnar
import Extract
import PostgresCopy
import Testing

@Suite("Kept connections", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct SourceConnectionsTests {
    private typealias Fixture = SourceFixture

    private func backend(_ session: SourceSession) throws -> Scalar {
        try session.rows(Fixture.dataset("sql: SELECT pg_backend_pid() AS pid"))[0][0]
    }

    @Test func theNextTenantGetsTheConnectionAndNothingElse() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        let connections = SourceConnections()
        var backends: Set<Scalar> = []
        for tenant in ["a", "b", "c", "d", "nobody"] {
            let session = try fixture.session("isolation: rls, key: \(tenant)", connections: connections)
            let rows = try session.rows(Fixture.dataset("from: events"))
            #expect(rows.count == (tenant == "nobody" ? 0 : 2_500))
            #expect(rows.allSatisfy { $0[1] == .text(tenant) })
            backends.insert(try backend(session))
            try session.finish()
            #expect(failure { _ = try session.rows(Fixture.dataset("from: events")) } != nil)
        }
        #expect(backends.count == 1)
        // Where nobody is named, the policy still raises: the key of the last tenant is gone.
        let shared = try fixture.session("isolation: database", connections: connections)
        #expect(try backends.contains(backend(shared)))
        #expect(
            failure { _ = try shared.rows(Fixture.dataset("from: events")) }?.reason.contains("no tenant is set")
                == true)
    }

    @Test func whatASessionSetsIsForgotten() throws {
        let fixture = try Fixture("SELECT 1;")
        let connections = SourceConnections()
        let first = try fixture.session("isolation: database", connections: connections)
        _ = try first.rows(Fixture.dataset("sql: SELECT set_config('DateStyle', 'SQL, DMY', false) AS x"))
        try first.finish()
        let second = try fixture.session("isolation: database", connections: connections)
        let style = try Fixture.dataset("sql: SELECT current_setting('DateStyle') AS style")
        #expect(try second.rows(style) == [[.text("ISO, YMD")]])
    }

    @Test func aConnectionThatDiedIsReplaced() throws {
        let fixture = try Fixture("SELECT 1;")
        let connections = SourceConnections()
        try fixture.session("isolation: database", connections: connections).finish()
        try fixture.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader'"
        )
        let session = try fixture.session("isolation: database", connections: connections)
        #expect(try session.rows(Fixture.dataset("sql: SELECT 1 AS one")) == [[.int(1)]])
        try session.finish()
    }

    @Test func aSessionThatDidNotFinishIsNotKept() throws {
        let fixture = try Fixture("SELECT 1;")
        let connections = SourceConnections()
        var session: SourceSession? = try fixture.session("isolation: database", connections: connections)
        let first = try backend(#require(session))
        session = nil
        let second = try fixture.session("isolation: database", connections: connections)
        #expect(try backend(second) != first)
        // A canceller of a finished session cannot reach the next one.
        let canceller = try #require(second.canceller())
        try second.finish()
        #expect(!canceller.cancel())
        #expect(second.canceller() == nil)
    }
}
