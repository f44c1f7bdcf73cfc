/// A span of local dates that a report is made for: half-open, `[from, to)`, with the name that people use.
///
/// | name | grain | from | to |
/// |---|---|---|---|
/// | `2026` | year | 2026-01-01 | 2027-01-01 |
/// | `2026-Q4` | quarter | 2026-10-01 | 2027-01-01 |
/// | `2026-10` | month | 2026-10-01 | 2026-11-01 |
/// | `2026-W44` | week | 2026-10-26 | 2026-11-02 |
/// | `2026-10-31` | day | 2026-10-31 | 2026-11-01 |
/// | `FY2026`, `FY2026-Q2`, `FY2026-P07` | fiscal year, quarter, period | by the calendar's fiscal year |
/// | `2026-10-03..2026-10-17` | range | 2026-10-03 | 2026-10-17 |
///
/// Made by a `TenantCalendar`, which knows week and fiscal year. A week that does not start on Monday has no ISO name:
/// it is named by its dates. The name is canonical and made of letters, digits, `-`, `.` only: it may be a folder's.
package struct Period: Sendable, Hashable, CustomStringConvertible {
    /// The canonical name; reading it with the same calendar gives the same period.
    package let name: String
    /// The grain.
    package let grain: Grain
    /// The first date.
    package let from: LocalDate
    /// The date after the last.
    package let to: LocalDate
    /// Year and number (quarter, month, week, fiscal period) that the name says; the number is 1 where there is none.
    package let ordinal: Ordinal

    /// Year and number of a period, as its name says them.
    package struct Ordinal: Sendable, Hashable {
        /// The year, of the calendar or of the books.
        package var year: Int
        /// The quarter, month, week or fiscal period; 1 where there is none.
        package var number = 1
    }

    init(name: String, grain: Grain, from: LocalDate, to: LocalDate, ordinal: Ordinal) {
        self.name = name
        self.grain = grain
        self.from = from
        self.to = to
        self.ordinal = ordinal
    }

    /// The dates of the period.
    package var dates: Range<LocalDate> { from..<to }
    /// The number of dates.
    package var dayCount: Int { from.days(until: to) }
    /// Whether a date belongs to it.
    package func contains(_ date: LocalDate) -> Bool { date >= from && date < to }
    package var description: String { name }
}

/// A half-open span of instants, `[start, end)`.
package struct InstantRange: Sendable, Hashable {
    /// The first instant.
    package let start: Instant
    /// The first instant after it; equal to `start` where the range is empty.
    package let end: Instant

    package init(start: Instant, end: Instant) {
        self.start = start
        self.end = Swift.max(start, end)
    }

    /// Whether there is no instant in it.
    package var isEmpty: Bool { start == end }
    /// Whether an instant belongs to it.
    package func contains(_ instant: Instant) -> Bool { instant >= start && instant < end }
}
