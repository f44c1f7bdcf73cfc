internal import CivilTime
package import Columnar

/// Writes values for people, in one locale: tables, tiles, axes, sentences.
///
/// Money and counts go from integer minor units to text through decimal numbers of up to 38 digits, never through
/// floating point. Rounding is half to even, once. Minus is U+2212. Digits, signs and orders are CLDR's (`LocaleData`).
///
/// | | full | compact |
/// |---|---|---|
/// | 123456 minor units of USD | `1,234.56`, with its sign `$1,234.56` | `$1,235` |
/// | 19743512300 minor units of NGN | `197,435,123.00` | `₦197m` |
/// | 0.0845 percent | `8.4%` | `8.4%` |
/// | null | `–` | `–` |
package struct ValueFormatter: Sendable {
    /// BCP 47, as given.
    package let locale: String
    /// ISO 4217: money in this currency bears its narrow sign, money in any other its code, so that no two are mixed up.
    package let currency: String
    /// The words beside the numbers.
    package let words: FormatWords

    /// How the locale writes.
    package let data: LocaleData
    /// How the tenant's own currency is written.
    let ownCurrency: AffixedStyle

    package init(locale: String, currency: String, words: FormatWords = .english) {
        self.locale = locale
        self.currency = currency
        self.words = words
        data = LocaleData.of(locale)
        ownCurrency = Self.currencyStyle(currency, data, isNarrow: true)
    }

    /// The way in which the locale's lines run.
    package var direction: LocaleData.WritingDirection { data.direction }

    /// A whole value, all digits, without a currency sign: for cells of tables whose head names the unit.
    package func full(_ value: Scalar, unit: Unit) -> String {
        switch value {
        case .null: return words.missing
        case .bool(let value): return value ? words.yes : words.no
        case .text(let text): return text
        case .date(let days): return date(.init(daysSinceEpoch: days))
        case .timestamp(let microseconds): return instant(.init(microsecondsSinceEpoch: microseconds))
        case .binary, .list, .structure, .map: return words.missing
        case .int, .unsigned, .decimal, .float, .double: return number(value, unit: unit)
        }
    }

    /// A whole value with its currency sign: for sentences and notes.
    package func fullWithSign(_ value: Scalar, unit: Unit) -> String {
        guard case .money(let code, _) = unit, value.exactNumber != nil else { return full(value, unit: unit) }
        return affixed(full(value, unit: unit), style(of: code))
    }

    /// A money value in whole major units, without a sign (`48,200,000`), for columns of large amounts; others as `full`.
    package func whole(_ value: Scalar, unit: Unit) -> String {
        guard case .money = unit, let major = majorUnits(value, unit: unit), let whole = major.rounded(toScale: 0)
        else {
            return full(value, unit: unit)
        }
        return grouped(whole)
    }

    /// The sign of a currency as tables' heads show it: `₦`, `$`; a code where it is not the tenant's own.
    package func currencySign(_ code: String) -> String { style(of: code).sign }

    private func number(_ value: Scalar, unit: Unit) -> String {
        guard let number = majorUnits(value, unit: unit) else { return notFinite(value) }
        switch unit {
        case .count, .none:
            // A count is whole; a column without a unit shows the digits that its values have.
            let scale = unit == .count ? 0 : min(number.scale, 9)
            return number.rounded(toScale: scale).map(grouped) ?? number.description
        case .money(_, let exponent): return number.rounded(toScale: exponent).map(grouped) ?? number.description
        case .percent: return percent(number)
        case .number(let decimals): return number.rounded(toScale: decimals).map(grouped) ?? number.description
        case .milliseconds: return duration(number)
        }
    }

    /// What a number is that has no exact decimal form.
    private func notFinite(_ value: Scalar) -> String {
        guard case .double(let double) = value, !double.isNaN else { return words.notANumber }
        return double.isInfinite ? (double < 0 ? data.minus + "∞" : "∞") : printed("\(double)")
    }

    /// A value in the unit that people read: major units of money, everything else as it is. Nil if it is no number.
    func majorUnits(_ value: Scalar, unit: Unit) -> ExactDecimal? {
        guard let number = value.exactNumber else { return nil }
        guard case .money(_, let exponent) = unit else { return number }
        return ExactDecimal(unscaled: number.unscaled, scale: number.scale + exponent)
    }

    /// A fraction as a percentage with one digit behind the point.
    func percent(_ fraction: ExactDecimal, digits: Int = 1) -> String {
        // A scale of minus two is two places to the left.
        guard let scaled = fraction.rounded(toScale: digits + 2) else { return words.notANumber }
        return affixed(grouped(ExactDecimal(unscaled: scaled.unscaled, scale: digits)), data.percentStyle)
    }
}
