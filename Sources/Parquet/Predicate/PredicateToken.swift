/// A word, sign or literal of a predicate's text.
struct PredicateToken {
    enum Kind: Equatable {
        case name(String, isQuoted: Bool)
        case number(String)
        case text(String)
        case bytes([UInt8])
        case sign(String)
        case end
    }

    let kind: Kind
    /// In characters from the start of the text.
    let position: Int
    let count: Int

    /// Whether it is a keyword, in any case, or a sign.
    func isWord(_ word: String) -> Bool {
        switch kind {
        case .name(let name, false): name.uppercased() == word
        case .sign(let sign): sign == word
        default: false
        }
    }

    /// The tokens of a text; the last is `end`.
    static func tokens(of text: String) throws(PredicateTextError) -> [PredicateToken] {
        var lexer = Lexer(text: text, characters: Array(text))
        var tokens: [PredicateToken] = []
        repeat { tokens.append(try lexer.token()) } while tokens[tokens.count - 1].kind != .end
        return tokens
    }

    private struct Lexer {
        let text: String
        let characters: [Character]
        var position = 0

        private func peek(_ ahead: Int = 0) -> Character? {
            position + ahead < characters.count ? characters[position + ahead] : nil
        }

        mutating func token() throws(PredicateTextError) -> PredicateToken {
            while let next = peek(), next.isWhitespace { position += 1 }
            let start = position
            let kind = try kind()
            return PredicateToken(kind: kind, position: start, count: max(1, position - start))
        }

        private mutating func kind() throws(PredicateTextError) -> Kind {
            guard let first = peek() else { return .end }
            if (first == "x" || first == "X") && peek(1) == "'" { return try bytes() }
            if first.isLetter || first == "_" {
                return .name(run { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }, isQuoted: false)
            }
            if first.isWholeNumber || ((first == "-" || first == "+" || first == ".") && isDigit(peek(1)))
                || ((first == "-" || first == "+") && peek(1) == "." && isDigit(peek(2)))
            {
                return .number(number())
            }
            switch first {
            case "'": return .text(try quoted("'"))
            case "\"": return .name(try quoted("\""), isQuoted: true)
            default: break
            }
            for sign in ["<>", "<=", ">=", "!=", "==", "=", "<", ">", "(", ")", ",", "."] {
                let end = position + sign.count
                guard end <= characters.count, String(characters[position..<end]) == sign else { continue }
                position = end
                return .sign(sign)
            }
            if first == "-", let word = peek(1), word.isLetter {
                position += 1
                return .name("-" + run { $0.isLetter }, isQuoted: false)
            }
            throw PredicateTextError(
                reason: "this character has no meaning here", text: text, position: position, count: 1,
                unknownColumn: nil)
        }

        private func isDigit(_ character: Character?) -> Bool { character.map { ("0"..."9").contains($0) } ?? false }

        private mutating func run(_ belongs: (Character) -> Bool) -> String {
            let start = position
            while let next = peek(), belongs(next) { position += 1 }
            return String(characters[start..<position])
        }

        private mutating func number() -> String {
            var digits = ""
            if let sign = peek(), sign == "-" || sign == "+" {
                digits.append(sign)
                position += 1
            }
            digits += run { ("0"..."9").contains($0) || $0 == "." }
            guard let mark = peek(), mark == "e" || mark == "E" else { return digits }
            let signed = peek(1) == "-" || peek(1) == "+"
            guard isDigit(peek(signed ? 2 : 1)) else { return digits }
            digits.append("e")
            position += 1
            if signed, let sign = peek() {
                digits.append(sign)
                position += 1
            }
            return digits + run { ("0"..."9").contains($0) }
        }

        /// A text in quotes; a quote in it is doubled.
        private mutating func quoted(_ quote: Character) throws(PredicateTextError) -> String {
            let start = position
            position += 1
            var content = ""
            while let next = peek() {
                position += 1
                if next == quote {
                    guard peek() == quote else { return content }
                    position += 1
                }
                content.append(next)
            }
            throw PredicateTextError(
                reason: "the closing \(quote) is missing", text: text, position: start, count: 1, unknownColumn: nil)
        }

        private mutating func bytes() throws(PredicateTextError) -> Kind {
            let start = position
            position += 1
            let digits = Array(try quoted("'").utf8)
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: digits.count - 1, by: 2) {
                guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                    break
                }
                bytes.append(byte)
            }
            guard bytes.count * 2 == digits.count else {
                throw PredicateTextError(
                    reason: "X'…' holds pairs of hexadecimal digits", text: text, position: start,
                    count: position - start, unknownColumn: nil)
            }
            return .bytes(bytes)
        }
    }
}
