internal import CivilTime
internal import Formatting

/// Places data along one axis of a plot. What the places are:
///
/// | kind | data | place |
/// |---|---|---|
/// | value | numbers | linear or logarithmic |
/// | time | days since 1970-01-01 | linear |
/// | band | 0 is the middle of the first category, 1 of the second; ±0.5 are a band's edges | linear |
struct PositionScale {
    /// What lies along an axis.
    enum Kind: Equatable {
        case value(Unit)
        case time([LocalDate])
        case band([String])
    }

    let kind: Kind
    let lower: Double
    let upper: Double
    let isLogarithmic: Bool
    let start: Double
    let end: Double

    /// The place of a value, never outside of the range by more than rounding; data that is no number is at the start.
    func callAsFunction(_ value: Double) -> Double {
        guard value.isFinite else { return start }
        return start + (end - start) * min(1, max(0, share(value)))
    }

    /// How far along the axis a value lies, 0 to 1.
    func share(_ value: Double) -> Double {
        guard isLogarithmic else { return LinearScale(lower: lower, upper: upper, start: 0, end: 1)(value) }
        let (low, high) = (Logarithm.decimal(lower), Logarithm.decimal(upper))
        return LinearScale(lower: low, upper: high, start: 0, end: 1)(value > 0 ? Logarithm.decimal(value) : low)
    }

    /// The width of one category.
    var band: Double {
        guard case .band(let names) = kind, !names.isEmpty else { return 0 }
        return (end - start).magnitude / max(0.1, upper - lower)
    }
}

/// Logarithms for axes, without the C library.
enum Logarithm {
    /// The decimal logarithm of a positive number, to 12 digits: exponent and significand of the number, then the
    /// series of 2·artanh((m − 1)/(m + 1)).
    static func decimal(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 0 }
        let m = value.significand
        let t = (m - 1) / (m + 1)
        var (power, sum) = (t, 0.0)
        for index in stride(from: 1.0, through: 61, by: 2) {
            sum += power / index
            power *= t * t
        }
        let natural = 2 * sum + Double(value.exponent) * 0.693147180559945309417
        return natural / 2.302585092994045684018
    }

    /// Powers of ten that enclose positive values, thinned to at most seven.
    static func ticks(_ lower: Double, _ upper: Double) -> [Double] {
        let first = Int((decimal(lower) + 1e-9).rounded(.down))
        let last = max(first + 1, Int((decimal(upper) - 1e-9).rounded(.up)))
        let step = max(1, (last - first + 5) / 6)
        return stride(from: first, through: last + (step - (last - first) % step) % step, by: step).map(power)
            .filter { $0 > 0 && $0.isFinite }
    }

    private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }
}
