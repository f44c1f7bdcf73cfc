import AlmanacTesting
import CivilTime
import Columnar
import Lake
import Models
import Tenancy
import Testing

@Suite struct IncrementalTests {
    private static func model(
        _ name: String, _ kind: String, bucket: String, lookback: String? = nil, _ sql: String
    ) throws -> ModelDefinition {
        try TestModels.model(
            name,
            """
            /*---
            version: 1
            description: Orders by bucket.
            materialized: \(kind)
            grain: [bucket]
            bucket: { column: bucket, grain: \(bucket) }
            \(lookback.map { "incremental: { lookback: \($0) }" } ?? "")
            columns:
              bucket: { type: date, description: First date. }
              amount: { type: integer, description: Sum. }
              orders: { type: integer, description: Count. }
            ---*/
            \(sql)
            """)
    }

    /// By day, by week (from Sunday on), by month, the last three days of each day, a table of the days, and a view
    /// between.
    private static func graph() throws -> ModelGraph {
        func grouped(_ bucket: String) -> String {
            """
            SELECT \(bucket) AS bucket, sum(amount) AS amount, count(*) AS orders
            FROM dated WHERE day >= :from AND day < :to GROUP BY 1
            """
        }
        return try ModelGraph([
            try TestModels.model(
                "dated",
                """
                /*---
                version: 1
                description: Orders with their day.
                materialized: view
                grain: [day]
                columns:
                  day: { type: date, description: Day. }
                  amount: { type: integer, description: Amount. }
                ---*/
                SELECT local_date(at, :tz) AS day, amount FROM orders
                """),
            try model("by_day", "incremental", bucket: "day", grouped("day")),
            try model("by_week", "incremental", bucket: "week", grouped("period_start('week', day)")),
            try model("by_month", "incremental", bucket: "month", grouped("CAST(date_trunc('month', day) AS date)")),
            try model(
                "three_days", "incremental", bucket: "day", lookback: "2d",
                """
                SELECT CAST(s.day AS date) AS bucket, sum(amount) AS amount, count(*) AS orders
                FROM generate_series(greatest(:from, DATE '2025-10-01'), :to - 1, INTERVAL '1 day') AS s (day)
                JOIN dated AS d ON d.day <= CAST(s.day AS date) AND d.day > CAST(s.day AS date) - 3
                GROUP BY 1
                """),
            try model(
                "of_days", "table", bucket: "month",
                """
                SELECT CAST(date_trunc('month', bucket) AS date) AS bucket, sum(amount) AS amount, count(*) AS orders
                FROM by_day GROUP BY 1
                """),
        ])
    }

    private static let start: Int64 = 1_772_000_000_000_000
    private static let day: Int64 = 86_400_000_000

    @Test("Whatever comes, changes or goes, the tables are those of a computation of everything", arguments: 1...12)
    func equalToRebuild(seed: UInt64) throws {
        var dice = Dice(state: seed)
        let lake = try ModelLake(seed: seed)
        let graph = try Self.graph()
        var asOf = Self.start
        var ids: [Int64] = []
        var partial = 0
        func order(_ id: Int64, within days: Int64) -> [Scalar] {
            [.int(id), .timestamp(asOf - dice.next(days * Self.day)), .text("k"), .int(dice.next(900) - 100)]
        }
        for step in 0..<14 {
            asOf += dice.next(3) * Self.day / 2
            var rows: [[Scalar]] = []
            var gone: [Int64] = []
            if step == 0 || dice.next(3) > 0 {
                for _ in 0...dice.next(6) {
                    ids.append(Int64(ids.count))
                    rows.append(order(ids[ids.count - 1], within: step == 0 ? 60 : 2))
                }
            }
            if dice.next(4) == 0 {
                ids.append(Int64(ids.count))
                rows.append(order(ids[ids.count - 1], within: 90))
            }
            if dice.next(3) == 0 { rows.append(order(dice.next(Int64(ids.count)), within: 60)) }
            if dice.next(4) == 0 { gone.append(dice.next(Int64(ids.count))) }
            rows.removeAll { row in gone.contains { row[0] == .int($0) } }
            if !rows.isEmpty || !gone.isEmpty { try lake.merge(rows, deleting: gone) }
            let instant = Instant(microsecondsSinceEpoch: asOf)
            let outcomes = try lake.materialize(graph, asOf: instant)
            _ = try lake.materialize(graph, asOf: instant, into: "full_\(step)_", rebuilds: true)
            for model in graph.order where model.isStored {
                let (kept, anew) = (try lake.rows(model.name), try lake.rows("full_\(step)_\(model.name)"))
                #expect(kept == anew, "\(model.name), step \(step) of seed \(seed)")
                if case .buckets? = outcomes[model.name]?.recomputation { partial += 1 }
            }
            // Nothing has changed since: nothing is computed, and the versions stay.
            let again = try lake.materialize(graph, asOf: instant)
            for (name, outcome) in again {
                #expect(outcome.recomputation == .nothing && outcome.version == outcomes[name]?.version, "\(name)")
            }
        }
        #expect(partial > 5)
    }

    @Test("One late row computes its buckets alone; another definition computes everything")
    func onlyWhatChanged() throws {
        let lake = try ModelLake(seed: 1)
        let graph = try Self.graph()
        let asOf = Instant(microsecondsSinceEpoch: Self.start)
        try lake.merge((0..<40).map { [.int($0), .timestamp(Self.start - $0 * Self.day), .text("k"), .int(5)] })
        let first = try lake.materialize(graph, asOf: asOf)
        #expect(first["by_day"]?.recomputation == .all(reason: "it was not computed yet"))
        try lake.merge([[.int(100), .timestamp(Self.start - 30 * Self.day), .text("k"), .int(1)]])
        let second = try lake.materialize(graph, asOf: asOf)
        guard case .buckets(let days, let reason)? = second["by_day"]?.recomputation else {
            Issue.record("by_day was not computed by its buckets")
            return
        }
        let late = lake.scope.tenant.calendar.zone.localDate(
            of: Instant(microsecondsSinceEpoch: Self.start - 30 * Self.day))
        #expect(days == [late..<late.adding(days: 1)] && reason == "raw/orders changed")
        #expect(second["by_day"]?.rowCount == 1)
        if case .buckets(let window, _)? = second["three_days"]?.recomputation {
            #expect(window == [late.adding(days: -2)..<late.adding(days: 3)])
        } else {
            Issue.record("three_days was not computed by its buckets")
        }
        let other = try ModelGraph([
            try Self.model(
                "by_day", "incremental", bucket: "day",
                "SELECT local_date(at, :tz) AS bucket, 1 AS amount, 1 AS orders FROM orders WHERE id = 1 AND at IS NOT NULL"
            )
        ])
        #expect(
            try lake.materialize(other, asOf: asOf)["by_day"]?.recomputation == .all(reason: "its definition changed"))
    }

    @Test("A model that does not keep to its dates is refused")
    func outsideDates() throws {
        let lake = try ModelLake(seed: 2)
        let graph = try ModelGraph([
            try Self.model(
                "by_day", "incremental", bucket: "day",
                "SELECT local_date(at, :tz) AS bucket, sum(amount) AS amount, count(*) AS orders FROM orders GROUP BY 1"
            )
        ])
        let asOf = Instant(microsecondsSinceEpoch: Self.start)
        try lake.merge((0..<9).map { [.int($0), .timestamp(Self.start - $0 * Self.day), .text("k"), .int(5)] })
        _ = try lake.materialize(graph, asOf: asOf)
        try lake.merge([[.int(100), .timestamp(Self.start), .text("k"), .int(1)]])
        #expect(throws: ModelError.outsideDates(model: "by_day", column: "bucket")) {
            try lake.materialize(graph, asOf: asOf)
        }
    }
}
