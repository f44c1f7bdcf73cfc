package import CivilTime
package import Columnar

/// The local days of a column of instants or dates, row by row.
package struct EventDays {
    private let days: [Int32]
    private let validity: Bitmap?

    /// The days of the years 1 to 9999, which every engine knows.
    static let common: ClosedRange<Int32> = -719_162...2_932_896

    /// - Throws: `LakeError` (`schema`) for a column of another type.
    package init(_ column: Column, zone: Zone) throws(LakeError) {
        validity = column.validity
        switch (column.values, column.type) {
        case (.int32(let buffer), .date): days = buffer.array
        case (.int64(let buffer), .timestamp):
            var dates = [Int32](repeating: 0, count: buffer.count)
            var span = dates.mutableSpan
            let instants = buffer.span
            zone.localDates(instants, into: &span)
            days = dates
        default: throw LakeError(.schema, "the column of the event time is \(column.type), neither timestamp nor date")
        }
    }

    /// The day of a row, in days since 1970-01-01; nil where it has no time.
    package subscript(row: Int) -> Int32? { validity.map { $0[row] } ?? true ? days[row] : nil }
}
