/// When a field of CSV is quoted, and how (RFC 4180): the one place that knows it.
enum FieldQuoting {
    private static let quote = UInt8(ascii: "\"")

    /// What spreadsheets begin a formula with, or skip before one.
    @inline(__always)
    static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    /// Whether a range has no comma, quote or line end. No early end: the loop becomes vector code.
    static func isPlain(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        precondition(start >= 0 && start <= end && end <= bytes.count)
        var found: UInt8 = 0
        for index in start..<end {
            let byte = bytes[unchecked: index]
            found |= (byte == UInt8(ascii: ",") ? 1 : 0) | (byte == quote ? 1 : 0)
            found |= (byte == 0x0A ? 1 : 0) | (byte == 0x0D ? 1 : 0)
        }
        return found == 0
    }

    /// Appends a text field: quoted where a comma, quote, line end or space at an end asks for it, `""` where it is
    /// empty.
    ///
    /// - Parameter isGuarded: whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func append(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, to out: inout ByteBlock, isGuarded: Bool
    ) {
        precondition(start >= 0 && start <= end && end <= bytes.count)
        // Every byte doubled, two quotes and an apostrophe.
        var target = unsafe out.reserve((end - start) * 2 + 3)
        let first = unsafe target
        guard start < end else {
            unsafe target[0] = quote
            unsafe target[1] = quote
            return out.advance(2)
        }
        let space = UInt8(ascii: " ")
        let isQuoted = bytes[start] == space || bytes[end - 1] == space || !isPlain(bytes, from: start, to: end)
        if isQuoted {
            unsafe target[0] = quote
            unsafe target += 1
        }
        if isGuarded && beginsFormula(bytes[start]) {
            unsafe target[0] = UInt8(ascii: "'")
            unsafe target += 1
        }
        for index in start..<end {
            let byte = bytes[unchecked: index]
            unsafe target[0] = byte
            unsafe target += 1
            if byte == quote {
                unsafe target[0] = quote
                unsafe target += 1
            }
        }
        if isQuoted {
            unsafe target[0] = quote
            unsafe target += 1
        }
        unsafe out.advance(target - first)
    }

    /// Appends two lower-case digits for each byte.
    static func appendHexadecimal(_ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout ByteBlock) {
        var target = unsafe out.reserve(range.count * 2)
        for index in range {
            unsafe target[0] = hexadecimalDigit(bytes[index] &>> 4)
            unsafe target[1] = hexadecimalDigit(bytes[index] & 15)
            unsafe target += 2
        }
        out.advance(range.count * 2)
    }

    @inline(__always)
    static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
    }
}
