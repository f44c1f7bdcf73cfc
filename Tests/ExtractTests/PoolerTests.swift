import AlmanacTesting
import Columnar
import Configuration
import Extract
import PostgresCopy
import Testing

/// Sessions through PgBouncer, with fewer connections to the server than there are sessions.
@Suite(
    "Poolers", .serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"),
    .enabled(if: TestPooler.isInstalled, "no PgBouncer is installed"))
struct PoolerTests {
    @Test(arguments: TestPooler.Mode.allCases)
    func sessionsOfSeveralTenantsShareAConnection(mode: TestPooler.Mode) throws {
        let fixture = try SourceFixture(SourceFixture.sharedTable)
        let pooler = try TestPooler(mode, cluster: fixture.cluster)
        defer { pooler.stop() }
        let connections = SourceConnections()
        let dataset = try SourceFixture.dataset("from: events", "columns: { tenant_id: {} }")
        for round in 0..<8 {
            let key = ["a", "b", "c", "d"][round % 4]
            let session = try SourceSession(
                try SourceFixture.scope("isolation: rls, key: \(key), setting: app.tenant_id"),
                url: Secret(pooler.url(database: fixture.database, user: "reader")), connections: connections)
            let rows = try session.rows(dataset)
            #expect(rows.count == 2_500 && rows.allSatisfy { $0[1] == .text(key) })
            try session.finish()
        }
    }

    @Test func nothingOfOursIsLeftInASharedSession() throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase()
        let pooler = try TestPooler(.transaction, cluster: cluster)
        defer { pooler.stop() }
        let url = pooler.url(database: database)
        // The only connection to the server, as others find it.
        let other = try PostgresConnection(url)
        let before = try other.execute("SHOW lock_timeout").value
        let ours = try PostgresConnection(url)
        #expect(ours.isPooled)
        try ours.begin(.repeatableReadReadOnly)
        #expect(try ours.execute("SHOW lock_timeout").value == "30s")
        try ours.commit()
        #expect(try other.execute("SHOW lock_timeout").value == before)
        #expect(before == "0")
        #expect(!(try PostgresConnection(cluster.url(database: database)).isPooled))
    }
}
