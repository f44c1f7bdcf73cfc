/// Why a JSON text was refused, and at which byte.
package struct CanonicalJSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let message: String
    /// The byte where, from 0.
    package let offset: Int

    package var description: String { "\(message) at byte \(offset)" }
}

extension CanonicalJSON {
    /// Reads a JSON text (RFC 8259) in any layout. Keys that are there twice, numbers that are no 64-bit integers, and
    /// nesting beyond 64 are refused.
    package init(bytes: [UInt8]) throws(CanonicalJSONError) {
        var parser = CanonicalJSONParser(bytes)
        self = try parser.whole()
    }
}

/// A recursive descent over bytes.
private struct CanonicalJSONParser {
    private let bytes: [UInt8]
    private var offset = 0
    private static let nestingMax = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func whole() throws(CanonicalJSONError) -> CanonicalJSON {
        let value = try self.value(depth: 0)
        skipSpaces()
        guard offset == bytes.count else { throw error("something follows the value") }
        return value
    }

    private mutating func value(depth: Int) throws(CanonicalJSONError) -> CanonicalJSON {
        guard depth <= Self.nestingMax else { throw error("nested too deeply") }
        skipSpaces()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .truth(true))
        case UInt8(ascii: "f"): return try word("false", .truth(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .integer(try integer())
        }
    }

    private mutating func object(_ depth: Int) throws(CanonicalJSONError) -> CanonicalJSON {
        offset += 1
        var values: [String: CanonicalJSON] = [:]
        skipSpaces()
        if take("}") { return .object(values) }
        repeat {
            skipSpaces()
            guard peek == UInt8(ascii: "\"") else { throw error("a key is missing") }
            let key = try text()
            skipSpaces()
            guard take(":") else { throw error("':' is missing") }
            guard values.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                throw error("a key is there twice")
            }
            skipSpaces()
        } while take(",")
        guard take("}") else { throw error("'}' is missing") }
        return .object(values)
    }

    private mutating func list(_ depth: Int) throws(CanonicalJSONError) -> CanonicalJSON {
        offset += 1
        var values: [CanonicalJSON] = []
        skipSpaces()
        if take("]") { return .list(values) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpaces()
        } while take(",")
        guard take("]") else { throw error("']' is missing") }
        return .list(values)
    }

    private mutating func text() throws(CanonicalJSONError) -> String {
        let start = offset
        offset += 1
        var content: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error("a control character in a text") }
            offset += 1
            if byte == UInt8(ascii: "\\") { content += try escaped() } else { content.append(byte) }
        }
        guard take("\"") else { throw error("a text is not closed") }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CanonicalJSONError(message: "a text is not UTF-8", offset: start)
        }
        return text
    }

    private mutating func escaped() throws(CanonicalJSONError) -> [UInt8] {
        guard let byte = peek else { throw error("an escape is cut") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"): return try unicode()
        default: throw error("an unknown escape")
        }
    }

    /// `\uXXXX`, surrogates in pairs.
    private mutating func unicode() throws(CanonicalJSONError) -> [UInt8] {
        var code = try unit()
        if (0xD800..<0xDC00).contains(code) {
            guard take("\\"), take("u") else { throw error("half of a surrogate pair") }
            let low = try unit()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func unit() throws(CanonicalJSONError) -> UInt32 {
        guard bytes.count - offset >= 4 else { throw error("an escape is cut") }
        var code: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error("no hexadecimal digit") }
            code = code << 4 | UInt32(digit)
        }
        offset += 4
        return code
    }

    private mutating func integer() throws(CanonicalJSONError) -> Int64 {
        let start = offset
        _ = take("-")
        while let byte = peek, (0x30...0x39).contains(byte) { offset += 1 }
        let digits = String(decoding: bytes[start..<offset], as: UTF8.self)
        let isPlain = !digits.hasPrefix("-0") && (digits.count == 1 || !digits.hasPrefix("0"))
        guard isPlain, let number = Int64(digits), peek != UInt8(ascii: "."),
            peek.map({ $0 | 0x20 }) != UInt8(ascii: "e")
        else { throw CanonicalJSONError(message: "no value of ours", offset: start) }
        return number
    }

    private mutating func word(
        _ word: String, _ value: CanonicalJSON
    ) throws(CanonicalJSONError) -> CanonicalJSON {
        guard bytes[offset...].starts(with: word.utf8) else { throw error("no value of ours") }
        offset += word.utf8.count
        return value
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpaces() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func error(_ message: String) -> CanonicalJSONError {
        CanonicalJSONError(message: message, offset: offset)
    }
}
