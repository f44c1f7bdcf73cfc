internal import Foundation

/// What stands before and behind the digits of a locale's money or percentages, taken from one formatted zero.
struct AffixedStyle: Sendable, Hashable {
    let prefix: String
    let suffix: String

    /// - Parameter sample: a zero as the locale writes it: `₦0`, `0 €`, `%0`.
    init(sample: String) {
        let visible = sample.unicodeScalars.filter { ![0x200E, 0x200F, 0x061C].contains($0.value) }
        let text = String(String.UnicodeScalarView(visible))
        guard let digit = text.firstIndex(where: \.isNumber) else {
            (prefix, suffix) = (text, "")
            return
        }
        prefix = String(text[..<digit])
        suffix = String(text[text.index(after: digit)...])
    }

    /// The sign alone.
    var sign: String { (prefix + suffix).filter { !$0.isWhitespace } }
}

extension ValueFormatter {
    /// How a currency is written: the tenant's own with its narrow sign, others with their code.
    func style(of code: String) -> AffixedStyle {
        code == currency ? ownCurrency : Self.currencyStyle(code, foundationLocale, isNarrow: false)
    }

    static func currencyStyle(_ code: String, _ locale: Locale, isNarrow: Bool) -> AffixedStyle {
        let style = Decimal.FormatStyle.Currency(code: code, locale: locale)
            .presentation(isNarrow ? .narrow : .isoCode).precision(.fractionLength(0))
        return AffixedStyle(sample: style.format(0))
    }

    /// Digits with what stands around them; the minus goes in front of all (`−₦1.2m`).
    func affixed(_ digits: String, _ style: AffixedStyle) -> String {
        let isNegative = digits.hasPrefix("\u{2212}")
        return (isNegative ? "\u{2212}" : "") + style.prefix + digits.dropFirst(isNegative ? 1 : 0) + style.suffix
    }
}
