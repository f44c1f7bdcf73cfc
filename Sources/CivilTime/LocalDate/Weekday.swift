/// A day of the week; raw values are those of ISO 8601, Monday is 1 and Sunday 7.
package enum Weekday: Int, Sendable, Hashable, CaseIterable {
    case monday = 1
    case tuesday
    case wednesday
    case thursday
    case friday
    case saturday
    case sunday

    /// The English name in lower case: `monday`.
    package var name: String { String(describing: self) }

    /// The weekday of an English name in lower case, nil if there is none.
    package init?(name: String) {
        guard let weekday = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = weekday
    }
}
