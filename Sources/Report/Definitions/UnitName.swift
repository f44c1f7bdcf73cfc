internal import Configuration
package import Formatting

/// A unit as definitions name it, before the tenant's currency is known.
package enum UnitName: Sendable, Hashable {
    /// Minor units of the tenant's currency.
    case money
    case count
    case percent
    case number(decimals: Int)
    case milliseconds
    case none

    /// The unit for a tenant.
    ///
    /// - Throws: `ReportError.unknownCurrency` where ISO 4217 gives the currency no minor unit.
    package func unit(currency: String) throws(ReportError) -> Unit {
        switch self {
        case .money:
            guard let digits = CurrencyExponent.digits(of: currency) else { throw .unknownCurrency(currency) }
            return .money(currency: currency, exponent: digits)
        case .count: return .count
        case .percent: return .percent
        case .number(let decimals): return .number(decimals: decimals)
        case .milliseconds: return .milliseconds
        case .none: return .none
        }
    }

    /// Reads `unit: money` and `decimals: 1` of a mapping.
    static func read(_ map: YAMLMapping, default standard: UnitName?) -> UnitName? {
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
