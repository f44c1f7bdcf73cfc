package import Columnar

/// A column of a model.
package struct ModelColumn: Sendable, Hashable {
    /// The kinds that reports tell apart.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case date, text, integer, number, boolean, timestamp
        /// A name or number that things are told apart by; written as text, never grouped or summed.
        case id

        /// Whether values of a type are of this kind.
        package func holds(_ type: LogicalType) -> Bool {
            switch (self, type) {
            case (.date, .date), (.boolean, .bool), (.timestamp, .timestamp), (.text, .text), (.text, .uuid): true
            case (.integer, .int8), (.integer, .int16), (.integer, .int32), (.integer, .int64), (.integer, .uint8),
                (.integer, .uint16), (.integer, .uint32), (.integer, .uint64), (.integer, .decimal(_, scale: 0)):
                true
            case (.number, .float), (.number, .double), (.number, .decimal): true
            case (.number, _): Kind.integer.holds(type)
            case (.id, _): Kind.integer.holds(type) || Kind.text.holds(type)
            default: false
            }
        }

        /// Whether it can be computed with.
        package var isNumeric: Bool { self == .integer || self == .number }
    }

    /// Its name in the table.
    package let name: String
    /// What kind of values it has.
    package let kind: Kind
    /// Its label for people.
    package let label: String
    /// What it counts.
    package let unit: UnitName
    /// What it means, in a sentence.
    package let description: String
    /// Whether it may be summed over rows (analytics rule X13: distinct counts may not).
    package let isAdditive: Bool
}
