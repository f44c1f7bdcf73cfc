internal import Compression

/// Reads a PDF file back: its pages and the words on them, and what it says about itself.
///
/// ISO 32000-1, 7.5: the file's end names its newest cross-reference table, each table the one before; an object is
/// found by the newest table that has it. Object streams, which Cairo 1.16 does not write, are not read.
struct PDFReader {
    private let bytes: [UInt8]
    private var offsets: [Int: Int] = [:]
    private var trailer: [String: PDFValue] = [:]
    private var fonts: [Int: PDFFont] = [:]

    private static let tablesMax = 16
    private static let objectsMax = 8_388_607
    /// No stream of text or of a font's codes holds more.
    private static let streamBytesMax = 1 << 28

    init(_ bytes: [UInt8]) throws(PDFFailure) {
        self.bytes = bytes
        guard bytes.starts(with: Array("%PDF-1.".utf8)) else { throw PDFFailure(message: "it is no PDF file") }
        var next: Int? = try Self.lastTable(bytes)
        var count = 0
        while let offset = next {
            count += 1
            guard count <= Self.tablesMax else { throw .cut }
            next = try readTable(at: offset)
        }
    }

    // MARK: What it says about itself

    /// The title, author and others of the information dictionary.
    func information() throws(PDFFailure) -> [String: String] {
        guard let entry = trailer["Info"], let entries = try resolved(entry).dictionary else { return [:] }
        return entries.compactMapValues { $0.string.map(Self.text) }
    }

    /// A text string: UTF-16 behind its byte order mark, else bytes of ASCII (7.9.2.2).
    private static func text(_ bytes: [UInt8]) -> String {
        guard bytes.starts(with: [0xFE, 0xFF]) else { return String(decoding: bytes, as: UTF8.self) }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }

    // MARK: Pages

    /// The dictionaries of all pages, in order.
    func pages() throws(PDFFailure) -> [[String: PDFValue]] {
        guard let root = try trailer["Root"].map(resolved)?.dictionary, let tree = root["Pages"] else { throw .cut }
        var pages: [[String: PDFValue]] = []
        var waiting = [tree]
        var seen: Set<Int> = []
        while let node = waiting.popLast() {
            if let number = node.reference, !seen.insert(number).inserted { throw .cut }
            guard let entries = try resolved(node).dictionary else { throw .cut }
            if let kids = entries["Kids"]?.array { waiting += kids.reversed() } else { pages.append(entries) }
        }
        return pages
    }

    /// The words of a page in the order in which they were drawn, without what separates them.
    mutating func text(of page: [String: PDFValue]) throws(PDFFailure) -> String {
        guard let contents = page["Contents"], let resources = try page["Resources"].map(resolved)?.dictionary else {
            throw .cut
        }
        let names = try resources["Font"].map(resolved)?.dictionary ?? [:]
        var text = PDFText()
        var lexer = PDFLexer(try stream(contents))
        while let value = try lexer.next() {
            guard let word = value.keyword else {
                text.operands.append(value)
                continue
            }
            if word == "Tf", let name = text.operands.first?.name { text.font = try font(names[name]) }
            text.take(word)
        }
        return text.content
    }

    private mutating func font(_ value: PDFValue?) throws(PDFFailure) -> PDFFont? {
        guard let value, let number = value.reference else { return nil }
        if let known = fonts[number] { return known }
        guard let entries = try resolved(value).dictionary, let codes = entries["ToUnicode"] else { return nil }
        let font = try PDFFont(
            codes: stream(codes), codeLength: entries["Subtype"]?.name == "Type0" ? 2 : 1)
        fonts[number] = font
        return font
    }

    // MARK: Objects

    private func resolved(_ value: PDFValue) throws(PDFFailure) -> PDFValue {
        guard let number = value.reference else { return value }
        return try object(number).value
    }

    /// An object, and where what follows it begins.
    private func object(_ number: Int) throws(PDFFailure) -> (value: PDFValue, end: Int) {
        guard let offset = offsets[number] else { throw .cut }
        var lexer = PDFLexer(bytes, at: offset)
        guard try lexer.next()?.integer == number, try lexer.next()?.integer == 0, try lexer.next()?.keyword == "obj",
            let value = try lexer.next()
        else { throw .cut }
        return (value, lexer.position)
    }

    /// A stream's content, inflated.
    private func stream(_ value: PDFValue) throws(PDFFailure) -> [UInt8] {
        guard let number = value.reference else { throw .cut }
        let object = try object(number)
        var lexer = PDFLexer(bytes, at: object.end)
        guard let entries = object.value.dictionary, try lexer.next()?.keyword == "stream",
            let length = try entries["Length"].map(resolved)?.integer, length >= 0,
            length <= bytes.count - lexer.position - 1
        else { throw .cut }
        let content = bytes[lexer.position + 1..<lexer.position + 1 + length]
        guard let filter = entries["Filter"]?.name else { return Array(content) }
        guard filter == "FlateDecode" else { throw PDFFailure(message: "a stream is packed otherwise") }
        do {
            var decompressor = try ZlibDecompressor()
            let packed = Array(content)
            return try decompressor.decompress(packed.span, sizeMax: Self.streamBytesMax)
        } catch {
            throw PDFFailure(message: "a stream is damaged")
        }
    }

    // MARK: Cross-reference tables

    private static func lastTable(_ bytes: [UInt8]) throws(PDFFailure) -> Int {
        let tail = String(decoding: bytes.suffix(64), as: UTF8.self)
        let lines = tail.split(separator: "\n")
        guard lines.last == "%%EOF", lines.count >= 3, lines[lines.count - 3] == "startxref",
            let offset = Int(lines[lines.count - 2])
        else { throw .cut }
        return offset
    }

    /// Reads a table and its trailer; returns the offset of the one before.
    private mutating func readTable(at offset: Int) throws(PDFFailure) -> Int? {
        guard offset >= 0, offset < bytes.count else { throw .cut }
        var lexer = PDFLexer(bytes, at: offset)
        guard try lexer.next()?.keyword == "xref" else { throw .cut }
        while let value = try lexer.next() {
            guard let first = value.integer else {
                guard value.keyword == "trailer", let entries = try lexer.next()?.dictionary else { throw .cut }
                trailer.merge(entries) { newer, _ in newer }
                return entries["Prev"]?.integer
            }
            guard first >= 0, let count = try lexer.next()?.integer, count >= 0, first <= Self.objectsMax,
                count <= Self.objectsMax
            else { throw .cut }
            for number in first..<first + count {
                guard let offset = try lexer.next()?.integer, try lexer.next()?.integer != nil,
                    let kind = try lexer.next()?.keyword
                else { throw .cut }
                if kind == "n", offsets[number] == nil { offsets[number] = offset }
            }
        }
        throw .cut
    }
}

/// What a font's codes mean: its ToUnicode map, as Cairo writes it (9.10.3).
struct PDFFont {
    /// Bytes a code.
    let codeLength: Int
    private var texts: [Int: String] = [:]

    init(codes: [UInt8], codeLength: Int) throws(PDFFailure) {
        self.codeLength = codeLength
        var lexer = PDFLexer(codes)
        var strings: [[UInt8]] = []
        while let value = try lexer.next() {
            if let bytes = value.string { strings.append(bytes) }
            guard let word = value.keyword else { continue }
            if word == "endbfchar" {
                for index in stride(from: 0, to: strings.count - 1, by: 2) {
                    texts[Self.number(strings[index])] = Self.text(strings[index + 1])
                }
            }
            if word.hasPrefix("begin") || word.hasPrefix("end") { strings = [] }
        }
    }

    /// The text of a shown string; codes without one are left out.
    func text(_ bytes: [UInt8]) -> String {
        var result = ""
        for start in stride(from: 0, through: bytes.count - codeLength, by: codeLength) {
            result += texts[Self.number(Array(bytes[start..<start + codeLength]))] ?? ""
        }
        return result
    }

    private static func number(_ bytes: [UInt8]) -> Int { bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) } }

    private static func text(_ bytes: [UInt8]) -> String {
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }
}

/// Gathers what the operators of a page's content show (9.4.3, 14.9.4).
struct PDFText {
    var operands: [PDFValue] = []
    var font: PDFFont?
    private(set) var content = ""
    /// Marked pieces that are open; true where the piece says its own text and its glyphs are passed over.
    private var pieces: [Bool] = []

    private var isReplaced: Bool { pieces.contains(true) }

    /// Takes an operator with the operands before it.
    mutating func take(_ word: String) {
        switch word {
        case "Tj": for value in operands { show(value) }
        case "TJ": for value in operands.flatMap({ $0.array ?? [] }) { show(value) }
        case "BMC", "BDC":
            let actual = operands.last?.dictionary?["ActualText"]?.string
            if let actual, !isReplaced { content += Self.actual(actual) }
            pieces.append(actual != nil)
        case "EMC": _ = pieces.popLast()
        default: break
        }
        operands.removeAll(keepingCapacity: true)
    }

    private mutating func show(_ value: PDFValue) {
        guard let bytes = value.string, let font, !isReplaced else { return }
        content += font.text(bytes)
    }

    private static func actual(_ bytes: [UInt8]) -> String {
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }
}
