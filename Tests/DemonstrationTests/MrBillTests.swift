import AlmanacTesting
import Demonstration
import Foundation
import PostgresCopy
import Testing

/// The made-up tenants of Mr Bill: whole, the same each time, and with the known developer's year as it says.
@Suite struct MrBillTests {
    @Test("The same seed makes the same rows, whatever the other tenants are")
    func deterministic() throws {
        let one = GeneratedPlatform.mrbill.source(index: 3, scale: 0.4, seed: 9)
        let again = GeneratedPlatform.mrbill.source(index: 3, scale: 0.4, seed: 9)
        #expect(one.truths == again.truths && one.rowCount == again.rowCount)
        #expect(one.truths != GeneratedPlatform.mrbill.source(index: 3, scale: 0.4, seed: 10).truths)
        #expect(one.tenant == "mrbill-0003" && one.timezone == "America/New_York")
        let second = GeneratedPlatform.mrbill.source(index: 2, scale: 0.4, seed: 9)
        #expect(second.timezone == "Europe/Lisbon" && second.currency == "EUR")
        #expect(second.rowCount > one.rowCount)
    }

    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2, 3])
    func truthsAreInTheTables(_ index: Int) throws {
        let tenant = try LoadedTenant(.mrbill, index: index, scale: 0.5)
        #expect(try tenant.number("select count(*) from users") == tenant.truth("developers"))
        #expect(try tenant.number("select count(*) from pocs") == tenant.truth("pocs"))
        #expect(try tenant.number("select count(*) from pocs where deleted_at is null") == tenant.truth("pocs_alive"))
        // Late, deleted, left and come back: all of it happens.
        #expect(try tenant.number("select count(*) from pocs where updated_at > created_at + '20 days'") ?? 0 > 5)
        #expect(try tenant.number("select count(*) from tenant_users where left_at is not null") ?? 0 > 2)
        #expect(
            try tenant.number(
                "select count(*) from (select user_id from tenant_users group by 1 having count(*) > 1) q") ?? 0 > 0)
        #expect(
            try tenant.rows(
                """
                select request_id, type, parameters->>'format', user_id from content_requests where status = 'PENDING'
                order by created_at
                """) == tenant.list("pending_requests", ["id", "type", "format", "user"]))
        #expect(
            try tenant.rows("select status, count(*) from dojos group by 1 order by 1").map { $0[0] }
                == ["CANCELLED", "ENDED", "SCHEDULED"])
    }

    /// One developer's year by SQL: half-open, in the tenant's zone, and never over a join of tags and frameworks.
    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2])
    func knownDeveloper(_ index: Int) throws {
        let tenant = try LoadedTenant(.mrbill, index: index, scale: 0.5)
        func known(_ name: String) -> TruthValue? { tenant.truth("known_developer", name) }
        guard case .text(let id)? = known("id") else {
            Issue.record("no developer is known")
            return
        }
        let year = """
            (select p.*, (created_at at time zone '\(tenant.source.timezone)') as at from pocs p
            where user_id = '\(id)' and deleted_at is null
            and created_at at time zone '\(tenant.source.timezone)' >= '2025-01-01'
            and created_at at time zone '\(tenant.source.timezone)' < '2026-01-01') p
            """
        func expect(_ name: String, _ sql: String) throws {
            let value = try tenant.rows("select \(sql) from \(year)").first?.first ?? nil
            let truth: String? =
                switch known(name) {
                case .number(let number): "\(number)"
                case .text(let text): text
                default: nil
                }
            #expect(value == truth, "\(name)")
        }
        try expect("pocs", "count(*)")
        try expect("first", "min(at)::date")
        try expect("last", "max(at)::date")
        try expect(
            "joined_rows",
            """
            sum(greatest(1, (select count(*) from poc_tags t where t.poc_id = p.poc_id))
              * greatest(1, (select count(*) from poc_frameworks f where f.poc_id = p.poc_id)))
            """)
        #expect(tenant.number(known("joined_rows")) > 2 * tenant.number(known("pocs")))
        #expect(tenant.number(known("longest_gap_days")) == 50 && tenant.number(known("longest_week_streak")) >= 9)
        let gap = "select max(d) from (select at::date - lag(at::date) over (order by at) as d from \(year)) q"
        #expect(try tenant.number(gap) == tenant.number(known("longest_gap_days")))
        // BETWEEN at both ends takes the first moment of the next year too.
        let between = """
            select count(*) from pocs where user_id = '\(id)' and deleted_at is null
            and created_at at time zone '\(tenant.source.timezone)' between '2025-01-01' and '2026-01-01'
            """
        #expect(try tenant.number(between) == tenant.number(known("pocs")) + 1)
        let tags = try tenant.rows(
            "select tag, count(*) from poc_tags join \(year) using (poc_id) group by 1 order by tag collate \"C\"")
        guard case .object(let byTag)? = known("by_tag") else {
            Issue.record("no tags are known")
            return
        }
        #expect(tags == byTag.sorted { $0.key < $1.key }.map { [$0.key, "\(tenant.number($0.value))"] })
    }

    /// The language that rises has more of each half year's POCs than of the one before, and the other one fewer.
    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
    func trends() throws {
        let tenant = try LoadedTenant(.mrbill, index: 1, scale: 1)
        #expect((24_000...36_000).contains(tenant.source.rowCount), "\(tenant.source.rowCount) rows")
        func shares(_ name: String) throws -> [Int64] {
            guard case .text(let language)? = tenant.source.truths[name] else { return [] }
            return try tenant.rows(
                """
                select 1000 * count(*) filter (where language = '\(language)') / count(*) from pocs
                group by (extract(year from created_at) - 2024) * 2 + (extract(month from created_at)::int - 1) / 6
                order by (extract(year from created_at) - 2024) * 2 + (extract(month from created_at)::int - 1) / 6
                """
            ).compactMap { $0[0].flatMap { Int64($0) } }
        }
        let rising = try shares("rising_language").suffix(5)
        let falling = try shares("falling_language").suffix(5)
        #expect(rising.count == 5 && zip(rising, rising.dropFirst()).allSatisfy { $0 < $1 }, "\(rising)")
        #expect(falling.count == 5 && falling.dropLast(2).allSatisfy { $0 > 2 * (falling.last ?? 0) }, "\(falling)")
    }
}
