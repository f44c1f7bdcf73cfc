/// A value in a PDF file or a page's content. ISO 32000-1, 7.3.
indirect enum PDFValue {
    case null
    case bool(Bool)
    case number(Double)
    case name(String)
    case string([UInt8])
    case array([PDFValue])
    case dictionary([String: PDFValue])
    /// `12 0 R`: the object's number.
    case reference(Int)
    /// `obj`, `stream`, or an operator of a page's content.
    case keyword(String)

    var dictionary: [String: PDFValue]? { if case .dictionary(let entries) = self { entries } else { nil } }
    var array: [PDFValue]? { if case .array(let values) = self { values } else { nil } }
    var name: String? { if case .name(let name) = self { name } else { nil } }
    var string: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
    var reference: Int? { if case .reference(let number) = self { number } else { nil } }
    var integer: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
    var keyword: String? { if case .keyword(let word) = self { word } else { nil } }
}

/// Why a PDF file was refused.
struct PDFFailure: Error {
    let message: String
    static let cut = PDFFailure(message: "it is cut or damaged")
}

/// Reads values one after another. ISO 32000-1, 7.2.
struct PDFLexer {
    let bytes: [UInt8]
    var position: Int
    /// Arrays and dictionaries in one another are refused from here on: a damaged file can't exhaust the stack.
    private static let depthMax = 32

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    private var byte: UInt8? { position >= 0 && position < bytes.count ? bytes[position] : nil }

    /// The next value; nil at the end.
    mutating func next(depth: Int = 0) throws(PDFFailure) -> PDFValue? {
        guard depth < Self.depthMax else { throw .cut }
        skipSpace()
        guard let byte else { return nil }
        switch byte {
        case UInt8(ascii: "/"):
            position += 1
            return .name(nameText())
        case UInt8(ascii: "("): return .string(try literal())
        case UInt8(ascii: "<"):
            position += 1
            if self.byte == UInt8(ascii: "<") {
                position += 1
                return .dictionary(try dictionary(depth))
            }
            return .string(try hexadecimal())
        case UInt8(ascii: "["):
            position += 1
            return .array(try array(depth))
        case UInt8(ascii: "]"), UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            position += 1
            return .keyword(String(UnicodeScalar(byte)))
        default: return word()
        }
    }

    // MARK: Words and numbers

    private mutating func skipSpace() {
        while let byte {
            if byte == UInt8(ascii: "%") {
                while let byte = self.byte, byte != 0x0A, byte != 0x0D { position += 1 }
            } else if Self.isSpace(byte) {
                position += 1
            } else {
                return
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 }

    private static func isRegular(_ byte: UInt8) -> Bool {
        if isSpace(byte) { return false }
        return switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
            false
        default: true
        }
    }

    private mutating func regular() -> ArraySlice<UInt8> {
        let start = position
        while let byte, Self.isRegular(byte) { position += 1 }
        return bytes[start..<position]
    }

    private mutating func nameText() -> String { String(decoding: regular(), as: UTF8.self) }

    private mutating func word() -> PDFValue {
        let start = position
        let text = String(decoding: regular(), as: UTF8.self)
        // No sign moves the reader on: what can't be read is passed over.
        if position == start { position += 1 }
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: break
        }
        guard let number = Double(text), number.isFinite else { return .keyword(text) }
        guard let integer = Int(text), integer >= 0, let reference = reference(integer) else { return .number(number) }
        return reference
    }

    /// `0 R` behind a number makes it a reference.
    private mutating func reference(_ number: Int) -> PDFValue? {
        let start = position
        skipSpace()
        let generation = regular()
        skipSpace()
        if generation.elementsEqual([UInt8(ascii: "0")]), regular().elementsEqual([UInt8(ascii: "R")]) {
            return .reference(number)
        }
        position = start
        return nil
    }

    // MARK: Strings and collections

    private mutating func literal() throws(PDFFailure) -> [UInt8] {
        position += 1
        var (result, depth): ([UInt8], Int) = ([], 1)
        while let byte {
            position += 1
            switch byte {
            case UInt8(ascii: "\\"): escape(into: &result)
            case UInt8(ascii: "("):
                depth += 1
                result.append(byte)
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return result }
                result.append(byte)
            default: result.append(byte)
            }
        }
        throw .cut
    }

    /// Table 3: letters for control characters, one to three octal digits, a line's end that is none.
    private mutating func escape(into result: inout [UInt8]) {
        guard let byte else { return }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case 0x0A: break
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = Int(byte - UInt8(ascii: "0"))
            for _ in 0..<2 {
                guard let digit = self.byte, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { break }
                value = value * 8 + Int(digit - UInt8(ascii: "0"))
                position += 1
            }
            result.append(UInt8(truncatingIfNeeded: value))
        default: result.append(byte)
        }
    }

    private mutating func hexadecimal() throws(PDFFailure) -> [UInt8] {
        var (result, half): ([UInt8], UInt8?) = ([], nil)
        while let byte {
            position += 1
            if byte == UInt8(ascii: ">") {
                if let half { result.append(half << 4) }
                return result
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { continue }
            if let first = half {
                result.append(first << 4 | UInt8(digit))
                half = nil
            } else {
                half = UInt8(digit)
            }
        }
        throw .cut
    }

    private mutating func array(_ depth: Int) throws(PDFFailure) -> [PDFValue] {
        var values: [PDFValue] = []
        while let value = try next(depth: depth + 1) {
            if value.keyword == "]" { return values }
            values.append(value)
        }
        throw .cut
    }

    private mutating func dictionary(_ depth: Int) throws(PDFFailure) -> [String: PDFValue] {
        var entries: [String: PDFValue] = [:]
        while let key = try next(depth: depth + 1) {
            if key.keyword == ">" {
                position += 1
                return entries
            }
            guard let name = key.name, let value = try next(depth: depth + 1) else { throw .cut }
            entries[name] = value
        }
        throw .cut
    }
}
