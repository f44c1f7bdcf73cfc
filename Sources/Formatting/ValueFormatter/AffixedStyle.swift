/// What stands before and behind the digits of a locale's money or percentages.
struct AffixedStyle: Sendable, Hashable {
    let prefix: String
    let suffix: String

    init(prefix: String, suffix: String) {
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The sign alone.
    var sign: String {
        String(
            String.UnicodeScalarView(
                (prefix + suffix).unicodeScalars.filter { !$0.properties.isWhitespace && !$0.isDirectionMark }))
    }
}

extension ValueFormatter {
    /// How a currency is written: the tenant's own with its narrow sign, others with their code.
    func style(of code: String) -> AffixedStyle {
        code == currency ? ownCurrency : Self.currencyStyle(code, data, isNarrow: false)
    }

    /// Right-to-left locales have signs of their own in their own script; others take the narrow one.
    static func currencyStyle(_ code: String, _ data: LocaleData, isNarrow: Bool) -> AffixedStyle {
        var sign = code
        if isNarrow {
            let (own, narrow) = (data.currencySigns[code], NarrowSigns.sign(of: code))
            sign = (data.direction == .rightToLeft ? own ?? narrow : narrow ?? own) ?? code
        }
        if data.direction == .leftToRight { sign = sign.withoutDirectionMarks }
        let pattern = NumberPattern(data.moneyPattern)
        var prefix = pattern.prefix.replacing("¤", with: sign)
        var suffix = pattern.suffix.replacing("¤", with: sign)
        // LDML, part 3, currency spacing: a letter never touches a digit.
        if pattern.prefix.hasSuffix("¤"), sign.last?.isLetter == true { prefix += "\u{A0}" }
        if pattern.suffix.hasPrefix("¤"), sign.first?.isLetter == true { suffix = "\u{A0}" + suffix }
        return AffixedStyle(prefix: prefix, suffix: suffix)
    }

    /// Digits with what stands around them; the minus goes in front of all (`−₦1.2m`).
    func affixed(_ digits: String, _ style: AffixedStyle) -> String {
        let isNegative = digits.hasPrefix(data.minus)
        return (isNegative ? data.minus : "") + style.prefix
            + digits.dropFirst(isNegative ? data.minus.count : 0) + style.suffix
    }
}
