package import CivilTime
internal import Columnar

/// Which rows a replacement takes away, and which it may bring.
package enum ReplaceScope: Sendable, Hashable {
    /// Rows whose local day lies in a half-open range; rows without a time besides where `includingMissing`.
    case days(Range<LocalDate>, includingMissing: Bool = false)
    /// Rows whose local day lies in one of some half-open ranges.
    case ranges([Range<LocalDate>])

    /// For the history: `2026-10-01..2026-11-01`.
    var text: String {
        switch self {
        case .days(let range, let includingMissing):
            "\(includingMissing ? "none," : "")\(range.lowerBound)..\(range.upperBound)"
        case .ranges(let ranges): ranges.map { "\($0.lowerBound)..\($0.upperBound)" }.joined(separator: ",")
        }
    }

    /// Whether a day is in it; nil is the day of a row without a time.
    func contains(_ day: Int32?) -> Bool {
        switch self {
        case .days(let range, let includingMissing):
            day.map { range.contains(LocalDate(daysSinceEpoch: $0)) } ?? includingMissing
        case .ranges(let ranges):
            day.map { day in ranges.contains { $0.contains(LocalDate(daysSinceEpoch: day)) } } ?? false
        }
    }

    /// How far it reaches into files with these days.
    func reach(_ days: DaySet?) -> FileReach {
        guard let days else { return .some }
        let inside = days.days.count(where: { contains($0) }) + (days.hasMissing && contains(nil) ? 1 : 0)
        let all = days.days.count + (days.hasMissing ? 1 : 0)
        return inside == 0 ? .nothing : inside == all ? .everything : .some
    }
}

/// The rows of a table that a replacement takes away.
struct ReplaceRemoval: RowRemoval {
    let scope: ReplaceScope
    let eventTime: EventTime

    var columns: [String] { [eventTime.column] }

    func reach(_ file: AddedFile) -> FileReach { scope.reach(file.days) }

    func removed(_ batch: ColumnBatch) throws -> Bitmap? {
        let days = try EventDays(batch.column(eventTime.column), zone: eventTime.zone)
        let bits = Bitmap((0..<batch.rowCount).map { scope.contains(days[$0]) })
        return bits.setCount == 0 ? nil : bits
    }
}
