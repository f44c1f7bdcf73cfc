/// A JSON value that loses nothing: numbers stay the text that they are, so that 64-bit integers and decimals of 38
/// digits never pass through binary floating point.
package indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number as it is written in JSON.
    case number(String)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// An integer.
    package static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(String(value)) }

    /// A finite number in the fewest digits that read back as the same number; nil for NaN and infinities, which JSON
    /// does not have.
    package static func double(_ value: Double) -> JSONValue? {
        guard value.isFinite else { return nil }
        let text = value.description
        // Swift writes 1e+20, which JSON allows as it is.
        return .number(text)
    }

    /// An object of those members that have a value.
    package static func object(dropping members: [String: JSONValue?]) -> JSONValue {
        .object(members.compactMapValues { $0 })
    }
}

extension JSONValue {
    /// A member of an object; nil where there is none, where it is null, and where this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    /// The text, nil if this is none.
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The truth value, nil if this is none.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The number as a 64-bit integer, nil where this is none or does not fit.
    package var int64: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }
    /// The number's text, nil if this is none.
    package var numberText: String? { if case .number(let text) = self { text } else { nil } }
    /// The elements, nil if this is no array.
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    /// The members, nil if this is no object.
    package var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
}

extension JSONValue {
    /// The value as canonical text: members sorted by code units, no blanks, no escape that JSON does not ask for.
    package var canonicalText: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the canonical text as UTF-8.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let text): bytes += text.utf8
        case .text(let text): Self.write(text, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Appends a text in quotes; escapes quotes, backslashes and control characters, nothing else.
    package static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
