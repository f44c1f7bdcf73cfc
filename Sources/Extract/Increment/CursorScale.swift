package import CivilTime
package import Columnar

/// What a cursor's values count: the unit of its positions, and how one is written for the server.
package enum CursorScale: Sendable, Hashable {
    /// Microseconds since 1970 UTC.
    case instant
    /// Days since 1970-01-01.
    case day
    /// The numbers of a sequence.
    case number

    /// Nil for types whose values cannot be a cursor.
    package init?(_ type: LogicalType) {
        switch type {
        case .timestamp: self = .instant
        case .date: self = .day
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32: self = .number
        default: return nil
        }
    }

    /// The position of an instant; nil for numbers. A day begins up to 14 hours earlier in some zone: one day is taken
    /// off.
    func position(of instant: Instant) -> Int64? {
        switch self {
        case .instant: instant.microsecondsSinceEpoch
        case .day: Int64(LocalDateTime(utc: instant).date.daysSinceEpoch) - 1
        case .number: nil
        }
    }

    /// A position as text that the server reads as the cursor's type.
    ///
    /// - Parameter zone: the zone of local times without one; nil for times with a zone and for UTC.
    func text(of position: Int64, zone: Zone?) -> String {
        switch self {
        case .number: return String(position)
        case .day:
            let days = Int32(clamping: position)
            return Self.server("\(LocalDate(daysSinceEpoch: days))")
        case .instant:
            let instant = Instant(microsecondsSinceEpoch: position)
            guard let zone else { return Self.server("\(LocalDateTime(utc: instant))") + "Z" }
            // Clocks show times twice when they are set back: what comes after `instant` can show up to three hours less.
            return Self.server("\(zone.localDateTime(of: instant.adding(seconds: -3 * 3_600)))")
        }
    }

    /// Years beyond four digits stand with a sign that the server does not read; before year 1 everything is included.
    private static func server(_ text: String) -> String {
        if text.hasPrefix("-") { return "-infinity" }
        return text.hasPrefix("+") ? String(text.dropFirst()) : text
    }
}
