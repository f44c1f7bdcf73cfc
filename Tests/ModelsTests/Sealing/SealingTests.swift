import AlmanacTesting
import CivilTime
import Columnar
import Lake
import Models
import Tenancy
import Testing

@Suite struct SealingTests {
    private static func model(
        _ name: String, _ kind: String, bucket: String, seal: String, _ sql: String
    ) throws -> ModelDefinition {
        try TestModels.model(
            name,
            """
            /*---
            version: 1
            description: Orders by bucket and kind.
            materialized: \(kind)
            grain: [bucket, kind]
            bucket: { column: bucket, grain: \(bucket) }
            seal: { after: \(seal) }
            columns:
              bucket: { type: date, description: First date. }
              kind: { type: text, description: Kind. }
              amount: { type: integer, description: Sum. }
              mean: { type: number, additive: false, description: Mean. }
              last: { type: id, description: The last order. }
            ---*/
            \(sql)
            """)
    }

    private static func query(_ bucket: String) -> String {
        """
        SELECT \(bucket) AS bucket, kind, sum(amount) AS amount, round(avg(amount), 4) AS mean, max(id) AS last
        FROM orders WHERE local_date(at, :tz) >= :from AND local_date(at, :tz) < :to GROUP BY 1, 2
        """
    }

    private static func graph() throws -> ModelGraph {
        try ModelGraph([
            try model("by_day", "incremental", bucket: "day", seal: "5d", query("local_date(at, :tz)")),
            try model(
                "by_week", "table", bucket: "week", seal: "9d", query("period_start('week', local_date(at, :tz))")),
            try model(
                "by_month", "incremental", bucket: "month", seal: "1d",
                query("CAST(date_trunc('month', local_date(at, :tz)) AS date)")),
        ])
    }

    private static let start: Int64 = 1_772_000_000_000_000
    private static let day: Int64 = 86_400_000_000

    /// A row of a table, and what was changed of it.
    private struct Row: Equatable {
        var bucket: LocalDate
        var amount: Int64
        var mean: Double
        var revision: Int64
    }

    /// The rows of a table by their grain; those of adjustments added up, with how many there are.
    private static func rows(_ name: String, in lake: ModelLake) throws -> [String: Row] {
        var rows: [String: Row] = [:]
        let columns = ["bucket", "kind", "amount", "mean", "revision"]
        try lake.table(.aggregates, name).snapshot().forEachBatch(columns: columns) { batch in
            for values in batch.rows {
                guard case .date(let bucket) = values[0], case .int(let amount) = values[2],
                    case .decimal(let mean) = values[3], case .int(let revision) = values[4]
                else { throw ModelError.columns(model: name, problem: "\(values)") }
                let key = "\(bucket) \(values[1])"
                var row = rows[key] ?? Row(bucket: LocalDate(daysSinceEpoch: bucket), amount: 0, mean: 0, revision: 0)
                row.amount += amount
                row.mean += Double("\(mean)") ?? .nan
                row.revision = name.hasSuffix("_adjustments") ? row.revision + 1 : revision
                rows[key] = row
            }
        }
        return rows
    }

    /// Whether a bucket is sealed on a local day.
    private static func isSealed(_ first: LocalDate, _ model: ModelDefinition, on day: LocalDate) throws -> Bool {
        let end =
            switch try #require(model.bucket).grain {
            case .week: first.adding(days: 7)
            case .month: first.adding(months: 1)
            default: first.adding(days: 1)
            }
        return end.adding(days: try #require(model.sealedAfterDays)) <= day
    }

    @Test("What was sealed and its adjustments are the table, whatever comes late, changes or goes", arguments: 1...10)
    func sealedAndAdjustments(seed: UInt64) throws {
        var dice = Dice(state: seed)
        let lake = try ModelLake(seed: seed)
        let graph = try Self.graph()
        var asOf = Self.start
        var count: Int64 = 0
        // The rows as they were when their bucket was sealed.
        var sealed: [String: [String: Row]] = [:]
        var lastDay: LocalDate?
        var told = 0
        for step in 0..<12 {
            asOf += dice.next(9) * Self.day / 2
            try Self.change(lake, &count, &dice, asOf, isFirst: step == 0)
            let instant = Instant(microsecondsSinceEpoch: asOf)
            _ = try lake.materialize(graph, asOf: instant)
            let today = lake.scope.tenant.calendar.zone.localDate(of: instant)
            for model in graph.order where model.sealedAfterDays != nil {
                let now = try Self.rows(model.name, in: lake)
                let adjustments = try Self.rows(model.name + "_adjustments", in: lake)
                let place = "\(model.name), step \(step) of seed \(seed)"
                let before = sealed[model.name, default: [:]]
                for key in Set(before.keys).union(adjustments.keys) {
                    let (was, change) = (before[key], adjustments[key])
                    #expect((was?.amount ?? 0) + (change?.amount ?? 0) == now[key]?.amount ?? 0, "\(key), \(place)")
                    let mean = (was?.mean ?? 0) + (change?.mean ?? 0) - (now[key]?.mean ?? 0)
                    #expect(abs(mean) < 1e-6, "\(key), \(place)")
                    // A row that went and came back counts anew.
                    #expect(now[key]?.revision ?? 0 <= change?.revision ?? 0, "\(key), \(place)")
                    if change != nil, now[key] != nil { #expect(now[key]?.revision ?? 0 > 0, "\(key), \(place)") }
                }
                for (key, row) in now {
                    guard try Self.isSealed(row.bucket, model, on: today) else {
                        #expect(row.revision == 0, "\(key), \(place)")
                        continue
                    }
                    let wasSealed = try lastDay.map { try Self.isSealed(row.bucket, model, on: $0) } ?? false
                    if !wasSealed { sealed[model.name, default: [:]][key] = row }
                }
                told += adjustments.count
            }
            lastDay = today
        }
        #expect(told > 10)
    }

    /// Orders come, come late, change and go.
    private static func change(
        _ lake: ModelLake, _ count: inout Int64, _ dice: inout Dice, _ asOf: Int64, isFirst: Bool
    ) throws {
        var rows: [Int64: [Scalar]] = [:]
        for _ in 0...dice.next(isFirst ? 30 : 5) {
            let id = dice.next(4) == 0 && count > 0 ? dice.next(count) : count
            count = max(count, id + 1)
            let kind: Scalar = dice.next(4) == 0 ? .null : .text(dice.next(2) == 0 ? "a" : "")
            rows[id] = [.int(id), .timestamp(asOf - dice.next(70 * day)), kind, .int(dice.next(900) - 100)]
        }
        let gone = (0..<count).filter { id in dice.next(12) == 0 && rows[id] == nil }
        try lake.merge(rows.sorted { $0.key < $1.key }.map(\.value), deleting: gone)
    }

    @Test("A run that dies between the table and its adjustments leaves them to the next, and none is told twice")
    func diesBetween() throws {
        let lake = try ModelLake(seed: 3)
        let graph = try Self.graph()
        let asOf = Instant(microsecondsSinceEpoch: Self.start)
        func order(_ id: Int64, _ amount: Int64) -> [Scalar] {
            [.int(id), .timestamp(Self.start - 40 * Self.day), .text("a"), .int(amount)]
        }
        try lake.merge([order(0, 5)])
        _ = try lake.materialize(graph, asOf: asOf)
        try lake.merge([order(0, 9)])
        let alone = try ModelGraph([try #require(graph.model("by_day"))])
        _ = try lake.materialize(alone, asOf: asOf, only: ["by_day"])
        #expect(try Self.rows("by_day_adjustments", in: lake).isEmpty)
        for _ in 0..<2 {
            _ = try lake.materialize(graph, asOf: asOf)
            let told = try Self.rows("by_day_adjustments", in: lake)
            #expect(told.count == 1 && told.first?.value.amount == 4 && told.first?.value.revision == 1)
        }
    }

    @Test("Other columns begin anew, and what cannot be sealed is refused")
    func beginsAnew() throws {
        #expect(throws: (any Error).self) {
            try Self.model("by_day", "view", bucket: "day", seal: "5d", "SELECT 1")
        }
        let model = try Self.model("by_day", "table", bucket: "day", seal: "5d", Self.query("local_date(at, :tz)"))
        let other = try TestModels.model("by_day_adjustments", ModelLake.plain)
        #expect(throws: (any Error).self) { try ModelGraph([model, other]) }
    }
}
