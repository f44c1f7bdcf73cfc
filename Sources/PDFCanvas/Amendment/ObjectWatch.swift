/// Reads along while Cairo writes a PDF file, and remembers the few objects that must be amended at its end: the
/// catalog and the structure elements of figures.
///
/// ISO 32000-1, 7.3.10: an indirect object is `12 0 obj`, its content, `endobj`, each on lines of their own where Cairo
/// 1.16 writes them. Streams are compressed and have no such lines.
struct ObjectWatch {
    /// An object's number and the lines of its dictionary between `<<` and `>>`.
    struct Object {
        let number: Int
        let entries: [String]
    }

    /// The figures' structure elements, in the order in which they were begun.
    var figures: [Object] { found.sorted { $0.number < $1.number } }
    private(set) var catalog: Object?
    /// The number of bytes so far.
    private(set) var byteCount = 0
    /// Where the last cross-reference table begins.
    private(set) var crossReferenceOffset: Int?
    /// The lines of the last trailer's dictionary.
    private(set) var trailer: [String] = []

    private var found: [Object] = []
    private var line: [UInt8] = []
    private var isLineTooLong = false
    private var number: Int?
    private var lines: [String] = []
    private var isInTrailer = false
    private var awaitsOffset = false

    /// No line that matters is longer, no object that matters has more lines.
    private static let lineLengthMax = 200
    private static let linesMax = 40

    mutating func read(_ bytes: borrowing Span<UInt8>) {
        byteCount += bytes.count
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == 0x0A {
                if !isLineTooLong { readLine(String(decoding: line, as: UTF8.self)) }
                line.removeAll(keepingCapacity: true)
                isLineTooLong = false
            } else if line.count < Self.lineLengthMax {
                line.append(byte)
            } else {
                isLineTooLong = true
            }
        }
    }

    private mutating func readLine(_ text: String) {
        if awaitsOffset {
            crossReferenceOffset = Int(text)
            awaitsOffset = false
        } else if text.hasSuffix(" 0 obj"), let number = Int(text.dropLast(6)) {
            self.number = number
            lines = []
        } else if text == "endobj" {
            endObject()
        } else if text == "trailer" {
            isInTrailer = true
            lines = []
        } else if text == "startxref" {
            if isInTrailer { trailer = Self.entries(lines) ?? [] }
            isInTrailer = false
            awaitsOffset = true
        } else if number != nil || isInTrailer {
            lines.append(text)
            if lines.count > Self.linesMax { number = nil }
        }
    }

    private mutating func endObject() {
        defer { number = nil }
        guard let number, let entries = Self.entries(lines) else { return }
        if entries.first == "/Type /Catalog" { catalog = Object(number: number, entries: entries) }
        if entries.contains("/S /Figure") { found.append(Object(number: number, entries: entries)) }
    }

    /// The entries of a dictionary that begins with `<<` and ends with `>>`; nil for anything else.
    private static func entries(_ lines: [String]) -> [String]? {
        guard let first = lines.first, first.hasPrefix("<<"), lines.last == ">>" else { return nil }
        let inner = [String(first.dropFirst(2))] + lines.dropFirst().dropLast()
        return inner.map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
}
