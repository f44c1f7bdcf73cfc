package import Columnar

/// The routes with the most events of each month, at most `limit` of them; ties go by the route's name.
package struct TopRoutes: AggregateModel {
    /// How many routes of a month are kept.
    package let limit = 100

    package init() {}

    package let name = "top_routes"
    package let dataset = "events"
    package let eventTime = "occurred_at"
    package let inputs = ["occurred_at", "actor_id", "dep_delay", "origin", "dest"]
    package let bucket = (column: "month", grain: BucketGrain.month)
    package let schema = Schema(
        [
            .dimension("month", .date, "First local date of the month"),
            .dimension("rank", .int32, "1 for the most events of the month"),
            .dimension("route", .text, "Origin and destination"),
            .dimension("origin", .text, "Where the event began"),
            .dimension("dest", .text, "Where it ended"),
        ] + ActivitySums.fields)

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        TopRoutesAccumulator(model: name, limit: limit)
    }
}

private final class TopRoutesAccumulator: ModelAccumulator {
    private struct Key: Hashable {
        let month: Int32
        let origin: Int32
        let destination: Int32
    }

    private let model: String
    private let limit: Int
    private var actors = TextCodes()
    private var places = TextCodes()
    private var groups = ActivityGroups<Key>()
    private var months = MonthStarts()

    init(model: String, limit: Int) {
        self.model = model
        self.limit = limit
    }

    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError) {
        let inputs = ModelInputs(batch: batch, model: model)
        let actor = try inputs.texts(1, &actors)
        let delay = try inputs.doubles(2)
        let origin = try inputs.texts(3, &places)
        let destination = try inputs.texts(4, &places)
        for row in days.indices {
            let key = Key(month: months.start(of: days[row]), origin: origin[row], destination: destination[row])
            groups.add(key, actor: actor[row], delay: delay[row])
        }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        let entries = zip(groups.keys, groups.sums).map { key, sums in
            (month: key.month, origin: places[key.origin], destination: places[key.destination], sums: sums)
        }
        let byMonth = Dictionary(grouping: entries, by: \.month)
        return byMonth.keys.sorted().flatMap { month in
            let ordered = (byMonth[month] ?? []).sorted {
                ($1.sums.events, $0.origin, $0.destination) < ($0.sums.events, $1.origin, $1.destination)
            }
            return ordered.prefix(limit).enumerated().map { index, entry -> [Scalar] in
                let names: [Scalar] = [
                    .date(month), .int(Int64(index + 1)), .text("\(entry.origin) – \(entry.destination)"),
                    .text(entry.origin), .text(entry.destination),
                ]
                return names + entry.sums.scalars
            }
        }
    }
}
