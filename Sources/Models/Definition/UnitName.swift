package import Configuration

/// A unit as definitions name it, before the tenant's currency is known.
package enum UnitName: Sendable, Hashable {
    /// Minor units of the tenant's currency.
    case money
    case count
    case percent
    case number(decimals: Int)
    case milliseconds
    case none

    /// The word of definitions, manifests and documentation.
    package var word: String {
        switch self {
        case .money: "money"
        case .count: "count"
        case .percent: "percent"
        case .number: "number"
        case .milliseconds: "milliseconds"
        case .none: "none"
        }
    }

    /// Reads `unit: money` and `decimals: 1` of a mapping.
    ///
    /// - Parameter standard: the unit where none is written; nil where one must be.
    package static func read(_ map: YAMLMapping, default standard: UnitName?) -> UnitName? {
        let words: [(word: String, value: UnitName)] = [
            ("money", .money), ("count", .count), ("percent", .percent), ("number", .number(decimals: 0)),
            ("milliseconds", .milliseconds), ("none", .none),
        ]
        let decimals = map.optional("decimals")
        let value = standard == nil ? map.required("unit") : map.optional("unit")
        guard let value else {
            if decimals != nil { map.refuse("'decimals' needs 'unit: number'") }
            return standard
        }
        guard let unit = value.choice(among: words) else { return nil }
        guard case .number = unit else {
            decimals?.refuse("'decimals' is only for 'unit: number'")
            return unit
        }
        guard let decimals else { return .number(decimals: 0) }
        return decimals.integer(in: 0...9).map { .number(decimals: Int($0)) }
    }
}
