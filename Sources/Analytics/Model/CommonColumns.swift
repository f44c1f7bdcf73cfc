internal import CivilTime
package import Columnar

/// The columns that every model's table has behind its own (analytics rules, section 1): whose rows, which bucket in
/// local and in universal time, whether it is over, as of when, and how often it was restated.
package enum CommonColumns {
    /// Their schema.
    package static let fields = [
        Field("tenant_id", .text, isNullable: false), Field("tz", .text, isNullable: false),
        Field("bucket_start", .date, isNullable: false), Field("bucket_start_utc", .timestamp, isNullable: false),
        Field("bucket_end_utc", .timestamp, isNullable: false), Field("is_partial", .bool, isNullable: false),
        Field("data_as_of", .timestamp, isNullable: false), Field("revision", .int32, isNullable: false),
    ]

    static func adding(
        to table: ColumnBatch, of model: any AggregateModel, _ context: AggregateContext
    ) throws(ColumnarError) -> ColumnBatch {
        guard case .int32(let starts) = try table.column(model.bucket.column).values else {
            throw .typeMismatch(column: model.bucket.column, expected: "date", found: "another type")
        }
        var known: [Int32: [Scalar]] = [:]
        var rows: [[Scalar]] = []
        rows.reserveCapacity(table.rowCount)
        for row in 0..<table.rowCount {
            let start = starts[row]
            if known[start] == nil { known[start] = values(of: start, model.bucket.grain, context) }
            rows.append(known[start] ?? [])
        }
        let common = try ColumnBatch(schema: Schema(fields), rows: rows)
        return try ColumnBatch(
            schema: Schema(table.schema.fields + fields), columns: table.columns + common.columns,
            rowCount: table.rowCount)
    }

    private static func values(of start: Int32, _ grain: BucketGrain, _ context: AggregateContext) -> [Scalar] {
        let zone = context.calendar.zone
        let first = LocalDate(daysSinceEpoch: start)
        let behind = grain == .day ? first.adding(days: 1) : first.adding(months: 1)
        let end = zone.startOfDay(behind)
        return [
            .text(context.tenant), .text(zone.name), .date(start),
            .timestamp(zone.startOfDay(first).microsecondsSinceEpoch),
            .timestamp(end.microsecondsSinceEpoch), .bool(end > context.asOf),
            .timestamp(context.asOf.microsecondsSinceEpoch), .int(0),
        ]
    }
}
