package import Columnar

extension Scalar {
    /// The value as an exact decimal number: integers and decimals as they are, floating-point numbers by their
    /// shortest text. Nil for everything that is no finite number of at most 38 digits.
    package var exactNumber: ExactDecimal? {
        switch self {
        case .int(let value): ExactDecimal(unscaled: Int128(value), scale: 0)
        case .unsigned(let value): ExactDecimal(unscaled: Int128(value), scale: 0)
        case .decimal(let value): value
        // A float is widened by its own shortest text, so that 0.1 stays 0.1.
        case .float(let value): Double(value.description).flatMap(ExactDecimal.init(shortest:))
        case .double(let value): ExactDecimal(shortest: value)
        default: nil
        }
    }

    /// The value as the nearest double, for drawing; nil for everything that is no number.
    package var approximateNumber: Double? {
        switch self {
        case .int(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .decimal(let value): value.approximation
        case .float(let value): value.isFinite ? Double(value) : nil
        case .double(let value): value.isFinite ? value : nil
        default: nil
        }
    }
}
