/// Rounding of exact rationals: once, at the end, to the even neighbour where both are equally near (rule X18).
package enum Rounding {
    /// `dividend ÷ divisor` as a whole number, half to even: 5 ÷ 2 is 2, 7 ÷ 2 is 4, -5 ÷ 2 is -2.
    ///
    /// - Precondition: `divisor` is not 0.
    package static func halfEven(_ dividend: Int128, dividedBy divisor: Int128) -> Int128 {
        // The least Int128 has no magnitude of its own type, so magnitudes are unsigned.
        let (quotient, remainder) = dividend.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let rest = divisor.magnitude - remainder
        let isUp = remainder > rest || (remainder == rest && quotient % 2 == 1)
        let magnitude = isUp ? quotient + 1 : quotient
        let isNegative = (dividend < 0) != (divisor < 0)
        return isNegative ? 0 &- Int128(truncatingIfNeeded: magnitude) : Int128(truncatingIfNeeded: magnitude)
    }

    /// The same for amounts; nil where the quotient is no `Int64`.
    ///
    /// - Precondition: `divisor` is not 0.
    package static func halfEven(_ dividend: Int64, dividedBy divisor: Int64) -> Int64? {
        Int64(exactly: halfEven(Int128(dividend), dividedBy: Int128(divisor)))
    }
}
