package import Formatting
package import Models

extension UnitName {
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
}
