internal import Columnar
internal import Kernels

/// `->` and `->>`: a member of an object or an element of an array, as JSON or as text. The text of the JSON is looked
/// through; numbers keep their digits.
enum JSONFunctions {
    static let all: [ScalarFunction] =
        [
            access("->", .text, asText: false), access("->", .int32, asText: false), access("->>", .text, asText: true),
            access("->>", .int32, asText: true),
        ]
        + ["json", "jsonb"].flatMap { prefix in
            [
                path("\(prefix)_extract_path", asText: false), path("\(prefix)_extract_path_text", asText: true),
                length("\(prefix)_array_length"), kind("\(prefix)_typeof"),
            ]
        }

    /// Step by step into objects by name and arrays by index.
    private static func path(_ name: String, asText: Bool) -> ScalarFunction {
        let result: SQLType = asText ? .text : .json
        return ScalarFunction(name, [.json, .text], result, isVariadic: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount) { values throws(KernelError) in
                var json = values[0].asText
                for (step, key) in values.dropFirst().enumerated() {
                    var cursor = JSONCursor(Array(json.utf8))
                    let found =
                        cursor.isArray ? Int(key.asText).flatMap { cursor.element($0) } : cursor.member(key.asText)
                    guard let found else { return .null }
                    if asText, step == values.count - 2 { return cursor.text(found) }
                    json = cursor.raw(found)
                }
                return .text(json)
            }
        }
    }

    private static func length(_ name: String) -> ScalarFunction {
        ScalarFunction(name, [.json], .int32, canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.int32, arguments, rowCount) { values throws(KernelError) in
                var cursor = JSONCursor(Array(values[0].asText.utf8))
                guard cursor.isArray else { throw .invalidArgument("the length of JSON that is no array") }
                return .int(Int64(cursor.elements().count))
            }
        }
    }

    private static func kind(_ name: String) -> ScalarFunction {
        ScalarFunction(name, [.json], .text) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.text, arguments, rowCount) { values in
                switch values[0].asText.first(where: { !$0.isWhitespace }) {
                case "{": .text("object")
                case "[": .text("array")
                case "\"": .text("string")
                case "t", "f": .text("boolean")
                case "n": .text("null")
                default: .text("number")
                }
            }
        }
    }

    private static func access(_ name: String, _ key: SQLType, asText: Bool) -> ScalarFunction {
        let result: SQLType = asText ? .text : .json
        return ScalarFunction(name, [.json, key], result) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount) { values throws(KernelError) in
                var cursor = JSONCursor(Array(values[0].asText.utf8))
                let found: Range<Int>?
                switch values[1] {
                case .int(let index): found = cursor.element(Int(index))
                default: found = cursor.member(values[1].asText)
                }
                guard let found else { return .null }
                return asText ? cursor.text(found) : .text(cursor.raw(found))
            }
        }
    }
}

/// Looks through JSON text without building values.
struct JSONCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipSpace() {
        while position < bytes.count, [9, 10, 13, 32].contains(bytes[position]) { position += 1 }
    }

    /// The place of an object's last member of a name: as PostgreSQL's `jsonb`, the last of equal names counts.
    mutating func member(_ name: String) -> Range<Int>? {
        position = 0
        skipSpace()
        guard current == UInt8(ascii: "{") else { return nil }
        position += 1
        var found: Range<Int>?
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\""), let key = value() else { return found }
            skipSpace()
            guard current == UInt8(ascii: ":") else { return found }
            position += 1
            skipSpace()
            guard let range = value() else { return found }
            if unescaped(key) == name { found = range }
            skipSpace()
            guard current == UInt8(ascii: ",") else { return found }
            position += 1
        }
    }

    /// Whether the text is an array.
    var isArray: Bool { bytes.first { ![9, 10, 13, 32].contains($0) } == UInt8(ascii: "[") }

    /// The place of an array's element, from 0; from the end where negative.
    mutating func element(_ index: Int) -> Range<Int>? {
        let places = elements()
        let wanted = index < 0 ? places.count + index : index
        return places.indices.contains(wanted) ? places[wanted] : nil
    }

    /// The places of an array's elements; none of what is no array.
    mutating func elements() -> [Range<Int>] {
        position = 0
        skipSpace()
        guard current == UInt8(ascii: "[") else { return [] }
        position += 1
        var places: [Range<Int>] = []
        while true {
            skipSpace()
            guard current != UInt8(ascii: "]"), let range = value() else { break }
            places.append(range)
            skipSpace()
            guard current == UInt8(ascii: ",") else { break }
            position += 1
        }
        return places
    }

    /// The JSON of a place.
    func raw(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The value of a place as text: texts without quotes, `null` as NULL, all else as it stands.
    func text(_ range: Range<Int>) -> Scalar {
        if bytes[range.lowerBound] == UInt8(ascii: "\"") { return .text(unescaped(range)) }
        let raw = raw(range)
        return raw == "null" ? .null : .text(raw)
    }

    /// Passes over a value; nil where there is none.
    private mutating func value() -> Range<Int>? {
        let start = position
        if current == UInt8(ascii: "\"") {
            position += 1
            while position < bytes.count, current != UInt8(ascii: "\"") {
                position += current == UInt8(ascii: "\\") ? 2 : 1
            }
            guard position < bytes.count else { return nil }
            position += 1
            return start..<position
        }
        if current == UInt8(ascii: "{") || current == UInt8(ascii: "[") {
            var depth = 0
            repeat {
                guard position < bytes.count else { return nil }
                switch current {
                case UInt8(ascii: "\""):
                    guard value() != nil else { return nil }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
                position += 1
            } while depth > 0
            return start..<position
        }
        while position < bytes.count, ![44, 93, 125, 9, 10, 13, 32, 58].contains(current) { position += 1 }
        return position > start ? start..<position : nil
    }

    /// A JSON string's characters.
    private func unescaped(_ range: Range<Int>) -> String {
        var units: [UInt8] = []
        var pending: [UInt16] = []
        var index = range.lowerBound + 1
        func flush() {
            if !pending.isEmpty { units += Array(String(decoding: pending, as: UTF16.self).utf8) }
            pending = []
        }
        while index < range.upperBound - 1 {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound - 1 else {
                flush()
                units.append(bytes[index])
                index += 1
                continue
            }
            let code = bytes[index + 1]
            index += 2
            if code == UInt8(ascii: "u"), index + 4 <= range.upperBound - 1,
                let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
            {
                pending.append(unit)
                index += 4
                continue
            }
            flush()
            switch code {
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "t"): units.append(9)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            default: units.append(code)
            }
        }
        flush()
        return String(decoding: units, as: UTF8.self)
    }
}
