import AlmanacTesting
import Demonstration
import Foundation
import Runs
import SystemPackage
import Testing

/// What reports of Mr Bill say is what Postgres answers on the source tables, in two zones; what was planted is found.
@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct MrBillReportTests {
    @Test func annualPOCs() throws {
        let world = try PlatformWorld(.mrbill, scale: 0.2)
        for outcome in try world.run(["annual-pocs"], period: "2025", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        }
        for source in world.sources {
            let people = try world.rows(
                source, "select user_id from \(year(source)) group by 1 having count(*) > 3 order by 1 limit 4")
            #expect(people.count == 4)
            for person in people + [knownDeveloper(source, "id")] {
                try expectGroups(world, source, person)
                try expectDates(world, source, person)
            }
            try expectKnownDeveloper(world, source)
        }
    }

    /// What a request asks for: some tags and not others, one grouping, and any days.
    @Test func annualPOCsByTags() throws {
        let world = try PlatformWorld(.mrbill, tenants: [2], scale: 0.2)
        let source = world.sources[0]
        let person = knownDeveloper(source, "id")
        let outcomes = try world.run(["annual-pocs"], period: "2025-02-10..2025-11-01", formats: ["csv", "html"]) {
            $0.subjects = [person]
            $0.parameters = [("group_by", "tag"), ("include_tags", "api,web"), ("exclude_tags", "cloud")]
        }
        #expect(outcomes.flatMap(\.failures).isEmpty, "\(outcomes.flatMap(\.failures))")
        let folder = try variant(world, source, "annual-pocs/2025-02-10..2025-11-01/\(person)")
        let groups = ReportTable(csv: try world.text(source, folder + "/groups.csv"))
        let counted = try world.rows(
            source,
            """
            with p as (select poc_id, (created_at at time zone '\(source.timezone)')::date d from pocs
            where user_id = '\(person)' and deleted_at is null)
            select 'tag', tag, count(*), min(d), max(d) from p join poc_tags t using (poc_id)
            where d >= '2025-02-10' and d < '2025-11-01'
            and poc_id in (select poc_id from poc_tags where tag = any('{api,web}'))
            and poc_id not in (select poc_id from poc_tags where tag = any('{cloud}'))
            group by tag order by 3 desc, tag collate "C"
            """)
        #expect(!counted.isEmpty)
        #expect(groups.lines("kind", "label", "pocs", "first_poc", "last_poc") == counted)
        // Bars are by what was asked for too.
        let page = try world.text(source, folder + "/report.html")
        #expect(page.contains("POCs by tag") && !page.contains("POCs by language") && !page.contains("No pocs in"))
    }

    @Test func technologyTrends() throws {
        let world = try PlatformWorld(.mrbill, scale: 0.6)
        for outcome in try world.run(["technology-trends"], period: "2026-Q2", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        }
        for source in world.sources {
            try expectTrends(world, source, "language", of: "select poc_id, language as x from pocs")
            try expectTrends(world, source, "tag", of: "select poc_id, tag as x from poc_tags")
            try expectPlanted(world, source)
        }
    }

    // MARK: One developer's year

    /// POCs of 2025 by local date, each once.
    private func year(_ source: GeneratedSource) -> String {
        """
        (select p.*, (created_at at time zone '\(source.timezone)')::date as d from pocs p where deleted_at is null
        and created_at at time zone '\(source.timezone)' >= '2025-01-01'
        and created_at at time zone '\(source.timezone)' < '2026-01-01') p
        """
    }

    private func knownDeveloper(_ source: GeneratedSource, _ part: String) -> String {
        source.truths["known_developer"].flatMap { Self.text($0, part) } ?? ""
    }

    private static func text(_ truth: TruthValue, _ part: String) -> String? {
        guard case .object(let parts) = truth else { return nil }
        switch parts[part] {
        case .number(let number): return "\(number)"
        case .text(let text): return text
        default: return nil
        }
    }

    /// The folder of the one edition with parameters.
    private func variant(_ world: PlatformWorld, _ source: GeneratedSource, _ path: String) throws -> String {
        let folder = world.folder.appending("out").appending(source.tenant).appending(path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
        return path + "/" + (try #require(names.first { $0.hasPrefix("with-") }))
    }

    private func expectGroups(_ world: PlatformWorld, _ source: GeneratedSource, _ person: String) throws {
        let table = ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/groups.csv"))
        let before = year(source).replacing("'2026-01-01'", with: "'2025-01-01'")
            .replacing(">= '2025-01-01'", with: ">= '2024-01-01'")
        func labels(_ year: String) -> String {
            """
            (select d, 'language' k, coalesce(language, '(none)') l, coalesce(language, '(none)') m from \(year)
            where user_id = '\(person)'
            union all select d, 'tag', tag, tag from \(year) join poc_tags t on t.poc_id = p.poc_id where user_id = '\(person)'
            union all select d, 'month', to_char(d, 'YYYY-MM'), to_char(d, 'MM') from \(year) where user_id = '\(person)')
            """
        }
        let counted = try world.rows(
            source,
            """
            select k, l, count(*), (select count(*) from \(labels(before)) b where b.k = g.k and b.m = g.m), min(d), max(d)
            from \(labels(year(source))) g group by k, l, m
            order by k, case when k = 'month' then 0 else -count(*) end, l collate "C"
            """)
        #expect(
            table.lines("kind", "label", "pocs", "pocs_before", "first_poc", "last_poc") == counted, "\(source.tenant)")
    }

    private func expectDates(_ world: PlatformWorld, _ source: GeneratedSource, _ person: String) throws {
        let table = ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/year.csv"))
        let counted = try world.rows(
            source,
            """
            with p as materialized (select * from \(year(source)) where user_id = '\(person)'),
            g as (select d, lag(d) over (order by created_at, poc_id) b from p),
            l as (select d - b n, b, d from g where b is not null order by 1 desc, d limit 1),
            w as (select distinct date_trunc('week', d)::date w from p),
            i as (select w, w - 7 * dense_rank() over (order by w)::int i from w),
            s as (select count(*) n, min(w) w from i group by i order by 1 desc, 2 limit 1)
            select count(*), min(d), max(d), (select n from l), (select b from l), (select d from l), (select n from s),
            (select w from s) from p
            """)
        #expect(
            table.lines(
                "pocs", "first_poc", "last_poc", "longest_gap_days", "gap_from", "gap_to", "longest_week_streak",
                "streak_from") == counted, "\(source.tenant)")
        let listed = ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/pocs.csv"))
        #expect("\(listed.rows.count)" == table.rows.first?["pocs"])
    }

    private func expectKnownDeveloper(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let person = knownDeveloper(source, "id")
        let table = ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/year.csv"))
        #expect(
            table.lines("pocs", "first_poc", "last_poc", "longest_gap_days", "longest_week_streak") == [
                ["pocs", "first", "last", "longest_gap_days", "longest_week_streak"].map { knownDeveloper(source, $0) }
                    .joined(separator: "|")
            ])
        let groups = ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/groups.csv"))
        guard case .object(let parts)? = source.truths["known_developer"] else { return }
        for kind in ["language", "tag", "month"] {
            guard case .object(let counts)? = parts["by_\(kind)"] else { continue }
            let known = counts.keys.sorted().map { label in
                // Months by their first days there, by YYYY-MM here.
                (kind == "month" ? String(label.prefix(7)) : label) + "|"
                    + (Self.text(.object(counts), label) ?? "")
            }
            #expect(groups.lines(where: "kind", kind, "label", "pocs").sorted() == known.sorted(), "\(kind)")
        }
        // The edges of the year: its first moment and its last are in it, the next one's first is not.
        let names = Set(
            ReportTable(csv: try world.text(source, "annual-pocs/2025/\(person)/pocs.csv")).rows.compactMap {
                $0["name"]
            })
        #expect(names.contains("Edge of the year 2") && names.contains("Edge of the year 3"))
        #expect(!names.contains("Edge of the year 1") && !names.contains("Edge of the year 4"))
    }

    // MARK: Technologies

    /// Shares, Theil and Sen's slope, Mann and Kendall's test and the decaying score, each by its definition.
    private func expectTrends(
        _ world: PlatformWorld, _ source: GeneratedSource, _ kind: String, of uses: String
    ) throws {
        let table = ReportTable(csv: try world.text(source, "technology-trends/2026-Q2/\(kind)s.csv"))
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            with p as materialized (select poc_id, user_id, created_at, date_trunc('month', created_at at time zone '\(zone)')::date m
            from pocs where deleted_at is null),
            u as materialized (select p.*, x from p join (\(uses)) s using (poc_id) where x is not null),
            n as (select m, count(*) n from p group by m),
            s as materialized (select x, n.m, row_number() over (partition by x order by n.m) i,
            (select count(*) from u where u.x = y.x and u.m = n.m)::double precision / n.n v
            from (select distinct x from u) y cross join n where n.m >= '2024-07-01' and n.m < '2026-07-01'),
            slopes as (select a.x, percentile_cont(0.5) within group (order by (b.v - a.v) / (b.i - a.i)) slope,
            sum(sign(b.v - a.v)) s from s a join s b on b.x = a.x and b.i > a.i group by a.x),
            ties as (select x, sum(t * (t - 1) * (2 * t + 5)) t from (select x, v, count(*) t from s group by x, v) q group by x)
            select y.x, (select count(*) from u where u.x = y.x and m >= '2026-04-01' and m < '2026-07-01'),
            slope, sl.s, (24 * 23 * 53 - t) / 18.0,
            (select count(*) from u where u.x = y.x and m >= '2026-04-01' and m < '2026-07-01')::double precision
            / (select sum(n) from n where m >= '2026-04-01' and m < '2026-07-01'),
            (select count(*) from u where u.x = y.x and m >= '2025-04-01' and m < '2025-07-01')::double precision
            / (select sum(n) from n where m >= '2025-04-01' and m < '2025-07-01')
            from (select distinct x from u where m >= '2026-04-01' and m < '2026-07-01' or m >= '2025-04-01' and m < '2025-07-01') y
            join slopes sl using (x) join ties using (x) order by slope desc, y.x collate "C"
            """
        ).map { $0.split(separator: "|").map(String.init) }
        #expect(counted.count > 5 && table.rows.map { $0["technology"] } == counted.map { $0[0] }, "\(source.tenant)")
        for (row, known) in zip(table.rows, counted) {
            #expect(row["pocs"] == known[1], "\(known)")
            #expect(isClose(row["points_a_year"], Double(known[2]).map { "\(1200 * $0)" }), "\(known)")
            guard let s = Double(known[3]), let variance = Double(known[4]) else { continue }
            let z = s == 0 ? 0 : (s - (s > 0 ? 1 : -1)) / variance.squareRoot()
            let p = erfc(z.magnitude / 2.0.squareRoot())
            #expect(isClose(row["p"], "\(p)"), "\(known)")
            #expect(row["trend"] == (p >= 0.05 ? "steady" : s > 0 ? "rises" : "falls"), "\(known)")
            #expect(
                isClose(row["technology_share_now"], known[5]) && isClose(row["technology_share_before"], known[6]))
        }
        try expectRanks(world, source, kind, of: uses, table)
    }

    /// By the sums of halves of thirty days, of technologies that three developers use.
    private func expectRanks(
        _ world: PlatformWorld, _ source: GeneratedSource, _ kind: String, of uses: String, _ table: ReportTable
    ) throws {
        func ranks(_ day: String) -> String {
            """
            (select x, rank() over (order by sum(power(2, -extract(epoch from timestamp '\(day)' at time zone
            '\(source.timezone)' - created_at) / 2592000)) desc) r from pocs join (\(uses)) s using (poc_id)
            where deleted_at is null and x is not null and created_at <= timestamp '\(day)' at time zone '\(source.timezone)'
            group by x having count(distinct user_id) >= 3)
            """
        }
        let counted = try world.rows(
            source,
            "select a.x, a.r, b.r from \(ranks("2026-07-01")) a left join \(ranks("2026-04-01")) b using (x) order by 1"
        )
        let known = Set(counted)
        let found = table.lines("technology", "rank", "rank_before").filter { !$0.contains("|-|") }
        #expect(!found.isEmpty && Set(found).isSubset(of: known), "\(source.tenant): \(Set(found).subtracting(known))")
    }

    private func expectPlanted(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let languages = ReportTable(csv: try world.text(source, "technology-trends/2026-Q2/languages.csv"))
        let tags = ReportTable(csv: try world.text(source, "technology-trends/2026-Q2/tags.csv"))
        guard case .text(let rising)? = source.truths["rising_language"],
            case .text(let falling)? = source.truths["falling_language"],
            case .text(let risingTag)? = source.truths["rising_tag"]
        else {
            Issue.record("no truths")
            return
        }
        #expect(languages.lines("technology", "trend").first == "\(rising)|rises")
        #expect(languages.lines("technology", "trend").last == "\(falling)|falls")
        #expect(tags.lines("technology", "trend").first == "\(risingTag)|rises")
    }
}
