/// What is counted in a text before the parser sees it.
///
/// The parser works by recursion and compares keys by value, so thousands of brackets could exhaust the stack of a
/// thread, and a few nested aliases (`a: [*b, *b]`, `b: [*c, *c]` …) could keep it busy for years.
enum TextBounds {
    /// Whether brackets, or the indents of lines, say that values nest deeper than `limit`; may count brackets in
    /// quotes, but only where they are not balanced. An indent counts with 8 columns a level.
    static func nestsDeeper(than limit: Int, in text: String) -> Bool {
        var depth = 0
        var indent = 0
        var isIndent = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): (indent, isIndent) = (-1, true)
            default: break
            }
            // `- - - a` nests as deep as it is indented.
            isIndent =
                isIndent && (indent < 0 || byte == 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?"))
            if isIndent { indent += 1 }
            if depth > limit || indent > limit * 8 { return true }
        }
        return false
    }

    /// Whether there are more aliases than `limit`. A text without anchors has none; in one with anchors a `*name` where
    /// a value may begin counts.
    static func hasMoreAliases(than limit: Int, in text: String) -> Bool {
        var anchors = 0
        var aliases = 0
        // What stands before the sign: a value begins after one of these, or at the start of a line.
        var valueMayBegin = true
        var previous = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if valueMayBegin && isNamePart(byte) {
                if previous == UInt8(ascii: "&") { anchors += 1 }
                if previous == UInt8(ascii: "*") { aliases += 1 }
            }
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): valueMayBegin = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "&"), UInt8(ascii: "*"): break
            case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"),
                UInt8(ascii: "?"):
                valueMayBegin = true
            default:
                // The name of an anchor or tag is followed by a value too.
                if previous != UInt8(ascii: "&") && previous != UInt8(ascii: "!") { valueMayBegin = false }
            }
            previous = byte
        }
        return anchors > 0 && aliases > limit
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        byte > 0x20 && !(",[]{}*&/".utf8.contains(byte))
    }
}
