package import Columnar

/// Events of each month by where they began, ordered by name.
package struct OriginMonthly: AggregateModel {
    package init() {}

    package let name = "origin_monthly"
    package let dataset = "events"
    package let eventTime = "occurred_at"
    package let inputs = ["occurred_at", "actor_id", "dep_delay", "origin"]
    package let bucket = (column: "month", grain: BucketGrain.month)
    package let schema = Schema(
        [
            .dimension("month", .date, "First local date of the month"),
            .dimension("origin", .text, "Where the events began"),
        ] + ActivitySums.fields)

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        OriginMonthlyAccumulator(model: name)
    }
}

private final class OriginMonthlyAccumulator: ModelAccumulator {
    private struct Key: Hashable {
        let month: Int32
        let origin: Int32
    }

    private let model: String
    private var actors = TextCodes()
    private var places = TextCodes()
    private var groups = ActivityGroups<Key>()
    private var months = MonthStarts()

    init(model: String) { self.model = model }

    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError) {
        let inputs = ModelInputs(batch: batch, model: model)
        let actor = try inputs.texts(1, &actors)
        let delay = try inputs.doubles(2)
        let origin = try inputs.texts(3, &places)
        for row in days.indices {
            groups.add(
                Key(month: months.start(of: days[row]), origin: origin[row]), actor: actor[row], delay: delay[row])
        }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        let entries = zip(groups.keys, groups.sums).map { (month: $0.month, origin: places[$0.origin], sums: $1) }
        return entries.sorted { ($0.month, $0.origin) < ($1.month, $1.origin) }.map {
            [.date($0.month), .text($0.origin)] + $0.sums.scalars
        }
    }
}
