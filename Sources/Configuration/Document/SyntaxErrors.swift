internal import Yams

/// What the YAML parser refuses, in our words, with a hint for the usual traps.
enum SyntaxErrors {
    static func tooLarge(_ message: String, _ file: String) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationError(message, at: SourcePosition(file: file, line: 1, column: 1), sourceLine: nil)
        ])
    }

    static func translated(_ error: YamlError, text: String, file: String) -> ConfigurationErrors {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return syntax(problem, mark.line, mark.column, text, file)
        case .duplicatedKeysInMapping(let keys, let context):
            return duplicate(keys.first ?? "", context.mark.line, context.mark.column, text, file)
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return syntax(problem, line, column, text, file)
        default:
            return tooLarge("the file is not YAML", file)
        }
    }

    private static func syntax(
        _ problem: String, _ line: Int, _ column: Int, _ text: String, _ file: String
    ) -> ConfigurationErrors {
        let source = self.line(line, of: text)
        // The parser often notices on the line after; the trap is then on the line before.
        let candidates = [(line, source), (line - 1, self.line(line - 1, of: text))]
        for (number, source) in candidates {
            guard let source, let trap = Trap(line: source) else { continue }
            return ConfigurationErrors([
                ConfigurationError(
                    "the file is not YAML: \(problem)",
                    at: SourcePosition(file: file, line: number, column: trap.column), hint: trap.hint,
                    sourceLine: source)
            ])
        }
        return ConfigurationErrors([
            ConfigurationError(
                "the file is not YAML: \(problem)", at: SourcePosition(file: file, line: line, column: column),
                sourceLine: source)
        ])
    }

    /// The parser names the first place of the key; people look for the second.
    private static func duplicate(
        _ key: String, _ line: Int, _ column: Int, _ text: String, _ file: String
    ) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationError(
                "the key '\(ConfigurationError.shown(key))' is there twice",
                at: SourcePosition(file: file, line: line, column: column),
                length: key.unicodeScalars.count, hint: "this is the first", sourceLine: self.line(line, of: text))
        ])
    }

    private static func line(_ number: Int, of text: String) -> String? {
        guard number >= 1 else { return nil }
        return text.split(maxSplits: number, omittingEmptySubsequences: false) { $0.isNewline }
            .dropFirst(number - 1).first.map(String.init)
    }

    /// A line that YAML cannot read for a reason that people do not expect.
    private struct Trap {
        let column: Int
        let hint: String

        init?(line: String) {
            let scalars = Array(line.unicodeScalars)
            let indent = scalars.prefix { $0 == " " || $0 == "\t" }
            if let tab = indent.firstIndex(of: "\t") {
                column = tab + 1
                hint = "YAML takes no tabs here: indent with spaces"
                return
            }
            guard let start = Self.valueStart(scalars), start < scalars.count else { return nil }
            let value = String(String.UnicodeScalarView(scalars[start...]))
            switch scalars[start] {
            case "*", "@", "%", "`", "&", "!", "|", ">":
                column = start + 1
                hint = "quote the value: \"\(ConfigurationError.shown(SecretMask.masked(value.trimmed)))\""
            case "\"", "'", "[", "{": return nil
            case _ where value.contains(": "):
                column = start + 1
                hint = "quote the value: it contains ': '"
            default: return nil
            }
        }

        /// Where the value of `key: value` or of `- value` begins.
        private static func valueStart(_ scalars: [Unicode.Scalar]) -> Int? {
            var start: Int?
            for index in scalars.indices.dropLast() where scalars[index + 1] == " " {
                if scalars[index] == ":" || (scalars[index] == "-" && scalars[..<index].allSatisfy { $0 == " " }) {
                    start = index + 2
                    if scalars[index] == ":" { break }
                }
            }
            guard var start else { return nil }
            while start < scalars.count, scalars[start] == " " { start += 1 }
            return start
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let dropped = drop { $0.isWhitespace }
        let end = dropped.lastIndex { !$0.isWhitespace }.map { dropped.index(after: $0) }
        return String(dropped[..<(end ?? dropped.startIndex)])
    }
}
