package import CivilTime
package import Columnar

/// The columns that every stored model has behind its own (analytics rules, section 1): whose rows, which bucket in
/// local and in universal time, whether it is over, as of when, and how often it was restated.
///
/// A model without a bucket has none of the four columns of the bucket. A column `tz` of the model's own stands for the
/// common one: personal figures are in the person's zone (rule X3).
package struct CommonColumns {
    /// What the rows belong to.
    package let tenant: String
    /// The tenant's calendar: weeks begin as it says.
    package let calendar: TenantCalendar
    /// Everything up to this instant is in the data.
    package let asOf: Instant

    package init(tenant: String, calendar: TenantCalendar, asOf: Instant) {
        self.tenant = tenant
        self.calendar = calendar
        self.asOf = asOf
    }

    static let zone = "tz"
    static let revision = "revision"
    private static let ofBucket: Set<String> = ["bucket_start", "bucket_start_utc", "bucket_end_utc", "is_partial"]

    private static let all = [
        Field("tenant_id", .text, isNullable: false), Field(zone, .text, isNullable: false),
        Field("bucket_start", .date, isNullable: false), Field("bucket_start_utc", .timestamp, isNullable: false),
        Field("bucket_end_utc", .timestamp, isNullable: false), Field("is_partial", .bool, isNullable: false),
        Field("data_as_of", .timestamp, isNullable: false), Field(revision, .int32, isNullable: false),
    ]

    /// Their names.
    package static let names = Set(all.map(\.name))

    /// The common columns of a model.
    package static func fields(of model: ModelDefinition) -> [Field] {
        all.filter { field in
            model.column(field.name) == nil && (model.bucket != nil || !ofBucket.contains(field.name))
        }
    }

    /// Adds them to rows of a model. A column `revision` of the rows, which no model declares, stands for the common one.
    ///
    /// - Throws: `ModelError` for a row without a bucket, or outside of the years 1900 to 2100.
    package func adding(to table: ColumnBatch, of model: ModelDefinition) throws -> ColumnBatch {
        let fields = Self.fields(of: model)
        let rowCount = table.rowCount
        var columns = [
            "tenant_id": Self.constant(tenant, rowCount), Self.zone: Self.constant(calendar.zone.name, rowCount),
            "data_as_of": Column(
                .timestamp, .int64(Buffer([Int64](repeating: asOf.microsecondsSinceEpoch, count: rowCount)))),
        ]
        var table = table
        if let position = table.schema.index(of: Self.revision) {
            columns[Self.revision] = try Self.revisions(table.columns[position])
            table = try table.selecting(table.schema.fields.map(\.name).filter { $0 != Self.revision })
        } else {
            columns[Self.revision] = Column(.int32, .int32(Buffer([Int32](repeating: 0, count: rowCount))))
        }
        if let bucket = model.bucket {
            columns.merge(try self.columns(of: bucket, try table.column(bucket.column), model)) { $1 }
        }
        return try ColumnBatch(
            schema: Schema(table.schema.fields + fields),
            columns: table.columns + fields.compactMap { columns[$0.name] }, rowCount: rowCount)
    }

    private static func revisions(_ column: Column) throws -> Column {
        guard case .int64(let buffer) = column.values, column.nullCount == 0 else {
            throw ColumnarError.typeMismatch(
                column: revision, expected: "whole numbers", found: column.type.description)
        }
        return Column(.int32, .int32(Buffer(buffer.array.map { Int32(clamping: $0) })))
    }

    private static func constant(_ text: String, _ rowCount: Int) -> Column {
        let bytes = Array(text.utf8)
        let buffer = BytesBuffer(offsets: Buffer([0, Int32(clamping: bytes.count)]), bytes: Buffer(bytes))
        let dictionary = BytesDictionary(buffer)
        return Column(
            .text, .dictionary(codes: Buffer([UInt32](repeating: 0, count: rowCount)), dictionary))
    }

    private struct Bucket {
        let start: Int64
        let end: Int64
        let isPartial: Bool
    }

    private func columns(
        of bucket: ModelBucket, _ column: Column, _ model: ModelDefinition
    ) throws -> [String: Column] {
        guard column.nullCount == 0 else { throw ModelError.withoutBucket(model: model.name, column: bucket.column) }
        guard case .int32(let buffer) = column.values else {
            throw ColumnarError.typeMismatch(column: bucket.column, expected: "date", found: column.type.description)
        }
        let starts = buffer.array
        var known: [Int32: Bucket] = [:]
        var (first, behind, partial): ([Int64], [Int64], [Bool]) = ([], [], [])
        first.reserveCapacity(starts.count)
        behind.reserveCapacity(starts.count)
        partial.reserveCapacity(starts.count)
        for start in starts {
            let found: Bucket
            if let seen = known[start] {
                found = seen
            } else {
                guard Self.calendarDays.contains(start) else {
                    throw ModelError.outsideCalendar(model: model.name, column: bucket.column)
                }
                found = self.bucket(start, bucket.grain)
                known[start] = found
            }
            first.append(found.start)
            behind.append(found.end)
            partial.append(found.isPartial)
        }
        return [
            "bucket_start": Column(.date, column.values), "bucket_start_utc": Column(.timestamp, .int64(Buffer(first))),
            "bucket_end_utc": Column(.timestamp, .int64(Buffer(behind))),
            "is_partial": Column(.bool, .bool(Bitmap(partial))),
        ]
    }

    /// The days that a bucket may begin on: 1900-01-01 to 2100-12-31.
    static let calendarDays: ClosedRange<Int32> = -25_567...47_846

    private func bucket(_ start: Int32, _ grain: Grain) -> Bucket {
        let zone = calendar.zone
        let first = LocalDate(daysSinceEpoch: start)
        let end = zone.startOfDay(first.behind(grain))
        return Bucket(
            start: zone.startOfDay(first).microsecondsSinceEpoch, end: end.microsecondsSinceEpoch,
            isPartial: end > asOf)
    }
}

extension LocalDate {
    /// The first date behind a bucket that begins on this one.
    func behind(_ grain: Grain) -> LocalDate {
        switch grain {
        case .week: adding(days: 7)
        case .month: adding(months: 1)
        case .quarter: adding(months: 3)
        case .year: adding(months: 12)
        default: adding(days: 1)
        }
    }
}
