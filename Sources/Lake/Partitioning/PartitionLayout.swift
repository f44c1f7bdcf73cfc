internal import CivilTime
internal import Columnar

/// The columns that a table's files are divided by, and how their values follow from a row.
struct PartitionLayout: Equatable {
    /// A column.
    struct Part: Equatable {
        /// On the storage side.
        let field: Field
        let source: Source
    }

    /// Where its values come from.
    enum Source: Equatable {
        /// A column of our side.
        case column(String)
        /// The local day of the event time, as a date.
        case day
        /// The month of the local day, as text.
        case month
    }

    let parts: [Part]

    /// A table that is not divided.
    static let undivided = PartitionLayout(parts: [])

    private init(parts: [Part]) { self.parts = parts }

    /// How a table is divided.
    ///
    /// - Throws: `LakeError` (`damaged`) where a partition column is none of the table's.
    init(_ schema: StorageSchema, columns: [String]) throws(LakeError) {
        var parts: [Part] = []
        for name in columns {
            guard let index = schema.storage.index(of: name) else {
                throw DeltaReader.damaged("partition column '\(name)' is none of the table's")
            }
            let field = schema.storage.fields[index]
            switch field.metadata[StorageSchema.partitionKey] {
            case "day": parts.append(Part(field: field, source: .day))
            case "month": parts.append(Part(field: field, source: .month))
            default:
                let logical = schema.positions.firstIndex(of: index).map { schema.logical.fields[$0].name }
                parts.append(Part(field: field, source: .column(logical ?? name)))
            }
        }
        self.parts = parts
    }

    /// The names of the columns on the storage side.
    var columns: [String] { parts.map(\.field.name) }

    /// The column that a policy adds to a table, nil for none.
    static func derivedField(_ policy: PartitionPolicy, besides schema: StorageSchema) throws(LakeError) -> Field? {
        let (name, type): (String, LogicalType)
        switch policy {
        case .none, .auto: return nil
        case .day: (name, type) = ("event_day", .date)
        case .month: (name, type) = ("event_month", .text)
        }
        let free = try ColumnNames.encoded([name], besides: schema.storage.fields.map(\.name))[0]
        return Field(free, type, metadata: [StorageSchema.partitionKey: policy.rawValue])
    }

    /// The columns that files have: all but those that divide.
    func fileSchema(_ schema: StorageSchema) -> StorageSchema {
        let names = Set(columns)
        return StorageSchema(storage: Schema(schema.storage.fields.filter { !names.contains($0.name) }))
    }

    /// The values as the log has them.
    func values(_ texts: [String?]) -> [String: String?] {
        var values: [String: String?] = [:]
        for (part, text) in zip(parts, texts) { values.updateValue(text, forKey: part.field.name) }
        return values
    }
}

/// Divides the rows of batches by a layout.
struct PartitionRouter {
    private let layout: PartitionLayout
    private let eventTime: EventTime?
    private var texts: [Int32: String] = [:]

    init(_ layout: PartitionLayout, eventTime: EventTime?) {
        self.layout = layout
        self.eventTime = eventTime
    }

    /// A part of a batch: the texts of its partition, and its rows; nil where it is the whole batch.
    typealias Share = (values: [String?], rows: [Int32]?)

    /// The shares of a batch on our side, in the order in which they first come.
    mutating func shares(_ batch: ColumnBatch) throws -> [Share] {
        if layout.parts.isEmpty || batch.rowCount == 0 { return [([], nil)] }
        var columns: [[String?]] = []
        for part in layout.parts { columns.append(try texts(of: part, batch)) }
        var places: [[String?]: Int] = [:]
        var shares: [(values: [String?], rows: [Int32])] = []
        var last = (key: [String?](), place: -1)
        for row in 0..<batch.rowCount {
            let key = columns.map { $0[row] }
            if last.place < 0 || key != last.key {
                let place = places[key] ?? shares.count
                if place == shares.count {
                    places[key] = place
                    shares.append((key, []))
                }
                last = (key, place)
            }
            shares[last.place].rows.append(Int32(truncatingIfNeeded: row))
        }
        if shares.count == 1 { return [(shares[0].values, nil)] }
        return shares.map { ($0.values, $0.rows) }
    }

    private mutating func texts(of part: PartitionLayout.Part, _ batch: ColumnBatch) throws -> [String?] {
        switch part.source {
        case .column(let name):
            let column = try batch.column(name)
            var texts: [String?] = []
            for row in 0..<batch.rowCount { texts.append(try PartitionText.text(column.scalar(row))) }
            return texts
        case .day, .month:
            guard let eventTime else {
                throw LakeError(.schema, "can't divide rows by their time: the table has no event time")
            }
            let days = try EventDays(batch.column(eventTime.column), zone: eventTime.zone)
            return (0..<batch.rowCount).map { row in
                days[row].flatMap { text(of: $0, isMonth: part.source == .month) }
            }
        }
    }

    private mutating func text(of day: Int32, isMonth: Bool) -> String? {
        // Other engines read dates of the years 1 to 9999 only; others are where the rows without a time are.
        guard EventDays.common.contains(day) else { return nil }
        if let known = texts[day] { return known }
        let text = isMonth ? PartitionText.month(day) : LocalDate(daysSinceEpoch: day).description
        texts[day] = text
        return text
    }
}
