package import CivilTime
package import Columnar

/// What a table says of its rows' place in time: the column, and the zone whose days are counted.
package struct EventTime: Sendable, Hashable {
    /// The column, by its name on our side; a timestamp or a date.
    package let column: String
    /// The zone of the days; for a date the days are what they are.
    package let zone: Zone

    package init(column: String, zone: Zone) {
        self.column = column
        self.zone = zone
    }
}

/// The days that the rows of a file fall on: `add.tags["almanac.days"]`.
///
/// As text: half-open ranges of dates and `none` for rows without a time, joined by commas:
/// `none,2026-10-30..2026-11-02,2026-11-05..2026-11-06`. What changed between two versions is the union of the days of
/// the files that came and went.
package struct DaySet: Sendable, Hashable {
    /// Days since 1970-01-01.
    package private(set) var days: Set<Int32> = []
    /// Whether some rows have no time.
    package private(set) var hasMissing = false

    package init() {}

    /// Takes in the days of a column of instants or dates.
    package mutating func add(_ column: Column, zone: Zone) throws(LakeError) {
        let dates = try EventDays(column, zone: zone)
        var last: Int32?
        for row in 0..<column.rowCount {
            if let day = dates[row] {
                if day != last {
                    last = day
                    days.insert(day)
                }
            } else {
                hasMissing = true
            }
        }
    }

    /// Takes in one day, nil for a row without a time.
    package mutating func add(_ day: Int32?) {
        if let day { days.insert(day) } else { hasMissing = true }
    }

    /// Days of a range.
    package init(_ range: Range<Int32>) { days = Set(range) }

    /// Whether there is neither a day nor a row without a time.
    package var isEmpty: Bool { days.isEmpty && !hasMissing }

    /// The days of both.
    package func union(_ other: DaySet) -> DaySet {
        var both = self
        both.days.formUnion(other.days)
        both.hasMissing = hasMissing || other.hasMissing
        return both
    }

    /// The days as text.
    package var text: String {
        var parts = hasMissing ? ["none"] : []
        var start: Int32?
        var end: Int32 = 0
        for day in days.sorted() {
            if let first = start, day != end {
                parts.append(Self.range(first, end))
                start = day
            }
            if start == nil { start = day }
            end = day == .max ? day : day + 1
        }
        if let start { parts.append(Self.range(start, end)) }
        return parts.joined(separator: ",")
    }

    private static func range(_ start: Int32, _ end: Int32) -> String {
        "\(LocalDate(daysSinceEpoch: start))..\(LocalDate(daysSinceEpoch: end))"
    }

    /// Reads the text of a tag; nil where it is none.
    package init?(_ text: String) {
        for part in text.split(separator: ",") {
            if part == "none" {
                hasMissing = true
                continue
            }
            guard let dots = part.firstRange(of: ".."),
                let start = try? LocalDate(parsing: String(part[..<dots.lowerBound])),
                let end = try? LocalDate(parsing: String(part[dots.upperBound...])), start < end,
                Int64(end.daysSinceEpoch) - Int64(start.daysSinceEpoch) < 4_000_000
            else { return nil }
            days.formUnion(start.daysSinceEpoch..<end.daysSinceEpoch)
        }
    }
}
