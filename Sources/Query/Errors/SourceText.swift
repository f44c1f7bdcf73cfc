/// A place in a query's text: a range of its UTF-8 bytes.
package struct SourceRange: Sendable, Hashable {
    /// The first byte.
    package let start: Int
    /// Behind the last byte.
    package let end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// From the start of this place to the end of another.
    func through(_ other: SourceRange) -> SourceRange { SourceRange(start, max(end, other.end)) }
}

/// The text of a query and the name that errors give it.
package struct SourceText: Sendable {
    /// The file's name, or `query`.
    package let name: String
    /// The UTF-8 bytes.
    package let bytes: [UInt8]

    package init(_ text: String, name: String = "query") {
        self.name = name
        bytes = Array(text.utf8)
    }

    /// The line and column of a byte, both from 1; columns count characters, not bytes.
    package func place(of offset: Int) -> (line: Int, column: Int) {
        let bounded = min(max(0, offset), bytes.count)
        let before = bytes[..<bounded]
        let line = before.count { $0 == 10 } + 1
        let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        return (line, String(decoding: bytes[start..<bounded], as: UTF8.self).count + 1)
    }

    /// The text of a place.
    func text(_ range: SourceRange) -> String { String(decoding: bytes[range.start..<range.end], as: UTF8.self) }

    /// The line on which a place begins, with a line of carets below it.
    package func excerpt(_ range: SourceRange) -> String {
        let bounded = min(max(0, range.start), bytes.count)
        let start = bytes[..<bounded].lastIndex(of: 10).map { $0 + 1 } ?? 0
        let end = bytes[bounded...].firstIndex(of: 10) ?? bytes.count
        let line = String(decoding: bytes[start..<end], as: UTF8.self)
        let indent = String(decoding: bytes[start..<bounded], as: UTF8.self)
        let marked = String(decoding: bytes[bounded..<max(bounded, min(end, range.end))], as: UTF8.self)
        let padding = String(indent.map { $0 == "\t" ? "\t" : " " })
        return line + "\n" + padding + String(repeating: "^", count: max(1, marked.count))
    }
}
