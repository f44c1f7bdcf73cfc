/// Reads a short ASCII text from its start to its end: the one reader behind dates, instants, zone rules and periods.
struct TextScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes one character if it is the next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next, UInt32(next) == character.value else { return false }
        position += 1
        return true
    }

    /// Takes a text if it is next.
    mutating func take(text: StaticString) -> Bool {
        let start = position
        for character in text.description.unicodeScalars where !take(character) {
            position = start
            return false
        }
        return true
    }

    /// Takes exactly `count` digits as a number; takes nothing if there are fewer.
    mutating func digits(_ count: Int) -> Int? {
        let start = position
        guard let number = number(digitsMax: count), position - start == count else {
            position = start
            return nil
        }
        return number
    }

    /// Takes one to `digitsMax` digits (at most 18) as a number.
    mutating func number(digitsMax: Int) -> Int? {
        var value = 0
        var count = 0
        while count < min(digitsMax, 18), let next, next >= 0x30, next <= 0x39 {
            value = value * 10 + Int(next - 0x30)
            count += 1
            position += 1
        }
        return count == 0 ? nil : value
    }

    /// Takes the bytes up to the first that does not belong.
    mutating func prefix(while belongs: (UInt8) -> Bool) -> String {
        let start = position
        while let next, belongs(next) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends the last digits of a number that is not negative.
    mutating func append(digits count: Int, of number: Int) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends a date of the years 0 to 9999 as ISO 8601: `2026-10-31`.
    mutating func append(year: Int, month: Int, day: Int) {
        append(digits: 4, of: year)
        append(UInt8(ascii: "-"))
        append(digits: 2, of: month)
        append(UInt8(ascii: "-"))
        append(digits: 2, of: day)
    }
}

extension Int {
    /// Decimal digits, filled up with zeros on the left; a negative number gets its sign before them.
    func padded(to width: Int) -> String {
        let digits = String(magnitude)
        let zeros = String(repeating: "0", count: Swift.max(0, width - digits.count))
        return (self < 0 ? "-" : "") + zeros + digits
    }
}

extension FixedWidthInteger {
    /// The quotient rounded towards minus infinity. The divisor is positive.
    @inline(__always)
    func dividedDown(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// What `dividedDown` leaves: 0 up to the divisor, which is positive.
    @inline(__always)
    func remainderDown(by divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
