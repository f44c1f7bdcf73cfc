/// Counts what may be aliases before the parser sees the text.
///
/// The parser compares keys by value, so a few nested aliases (`a: [*b, *b]`, `b: [*c, *c]` …) could keep it busy for
/// years. A text without anchors has no aliases; in one with anchors a `*name` where a value begins counts.
enum AliasCount {
    static func exceeds(_ limit: Int, in text: String) -> Bool {
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
