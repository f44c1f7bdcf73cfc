internal import PDFCanvas

/// A piece of a page that is safe to write as it is. Text becomes one only by being escaped.
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
    private(set) var description: String

    /// Markup of our own.
    init(stringLiteral value: String) { description = value }

    init(stringInterpolation: Interpolation) { description = stringInterpolation.markup }

    /// Markup that another writer of ours has escaped.
    init(markup: String) { description = markup }

    /// Any text, escaped.
    init(text: String) { description = text.escapedForHTML }

    static func + (left: HTML, right: HTML) -> HTML { HTML(markup: left.description + right.description) }
    static func += (left: inout HTML, right: HTML) { left.description += right.description }

    var isEmpty: Bool { description.isEmpty }

    /// `"\(text)"` escapes a text; only HTML is written as it is.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var markup: String

        init(literalCapacity: Int, interpolationCount: Int) {
            markup = ""
            markup.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { markup += literal }
        mutating func appendInterpolation(_ html: HTML) { markup += html.description }
        mutating func appendInterpolation(_ text: String) { markup += text.escapedForHTML }
        mutating func appendInterpolation(_ number: Int) { markup += "\(number)" }
    }
}

extension Sequence<HTML> {
    /// All pieces, one a line.
    func joined() -> HTML { HTML(markup: map(\.description).joined(separator: "\n")) }
}

extension String {
    /// Safe between tags and in quoted attributes, in the encoding of every page, whatever the text holds: control
    /// characters and overrides of direction are gone as on pages of paper.
    var escapedForHTML: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in printable.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As pages show it: without control characters and overrides of direction.
    var printableText: String { printable }

    /// The first characters of a text that is too long for its place, with "…" behind them.
    func shortened(to count: Int) -> String {
        guard let end = index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex else { return self }
        return self[..<end] + "…"
    }
}

/// Base 64, RFC 4648, section 4: for pictures within a page and the hashes of its policy.
enum Base64 {
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 4 / 3 + 4)
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(signs[bits >> count & 63])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(signs[bits << (6 - count) & 63]) }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}
