internal import Columnar
internal import Foundation
internal import Kernels

/// Functions of numbers.
enum MathFunctions {
    static let all: [ScalarFunction] = doubles + rounding + absolute + powers + divisors + [arcTangent, bucket]

    private static func domain(
        _ name: String, _ isInside: @escaping @Sendable (Double) -> Bool, _ body: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        RowFunctions.double(name, canFail: true) { value throws(KernelError) in
            if value.isNaN { return value }
            guard isInside(value) else { throw .invalidArgument("\(name) of a number outside of its domain") }
            let result = body(value)
            if result.isInfinite && value.isFinite { throw .overflow("double precision") }
            return result
        }
    }

    private static let doubles: [ScalarFunction] = [
        domain("sqrt", { $0 >= 0 }, { $0.squareRoot() }), domain("ln", { $0 > 0 }, { log($0) }),
        domain("log", { $0 > 0 }, { log10($0) }), domain("log10", { $0 > 0 }, { log10($0) }),
        domain("log2", { $0 > 0 }, { log2($0) }), domain("exp", { _ in true }, { exp($0) }),
        domain("sin", \.isFinite, { sin($0) }), domain("cos", \.isFinite, { cos($0) }),
        domain("tan", \.isFinite, { tan($0) }), domain("asin", { abs($0) <= 1 }, { asin($0) }),
        domain("acos", { abs($0) <= 1 }, { acos($0) }), RowFunctions.double("atan") { atan($0) },
        RowFunctions.double("radians") { $0 / 180 * .pi }, RowFunctions.double("degrees") { $0 / .pi * 180 },
        RowFunctions.double("cbrt") { cbrt($0) },
        RowFunctions.double("ceil") { $0.rounded(.up) }, RowFunctions.double("ceiling") { $0.rounded(.up) },
        RowFunctions.double("floor") { $0.rounded(.down) }, RowFunctions.double("trunc") { $0.rounded(.towardZero) },
        // PostgreSQL rounds doubles half to even, and decimals half away from zero.
        RowFunctions.double("round") { $0.rounded(.toNearestOrEven) },
        RowFunctions.double("sign") { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
        ScalarFunction("pi", [], .double) { _, rowCount, _ throws(KernelError) in
            Column(.double, .double(Buffer(Array(repeating: .pi, count: rowCount))))
        },
    ]

    private static let absolute: [ScalarFunction] = [
        RowFunctions.double("abs") { $0.magnitude },
        integers("abs", .int32, canFail: true) { value throws(KernelError) in
            guard value != Int64(Int32.min) else { throw .overflow("integer") }
            return abs(value)
        },
        integers("abs", .int64, canFail: true) { value throws(KernelError) in
            guard value != .min else { throw .overflow("bigint") }
            return abs(value)
        },
        integers("sign", .int64) { $0.signum() },
    ]

    private static func integers(
        _ name: String, _ type: SQLType, canFail: Bool = false,
        _ body: @escaping @Sendable (Int64) throws(KernelError) -> Int64
    ) -> ScalarFunction {
        ScalarFunction(name, [type], type, canFail: canFail) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(type.logical, arguments, rowCount) { values throws(KernelError) in
                .int(try body(values[0].asInt))
            }
        }
    }

    private static let rounding: [ScalarFunction] = [
        integers("round", .int64) { $0 }, integers("floor", .int64) { $0 }, integers("ceil", .int64) { $0 },
    ]

    private static let powers: [ScalarFunction] = ["power", "pow"].map { name in
        ScalarFunction(name, [.double, .double], .double, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.double, arguments, rowCount) { values throws(KernelError) in
                let (base, exponent) = (values[0].asDouble, values[1].asDouble)
                if base == 0 && exponent < 0 { throw .divisionByZero }
                if base < 0 && exponent.isFinite && exponent.rounded() != exponent {
                    throw .invalidArgument("a negative number raised to a fraction")
                }
                let result = pow(base, exponent)
                if result.isInfinite && base.isFinite && exponent.isFinite { throw .overflow("double precision") }
                return .double(result)
            }
        }
    }

    private static let arcTangent = ScalarFunction("atan2", [.double, .double], .double) {
        arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.double, arguments, rowCount) { .double(atan2($0[0].asDouble, $0[1].asDouble)) }
    }

    /// `width_bucket(value, low, high, count)`: which of equally wide buckets; 0 below and `count + 1` above them.
    private static let bucket = ScalarFunction(
        "width_bucket", [.double, .double, .double, .int32], .int32, canFail: true
    ) { arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.int32, arguments, rowCount) { values throws(KernelError) in
            let (value, low, high) = (values[0].asDouble, values[1].asDouble, values[2].asDouble)
            let count = values[3].asInt
            guard count > 0, count < Int64(Int32.max), low.isFinite, high.isFinite, low != high, !value.isNaN else {
                throw .invalidArgument("width_bucket without buckets between two different numbers")
            }
            let share = (value - low) / (high - low)
            if share < 0 { return .int(0) }
            if share >= 1 { return .int(count + 1) }
            return .int(min(count, Int64(Double(count) * share) + 1))
        }
    }

    private static let divisors: [ScalarFunction] = ["gcd", "lcm"].map { name in
        ScalarFunction(name, [.int64, .int64], .int64, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.int64, arguments, rowCount) { values throws(KernelError) in
                var (a, b) = (values[0].asInt.magnitude, values[1].asInt.magnitude)
                let product = (a, b)
                while b != 0 { (a, b) = (b, a % b) }
                if name == "lcm" {
                    if a == 0 { return .int(0) }
                    let (multiple, overflow) = (product.0 / a).multipliedReportingOverflow(by: product.1)
                    if overflow { throw .overflow("bigint") }
                    a = multiple
                }
                guard let result = Int64(exactly: a) else { throw .overflow("bigint") }
                return .int(result)
            }
        }
    }

    /// The digits behind the point that a decimal keeps, by rounding mode.
    enum DecimalRounding: String {
        case round, trunc, floor, ceil, ceiling
    }

    /// `round`, `trunc`, `floor`, `ceil` of decimals; the result has `digits` behind the point.
    static func decimalRounding(_ mode: DecimalRounding, scale: Int, digits: Int) -> ScalarCall {
        ScalarCall(mode.rawValue, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            let type = LogicalType.decimal(precision: 38, scale: max(0, digits))
            return try RowFunctions.boxed(type, arguments, rowCount) { values throws(KernelError) in
                guard case .decimal(let value) = values[0] else { return .null }
                let drop = scale - digits
                guard drop > 0 else { return .decimal(value) }
                if drop > 38 { return .decimal(ExactDecimal(unscaled: 0, scale: max(0, digits))) }
                let power = Decimals.power(drop)
                var quotient = value.unscaled / power
                let rest = value.unscaled % power
                switch mode {
                case .round: quotient = Decimals.dividedRounding(value.unscaled, power)
                case .trunc: break
                case .floor: if rest < 0 { quotient -= 1 }
                case .ceil, .ceiling: if rest > 0 { quotient += 1 }
                }
                if digits < 0 {
                    guard let whole = Decimals.rescaled(quotient, from: 0, to: -digits) else {
                        throw .overflow("\(type)")
                    }
                    quotient = whole
                }
                return .decimal(ExactDecimal(unscaled: quotient, scale: max(0, digits)))
            }
        }
    }
}
