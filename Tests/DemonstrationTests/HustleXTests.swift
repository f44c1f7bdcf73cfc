import AlmanacTesting
import Demonstration
import Foundation
import PostgresCopy
import Testing

/// The made-up tenants of HustleX: whole, the same each time, and with the errors that they say they have.
@Suite struct HustleXTests {
    @Test("The same seed makes the same rows, whatever the other tenants are")
    func deterministic() throws {
        let one = GeneratedPlatform.hustlex.source(index: 3, scale: 0.4, seed: 9)
        let again = GeneratedPlatform.hustlex.source(index: 3, scale: 0.4, seed: 9)
        #expect(one.truths == again.truths && one.rowCount == again.rowCount)
        #expect(one.truths != GeneratedPlatform.hustlex.source(index: 3, scale: 0.4, seed: 10).truths)
        #expect(one.tenant == "hustlex-0003" && one.schema == "hustlex_0003")
        let second = GeneratedPlatform.hustlex.source(index: 2, scale: 0.4, seed: 9)
        #expect(second.timezone == "Africa/Nairobi" && second.currency == "KES" && one.currency == "NGN")
        #expect(second.rowCount > one.rowCount)
    }

    /// Books, market, circles and loans by SQL on the tables are the truths, and each planted error is found, and no
    /// other.
    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2])
    func truthsAreInTheTables(_ index: Int) throws {
        let cluster = try TestPostgres.cluster()
        let connection = try PostgresConnection(cluster.url(database: try cluster.makeDatabase()))
        let source = GeneratedPlatform.hustlex.source(index: index, scale: 0.5, seed: 1)
        try source.load(into: connection, replaces: false)
        #expect(throws: DemonstrationError.self) { try source.load(into: connection, replaces: false) }
        try source.load(into: connection, replaces: true)
        try connection.execute("SET search_path TO \(source.schema)")
        func number(_ sql: String) throws -> Int64? { try connection.execute(sql).value.flatMap { Int64($0) } }
        func truth(_ name: String) -> Int64? {
            if case .number(let value)? = source.truths[name] { value } else { nil }
        }
        let sums = [
            "users": "select count(*) from users", "postings": "select count(*) from transactions",
            "wallets_minor": "select sum(amount) from transactions where status = 'completed'",
            "gmv_minor": "select sum(agreed_price) from gig_contracts where completed_at is not null",
            "fees_minor": "select -sum(amount) from transactions where type = 'platform_fee'",
            "refunds_minor": "select coalesce(sum(refund_amount), 0) from gig_disputes where resolved_at is not null",
            "paid_out_minor": "select sum(gross) from circle_payouts",
            "late_postings":
                "select count(*) from transactions where created_at - effective_at >= interval '1 day'",
        ]
        for (name, sql) in sums { #expect(try number(sql) == truth(name), "\(name)") }
        try expectPlants(source) { try connection.execute($0) }
    }

    private func expectPlants(_ source: GeneratedSource, _ ask: (String) throws -> PostgresResult) throws {
        let completed = "(select * from transactions where status = 'completed') t"
        let checks = [
            "R1": """
            select reference, sum(amount) from \(completed) where type like 'transfer%' group by 1
            having sum(amount) <> 0
            """,
            "R2": """
            select w.id, w.balance from wallets w left join (select wallet_id, sum(amount) s from \(completed)
            group by 1) t on t.wallet_id = w.id where w.balance <> coalesce(s, 0)
            """,
            "R3": """
            select w.id, w.escrow_balance from wallets w left join (select c.client_id, sum(g.agreed_price) s from
            gig_contracts g join gigs c on c.id = g.gig_id where g.completed_at is null group by 1) h
            on h.client_id = w.user_id where w.escrow_balance <> coalesce(s, 0)
            """,
            "R4": """
            select c.id, 0 from contributions c join circle_members m on m.id = c.member_id join wallets w
            on w.user_id = m.user_id where c.paid_at is not null and not exists (select 1 from transactions t
            where t.wallet_id = w.id and t.type = 'contribution' and t.amount = -c.paid_amount
            and t.effective_at = c.paid_at)
            """,
            "R6": """
            select distinct wallet_id, min(b) over (partition by wallet_id) from (select wallet_id, sum(amount) over
            (partition by wallet_id order by effective_at, seq rows unbounded preceding) b from \(completed)) q
            where b < 0
            """,
            "R8": "select reference, count(*) from transactions where type = 'deposit' group by 1 having count(*) > 1",
            "R9": """
            select g, 0 from generate_series(1, (select max(seq) from transactions)) g except
            select seq, 0 from transactions
            """,
        ]
        guard case .list(let planted)? = source.truths["planted"] else {
            Issue.record("no planted errors")
            return
        }
        var found: [String] = []
        for plant in planted {
            guard case .object(let values) = plant, case .text(let check)? = values["check"],
                case .text(let subject)? = values["subject"], case .number(let actual)? = values["actual"]
            else { continue }
            found.append(check)
            let rows = try ask(try #require(checks[check])).rows
            #expect(rows.count == 1, "\(check): \(rows)")
            if check != "R4" { #expect(rows.first == [subject, "\(actual)"], "\(check)") }
        }
        #expect(found == ["R1", "R2", "R3", "R4", "R6", "R8", "R9"])
    }
}
