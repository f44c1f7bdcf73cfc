/// One value with its meaning. For edges, tests and small tables; never in a loop over the rows of a lake.
package indirect enum Scalar: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case unsigned(UInt64)
    case decimal(ExactDecimal)
    case float(Float)
    case double(Double)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    case text(String)
    case binary([UInt8])
    case list([Scalar])
    case structure([Scalar])
    case map([Entry])

    /// One entry of a map.
    package struct Entry: Hashable, Sendable {
        /// Its key.
        package let key: Scalar
        /// Its value.
        package let value: Scalar

        package init(key: Scalar, value: Scalar) {
            self.key = key
            self.value = value
        }
    }
}

/// An exact decimal number: `unscaled` × 10^−`scale`. Equality is of both parts: 1.0 is not 1.00.
package struct ExactDecimal: Hashable, Sendable {
    /// The digits as an integer.
    package let unscaled: Int128
    /// How many of the digits are behind the point, 0 to 38.
    package let scale: Int

    package init(unscaled: Int128, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }

    /// Reads digits with an optional sign and point; the scale is the count of digits behind the point.
    /// Nil where the text is anything else or has more than 38 digits.
    package init?(_ text: some StringProtocol) {
        let whole = String(text)
        let bytes = whole.utf8Span
        self.init(bytes.span)
    }

    /// Reads the same from UTF-8.
    package init?(_ text: Span<UInt8>) {
        var unscaled: UInt128 = 0
        var (scale, digits, read) = (0, 0, 0)
        var pointSeen = false
        let isNegative = !text.isEmpty && text[0] == UInt8(ascii: "-")
        let isSigned = isNegative || (!text.isEmpty && text[0] == UInt8(ascii: "+"))
        for index in (isSigned ? 1 : 0)..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "."), !pointSeen {
                pointSeen = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            unscaled = unscaled * 10 + UInt128(byte - UInt8(ascii: "0"))
            read += 1
            if unscaled > 0 { digits += 1 }
            guard digits <= 38 else { return nil }
            if pointSeen { scale += 1 }
        }
        guard read > 0, scale <= 38 else { return nil }
        self.init(unscaled: isNegative ? -Int128(unscaled) : Int128(unscaled), scale: scale)
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The number at its scale: `-12.30`.
    package var description: String {
        let digits = String(unscaled.magnitude)
        let sign = unscaled < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
