internal import CivilTime
package import Columnar

/// Events and active actors of each local day: a dense grid from the first event to the day on which the data ends.
package struct ActivityDaily: AggregateModel {
    package init() {}

    package let name = "activity_daily"
    package let dataset = "events"
    package let eventTime = "occurred_at"
    package let inputs = ["occurred_at", "actor_id", "dep_delay"]
    package let bucket = (column: "day", grain: BucketGrain.day)
    package let schema = Schema([.dimension("day", .date, "Local date of the event")] + ActivitySums.fields)

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        ActivityDailyAccumulator(model: name, context)
    }
}

private final class ActivityDailyAccumulator: ModelAccumulator {
    private let model: String
    private let lastDay: LocalDate
    private var actors = TextCodes()
    private var groups = ActivityGroups<Int32>()

    init(model: String, _ context: AggregateContext) {
        self.model = model
        lastDay = context.lastDay
    }

    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError) {
        let inputs = ModelInputs(batch: batch, model: model)
        let actor = try inputs.texts(1, &actors)
        let delay = try inputs.doubles(2)
        for row in days.indices { groups.add(days[row], actor: actor[row], delay: delay[row]) }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        guard let first = groups.keys.min(), let last = groups.keys.max() else { return [] }
        return (first...max(last, lastDay.daysSinceEpoch)).map { [.date($0)] + groups[$0].scalars }
    }
}
