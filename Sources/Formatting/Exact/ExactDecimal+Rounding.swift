package import Columnar

extension ExactDecimal {
    /// The number at a smaller or larger scale, rounded half to even (analytics rule X18: once, at the end).
    ///
    /// Nil where the digits would not fit in 38, or the scale is not 0 to 38.
    package func rounded(toScale target: Int) -> ExactDecimal? {
        guard (0...38).contains(target) else { return nil }
        if target == scale { return self }
        if target > scale {
            guard let digits = Self.multiply(unscaled, byTenToThe: target - scale) else { return nil }
            return ExactDecimal(unscaled: digits, scale: target)
        }
        // 10^38 is the largest power of ten below 2^127.
        guard scale - target <= 38, let divisor = Self.powerOfTen(scale - target) else { return nil }
        return ExactDecimal(unscaled: Self.divideHalfToEven(unscaled, by: divisor), scale: target)
    }

    /// `numerator / denominator` at a scale, rounded half to even from the exact rational number.
    ///
    /// 1 / 3 at scale 2 is 0.33; 1 / 8 at scale 2 is 0.12. Nil where the denominator is 0 (analytics rule X1) or the
    /// digits do not fit.
    package static func ratio(_ numerator: ExactDecimal, _ denominator: ExactDecimal, scale: Int) -> ExactDecimal? {
        guard denominator.unscaled != 0, (0...38).contains(scale) else { return nil }
        // n·10^-a / (d·10^-b) = (n / d)·10^(b - a); wanted are `scale` digits behind the point.
        let shift = denominator.scale - numerator.scale + scale
        let negative = (numerator.unscaled < 0) != (denominator.unscaled < 0)
        var divisor = denominator.unscaled.magnitude
        if shift < 0 {
            guard let factor = powerOfTen(-shift) else { return ExactDecimal(unscaled: 0, scale: scale) }
            let (product, overflow) = divisor.multipliedReportingOverflow(by: UInt128(factor))
            // A divisor beyond 128 bits is more than twice any numerator: the quotient rounds to 0.
            guard !overflow else { return ExactDecimal(unscaled: 0, scale: scale) }
            divisor = product
        }
        var (quotient, remainder) = numerator.unscaled.magnitude.quotientAndRemainder(dividingBy: divisor)
        for _ in 0..<max(0, shift) {
            let (scaled, scaledOverflow) = quotient.multipliedReportingOverflow(by: 10)
            let (rest, restOverflow) = remainder.multipliedReportingOverflow(by: 10)
            guard !scaledOverflow, !restOverflow else { return nil }
            let (digit, left) = rest.quotientAndRemainder(dividingBy: divisor)
            let (next, nextOverflow) = scaled.addingReportingOverflow(digit)
            guard !nextOverflow else { return nil }
            (quotient, remainder) = (next, left)
        }
        let half = divisor - remainder
        if remainder > half || (remainder == half && quotient & 1 == 1) { quotient += 1 }
        guard quotient <= UInt128(Int128.max) else { return nil }
        return ExactDecimal(unscaled: negative ? -Int128(quotient) : Int128(quotient), scale: scale)
    }

    /// The nearest double; exact where the digits are below 2^53 and the scale is 0.
    package var approximation: Double {
        // Both exact as doubles, so one division rounds once (Clinger, How to Read Floating Point Numbers Accurately).
        if unscaled.magnitude <= 1 << 53, scale < Self.exactPowers.count {
            return Double(Int64(unscaled)) / Self.exactPowers[scale]
        }
        return Double(description) ?? .nan
    }

    /// The powers of ten that a double holds exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// 10^`exponent`, nil beyond 38.
    package static func powerOfTen(_ exponent: Int) -> Int128? {
        guard (0...38).contains(exponent) else { return nil }
        var power: Int128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    private static func multiply(_ value: Int128, byTenToThe exponent: Int) -> Int128? {
        if value == 0 { return 0 }
        guard let factor = powerOfTen(exponent) else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    private static func divideHalfToEven(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let rest = divisor.magnitude - remainder
        let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
        let magnitude = Int128(quotient) + (isUp ? 1 : 0)
        return value < 0 ? -magnitude : magnitude
    }
}

extension ExactDecimal {
    /// The decimal number that a double is written as in the fewest digits that read back to it: 0.1 is 0.1.
    ///
    /// Nil for NaN and infinities, and where the digits or the scale do not fit in 38.
    package init?(shortest value: Double) {
        guard value.isFinite else { return nil }
        let text = value.description
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "e")) else {
            self.init(text)
            return
        }
        guard let exponent = Int(text[text.index(after: mark)...]), let digits = ExactDecimal(text[..<mark]) else {
            return nil
        }
        let scale = digits.scale - exponent
        if (0...38).contains(scale) {
            self.init(unscaled: digits.unscaled, scale: scale)
        } else {
            guard scale < 0, let unscaled = Self.multiply(digits.unscaled, byTenToThe: -scale) else { return nil }
            self.init(unscaled: unscaled, scale: 0)
        }
    }
}
