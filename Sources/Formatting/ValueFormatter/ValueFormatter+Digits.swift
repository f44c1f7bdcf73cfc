package import Columnar

extension ValueFormatter {
    /// Grouped digits at the number's own scale.
    func grouped(_ number: ExactDecimal) -> String {
        let digits = Array(String(number.unscaled.magnitude).utf8)
        let missing = max(0, number.scale + 1 - digits.count)
        let whole = digits.count + missing - number.scale
        var text = number.unscaled < 0 ? data.minus : ""
        text.reserveCapacity(digits.count * 4 / 3 + 8)
        for position in 0..<digits.count + missing {
            if position == whole {
                text += data.decimalSign
            } else if position > 0, position < whole, isGroupStart(whole - position) {
                text += data.groupSign
            }
            append(position < missing ? UInt8(ascii: "0") : digits[position - missing], to: &text)
        }
        return text
    }

    /// Whether a group begins where a number of digits is still to come before the point.
    private func isGroupStart(_ left: Int) -> Bool {
        left == data.groups.last || (left > data.groups.last && (left - data.groups.last) % data.groups.others == 0)
    }

    private func append(_ digit: UInt8, to text: inout String) {
        let scalar = Unicode.Scalar(data.zero.value + UInt32(digit - UInt8(ascii: "0"))) ?? data.zero
        text.unicodeScalars.append(scalar)
    }

    /// Digits and minus of a number that is written in ASCII, in the locale's: for numbers without groups.
    func printed(_ text: String) -> String {
        guard data.zero != "0" || text.utf8.contains(UInt8(ascii: "-")) else { return text }
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): result += data.minus
            case UInt8(ascii: "0")...UInt8(ascii: "9"): append(byte, to: &result)
            default: result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return result
    }

    /// A whole number without groups: a day, a year, a page.
    package func ordinal(_ number: Int) -> String { printed("\(number)") }
}
