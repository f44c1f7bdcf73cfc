import AlmanacTesting
import Columnar
import Demonstration
import Foundation
import Lake
import Runs
import Tenancy
import Testing

/// What reports of NEXUS say is what Postgres answers on the source tables, in two zones and currencies; what was planted
/// is found.
@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct NexusReportTests {
    @Test func revenueAttribution() throws {
        let world = try PlatformWorld(.nexus, scale: 0.4)
        for period in ["2026-03", "2026-06"] {
            for outcome in try world.run(["revenue-attribution"], period: period, formats: ["csv"]) {
                #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            }
            for source in world.sources {
                try expectModels(world, source, period)
                try expectCheck(world, source, period)
                try expectPaths(world, source, period)
            }
        }
        for source in world.sources {
            try expectEffects(world, source)
            try expectKnownJourney(world, source)
        }
    }

    @Test func campaignPerformance() throws {
        let world = try PlatformWorld(.nexus, scale: 0.4)
        for outcome in try world.run(["campaign-performance"], period: "2026-Q2", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        }
        for source in world.sources {
            try expectCampaigns(world, source)
            try expectWeeks(world, source)
            try expectOverBudget(world, source)
        }
    }

    private func table(_ world: PlatformWorld, _ source: GeneratedSource, _ path: String) throws -> ReportTable {
        ReportTable(csv: try world.text(source, path))
    }

    // MARK: Attribution

    /// Whole amounts by five rules to the last minor unit, by channel and by creator.
    private func expectModels(_ world: PlatformWorld, _ source: GeneratedSource, _ period: String) throws {
        let journeys = NexusJourneys(world: world, source: source)
        for (file, column, condition) in [("channels", "ch", "true"), ("creators", "creator", "creator is not null")] {
            let found = try table(world, source, "revenue-attribution/\(period)/\(file).csv")
            let sums = file == "channels" ? ["f", "l", "nd", "li", "p"] : ["f", "l", "li"]
            let names =
                file == "channels"
                ? ["first_minor", "last_minor", "last_non_direct_minor", "linear_minor", "position_based_minor"]
                : ["first_minor", "last_minor", "linear_minor"]
            let counted = try journeys.rows(
                """
                select \(column), \(sums.map { "sum(\($0))" }.joined(separator: ", ")) from net
                where to_char(d, 'YYYY-MM') = '\(period)' and \(condition) group by 1
                """)
            #expect(counted.count > 4 && found.rows.count == counted.count, "\(source.tenant) \(period) \(file)")
            let lines = found.rows.map { row in
                ([row["source"] ?? ""] + names.map { row[$0] ?? "-" }).joined(separator: "|")
            }
            #expect(lines.sorted() == counted.sorted(), "\(source.tenant) \(period)")
        }
    }

    private func expectCheck(_ world: PlatformWorld, _ source: GeneratedSource, _ period: String) throws {
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            select (select sum(items_minor) from orders where status in ('paid', 'refunded')
            and to_char(placed_at at time zone '\(zone)', 'YYYY-MM') = '\(period)')
            - (select sum(items_minor) from order_refunds where to_char(refunded_at at time zone '\(zone)', 'YYYY-MM') = '\(period)')
            """)[0]
        let check = try table(world, source, "revenue-attribution/\(period)/check.csv")
        #expect(
            check.rows.map { $0["model"] } == [
                "first", "last", "last_non_direct", "linear", "markov_journey", "position_based", "shapley",
                "time_decay",
            ])
        for row in check.rows {
            let amounts = ["net_minor", "credited_minor", "diff_minor"].map { row[$0] ?? "-" }
            #expect(amounts == [counted, counted, "0"], "\(source.tenant) \(period) \(row["model"] ?? "")")
        }
        // Each column of the side by side is the same money.
        let channels = try table(world, source, "revenue-attribution/\(period)/channels.csv")
        for model in check.rows.compactMap({ $0["model"] }) {
            let sum = channels.rows.reduce(0) { $0 + (Int($1["\(model)_minor"] ?? "") ?? 0) }
            #expect("\(sum)" == counted, "\(source.tenant) \(period) \(model)")
        }
    }

    private func expectPaths(_ world: PlatformWorld, _ source: GeneratedSource, _ period: String) throws {
        let counted = try NexusJourneys(world: world, source: source).rows(
            """
            select p, count(*), sum(x) from (select o, string_agg(ch, ' > ' order by k) p from path group by o) q
            join buy using (o) where to_char(t at time zone '\(source.timezone)', 'YYYY-MM') = '\(period)' group by p
            """)
        let found = try table(world, source, "revenue-attribution/\(period)/paths.csv").rows.map { row in
            "\(row["path"] ?? "")|\(row["orders"] ?? "")|\(row["paid_minor"] ?? "")"
        }
        #expect(counted.count > 5 && found.sorted() == counted.sorted(), "\(source.tenant) \(period)")
    }

    /// The removal effects of twelve months' chain, walked and not solved.
    private func expectEffects(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let known = try NexusJourneys(world: world, source: source)
            .removalEffects(from: "2025-07-01", to: "2026-07-01")
        let found = try table(world, source, "revenue-attribution/2026-06/effects.csv")
        #expect(found.rows.count == known.count && known.count >= 6)
        for row in found.rows {
            let channel = row["channel"] ?? ""
            #expect(isClose(row["removal_effect"], known[channel].map { "\($0)" }), "\(source.tenant) \(channel)")
        }
    }

    /// The touches of the known journey have the weights that were planted, also in what its refund takes back.
    private func expectKnownJourney(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        guard case .object(let journey)? = source.truths["known_journey"],
            case .object(let credits)? = journey["credits"], case .text(let order)? = journey["order"]
        else {
            Issue.record("no journey is known")
            return
        }
        let columns = ["model", "position", "credit_minor", "order_id", "entry"]
        let rows = try world.stored(source, "order_credits", columns)
            .filter { $0[3] == .text(order) && $0[4] == .text("credit") }
        for (model, amounts) in credits {
            guard case .list(let values) = amounts else { continue }
            let known = values.map { value -> Int64 in if case .number(let number) = value { number } else { -1 } }
            let found = rows.filter { $0[0] == .text(model) }
            let byPlace = (1...3).map { place in
                found.filter { $0[1].whole == place }.reduce(0) { $0 + $1[2].whole }
            }
            #expect(byPlace == known, "\(source.tenant) \(model)")
        }
    }

    // MARK: Campaigns

    private func expectCampaigns(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let zone = source.timezone
        let end = "timestamp '2026-07-01' at time zone '\(zone)'"
        let counted = try NexusJourneys(world: world, source: source).rows(
            """
            , seen as (select c.id, sum(m.views) views, sum(likes + comments + shares + saves) e from campaigns c
            join content k on k.campaign_id = c.id join posts p on p.content_id = k.id
            join lateral (select * from post_metrics where post_id = p.id and observed_at < \(end)
            order by observed_at desc limit 1) m on true group by c.id)
            select name, budget_minor, (select coalesce(sum(amount_minor), 0) from contracts where campaign_id = c.id
            and signed_at < \(end)), (select coalesce(sum(li), 0) from net where campaign_id = c.id and d < '2026-07-01'),
            views, e from campaigns c join seen using (id) where starts_at < \(end)
            and ends_at > timestamp '2026-04-01' at time zone '\(zone)' order by 1
            """.trimmingCharacters(in: .whitespaces)
        ).map { $0.split(separator: "|").map(String.init) }
        let found = try table(world, source, "campaign-performance/2026-Q2/campaigns.csv").rows
            .sorted { $0["campaign"] ?? "" < $1["campaign"] ?? "" }
        #expect(counted.count >= 3 && found.map { $0["campaign"] } == counted.map { $0[0] }, "\(source.tenant)")
        for (row, known) in zip(found, counted) {
            #expect(
                [row["budget_minor"], row["spent_minor"], row["total_sales"]].map { $0 ?? "-" }
                    == Array(known[1...3]), "\(source.tenant) \(known[0])")
            let numbers = known.dropFirst().compactMap(Double.init)
            #expect(isClose(row["total_roas"], "\(numbers[2] / numbers[1])", within: 1e-9), "\(known[0])")
            #expect(isClose(row["total_cpm"], "\(numbers[1] * 1_000 / numbers[3])", within: 0.5))
            #expect(isClose(row["total_cpe"], "\(numbers[1] / numbers[4])", within: 0.5))
            #expect(isClose(row["total_engagement_rate"], "\(numbers[4] / numbers[3])", within: 1e-9))
        }
    }

    /// Gains of counters as differences of the last readings before and in each week, corrections included.
    private func expectWeeks(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        let zone = source.timezone
        let counted = try world.rows(
            source,
            """
            with r as materialized (select k.campaign_id c, post_id, (observed_at at time zone '\(zone)')::date d, m.views v
            from post_metrics m join posts p on p.id = post_id join content k on k.id = content_id
            where k.campaign_id is not null),
            g as (select c, d, v - coalesce(lag(v) over (partition by post_id order by d), 0) v from r),
            w as (select greatest(date_trunc('week', d)::date, date '2026-04-01') w, c, sum(v) v from g
            where d >= '2026-04-01' and d < '2026-07-01' group by 1, 2)
            select w, name, v from w join campaigns on campaigns.id = w.c where v <> 0 order by 1, 2
            """)
        let found = try table(world, source, "campaign-performance/2026-Q2/weeks.csv")
        #expect(
            counted.count > 20
                && found.lines("week", "campaign", "views").filter { !$0.hasSuffix("|0") } == counted,
            "\(source.tenant)")
    }

    private func expectOverBudget(_ world: PlatformWorld, _ source: GeneratedSource) throws {
        guard case .object(let over)? = source.truths["over_budget"], case .text(let name)? = over["name"] else {
            Issue.record("no campaign is over its budget")
            return
        }
        let found = try table(world, source, "campaign-performance/2026-Q2/campaigns.csv")
        #expect(found.lines(where: "state", "over budget", "campaign") == [name])
    }
}

extension PlatformWorld {
    /// The rows of a stored model.
    fileprivate func stored(_ source: GeneratedSource, _ model: String, _ columns: [String]) throws -> [[Scalar]] {
        let project = try project()
        let scope = try scope(source, in: project)
        let address = TableAddress(.aggregates, try ResourceName(model), of: scope, in: project.layout)
        return try project.table(address).snapshot().rows(columns: columns)
    }
}
