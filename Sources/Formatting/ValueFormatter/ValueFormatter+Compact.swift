package import Columnar

extension ValueFormatter {
    /// From here on values are shortened: 99,999 stands in full, 100,000 is `100k`.
    static let compactFrom: Int128 = 100_000

    /// A value for tiles and sentences: in full up to 99,999, above that with three significant figures (`₦197m`).
    ///
    /// Money below 1,000 keeps its minor units (`$35.28`), above that none.
    ///
    /// - Parameter previous: the value it is compared with. Where both would read the same although they differ by at
    ///   least 0.05 %, a fourth figure is written: `₦197.4m`.
    package func compact(_ value: Scalar, unit: Unit, besides previous: Scalar = .null) -> String {
        let text = compact(value, unit: unit, figures: 3)
        guard let other = previous.exactNumber, let own = value.exactNumber,
            compact(previous, unit: unit, figures: 3) == text, isVisibleChange(from: other, to: own)
        else { return text }
        return compact(value, unit: unit, figures: 4)
    }

    private func compact(_ value: Scalar, unit: Unit, figures: Int) -> String {
        guard let number = majorUnits(value, unit: unit) else { return full(value, unit: unit) }
        switch unit {
        case .percent, .milliseconds, .none: return full(value, unit: unit)
        case .money(let code, let exponent):
            let digits = short(number, decimals: number.isBelow(1_000) ? exponent : 0, figures: figures)
            return affixed(digits, style(of: code))
        case .count: return short(number, decimals: 0, figures: figures)
        case .number(let decimals):
            return short(number, decimals: number.isBelow(1_000) ? decimals : 0, figures: figures)
        }
    }

    /// Digits in full below `compactFrom`, else shortened.
    private func short(_ number: ExactDecimal, decimals: Int, figures: Int) -> String {
        if let inFull = number.rounded(toScale: decimals), inFull.isBelow(Self.compactFrom) { return grouped(inFull) }
        guard let suffixes = words.compactSuffixes else { return shortByLocale(number, figures: figures) }
        for group in 1...suffixes.count {
            guard let scaled = number.shortened(byPowerOfTen: 3 * group, figures: figures) else { continue }
            // 999,999 rounds to 1,000k: the next group says 1.00m.
            if scaled.isBelow(1_000) || group == suffixes.count { return grouped(scaled) + suffixes[group - 1] }
        }
        return grouped(number.rounded(toScale: 0) ?? number)
    }

    /// The locale's own short form: `197 mi`, `48,3 Mio.`, `1,97億`. Its pattern says how many digits stand before the
    /// point, and so which power of ten it is in.
    private func shortByLocale(_ number: ExactDecimal, figures: Int) -> String {
        guard let forms = data.shortForms[.other] else { return grouped(number.rounded(toScale: 0) ?? number) }
        var power = min(max(String(number.magnitudeInTheUnits).count - 1, 3), 14)
        while true {
            let pattern = forms[power - 3]
            let isPlain = NumberPattern(pattern).isPlain
            let places = pattern.count { $0 == "0" }
            let divisor = isPlain ? 0 : power - places + 1
            guard let scaled = number.shortened(byPowerOfTen: divisor, figures: figures) else { break }
            // 999.6 thousand is 1,000 thousand: the next form says one million.
            if !isPlain, power < 14, String(scaled.magnitudeInTheUnits).count > places {
                power += 1
                continue
            }
            let own = data.shortForms[data.plurals.category(of: scaled)]?[power - 3] ?? pattern
            let affixes = NumberPattern(isPlain ? "0" : own)
            return affixed(grouped(scaled), AffixedStyle(prefix: affixes.prefix, suffix: affixes.suffix))
        }
        return grouped(number.rounded(toScale: 0) ?? number)
    }

    /// Labels of an axis, lowest first: one scale for all, the sign and the suffix on the top one only: `₦8m 6 4 2 0`.
    ///
    /// - Parameter ticks: values of the unit (minor units for money), ascending.
    package func axis(_ ticks: [Double], unit: Unit) -> [String] {
        let numbers = ticks.map { majorUnits(.double($0), unit: unit) }
        guard unit != .milliseconds, let all = numbers as? [ExactDecimal], let top = all.last else {
            return ticks.map { full(.double($0), unit: unit) }
        }
        let largest = all.max { $0.magnitudeInTheUnits < $1.magnitudeInTheUnits } ?? top
        let scale =
            unit == .percent
            ? AxisScale(power: -2, affixes: AffixedStyle(prefix: "", suffix: "")) : axisScale(of: largest)
        let digits = (0...3).first { digits in all.allSatisfy { $0.isExact(shift: scale.power, digits) } }
        var labels = all.map { number in
            number.shifted(byPowerOfTen: scale.power, digits: digits ?? 3).map(grouped) ?? ""
        }
        labels[labels.count - 1] = topLabel(affixed(labels[labels.count - 1], scale.affixes), unit: unit)
        return labels
    }

    /// The power of ten that an axis counts in, and its word.
    private struct AxisScale {
        var power: Int
        var affixes: AffixedStyle
    }

    private func topLabel(_ digits: String, unit: Unit) -> String {
        switch unit {
        case .percent: return affixed(digits, data.percentStyle)
        case .money(let code, _): return affixed(digits, style(of: code))
        default: return digits
        }
    }

    /// Thousands are shortened on axes from 10,000 on.
    private func axisScale(of largest: ExactDecimal) -> AxisScale {
        let none = AxisScale(power: 0, affixes: AffixedStyle(prefix: "", suffix: ""))
        guard !largest.isBelow(10_000) else { return none }
        if let suffixes = words.compactSuffixes {
            let group = (1...suffixes.count).last { group in
                ExactDecimal.powerOfTen(3 * group).map { !largest.isBelow($0) } ?? false
            }
            guard let group else { return none }
            return AxisScale(power: 3 * group, affixes: AffixedStyle(prefix: "", suffix: suffixes[group - 1]))
        }
        let power = min(max(String(largest.magnitudeInTheUnits).count - 1, 3), 14)
        guard let form = data.shortForms[.other]?[power - 3] else { return none }
        let pattern = NumberPattern(form)
        guard !pattern.isPlain else { return none }
        return AxisScale(
            power: power - form.count { $0 == "0" } + 1,
            affixes: AffixedStyle(prefix: pattern.prefix, suffix: pattern.suffix))
    }
}

extension NumberPattern {
    /// Whether nothing stands around the digits: numbers of this size are not shortened.
    fileprivate var isPlain: Bool { prefix.isEmpty && suffix.isEmpty }
}

extension ExactDecimal {
    /// Whether the magnitude is below a whole number.
    fileprivate func isBelow(_ limit: Int128) -> Bool { magnitudeInTheUnits < limit.magnitude }

    /// The digits before the point.
    fileprivate var magnitudeInTheUnits: UInt128 {
        guard let power = ExactDecimal.powerOfTen(scale) else { return 0 }
        return unscaled.magnitude / power.magnitude
    }

    /// The number in units of 10^power, with as many digits behind the point as make up the figures.
    fileprivate func shortened(byPowerOfTen power: Int, figures: Int) -> ExactDecimal? {
        let before = max(1, String(magnitudeInTheUnits).count - power)
        let digits = max(0, figures - before)
        let number = shifted(byPowerOfTen: power, digits: digits)
        // 99.96 becomes 100.0: a digit more before the point is a digit less behind it.
        guard let number, digits > 0, String(number.magnitudeInTheUnits).count > before else { return number }
        return shifted(byPowerOfTen: power, digits: digits - 1)
    }

    /// The number in units of 10^power at a number of digits.
    fileprivate func shifted(byPowerOfTen power: Int, digits: Int) -> ExactDecimal? {
        let shifted = scale + power
        if shifted < 0 {
            return ExactDecimal(unscaled: unscaled, scale: 0).rounded(toScale: -shifted)
                .flatMap { ExactDecimal(unscaled: $0.unscaled, scale: 0).rounded(toScale: digits) }
        }
        return ExactDecimal(unscaled: unscaled, scale: shifted).rounded(toScale: digits)
    }

    /// Whether a number of digits behind the point loses nothing.
    fileprivate func isExact(shift: Int, _ digits: Int) -> Bool {
        guard let coarse = shifted(byPowerOfTen: shift, digits: digits),
            let fine = shifted(byPowerOfTen: shift, digits: 12), let again = coarse.rounded(toScale: 12)
        else { return false }
        return again.unscaled == fine.unscaled
    }
}
