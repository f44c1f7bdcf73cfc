package import CivilTime
package import Columnar

/// The length of a model's buckets.
package enum BucketGrain: String, Sendable {
    case day, month
}

/// A table that is computed from one dataset. The first edition's models are code; models in SQL take their place.
package protocol AggregateModel: Sendable {
    /// Its name: the table in `aggregates/` and the published file.
    var name: String { get }
    /// The dataset that it is computed from.
    var dataset: String { get }
    /// The instant of a row, a timestamp column of the dataset: its local date is the row's bucket (rule X2).
    var eventTime: String { get }
    /// The columns of the dataset that it reads, `eventTime` among them.
    var inputs: [String] { get }
    /// The bucket column of its own schema and its length.
    var bucket: (column: String, grain: BucketGrain) { get }
    /// Its own columns, without the common ones that the runner adds.
    var schema: Schema { get }
    /// Starts a computation.
    func accumulator(_ context: AggregateContext) -> any ModelAccumulator
}

/// A computation of a model that is under way.
package protocol ModelAccumulator: AnyObject {
    /// Takes rows of the dataset.
    /// - Parameters:
    ///   - batch: the model's inputs, in their order.
    ///   - days: the local date of each row, in days since 1970-01-01.
    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError)
    /// The model's rows, in the order in which they are stored.
    func rows() throws(AnalyticsError) -> [[Scalar]]
}

/// What a model is computed for.
package struct AggregateContext: Sendable {
    /// The tenant's id, for the common columns.
    package let tenant: String
    /// The tenant's calendar.
    package let calendar: TenantCalendar
    /// Everything up to this instant is in the data.
    package let asOf: Instant

    package init(tenant: String, calendar: TenantCalendar, asOf: Instant) {
        self.tenant = tenant
        self.calendar = calendar
        self.asOf = asOf
    }

    /// The local date on which the data ends.
    package var lastDay: LocalDate { calendar.zone.localDate(of: asOf) }
}

extension Field {
    /// A column of a model with what reports and dashboards need to know of it.
    static func measure(
        _ name: String, _ type: LogicalType, unit: String, additive: Bool = true, _ description: String
    ) -> Field {
        var metadata = ["almanac.unit": unit, "almanac.description": description]
        if !additive { metadata["almanac.additive"] = "false" }
        return Field(name, type, isNullable: false, metadata: metadata)
    }

    /// A column that rows are told apart by.
    static func dimension(_ name: String, _ type: LogicalType, _ description: String) -> Field {
        Field(name, type, isNullable: false, metadata: ["almanac.description": description])
    }
}
