package import Columnar

/// What is wrong with a predicate's text.
package struct PredicateTextError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let reason: String
    /// The text as it was given.
    package let text: String
    /// Where in the text it is, in characters from the start, and how many.
    package let position: Int
    package let count: Int
    /// The unknown column, where that is what is wrong.
    package let unknownColumn: String?

    /// The reason, the text and a caret below the place.
    package var description: String {
        let line = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return "\(reason)\n  \(line)\n  \(String(repeating: " ", count: position))"
            + String(repeating: "^", count: max(1, count))
    }
}

extension ScanPredicate {
    /// Reads a predicate as SQL writes it.
    ///
    /// ```
    /// or          and { OR and }
    /// and         not { AND not }
    /// not         NOT not | ( or ) | test
    /// test        column ( = | == | <> | != | < | <= | > | >= ) literal
    ///             column [NOT] IN ( literal { , literal } )      column [NOT] BETWEEN literal AND literal
    ///             column IS [NOT] NULL                           column, of type bool
    /// column      name { . name }, a name also as "any ""text"""
    /// literal     42, −1.5, 1e3, 'text with '' in it', X'0aff', TRUE, FALSE, NULL, NaN, Infinity,
    ///             [DATE] '2026-10-31', [TIMESTAMP] '2026-10-31T08:15:00Z'
    /// ```
    /// The type of a text follows from its column: a date, an instant (in UTC, where it says nothing else) or a number
    /// may be written as text.
    /// - Throws: `PredicateTextError`.
    package init(text: String, schema: Schema) throws(PredicateTextError) {
        var parser = try PredicateParser(text, schema)
        self = try parser.whole()
    }
}

private struct PredicateParser {
    private let text: String
    private let schema: Schema
    private let tokens: [PredicateToken]
    private var next = 0
    private var depth = 0

    init(_ text: String, _ schema: Schema) throws(PredicateTextError) {
        self.text = text
        self.schema = schema
        tokens = try PredicateToken.tokens(of: text)
    }

    mutating func whole() throws(PredicateTextError) -> ScanPredicate {
        let predicate = try or()
        guard case .end = token.kind else { throw error("AND, OR or the end is expected here") }
        return predicate
    }

    private var token: PredicateToken { tokens[min(next, tokens.count - 1)] }

    private func error(_ reason: String, _ at: PredicateToken? = nil, column: String? = nil) -> PredicateTextError {
        let place = at ?? token
        return PredicateTextError(
            reason: reason, text: text, position: place.position, count: place.count, unknownColumn: column)
    }

    /// Takes a keyword or sign if it comes next.
    private mutating func take(_ word: String) -> Bool {
        guard token.isWord(word) else { return false }
        next += 1
        return true
    }

    private mutating func expect(_ word: String) throws(PredicateTextError) {
        guard take(word) else { throw error("\(word) is expected here") }
    }

    private mutating func or() throws(PredicateTextError) -> ScanPredicate {
        var parts = [try and()]
        while take("OR") { parts.append(try and()) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func and() throws(PredicateTextError) -> ScanPredicate {
        var parts = [try not()]
        while take("AND") { parts.append(try not()) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func not() throws(PredicateTextError) -> ScanPredicate {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw error("the expression nests deeper than 200 levels") }
        if take("NOT") { return .not(try not()) }
        if take("(") {
            let inner = try or()
            try expect(")")
            return inner
        }
        return try test()
    }

    private mutating func test() throws(PredicateTextError) -> ScanPredicate {
        let first = token
        let (column, type) = try column()
        if take("IS") {
            let isNot = take("NOT")
            try expect("NULL")
            return isNot ? .isNotNull(column) : .isNull(column)
        }
        let isNot = take("NOT")
        if take("IN") {
            try expect("(")
            var literals = [try literal(type)]
            while take(",") { literals.append(try literal(type)) }
            try expect(")")
            return isNot ? .not(.isAmong(column, literals)) : .isAmong(column, literals)
        }
        if take("BETWEEN") {
            let lower = try literal(type)
            try expect("AND")
            let range = ScanPredicate.between(column, lower, try literal(type))
            return isNot ? .not(range) : range
        }
        guard !isNot else { throw error("IN or BETWEEN is expected behind NOT") }
        for (sign, comparison) in Self.signs where take(sign) {
            return .compare(column, comparison, try literal(type))
        }
        guard type == .bool else {
            if case .end = token.kind {
                throw error("a comparison is missing behind the column", first)
            }
            throw error("a comparison (=, <>, <, <=, >, >=, IN, BETWEEN, IS NULL) is expected here")
        }
        return .compare(column, .equal, .bool(true))
    }

    private static let signs: [(String, ScanPredicate.Comparison)] = [
        ("=", .equal), ("==", .equal), ("<>", .notEqual), ("!=", .notEqual), ("<", .less), ("<=", .lessOrEqual),
        (">", .greater), (">=", .greaterOrEqual),
    ]

    /// A column: the longest name of the schema that fits, so that dots in names need no quotes.
    private mutating func column() throws(PredicateTextError) -> (ScanColumn, LogicalType) {
        let first = token
        guard case .name(let name, let isQuoted) = first.kind else {
            throw error("a column is expected here")
        }
        guard let position = schema.index(of: name) ?? (isQuoted ? nil : index(ignoringCase: name)) else {
            throw error("there is no column '\(name)'", column: name)
        }
        next += 1
        var type = schema.fields[position].type
        var members: [String] = []
        while token.isWord("."), case .structure(let parts) = type {
            next += 1
            guard case .name(let member, _) = token.kind, let part = parts.first(where: { $0.name == member }) else {
                throw error("a member of '\(name)' is expected here: \(parts.map(\.name).joined(separator: ", "))")
            }
            next += 1
            members.append(member)
            type = part.type
        }
        return (ScanColumn(schema.fields[position].name, members), type)
    }

    /// The one column of this name in another case.
    private func index(ignoringCase name: String) -> Int? {
        let found = schema.fields.indices.filter { schema.fields[$0].name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0] : nil
    }

    private mutating func literal(_ type: LogicalType) throws(PredicateTextError) -> Scalar {
        if token.isWord("DATE") || token.isWord("TIMESTAMP"), case .text = tokens[min(next + 1, tokens.count - 1)].kind
        {
            next += 1
        }
        let place = token
        next += 1
        let value: Scalar?
        switch place.kind {
        case .number(let digits): value = PredicateLiteral.number(digits, type)
        case .text(let characters): value = PredicateLiteral.text(characters, type)
        case .bytes(let bytes): value = .binary(bytes)
        case .name(let word, false): value = PredicateLiteral.word(word.uppercased())
        default: value = nil
        }
        guard let value else {
            next -= 1
            throw error(
                "a literal for a column of type \(type) is expected here, such as \(PredicateLiteral.example(type))")
        }
        do {
            // Whether it can be compared at all is better said here, with its place.
            let field = Field("column", type)
            _ = try ScanFilter(.compare("column", .equal, value), schema: Schema([field]))
        } catch {
            throw self.error(
                "a column of type \(type) can't be compared with \(value.kind); try \(PredicateLiteral.example(type))",
                place)
        }
        return value
    }
}
