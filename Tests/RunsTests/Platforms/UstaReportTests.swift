import AlmanacTesting
import Demonstration
import Foundation
import Runs
import Testing

/// What reports of Usta say is what Postgres answers on the source tables, in two zones; what was planted is found.
@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct UstaReportTests {
    @Test func platformPulse() throws {
        let world = try PlatformWorld(.usta, scale: 0.5)
        for outcome in try world.run(["platform-pulse"], period: "2026-06", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty)
        }
        for source in world.sources {
            try expectDays(world, source)
            try expectMonths(world, source)
            try expectStandOuts(world, source)
        }
    }

    @Test func signUpCohorts() throws {
        let world = try PlatformWorld(.usta, scale: 0.5)
        for outcome in try world.run(["signup-cohorts"], period: "2026-06", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty)
        }
        for source in world.sources {
            try expectTriangle(world, source)
            try expectStaying(world, source)
        }
    }

    /// The deeds with their local dates, by Postgres.
    private func deeds(_ source: GeneratedSource) -> String {
        """
        (select u, k, (at at time zone '\(source.timezone)')::date d from (
        select viewer_id u, 'v' k, started_at at from video_views
        union all select user_id, 'l', created_at from video_likes
        union all select user_id, 'c', created_at from video_comments
        union all select user_id, 's', created_at from video_shares) e) e
        """
    }

    private func table(_ world: PlatformWorld, _ source: GeneratedSource, _ path: String) throws -> ReportTable {
        ReportTable(csv: try world.text(source, path))
    }

    // MARK: Platform pulse

    private func expectDays(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let table = try table(world, source, "platform-pulse/2026-06/days.csv")
        let counted = try world.rows(
            source,
            """
            with e as materialized (select * from \(deeds(source)) where d > '2026-04-01')
            select g::date, count(distinct u) filter (where d = g), count(distinct u) filter (where d > g::date - 7),
            count(distinct u), count(*) filter (where d = g and k = 'v'),
            count(*) filter (where d = g and k = 'v' and u is null), count(*) filter (where d = g and k = 'l'),
            count(*) filter (where d = g and k = 'c'), count(*) filter (where d = g and k = 's'),
            (select count(*) from users where (created_at at time zone '\(source.timezone)')::date = g)
            from generate_series(date '2026-06-01', '2026-06-30', interval '1 day') g
            left join e on d > g::date - 30 and d <= g group by g order by g
            """)
        #expect(counted.count == 30)
        #expect(
            table.lines(
                "day", "active", "active_7", "active_30", "views", "anonymous_views", "likes", "comments", "shares",
                "signups") == counted)
        for row in table.rows {
            guard let active = row["active"].flatMap(Double.init), let reach = row["active_30"].flatMap(Double.init)
            else { continue }
            #expect(isClose(row["stickiness"], "\(active / reach)"))
        }
        let peak = source.truths["peak"]
        #expect(
            table.lines(where: "day", "2026-06-16", "views", "active")
                == ["\(peak?.part("views") ?? "")|\(peak?.part("active") ?? "")"])
    }

    private func expectMonths(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let table = try table(world, source, "platform-pulse/2026-06/months.csv")
        let counted = try world.rows(
            source,
            """
            with m as materialized (select distinct u, date_trunc('month', d)::date m from \(deeds(source)) where u is not null),
            g as (select g::date m from generate_series(date '2025-06-01', '2026-06-01', interval '1 month') g)
            select g.m, (select count(*) from m where m.m = g.m),
            (select count(*) from m a where a.m = g.m and not exists (select 1 from m b where b.u = a.u and b.m < g.m)),
            (select count(*) from m a where a.m = g.m and exists (select 1 from m b where b.u = a.u and b.m < g.m)
            and not exists (select 1 from m b where b.u = a.u and b.m = g.m - interval '1 month')),
            (select count(*) from m a where a.m = g.m - interval '1 month' and not exists
            (select 1 from m b where b.u = a.u and b.m = g.m)),
            (select count(*) from m where m.m = g.m - interval '1 month') from g order by g.m desc
            """
        ).map { $0.split(separator: "|").map(String.init) }
        #expect(
            table.lines("month", "active", "new", "resurrected", "churned")
                == counted.map { $0.prefix(5).joined(separator: "|") })
        for (row, known) in zip(table.rows, counted) {
            guard let now = Double(known[1]), let before = Double(known[5]) else { continue }
            #expect(isClose(row["change"], "\((now - before) / before)"), "\(known[0])")
        }
        #expect(counted.first?[1] == source.truths["june"]?.part("active"))
    }

    /// The day on which a film was shared widely stands out in June, the outage in April, both by views and by people.
    private func expectStandOuts(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let june = try table(world, source, "platform-pulse/2026-06/stand-outs.csv")
        let peak = source.truths["peak"]
        for (metric, part) in [("Active people", "active"), ("Views", "views")] {
            let found = june.rows.filter { $0["day"] == "2026-06-16" && $0["metric"] == metric }
            #expect(found.count == 1, "\(source.tenant) \(metric)")
            #expect(isClose(found.first?["value"], peak?.part(part)))
        }
        // A day in ten may be odd by chance, not more.
        #expect(Set(june.rows.map { $0["day"] }).count <= 5, "\(source.tenant)")
    }

    // MARK: Cohorts

    private func expectTriangle(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let table = try table(world, source, "signup-cohorts/2026-06/triangle.csv")
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            with j as materialized (select id, date_trunc('week', created_at at time zone '\(zone)')::date c from users),
            v as materialized (select distinct viewer_id u, date_trunc('week', started_at at time zone '\(zone)')::date w
            from video_views where viewer_id is not null),
            s as (select c, count(*) size from j group by c)
            select s.c, k, s.size, case when k = 0 then s.size else (select count(*) from j join v on v.u = j.id
            where j.c = s.c and v.w = s.c + 7 * k) end
            from s cross join generate_series(0, 80) k where s.c + 7 * k + 7 <= date '2026-07-01' order by s.c, k
            """)
        let mature = table.rows.filter { !($0["returned"] ?? "").isEmpty }
        #expect(
            mature.map { row in ["cohort", "age", "size", "returned"].map { row[$0] ?? "" }.joined(separator: "|") }
                == counted)
        guard let cohort = source.truths["cohort"], case .object(let parts) = cohort,
            case .list(let returned)? = parts["returned"]
        else { return }
        let planted = mature.filter { $0["cohort"] == cohort.part("week") }
        #expect(planted.map { $0["returned"] } == returned.map { $0.word })
        #expect(planted.first?["size"] == cohort.part("size"))
    }

    /// Kaplan and Meier by logarithms in Postgres.
    private func expectStaying(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let table = try table(world, source, "signup-cohorts/2026-06/staying.csv")
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            with p as (select id, (created_at at time zone '\(zone)')::date j, greatest((select max((started_at at time zone
            '\(zone)')::date) from video_views where viewer_id = users.id), (created_at at time zone '\(zone)')::date) l from users),
            d as materialized (select case when j >= date '2026-07-01' - 182 then 'Newer' else 'Older' end g,
            case when date '2026-07-01' - l > 28 then l - j else date '2026-06-30' - j end t, date '2026-07-01' - l > 28 e
            from p where j >= date '2026-07-01' - 364 and j < '2026-07-01'),
            t as (select g, t, count(*) filter (where e) e, (select count(*) from d o where o.g = d.g and o.t >= d.t) n
            from d group by g, t)
            select g, t, n, e, coalesce(exp(sum(ln(nullif(1 - e::double precision / n, 0))) over (partition by g order by t)), 0)
            from t where t <= 112 order by g, t
            """
        ).map { $0.split(separator: "|").map(String.init) }
        let rows = table.rows.filter { $0["days"] != "0" || ($0["gone"] ?? "0") != "0" }
        let known = counted.filter { $0[1] != "0" || $0[3] != "0" }
        #expect(rows.map { $0["signed_up"] } == known.map { $0[0] })
        for (row, known) in zip(rows, known) {
            #expect(isClose(row["days"], known[1]) && row["at_risk"] == known[2] && row["gone"] == known[3])
            #expect(isClose(row["staying"], known[4]), "\(known)")
        }
    }
}

extension TruthValue {
    /// A number or text as files write it.
    var word: String? {
        switch self {
        case .number(let value): "\(value)"
        case .text(let value): value
        default: nil
        }
    }

    /// A value of an object.
    func part(_ name: String) -> String? {
        if case .object(let parts) = self { parts[name]?.word } else { nil }
    }
}
