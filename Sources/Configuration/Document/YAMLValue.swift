internal import Yams

/// A value of a configuration file with its place. Readers give nil where the value is not of their kind, and note it.
package struct YAMLValue {
    let node: Node
    /// The keys that lead to it, for messages.
    let path: [String]
    let notes: ErrorNotes

    init(_ node: Node, path: [String], notes: ErrorNotes) {
        self.node = node
        self.path = path
        self.notes = notes
    }

    /// Where the value is written.
    package var position: SourcePosition { notes.record?.position(of: path) ?? notes.position(of: node) }

    /// Whether nothing, `~` or `null` is written.
    package var isNull: Bool { plain == .null }

    /// Whether it is a mapping.
    package var isMapping: Bool { if case .mapping = node { true } else { false } }

    /// Whether it is a list.
    package var isList: Bool { if case .sequence = node { true } else { false } }

    /// Notes that the value is wrong for a reason that its reader knows.
    ///
    /// - Parameters:
    ///   - message: what is wrong, in the user's words.
    ///   - hint: what to write instead.
    package func refuse(_ message: String, hint: String? = nil) {
        notes.note(message, at: position, length: width, hint: hint)
    }

    /// The scalar's text as it is written; nil for mappings and lists.
    var scalar: String? { if case .scalar(let scalar) = node { scalar.string } else { nil } }

    /// What an unquoted scalar looks like; nil for quoted ones, mappings and lists.
    var plain: PlainScalar? {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return nil }
        return PlainScalar(scalar.string)
    }

    /// What the text of a query's cell looks like: there are no quotes that could say more. Nil for files.
    private var untyped: PlainScalar? { notes.record == nil ? nil : scalar.map { PlainScalar($0) } }

    /// The name of the key for messages.
    var name: String { path.last.map { "'\(ConfigurationError.shown($0))'" } ?? "the file" }

    /// How many columns the carets take.
    var width: Int {
        guard case .scalar(let scalar) = node else { return 1 }
        let quotes = scalar.style == .doubleQuoted || scalar.style == .singleQuoted ? 2 : 0
        return scalar.string.prefix { !$0.isNewline }.unicodeScalars.count + quotes
    }
}

extension YAMLValue {
    /// A text. Unquoted values that YAML reads as something else (`no`, `1:30`, `012`, a date) are refused with a hint.
    ///
    /// - Parameter allowsEmpty: whether `""` is good.
    package func text(allowsEmpty: Bool = false) -> String? {
        guard let text = scalar else { return mismatch("text") }
        if let plain, plain != .text { return trap(plain, text, wanted: "text") }
        if text.trimmed.isEmpty && !allowsEmpty {
            refuse("\(name) is empty")
            return nil
        }
        return text
    }

    /// The scalar as it is written, whatever it looks like: for dates, periods and exact decimals, where `1.50` keeps
    /// its zero.
    package func literal() -> String? {
        guard let text = scalar else { return mismatch("a value") }
        guard plain != .null, !text.isEmpty else {
            refuse("\(name) is empty")
            return nil
        }
        return text
    }

    /// A value of another type, read from its literal text; what the closure throws becomes the message.
    package func parsed<Value>(_ parse: (String) throws -> Value) -> Value? {
        guard let text = literal() else { return nil }
        do {
            return try parse(text)
        } catch {
            refuse("\(name): \(error)")
            return nil
        }
    }

    /// A whole number within a range.
    package func integer(in range: ClosedRange<Int64> = .min ... .max) -> Int64? {
        guard let text = scalar else { return mismatch("a whole number") }
        guard let plain = plain ?? untyped else {
            refuse("\(name) is a whole number", hint: "write it without quotes")
            return nil
        }
        guard case .integer(let number) = plain else { return trap(plain, text, wanted: "a whole number") }
        guard range.contains(number) else {
            refuse("\(name) lies outside of \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    package func boolean() -> Bool? {
        guard let text = scalar else { return mismatch("true or false") }
        guard let plain = plain ?? untyped, case .boolean(let value) = plain else {
            refuse(
                "\(name) is true or false, not '\(ConfigurationError.shown(SecretMask.masked(text)))'",
                hint: "write true or false")
            return nil
        }
        return value
    }

    /// One of the cases of an enumeration whose raw values are the words of the file.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        of type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        choice(among: Choice.allCases.map { ($0.rawValue, $0) })
    }

    /// One of some words.
    package func choice<Choice>(among choices: [(word: String, value: Choice)]) -> Choice? {
        guard let word = scalar else { return mismatch("one word") }
        if let choice = choices.first(where: { $0.word == word }) { return choice.value }
        let words = choices.map(\.word)
        let hint =
            Suggestion.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
            ?? "write one of: \(words.joined(separator: ", "))"
        refuse("\(name) can't be '\(ConfigurationError.shown(SecretMask.masked(word)))'", hint: hint)
        return nil
    }

    /// A secret: `env:NAME` or `file:PATH`, nothing else. The value itself is never shown.
    package func secret() -> SecretReference? {
        guard let text = scalar, let secret = SecretReference(text) else {
            notes.note(
                "\(name) is a secret and must not be written into the file", at: position, length: 3,
                hint: "name a variable or a file: env:NAME or file:PATH", hidesValue: true)
            return nil
        }
        return secret
    }

    /// A mapping.
    ///
    /// - Parameter read: reads the keys; nil if something is wrong and was noted.
    @discardableResult
    package func mapping<Result>(_ read: (YAMLMapping) -> Result?) -> Result? {
        guard case .mapping(let mapping) = node else { return mismatch("a mapping of keys and values") }
        let reader = YAMLMapping(mapping, value: self)
        let result = read(reader)
        reader.noteUnknownKeys()
        return result
    }

    /// A mapping whose keys are names that the file chooses, in the file's order: `datasets:`, `metrics:`.
    ///
    /// - Parameter read: reads one value; nil leaves the entry out.
    package func entries<Result>(_ read: (_ key: String, _ value: YAMLValue) -> Result?) -> [Result]? {
        guard case .mapping(let mapping) = node else { return mismatch("a mapping of names and values") }
        var results: [Result] = []
        for (key, node) in mapping {
            guard let name = YAMLValue(key, path: path + ["a key"], notes: notes).text() else { continue }
            if let result = read(name, YAMLValue(node, path: path + [name], notes: notes)) { results.append(result) }
        }
        return results
    }

    /// A list.
    ///
    /// - Parameter read: reads one item; nil leaves it out.
    package func list<Result>(_ read: (YAMLValue) -> Result?) -> [Result]? {
        guard case .sequence(let sequence) = node else { return mismatch("a list", hint: "write [a, b]") }
        return sequence.compactMap { read(YAMLValue($0, path: path, notes: notes)) }
    }

    /// A list of texts.
    package func texts() -> [String]? { list { $0.text() } }

    private func mismatch<Value>(_ wanted: String, hint: String? = nil) -> Value? {
        let found =
            switch node {
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .scalar, .alias: isNull ? "nothing" : "a single value"
            }
        refuse("\(name) must be \(wanted), not \(found)", hint: hint)
        return nil
    }

    private func trap<Value>(_ plain: PlainScalar, _ text: String, wanted: String) -> Value? {
        let text = ConfigurationError.shown(SecretMask.masked(text))
        let quoted = "write \"\(text)\" in quotes"
        let wantsText = wanted == "text"
        let (found, hint): (String, String?) =
            switch plain {
            case .null: ("nothing", nil)
            case .boolean: ("true or false", wantsText ? quoted : nil)
            case .oldBoolean: ("true or false", wantsText ? "YAML reads \(text) as true or false: \(quoted)" : nil)
            case .integer: ("a number", wantsText ? quoted : nil)
            case .hugeInteger: ("a number", wantsText ? quoted : "the number is too large")
            case .octal:
                ("an octal number", "YAML reads \(text) as octal: " + (wantsText ? quoted : "drop the leading zeros"))
            case .grouped:
                ("a number", wantsText ? quoted : "write it without underscores")
            case .sexagesimal(let number):
                ("the number \(number)", "YAML reads \(text) as \(number)" + (wantsText ? ": \(quoted)" : ""))
            case .decimal: ("a decimal", wantsText ? "YAML may drop its zeros: \(quoted)" : nil)
            case .date: ("a date", wantsText ? quoted : nil)
            case .text: ("text", nil)
            }
        refuse("\(name) must be \(wanted), not \(found)", hint: hint)
        return nil
    }
}
