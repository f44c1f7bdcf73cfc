import CivilTime
import Columnar
import Lake

/// A change of the proofs' rows, made twice: by the table, and by a dictionary that cannot be wrong.
///
/// A row is an id, a time that follows from it, and a note that says which change wrote it.
enum RowChange: Sendable {
    case append([Row])
    case merge([Row], deletes: [Int64])
    case delete(ClosedRange<Int64>)
    case overwrite([Row])
    /// Puts rows in the place of all of one day, days since 1970.
    case replaceDay(Int32, [Row])

    typealias Row = (id: Int64, note: String)
    /// The note of each row, by its id.
    typealias Rows = [Int64: String]

    /// 2026-09-01T00:00Z.
    private static let firstDay: Int32 = 20_697
    private static let hour: Int64 = 3_600_000_000

    static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("at", .timestamp), Field("note", .text),
    ])

    static let eventTime = EventTime(column: "at", zone: .utc)

    /// The day of a row in UTC: one row an hour, some without a time.
    static func day(of id: Int64) -> Int32? { hasTime(id) ? firstDay + Int32(clamping: id / 24) : nil }

    private static func hasTime(_ id: Int64) -> Bool { id >= 0 && id % 11 != 5 }

    static func batch(_ rows: [Row]) throws -> ColumnBatch {
        try ColumnBatch(
            schema: schema,
            rows: rows.map { row in
                let time = Int64(firstDay) * 24 * hour + row.id * hour
                return [.int(row.id), hasTime(row.id) ? .timestamp(time) : .null, .text(row.note)]
            })
    }

    /// The same change of a dictionary.
    func apply(to rows: inout Rows) {
        switch self {
        case .append(let new): for row in new { rows[row.id] = row.note }
        case .merge(let new, let deletes):
            for row in new { rows[row.id] = row.note }
            for id in deletes { rows[id] = nil }
        case .delete(let range): rows = rows.filter { !range.contains($0.key) }
        case .overwrite(let new): rows = Dictionary(uniqueKeysWithValues: new.map { ($0.id, $0.note) })
        case .replaceDay(let day, let new):
            rows = rows.filter { Self.day(of: $0.key) != day }
            for row in new { rows[row.id] = row.note }
        }
    }
}
