import AlmanacTesting
import Demonstration
import Foundation
import Runs
import Testing

/// What reports of UpCoach say is what Postgres answers on the source tables, in two zones and currencies, one of them
/// without minor units; what was planted is found.
@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct UpCoachReportTests {
    @Test func recurringRevenue() throws {
        let world = try PlatformWorld(.upcoach, scale: 0.5)
        for outcome in try world.run(["mrr-bridge"], period: "2026-06", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty)
        }
        for source in world.sources {
            try prepareRevenue(world, source)
            try expectBridge(world, source)
            try expectMovers(world, source)
            try expectPayments(world, source)
            try expectOutlook(world, source)
        }
    }

    @Test func habitScorecards() throws {
        let world = try PlatformWorld(.upcoach, scale: 0.2)
        let outcomes = try world.run(["habit-scorecard"], period: "2026-W26", formats: ["csv"])
        #expect(outcomes.flatMap(\.failures).isEmpty)
        for source in world.sources {
            for client in try scorecardClients(world, source) { try expectHabits(world, source, client) }
            try expectPlannedClient(world, source)
        }
    }

    private func table(_ world: PlatformWorld, _ source: GeneratedSource, _ path: String) throws -> ReportTable {
        ReportTable(csv: try world.text(source, path))
    }

    // MARK: Revenue

    /// `held`: what each customer's plans bring at the end of each month, by exact fractions.
    private func prepareRevenue(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let zone = source.timezone
        try world.execute(
            source,
            """
            create table held as
            with plans as (select coalesce(organization_id, user_id) customer, currency,
            coalesce(trial_end, started_at) begins, least(ended_at, (select min(i.due_at) + interval '720 hours'
            from invoices i where i.subscription_id = s.id and i.paid_at is null and s.status = 'past_due')) ends,
            (select case when n * 2 % d = 0 and n * 2 / d % 2 = 1 and n / d % 2 = 0 then n / d
            else round(n::numeric / d) end::bigint from (select price_minor * quantity
            * case interval_unit when 'week' then 52 else 1 end n, case interval_unit when 'week' then 12
            when 'year' then 12 when 'quarter' then 3 else 1 end d) f) mrr from subscriptions s)
            select m::date m, currency, customer, sum(mrr)::bigint mrr from plans,
            generate_series(timestamp '2025-01-01', '2026-06-01', interval '1 month') m
            where begins <= (m + interval '1 month') at time zone '\(zone)'
            and (ends is null or ends > (m + interval '1 month') at time zone '\(zone)') group by 1, 2, 3;
            create table moved as
            select g::date m, c.currency, c.customer, coalesce(b.mrr, 0) b, coalesce(n.mrr, 0) n,
            exists (select 1 from held h where h.currency = c.currency and h.customer = c.customer and h.m < g) paid
            from generate_series(timestamp '2025-06-01', '2026-06-01', interval '1 month') g
            cross join (select distinct currency, customer from held) c
            left join held n on n.m = g and n.currency = c.currency and n.customer = c.customer
            left join held b on b.m = g - interval '1 month' and b.currency = c.currency and b.customer = c.customer;
            """)
    }

    private func expectBridge(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let months = try table(world, source, "mrr-bridge/2026-06/months.csv")
        let counted = try world.rows(
            source,
            """
            select m, sum(b), sum(greatest(n - b, 0)), sum(greatest(b - n, 0)), sum(n),
            sum(case when b > 0 then n else 0 end)::double precision / nullif(sum(b), 0),
            sum(case when b > 0 then least(n, b) else 0 end)::double precision / nullif(sum(b), 0),
            (count(*) filter (where b > 0 and n = 0))::double precision / nullif(count(*) filter (where b > 0), 0)
            from moved where currency = '\(source.currency)' group by m order by m desc
            """
        ).map { $0.split(separator: "|").map(String.init) }
        #expect(months.rows.map { $0["month"] } == counted.map { $0[0] })
        for (row, known) in zip(months.rows, counted) {
            for (name, place) in [("opening_minor", 1), ("gained_minor", 2), ("lost_minor", 3), ("closing_minor", 4)] {
                #expect(row[name].flatMap(Int64.init) == Int64(known[place]), "\(source.tenant) \(known[0]) \(name)")
            }
            for (name, place) in [("nrr", 5), ("grr", 6), ("logo_churn", 7)] {
                #expect(isClose(row[name], known[place]), "\(source.tenant) \(known[0]) \(name)")
            }
        }
        guard case .object(let bridges)? = source.truths["mrr"] else { return }
        let all = try table(world, source, "mrr-bridge/2026-06/currencies.csv")
        for (currency, truth) in bridges {
            let row = try #require(all.rows.first { $0["month"] == "2026-06-01" && $0["currency"] == currency })
            for name in ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"] {
                #expect(
                    amount(row[name], currency == "JPY" ? 1 : 100) == Int64(truth.part(name) ?? "0"),
                    "\(source.tenant) \(currency) \(name)")
            }
        }
        let within = all.rows.first { $0["month"] == "2026-06-01" && $0["currency"] == source.currency }
        #expect((within?["intra_month"].flatMap(Int.init) ?? 0) >= 1)
    }

    /// Minor units of an amount in whole ones.
    private func amount(_ text: String?, _ digits: Int) -> Int64? {
        text.flatMap(Double.init).map { Int64(($0 * Double(digits)).rounded()) }
    }

    /// Everybody whose plans changed is there with class and amount; so the planted ones are.
    private func expectMovers(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let movers = try table(world, source, "mrr-bridge/2026-06/movers.csv")
        let counted = try world.rows(
            source,
            """
            select coalesce(o.name, 'Client ' || left(customer::text, 8)), case when b = 0 and not paid then 'New'
            when b = 0 then 'Reactivation' when n = 0 then 'Churn' when n > b then 'Expansion' else 'Contraction' end,
            n - b from moved left join organizations o on o.id = customer
            where m = '2026-06-01' and currency = '\(source.currency)' and n <> b
            """)
        let found = movers.rows.map {
            "\($0["customer"] ?? "")|\($0["movement"] ?? "")|\($0["change_minor"] ?? "")"
        }
        #expect(found.sorted() == counted.sorted())
        guard case .list(let plants)? = source.truths["planted_movements"] else { return }
        for plant in plants where plant.part("movement") != "intra_month" {
            let name = "Client \((plant.part("customer") ?? "").prefix(8))"
            let movement = (plant.part("movement") ?? "").capitalized
            #expect(found.contains("\(name)|\(movement)|\(plant.part("amount_minor") ?? "")"), "\(movement)")
        }
    }

    private func expectPayments(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let payments = try table(world, source, "mrr-bridge/2026-06/payments.csv")
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            with t as (select id, amount_minor a, date_trunc('month', paid_at at time zone '\(zone)')::date m
            from transactions where status = 'succeeded' and currency = '\(source.currency)'),
            r as (select t.m paid, r.amount_minor a, date_trunc('month', refunded_at at time zone '\(zone)')::date m
            from refunds r join t on t.id = r.transaction_id)
            select g::date, (select count(*) from t where t.m = g), (select coalesce(sum(a), 0) from t where t.m = g),
            (select coalesce(sum(a), 0) from r where r.m = g), (select coalesce(sum(a), 0) from r where r.paid = g)
            from generate_series(date '2025-06-01', '2026-06-01', interval '1 month') g order by g desc
            """)
        let found = payments.rows.map { row in
            "\(row["month"] ?? "")|\(row["payments"] ?? "")|"
                + ["collected_minor", "refunds_minor", "refunds_of_payments_minor"].map { row[$0] ?? "" }.joined(
                    separator: "|")
        }
        #expect(found == counted, "\(source.tenant)")
    }

    /// What lies ahead: simple exponential smoothing of the monthly changes by a grid of a thousand parameters, its level
    /// at the start by least squares.
    private func expectOutlook(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let outlook = try table(world, source, "mrr-bridge/2026-06/outlook.csv")
        let counted = try world.rows(
            source,
            """
            with recursive c as (select g::date m, coalesce((select sum(mrr) from held h where h.m = g
            and currency = '\(source.currency)'), 0)::double precision mrr from generate_series(greatest(date '2025-01-01',
            (select min(m) from held where currency = '\(source.currency)')), date '2026-06-01', interval '1 month') g),
            y as (select row_number() over (order by m) t, mrr - lag(mrr, 1, 0) over (order by m) y from c),
            r as (select (0.0001 + k * 0.0009998)::double precision a, 0::bigint t, 0::double precision p,
            1::double precision q, 0::double precision saa, 0::double precision sab, 0::double precision sbb
            from generate_series(0, 1000) k union all
            select a, y.t, (1 - a) * p + a * y, (1 - a) * q, saa + (y - p) ^ 2, sab + (y - p) * q, sbb + q * q
            from r join y on y.t = r.t + 1),
            b as (select a, p + q * sab / sbb l, (saa - sab * sab / sbb) / (t - 2) s from r
            where t = (select max(t) from y) order by saa - sab * sab / sbb limit 1)
            select date '2026-06-01' + h * interval '1 month', (select mrr from c where m = '2026-06-01') + h * l,
            sqrt(s * (select sum((1 + (j - 1) * a) ^ 2) from generate_series(1, h) j)) from b, generate_series(1, 6) h order by h
            """
        ).map { $0.split(separator: "|").map(String.init) }
        let ahead = outlook.rows.filter { !($0["expected_minor"] ?? "").isEmpty }
        #expect(ahead.count == 6 && counted.count == 6)
        for (row, known) in zip(ahead, counted) {
            guard let expected = Double(known[1]), let deviation = Double(known[2]) else { continue }
            #expect(known[0].hasPrefix(row["month"] ?? "-"))
            for (name, value) in [
                ("expected_minor", expected), ("low_95_minor", max(0, expected - 1.959963984540054 * deviation)),
                ("high_80_minor", expected + 1.2815515655446004 * deviation),
            ] {
                let found = Double(row[name] ?? "") ?? -1
                #expect(
                    (found - value).magnitude <= 0.01 * max(value, deviation), "\(source.tenant) \(known[0]) \(name)")
            }
        }
    }

    // MARK: Habits

    /// The planned client and two others with a plan in the week.
    private func scorecardClients(_ world: PlatformWorld, _ source: GeneratedSource) throws -> [String] {
        let planned = source.truths["planned_client"]?.part("id") ?? ""
        let others = try world.rows(
            source,
            """
            select distinct h.user_id from habits h join habit_schedules s on s.habit_id = h.id join users u on u.id = h.user_id
            where h.archived_at is null and u.deleted_at is null and u.tz <> '\(source.timezone)' and s.valid_to is null
            and s.weekdays = 127 and s.valid_from < '2026-05-01' and h.user_id <> '\(planned)' order by 1 limit 2
            """)
        return [planned] + others
    }

    /// Each habit of a client by joining each day with the plan that held, and runs as islands of days.
    private func expectHabits(_ world: PlatformWorld, _ source: GeneratedSource, _ client: String) throws {
        let card = try table(world, source, "habit-scorecard/2026-W26/\(client)/habits.csv")
        let counted = try world.rows(
            source,
            """
            with d as materialized (select h.id, h.name, d::date d,
            case when exists (select 1 from habit_pauses p where p.habit_id = h.id and d >= from_date and d < to_date) then 0
            else coalesce((select target_count from habit_schedules s where s.habit_id = h.id and d >= valid_from
            and (valid_to is null or d < valid_to) and (weekdays >> (extract(isodow from d)::int - 1)) & 1 = 1), 0) end target,
            coalesce((select sum(count) from habit_logs l where l.habit_id = h.id and l.log_date = d), 0) done
            from habits h, generate_series((select min(valid_from) from habit_schedules s where s.habit_id = h.id),
            date '2026-06-28', interval '1 day') d where h.user_id = '\(client)'),
            w as (select id, name, sum(target) t, sum(least(done, target)) k, sum(greatest(done - target, 0)) x,
            count(*) filter (where target > 0 and done >= target) f, count(*) filter (where target > 0) n
            from d where d >= '2026-06-22' group by id, name),
            a as (select id, d, done, count(*) filter (where target > 0 and done = 0 and d < '2026-06-28')
            over (partition by id order by d) broken from d),
            r as (select id, broken, count(*) filter (where done > 0) run from a group by id, broken)
            select name, t, k, t - k, x, f, n, (select run from r where r.id = w.id order by broken desc limit 1),
            (select max(run) from r where r.id = w.id) from w where t > 0 or x > 0 order by name
            """)
        let found = card.lines(
            "habit", "planned", "kept", "missed", "extra", "full_days", "days_planned", "run", "longest_run")
        #expect(found.sorted() == counted.sorted(), "\(source.tenant)")
        #expect(!counted.isEmpty)
    }

    private func expectPlannedClient(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        guard case .object(let client)? = source.truths["planned_client"], case .list(let habits)? = client["habits"]
        else { return }
        let card = try table(world, source, "habit-scorecard/2026-W26/\(client["id"]?.word ?? "")/habits.csv")
        #expect(habits.count == 3)
        for habit in habits {
            guard case .object(let parts) = habit, let week = parts["week"] else { continue }
            let expected = ["target", "done", "extra", "full_days", "scheduled"].map { week.part($0) ?? "" }
            #expect(
                card.lines(
                    where: "habit", habit.part("name") ?? "", "planned", "kept", "extra", "full_days", "days_planned")
                    == [expected.joined(separator: "|")])
        }
    }
}
