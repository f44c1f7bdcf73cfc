import AlmanacTesting
import Demonstration
import PostgresCopy
import Testing

/// The made-up tenants of Usta: whole, the same each time, and with what they say that happened.
@Suite struct UstaTests {
    @Test("The same seed makes the same rows, whatever the other tenants are")
    func deterministic() {
        let one = GeneratedPlatform.usta.source(index: 3, scale: 0.4, seed: 9)
        let again = GeneratedPlatform.usta.source(index: 3, scale: 0.4, seed: 9)
        #expect(one.truths == again.truths && one.rowCount == again.rowCount)
        #expect(one.truths != GeneratedPlatform.usta.source(index: 3, scale: 0.4, seed: 10).truths)
        #expect(one.tenant == "usta-0003" && one.timezone == "Europe/London" && one.currency == "GBP")
        let second = GeneratedPlatform.usta.source(index: 2, scale: 0.4, seed: 9)
        #expect(second.timezone == "Europe/Istanbul" && second.currency == "TRY" && second.rowCount > one.rowCount)
    }

    /// Counts, days, the cohort and the week by SQL on the tables are the truths; Postgres turns instants into dates by
    /// rules of zones that it has itself.
    @Test(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"), arguments: [1, 2, 3, 4])
    func truthsAreInTheTables(_ index: Int) throws {
        let tenant = try LoadedTenant(.usta, index: index, scale: 0.5)
        let sums = [
            "users": "select count(*) from users", "videos": "select count(*) from videos",
            "users_deleted": "select count(*) from users where deleted_at is not null",
            "views": "select count(*) from video_views",
            "anonymous_views": "select count(*) from video_views where viewer_id is null",
            "late_views": "select count(*) from video_views where recorded_at - started_at >= interval '1 day'",
            "likes": "select count(*) from video_likes",
            "likes_removed": "select count(*) from video_likes where removed_at is not null",
            "comments": "select count(*) from video_comments",
            "comments_deleted": "select count(*) from video_comments where deleted_at is not null",
            "shares": "select count(*) from video_shares",
            "payments_minor": "select sum(amount_minor) from payments where status = 'paid'",
            "refunds_minor": "select sum(refunded_minor) from payments",
        ]
        for (name, sql) in sums { #expect(try tenant.rows(sql) == [[tenant.source.truths[name]?.text]], "\(name)") }
        try expectDays(tenant)
        try expectCohort(tenant)
        try expectOrder(tenant)
    }

    private func deeds(_ tenant: LoadedTenant) -> String {
        """
        (select u, (at at time zone '\(tenant.source.timezone)')::date d, k from (select viewer_id u, started_at at, 'v' k
        from video_views union all select user_id, created_at, 'l' from video_likes union all select user_id, created_at,
        'c' from video_comments union all select user_id, created_at, 's' from video_shares) e) e
        """
    }

    private func expectDays(_ tenant: LoadedTenant) throws {
        let deeds = self.deeds(tenant)
        guard case .list(let changes)? = tenant.source.truths["clock_changes"] else { return }
        for truth in [tenant.source.truths["peak"], tenant.source.truths["outage"]] + changes {
            let truth = try #require(truth)
            let counted = try tenant.rows(
                "select count(*) filter (where k = 'v'), count(distinct u) from \(deeds) where d = '\(truth.text("day"))'"
            )
            #expect(counted == [[truth.text("views"), truth.text("active")]])
        }
        let june = try #require(tenant.source.truths["june"])
        let counted = try tenant.rows(
            "select count(*) filter (where k = 'v'), count(distinct u) from \(deeds) where d between '2026-06-01' and '2026-06-30'"
        )
        #expect(counted == [[june.text("views"), june.text("active")]])
        let week = try #require(tenant.source.truths["week"])
        let grown = try tenant.rows(
            """
            with e as (select distinct u, date_trunc('week', d)::date w from \(deeds) where u is not null),
            n as (select u from e where w = '\(week.text("week"))'),
            p as (select u from e where w = date '\(week.text("week"))' - 7),
            o as (select u from e where w < '\(week.text("week"))')
            select (select count(*) from n), (select count(*) from n where u not in (select u from o)),
            (select count(*) from n where u in (select u from p)),
            (select count(*) from n where u in (select u from o) and u not in (select u from p)),
            (select count(*) from p where u not in (select u from n))
            """)
        #expect(grown == [["active", "new", "retained", "resurrected", "churned"].map { week.text($0) }])
    }

    /// Of the planned week's sign-ups as many come back in each week as was planned, and nobody else signed up then.
    private func expectCohort(_ tenant: LoadedTenant) throws {
        let cohort = try #require(tenant.source.truths["cohort"])
        let zone = tenant.source.timezone
        let rows = try tenant.rows(
            """
            with c as (select id, (created_at at time zone '\(zone)')::date s from users),
            m as (select id from c where s >= '\(cohort.text("week"))' and s < date '\(cohort.text("week"))' + 7)
            select count(distinct v.viewer_id), (select count(*) from m) from generate_series(0, 23) k
            left join video_views v on v.viewer_id in (select id from m)
            and date_trunc('week', v.started_at at time zone '\(zone)')::date = date '\(cohort.text("week"))' + k * 7
            group by k order by k
            """)
        guard case .object(let values) = cohort, case .list(let returned)? = values["returned"] else { return }
        #expect(rows == returned.map { [$0.text, cohort.text("size")] })
        #expect(returned.first?.text == cohort.text("size"))
    }

    /// Nothing comes before what it needs: views after films, deeds after signing up, and nothing after the end.
    private func expectOrder(_ tenant: LoadedTenant) throws {
        let asOf = tenant.source.truths["as_of"]?.text ?? ""
        let wrong = [
            "select count(*) from video_views v join videos f on f.id = v.video_id where v.started_at < f.created_at",
            "select count(*) from video_views v join users u on u.id = v.viewer_id where v.started_at < u.created_at",
            "select count(*) from video_views where recorded_at < started_at or recorded_at >= '\(asOf)'",
            "select count(*) from challenge_starts s join challenges c on c.id = s.challenge_id where started_at < created_at",
            "select count(*) from xp_transactions where created_at >= '\(asOf)'",
            "select count(*) from videos where created_at >= '\(asOf)' or (status = 'ready') <> (ready_at is not null)",
            "select count(*) from videos f where view_count <> (select count(*) from video_views v where v.video_id = f.id)",
            "select count(*) from users u where total_xp <> coalesce((select sum(amount) from xp_transactions x where x.user_id = u.id), 0)",
            """
            select count(*) from applications a where not exists (select 1 from job_views v
            where v.job_id = a.job_id and v.user_id = a.user_id and v.viewed_at < a.created_at)
            """,
        ]
        for sql in wrong { #expect(try tenant.rows(sql) == [["0"]], "\(sql)") }
    }
}
