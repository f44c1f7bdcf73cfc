package import Columnar
internal import Foundation

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
        guard let suffixes = words.compactSuffixes else {
            let style = Decimal.FormatStyle(locale: foundationLocale).notation(.compactName)
                .precision(.significantDigits(figures)).rounded(rule: .toNearestOrEven)
            return printed(style.format(Decimal(exactly: number)))
        }
        for group in 1...suffixes.count {
            guard let scaled = number.shifted(group: group, figures: figures) else { continue }
            // 999,999 rounds to 1,000k: the next group says 1.00m.
            if scaled.isBelow(1_000) || group == suffixes.count { return grouped(scaled) + suffixes[group - 1] }
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
        let percentShift = unit == .percent ? 2 : 0
        let largest = all.max { $0.magnitudeInTheUnits < $1.magnitudeInTheUnits } ?? top
        let group = unit == .percent ? 0 : axisGroup(of: largest)
        let digits = (0...3).first { digits in all.allSatisfy { $0.isExact(shift: 3 * group - percentShift, digits) } }
        var labels = all.map { number in
            number.shifted(byPowerOfTen: 3 * group - percentShift, digits: digits ?? 3).map(grouped) ?? ""
        }
        labels[labels.count - 1] = topLabel(labels[labels.count - 1], group: group, unit: unit)
        return labels
    }

    private func topLabel(_ digits: String, group: Int, unit: Unit) -> String {
        let digits = digits + (group > 0 ? words.compactSuffixes?[group - 1] ?? "" : "")
        switch unit {
        case .percent: return affixed(digits, percentSign)
        case .money(let code, _): return affixed(digits, style(of: code))
        default: return digits
        }
    }

    /// Thousands are shortened on axes from 10,000 on, where the locale's words are known.
    private func axisGroup(of largest: ExactDecimal) -> Int {
        guard let suffixes = words.compactSuffixes, !largest.isBelow(10_000) else { return 0 }
        return (1...suffixes.count).last { group in
            ExactDecimal.powerOfTen(3 * group).map { !largest.isBelow($0) } ?? false
        } ?? 0
    }
}

extension ExactDecimal {
    /// Whether the magnitude is below a whole number.
    fileprivate func isBelow(_ limit: Int128) -> Bool { magnitudeInTheUnits < limit.magnitude }

    /// The digits before the point.
    fileprivate var magnitudeInTheUnits: UInt128 {
        guard let power = ExactDecimal.powerOfTen(scale) else { return 0 }
        return unscaled.magnitude / power.magnitude
    }

    /// The number in units of 10^(3 · group), with as many digits behind the point as make up the figures.
    fileprivate func shifted(group: Int, figures: Int) -> ExactDecimal? {
        let before = max(1, String(magnitudeInTheUnits).count - 3 * group)
        let digits = max(0, figures - before)
        let number = shifted(byPowerOfTen: 3 * group, digits: digits)
        // 99.96 becomes 100.0: a digit more before the point is a digit less behind it.
        guard let number, digits > 0, String(number.magnitudeInTheUnits).count > before else { return number }
        return shifted(byPowerOfTen: 3 * group, digits: digits - 1)
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
