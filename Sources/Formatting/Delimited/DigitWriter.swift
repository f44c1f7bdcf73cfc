internal import CivilTime
internal import Columnar

/// Writes numbers and dates as ASCII at a pointer; each function answers how many bytes it wrote, at most its maximum.
///
/// The texts are those of `ExactText`: tests compare both for all kinds of values.
enum DigitWriter {
    /// The most bytes of an integer of 64 bits with its sign.
    static let integerMax = 20
    /// The most bytes of a decimal of 38 digits: sign, point, a zero before it.
    static let decimalMax = 42
    /// The most bytes of a date of any 32-bit number.
    static let dateMax = 16
    /// The most bytes of an instant of any 64-bit number.
    static let instantMax = 32

    private static let powers: InlineArray<20, UInt64> = [
        0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]

    /// How many digits a number has; 1 for 0.
    @inline(__always)
    static func digitCount(_ number: UInt64) -> Int {
        // 1233 / 4096 is a little more than log10(2).
        let guess = ((64 &- (number | 1).leadingZeroBitCount) &* 1233) &>> 12
        return guess &+ (number >= powers[guess] ? 1 : 0)
    }

    /// Exactly `count` digits, zeros in front where the number has fewer.
    @inline(__always)
    static func digits(_ number: UInt64, count: Int, at target: UnsafeMutablePointer<UInt8>) {
        var (rest, position) = (number, count)
        while position >= 2 {
            let quotient = rest / 100
            let pair = rest &- quotient &* 100
            let tens = pair / 10
            position &-= 2
            unsafe target[position] = 0x30 &+ UInt8(truncatingIfNeeded: tens)
            unsafe target[position &+ 1] = 0x30 &+ UInt8(truncatingIfNeeded: pair &- tens &* 10)
            rest = quotient
        }
        if position == 1 { unsafe target[0] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10) }
    }

    /// An integer without a sign.
    @inline(__always)
    static func unsigned(_ number: UInt64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let count = digitCount(number)
        unsafe digits(number, count: count, at: target)
        return count
    }

    /// An integer.
    @inline(__always)
    static func integer(_ number: Int64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        guard number < 0 else { return unsafe unsigned(UInt64(bitPattern: number), at: target) }
        unsafe target[0] = UInt8(ascii: "-")
        return unsafe unsigned(number.magnitude, at: target + 1) &+ 1
    }

    /// A decimal: the unscaled number with `scale` digits behind the point.
    static func decimal(_ unscaled: Int64, scale: Int, at target: UnsafeMutablePointer<UInt8>) -> Int {
        guard scale > 0 else { return unsafe integer(unscaled, at: target) }
        guard scale < powers.count else { return unsafe decimal(Int128(unscaled), scale: scale, at: target) }
        var start = target
        if unscaled < 0 {
            unsafe start[0] = UInt8(ascii: "-")
            unsafe start += 1
        }
        let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: powers[scale])
        unsafe start += unsigned(whole, at: start)
        unsafe start[0] = UInt8(ascii: ".")
        unsafe digits(fraction, count: scale, at: start + 1)
        return unsafe start - target + 1 + scale
    }

    /// A decimal of up to 38 digits.
    static func decimal(_ unscaled: Int128, scale: Int, at target: UnsafeMutablePointer<UInt8>) -> Int {
        if scale < powers.count, let small = Int64(exactly: unscaled) {
            return unsafe decimal(small, scale: scale, at: target)
        }
        let text = ExactDecimal(unscaled: unscaled, scale: scale).description
        return unsafe write(text, at: target)
    }

    /// A date: ISO 8601.
    @inline(__always)
    static func date(_ days: Int32, at target: UnsafeMutablePointer<UInt8>) -> Int {
        // 0000-01-01 to 9999-12-31; other years have a sign or more digits.
        guard (-719_528...2_932_896).contains(days) else { return unsafe farDate(days, at: target) }
        // Days since 0000-03-01 in eras of 400 years (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
        let shifted = UInt32(truncatingIfNeeded: Int64(days) + 719_468 + 146_097)
        let era = shifted / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let monthFromMarch = (5 &* dayOfYear &+ 2) / 153
        let day = dayOfYear &- (153 &* monthFromMarch &+ 2) / 5 &+ 1
        let month = monthFromMarch < 10 ? monthFromMarch &+ 3 : monthFromMarch &- 9
        // One era was added above to keep the count positive.
        let year = era &* 400 &+ yearOfEra &+ (month <= 2 ? 1 : 0) &- 400
        unsafe digits(UInt64(year), count: 4, at: target)
        unsafe target[4] = UInt8(ascii: "-")
        unsafe digits(UInt64(month), count: 2, at: target + 5)
        unsafe target[7] = UInt8(ascii: "-")
        unsafe digits(UInt64(day), count: 2, at: target + 8)
        return 10
    }

    private static func farDate(_ days: Int32, at target: UnsafeMutablePointer<UInt8>) -> Int {
        unsafe write(LocalDate(daysSinceEpoch: days).description, at: target)
    }

    private static func write(_ text: String, at target: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        for byte in text.utf8 {
            unsafe target[count] = byte
            count += 1
        }
        return count
    }

    /// An instant: ISO 8601 in UTC, with three or six digits of fraction where there is one.
    @inline(__always)
    static func instant(_ microseconds: Int64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let dayLength: Int64 = 86_400_000_000
        var (days, rest) = microseconds.quotientAndRemainder(dividingBy: dayLength)
        if rest < 0 {
            days &-= 1
            rest &+= dayLength
        }
        guard (-719_528...2_932_896).contains(days) else { return unsafe farInstant(microseconds, at: target) }
        _ = unsafe date(Int32(truncatingIfNeeded: days), at: target)
        let (second, fraction) = UInt64(rest).quotientAndRemainder(dividingBy: 1_000_000)
        unsafe target[10] = UInt8(ascii: "T")
        unsafe digits(second / 3_600, count: 2, at: target + 11)
        unsafe target[13] = UInt8(ascii: ":")
        unsafe digits(second / 60 % 60, count: 2, at: target + 14)
        unsafe target[16] = UInt8(ascii: ":")
        unsafe digits(second % 60, count: 2, at: target + 17)
        var count = 19
        if fraction > 0 {
            unsafe target[19] = UInt8(ascii: ".")
            let isMilliseconds = fraction % 1_000 == 0
            unsafe digits(isMilliseconds ? fraction / 1_000 : fraction, count: isMilliseconds ? 3 : 6, at: target + 20)
            count = isMilliseconds ? 23 : 26
        }
        unsafe target[count] = UInt8(ascii: "Z")
        return count + 1
    }

    private static func farInstant(_ microseconds: Int64, at target: UnsafeMutablePointer<UInt8>) -> Int {
        unsafe write(Instant(microsecondsSinceEpoch: microseconds).description, at: target)
    }

    /// The most bytes of a floating-point number.
    static let floatingMax = 32

    /// A number in the fewest digits that read back to it.
    ///
    /// Whole numbers and numbers of up to four places that have at most 15 digits are written by integer arithmetic: of
    /// two decimals of at most 15 digits no two are the same double, so theirs are the fewest.
    @inline(__always)
    static func floating(_ number: Double, at target: UnsafeMutablePointer<UInt8>) -> Int {
        let magnitude = number.magnitude
        guard magnitude < 1e11, magnitude >= 1e-3 || magnitude == 0, !(number == 0 && number.sign == .minus) else {
            return unsafe write(ExactText.text(.double(number)), at: target)
        }
        let scaled = (magnitude * 10_000).rounded()
        guard scaled / 10_000 == magnitude else { return unsafe write(ExactText.text(.double(number)), at: target) }
        var (digits, scale) = (UInt64(scaled), 4)
        while scale > 0, digits % 10 == 0 {
            digits /= 10
            scale -= 1
        }
        return unsafe decimal(number < 0 ? -Int64(digits) : Int64(digits), scale: scale, at: target)
    }
}
