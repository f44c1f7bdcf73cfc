import CivilTime
import Columnar
import Lake
import Runs
import Testing

/// The public data sets through the whole way: Postgres, COPY, Parquet, Delta, aggregates. The numbers are published,
/// or those of pandas and DuckDB over the same files.
@Suite(
    .enabled(if: TestPlaces.datasets != nil, "needs ALMANAC_DATASETS, which scripts/test sets where PyPI is reached"))
struct KnownNumbersTests {
    @Test func theNumbersAreTheKnownOnes() throws {
        try DemoWorld.with(datasets: TestPlaces.datasets) { world in
            for platform in ["retail", "flights"] {
                let outcomes = try world.run(platform)
                #expect(outcomes.flatMap(\.failures).isEmpty)
            }
            try checkShops(world)
            try checkFlights(world)
            try checkSecondRun(world)
        }
    }

    /// CDNOW over the three shops.
    private func checkShops(_ world: DemoWorld) throws {
        let orders = try world.rows(
            .raw, "orders", ["customer_id", "placed_at", "items", "revenue_minor"], of: "retail")
        #expect(orders.count == 69_659)
        #expect(Set(orders.map { $0[0] }).count == 23_570)
        #expect(orders.reduce(0) { $0 + $1[3].whole } == 250_031_563)
        #expect(orders.count { $0[3].whole == 0 } == 80)
        #expect(orders.count - Set(orders).count == 255)
        // Daily sums and raw rows are the same money.
        let days = try world.rows(.aggregates, "sales_daily", ["revenue_minor", "orders"], of: "retail")
        #expect(days.reduce(0) { $0 + $1[0].whole } == 250_031_563)
        #expect(days.reduce(0) { $0 + $1[1].whole } == 69_659)
        let january = try LocalDate(year: 1997, month: 1, day: 1).daysSinceEpoch
        let cells = try world.rows(.aggregates, "cohort_retention", ["cohort", "age", "customers"], of: "retail")
        let sizes = (0...3).map { age in
            cells.filter { $0[0] == .date(january) && $0[1] == .int(age) }.reduce(0) { $0 + $1[2].whole }
        }
        #expect(sizes == [7_846, 1_157, 964, 810])
    }

    /// nycflights13 over the sixteen carriers.
    private func checkFlights(_ world: DemoWorld) throws {
        let events = try world.rows(.raw, "events", ["actor_id", "occurred_at", "local_date"], of: "flights")
        #expect(events.count == 336_776)
        #expect(events.count { $0[0] == .null } == 2_512)
        let misfiled = events.count { row in
            guard case .timestamp(let instant) = row[1], case .date(let day) = row[2] else { return true }
            return Int32(instant / 86_400_000_000) != day
        }
        #expect(misfiled == 38_444)
        let days = try world.rows(
            .aggregates, "activity_daily", ["day", "events", "actors", "anonymous_events"], of: "flights")
        #expect(days.reduce(0) { $0 + $1[1].whole } == 336_776)
        #expect(days.reduce(0) { $0 + $1[2].whole } == 251_411)
        #expect(days.reduce(0) { $0 + $1[3].whole } == 2_512)
        // Distinct tail numbers of single days (published with the oracles; no aircraft flies for two carriers in a day).
        for (month, day, actors) in [(1, 1, 649), (3, 10, 685), (6, 30, 692), (11, 3, 679), (12, 31, 609)] {
            let date = Scalar.date(try LocalDate(year: 2013, month: month, day: day).daysSinceEpoch)
            #expect(days.filter { $0[0] == date }.reduce(0) { $0 + $1[2].whole } == Int64(actors))
        }
        // Every row's day in New York is the local date that came with it.
        #expect(Set(events.map { $0[2] }).isSubset(of: Set(days.map { $0[0] })))
    }

    private func checkSecondRun(_ world: DemoWorld) throws {
        let again = try world.run("retail")
        #expect(again.flatMap(\.failures).isEmpty)
        #expect(again.flatMap(\.editions).allSatisfy { $0.isUnchanged })
    }
}
