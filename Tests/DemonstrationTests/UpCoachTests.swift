import AlmanacTesting
import Demonstration
import PostgresCopy
import Testing

/// The made-up tenants of UpCoach: whole, the same each time, and with what they say that happened.
@Suite struct UpCoachTests {
    @Test("The same seed makes the same rows, whatever the other tenants are")
    func deterministic() {
        let one = GeneratedPlatform.upcoach.source(index: 3, scale: 0.4, seed: 9)
        let again = GeneratedPlatform.upcoach.source(index: 3, scale: 0.4, seed: 9)
        #expect(one.truths == again.truths && one.rowCount == again.rowCount)
        #expect(one.truths != GeneratedPlatform.upcoach.source(index: 3, scale: 0.4, seed: 10).truths)
        #expect(one.tenant == "upcoach-0003" && one.timezone == "America/Los_Angeles" && one.currency == "USD")
        let second = GeneratedPlatform.upcoach.source(index: 2, scale: 0.4, seed: 9)
        #expect(second.timezone == "Asia/Tokyo" && second.currency == "JPY" && second.rowCount > one.rowCount)
    }

    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2, 3, 4])
    func truthsAreInTheTables(_ index: Int) throws {
        let tenant = try LoadedTenant(.upcoach, index: index, scale: 0.5)
        let currency = tenant.source.currency
        let sums = [
            "users": "select count(*) from users", "habits": "select count(*) from habits",
            "users_deleted": "select count(*) from users where deleted_at is not null",
            "habit_logs": "select count(*) from habit_logs",
            "events": "select count(*) from event_logs",
            "late_events": "select count(*) from event_logs where recorded_at - occurred_at >= interval '1 day'",
            "collected_minor":
                "select sum(amount_minor) from transactions where status = 'succeeded' and currency = '\(currency)'",
            "refunded_minor": """
            select coalesce(sum(r.amount_minor), 0) from refunds r join transactions t on t.id = r.transaction_id
            where t.currency = '\(currency)'
            """,
        ]
        for (name, sql) in sums { #expect(try tenant.rows(sql) == [[tenant.source.truths[name]?.text]], "\(name)") }
        try expectHabits(tenant)
        try expectRevenue(tenant)
        try expectOrder(tenant)
    }

    /// The planned client's habits in June and in the last week, by joining each day with the plan that held.
    private func expectHabits(_ tenant: LoadedTenant) throws {
        let client = try #require(tenant.source.truths["planned_client"])
        guard case .object(let values) = client, case .list(let habits)? = values["habits"] else { return }
        #expect(habits.count == 3)
        for habit in habits {
            guard case .object(let truths) = habit else { continue }
            for (period, from, to) in [("june", "2026-06-01", "2026-06-30"), ("week", "2026-06-22", "2026-06-28")] {
                let truth = try #require(truths[period])
                let rows = try tenant.rows(
                    """
                    select count(*) filter (where target > 0), sum(target), sum(least(done, target)),
                    sum(greatest(done - target, 0)), count(*) filter (where target > 0 and done >= target)
                    from (select coalesce((select target_count from habit_schedules s where s.habit_id = h.id
                    and d >= valid_from and (valid_to is null or d < valid_to)
                    and (weekdays >> (extract(isodow from d)::int - 1)) & 1 = 1 and not exists (select 1 from habit_pauses p
                    where p.habit_id = h.id and d >= from_date and d < to_date)), 0) target,
                    coalesce((select sum(count) from habit_logs l where l.habit_id = h.id and l.log_date = d), 0) done
                    from habits h, generate_series(date '\(from)', date '\(to)', interval '1 day') d
                    where h.id = '\(habit.text("id"))') q
                    """)
                let expected = ["scheduled", "target", "done", "extra", "full_days"].map { truth.text($0) }
                #expect(rows == [expected], "\(habit.text("name")) \(period)")
            }
        }
    }

    /// What each customer paid at the end of May and of June, and what the planted ones moved.
    private func expectRevenue(_ tenant: LoadedTenant) throws {
        guard case .object(let bridges)? = tenant.source.truths["mrr"] else { return }
        let zone = tenant.source.timezone
        // The plans with what they bring in a month; numeric rounds halves away from 0, so the half is taken apart.
        try tenant.run(
            """
            create temp table plans as select *, coalesce(organization_id, user_id) customer,
            coalesce(trial_end, started_at) begins, least(ended_at, (select min(i.due_at) + interval '720 hours' from invoices i
            where i.subscription_id = s.id and i.paid_at is null and s.status = 'past_due')) ends,
            (select case when n * 2 % d = 0 and n * 2 / d % 2 = 1 and n / d % 2 = 0 then n / d else round(n::numeric / d) end
            from (select price_minor * quantity * case interval_unit when 'week' then 52 else 1 end n,
            case interval_unit when 'week' then 12 when 'year' then 12 when 'quarter' then 3 else 1 end d) f)::bigint mrr
            from subscriptions s;
            create temp table held as select m, currency, customer, sum(mrr) mrr from plans,
            generate_series(timestamp '2025-01-01', '2026-07-01', interval '1 month') m
            where begins <= m at time zone '\(zone)' and (ends is null or ends > m at time zone '\(zone)') group by 1, 2, 3
            """)
        for (currency, truth) in bridges {
            let rows = try tenant.rows(
                """
                select coalesce(sum(b), 0), coalesce(sum(n) filter (where b = 0 and not paid), 0),
                coalesce(sum(n) filter (where b = 0 and paid), 0), coalesce(sum(n - b) filter (where b > 0 and n > b), 0),
                coalesce(sum(n - b) filter (where n > 0 and n < b), 0), coalesce(sum(-b) filter (where n = 0), 0),
                coalesce(sum(n), 0) from (select customer, coalesce(sum(mrr) filter (where m = '2026-06-01'), 0) b,
                coalesce(sum(mrr) filter (where m = '2026-07-01'), 0) n, bool_or(m <= '2026-06-01') paid
                from held where currency = '\(currency)' group by customer) q
                """)
            let names = ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"]
            #expect(rows == [names.map { truth.text($0).isEmpty ? "0" : truth.text($0) }], "\(currency)")
        }
        guard case .list(let plants)? = tenant.source.truths["planted_movements"] else { return }
        #expect(
            plants.map { $0.text("movement") }
                == ["new", "reactivation", "expansion", "contraction", "churn", "intra_month"])
        for plant in plants {
            let moved = try tenant.rows(
                """
                select coalesce(sum(mrr) filter (where m = '2026-07-01'), 0)
                - coalesce(sum(mrr) filter (where m = '2026-06-01'), 0) from held where customer = '\(plant.text("customer"))'
                """)
            #expect(moved == [[plant.text("amount_minor")]], "\(plant.text("movement"))")
        }
    }

    private func expectOrder(_ tenant: LoadedTenant) throws {
        let asOf = tenant.source.truths["as_of"]?.text ?? ""
        let wrong = [
            "select count(*) from event_logs where recorded_at < occurred_at or recorded_at >= '\(asOf)'",
            "select count(*) from user_sessions s join users u on u.id = s.user_id where s.started_at < u.created_at",
            "select count(*) from habit_logs where logged_at >= '\(asOf)' or count < 1",
            "select count(*) from transactions where (status = 'succeeded') <> (paid_at is not null)",
            "select count(*) from refunds r join transactions t on t.id = transaction_id where r.amount_minor > t.amount_minor",
            "select count(*) from subscriptions where (user_id is null) = (organization_id is null) or ended_at <= started_at",
            """
            select count(*) from subscriptions s where status = 'past_due' and not exists (select 1 from invoices i
            where i.subscription_id = s.id and i.paid_at is null and i.due_at < '\(asOf)')
            """,
            "select count(*) from coach_assignments a join users u on u.id = coach_id where role <> 'coach'",
        ]
        for sql in wrong { #expect(try tenant.rows(sql) == [["0"]], "\(sql)") }
        let kinds = try tenant.rows("select count(distinct interval_unit), count(distinct currency) from subscriptions")
        #expect(kinds == [["4", "2"]])
    }
}
