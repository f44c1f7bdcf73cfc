import AlmanacTesting
import Demonstration
import Foundation
import PostgresCopy
import Testing

/// The made-up tenants of NEXUS: whole, the same each time, and with journeys, budgets and counters as they say.
@Suite struct NexusTests {
    @Test("The same seed makes the same rows, whatever the other tenants are")
    func deterministic() throws {
        let one = GeneratedPlatform.nexus.source(index: 3, scale: 0.4, seed: 9)
        let again = GeneratedPlatform.nexus.source(index: 3, scale: 0.4, seed: 9)
        #expect(one.truths == again.truths && one.rowCount == again.rowCount)
        #expect(one.truths != GeneratedPlatform.nexus.source(index: 3, scale: 0.4, seed: 10).truths)
        #expect(one.tenant == "nexus-0003" && one.timezone == "Asia/Tokyo" && one.currency == "JPY")
        let second = GeneratedPlatform.nexus.source(index: 2, scale: 0.4, seed: 9)
        #expect(second.timezone == "Europe/Berlin" && second.currency == "EUR")
        #expect(second.rowCount > one.rowCount)
    }

    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2, 3])
    func truthsAreInTheTables(_ index: Int) throws {
        let tenant = try LoadedTenant(.nexus, index: index, scale: index == 1 ? 1 : 0.5)
        if index == 1 { #expect((24_000...36_000).contains(tenant.source.rowCount), "\(tenant.source.rowCount) rows") }
        let paid = "from orders where status in ('paid', 'refunded')"
        let sums = [
            "orders": "select count(*) from orders", "paid_orders": "select count(*) \(paid)",
            "paid_minor": "select sum(items_minor) \(paid)",
            "refunds_minor": "select sum(items_minor) from order_refunds",
            "touches": "select count(*) from commerce_events where kind = 'click'",
            "late_events": "select count(*) from commerce_events where recorded_at - occurred_at >= '1 day'",
            "contracts_minor": "select sum(amount_minor) from contracts",
            "corrections": """
            select count(*) from (select views - lag(views) over (partition by post_id order by observed_at) as d
            from post_metrics) q where d < 0
            """,
        ]
        for (name, sql) in sums { #expect(try tenant.number(sql) == tenant.truth(name), "\(name)") }
        #expect(tenant.truth("late_events") ?? 0 > 10 && tenant.truth("corrections") ?? 0 > 1)
        // Nothing is given back that was not paid, nor more than that.
        let excess = """
            select count(*) from (select order_id, sum(items_minor) s from order_refunds group by 1) r
            join orders o on o.id = r.order_id where s > o.items_minor or o.status not in ('paid', 'refunded')
            or (s = o.items_minor) <> (o.status = 'refunded')
            """
        #expect(try tenant.number(excess) == 0)
    }

    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2])
    func plants(_ index: Int) throws {
        let tenant = try LoadedTenant(.nexus, index: index, scale: 0.5)
        let over = try tenant.rows(
            """
            select c.id, c.name, c.budget_minor, sum(amount_minor) from campaigns c
            join contracts k on k.campaign_id = c.id group by c.id having sum(amount_minor) > c.budget_minor
            """)
        let parts = ["id", "name", "budget_minor", "spent_minor"]
        let truth = parts.map { part -> String? in
            switch tenant.truth("over_budget", part) {
            case .text(let text): text
            case .number(let number): "\(number)"
            default: nil
            }
        }
        #expect(over == [truth])
        let journey = try tenant.rows(
            """
            select channel, extract(epoch from (select placed_at from orders where visitor_id = 'known-journey')
              - occurred_at)::int / 3600 from commerce_events where visitor_id = 'known-journey' order by occurred_at
            """)
        #expect(journey == [["creator", "337"], ["search", "169"], ["email", "1"]])
        guard case .object(let credits)? = tenant.truth("known_journey", "credits") else {
            Issue.record("no journey is known")
            return
        }
        for (model, values) in credits {
            guard case .list(let amounts) = values else { continue }
            #expect(
                amounts.reduce(0) { $0 + tenant.number($1) }
                    == tenant.number(tenant.truth("known_journey", "items_minor")),
                "\(model)")
        }
        // The first moment of April is not March's.
        let march = """
            select count(*) from orders where visitor_id = 'month-edge'
            and placed_at at time zone '\(tenant.source.timezone)' < '2026-04-01'
            """
        #expect(try tenant.number(march) == 1)
        #expect(try tenant.number("select count(distinct placed_at) from orders where visitor_id = 'twin-orders'") == 1)
        // Creators open journeys far more often than they close them.
        let opens = """
            select count(*) filter (where n = 1) / greatest(1, count(*) filter (where m = 1 and n > 1)) from (
            select channel, row_number() over (partition by visitor_id order by occurred_at, id) n,
            row_number() over (partition by visitor_id order by occurred_at desc, id desc) m
            from commerce_events where kind = 'click') q where channel = 'creator'
            """
        #expect(try tenant.number(opens) ?? 0 >= 2)
    }
}
