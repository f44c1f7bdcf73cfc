/// Cuts a query's text into tokens. Comments are `--` to the end of the line and `/* */`, which nest.
struct Lexer {
    private let source: SourceText
    private var position = 0
    private var bytes: [UInt8] { source.bytes }

    init(_ source: SourceText) { self.source = source }

    /// All tokens, the last of them `end`.
    static func tokens(of source: SourceText) throws(QueryError) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < bytes.count ? bytes[position + ahead] : 0
    }

    private mutating func next() throws(QueryError) -> Token {
        try skipSpace()
        let start = position
        guard position < bytes.count else { return token(.end, "", start) }
        let first = byte()
        switch first {
        case UInt8(ascii: "'"): return token(.text, try quoted(UInt8(ascii: "'"), "text"), start)
        case UInt8(ascii: "\""): return token(.quotedName, try quoted(UInt8(ascii: "\""), "name"), start)
        case UInt8(ascii: "$") where byte(1) == UInt8(ascii: "$") || Self.isNameStart(byte(1)):
            return token(.text, try dollarQuoted(), start)
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            if byte(1) == UInt8(ascii: "'") {
                position += 1
                return token(.text, try escaped(), start)
            }
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            if byte(1) == UInt8(ascii: "'") {
                position += 1
                return token(.binary, try quoted(UInt8(ascii: "'"), "binary"), start)
            }
        case UInt8(ascii: ":"):
            if Self.isNameStart(byte(1)) {
                position += 1
                return token(.parameter, name(), start)
            }
        default: break
        }
        if Self.isDigit(first) || (first == UInt8(ascii: ".") && Self.isDigit(byte(1))) {
            return try number(start)
        }
        if Self.isNameStart(first) { return token(.word, name().lowercased(), start) }
        return try symbol(start)
    }

    // Mutating, so that the arguments move the position before it is read.
    private mutating func token(_ kind: Token.Kind, _ text: String, _ start: Int) -> Token {
        Token(kind: kind, text: text, range: SourceRange(start, position))
    }

    private mutating func skipSpace() throws(QueryError) {
        while position < bytes.count {
            let current = byte()
            if current == 32 || (9...13).contains(current) {
                position += 1
            } else if current == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                while position < bytes.count, byte() != 10 { position += 1 }
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(QueryError) {
        let start = position
        var depth = 0
        repeat {
            guard position < bytes.count else {
                throw QueryError(.syntax, "a comment is not closed", at: SourceRange(start, start + 2))
            }
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0
    }

    private mutating func name() -> String {
        let start = position
        while Self.isNameStart(byte()) || Self.isDigit(byte()) || byte() == UInt8(ascii: "$") { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// What stands between quotes; a doubled quote is one.
    private mutating func quoted(_ quote: UInt8, _ what: String) throws(QueryError) -> String {
        let start = position
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            if byte() == quote {
                if byte(1) != quote {
                    position += 1
                    return String(decoding: content, as: UTF8.self)
                }
                position += 1
            }
            content.append(byte())
            position += 1
        }
        throw QueryError(.syntax, "a quoted \(what) is not closed", at: SourceRange(start, start + 1))
    }

    /// `E'…'` with backslash escapes.
    private mutating func escaped() throws(QueryError) -> String {
        let start = position
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let current = byte()
            position += 1
            if current == UInt8(ascii: "'") {
                if byte() != UInt8(ascii: "'") { return String(decoding: content, as: UTF8.self) }
                position += 1
                content.append(current)
            } else if current == UInt8(ascii: "\\"), position < bytes.count {
                content.append(Self.escapes[byte()] ?? byte())
                position += 1
            } else {
                content.append(current)
            }
        }
        throw QueryError(.syntax, "a quoted text is not closed", at: SourceRange(start, start + 1))
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
    ]

    /// `$tag$ … $tag$`.
    private mutating func dollarQuoted() throws(QueryError) -> String {
        let start = position
        var end = position + 1
        while end < bytes.count, Self.isNameStart(bytes[end]) || Self.isDigit(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            throw QueryError(
                .syntax, "parameters are written with a colon", at: SourceRange(start, end),
                try: ":" + String(decoding: bytes[start + 1..<end], as: UTF8.self))
        }
        let tag = Array(bytes[start...end])
        var cursor = end + 1
        while cursor + tag.count <= bytes.count {
            if bytes[cursor] == tag[0], Array(bytes[cursor..<cursor + tag.count]) == tag {
                position = cursor + tag.count
                return String(decoding: bytes[end + 1..<cursor], as: UTF8.self)
            }
            cursor += 1
        }
        throw QueryError(.syntax, "a quoted text is not closed", at: SourceRange(start, end + 1))
    }

    private mutating func number(_ start: Int) throws(QueryError) -> Token {
        digits()
        if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: ".") {
            position += 1
            digits()
        }
        if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
            let signed = byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+")
            if Self.isDigit(byte(signed ? 2 : 1)) {
                position += signed ? 2 : 1
                digits()
            }
        }
        if Self.isNameStart(byte()) {
            throw QueryError(.syntax, "a letter stands directly behind a number", at: SourceRange(start, position + 1))
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self).replacing("_", with: "")
        return token(.number, text, start)
    }

    private mutating func digits() {
        while Self.isDigit(byte()) || (byte() == UInt8(ascii: "_") && Self.isDigit(byte(1))) { position += 1 }
    }

    private static let symbols: [String] = [
        "!~~*", "->>", "<=>", "!~~", "~~*", "!~*", "<>", "!=", "<=", ">=", "||", "::", "->", "=>", "!~", "~~", "~*",
        ":=", "<<", ">>", "(", ")", ",", ".", ";", "+", "-", "*", "/", "%", "<", ">", "=", "[", "]", "{", "}", ":", "~",
        "^", "&", "|", "#", "@", "?",
    ]

    private mutating func symbol(_ start: Int) throws(QueryError) -> Token {
        for symbol in Self.symbols
        where Array(symbol.utf8) == Array(bytes[start..<min(bytes.count, start + symbol.utf8.count)]) {
            position += symbol.utf8.count
            return token(.symbol, symbol, start)
        }
        throw QueryError(.syntax, "a character that SQL has no use for", at: SourceRange(start, start + 1))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
