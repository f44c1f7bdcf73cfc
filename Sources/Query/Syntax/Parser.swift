/// Reads a query's tokens by recursive descent; expressions by operator precedence (Pratt).
///
/// The whole surface of SQL that Almanac promises is read here; what is not executed yet is refused by the binder, by
/// name and with its place.
struct Parser {
    private let tokens: [Token]
    private(set) var index = 0
    private var depth = 0

    /// How deeply expressions and queries may nest: a limit so that no text exhausts the stack.
    static let depthMax = 200

    /// Reads one statement.
    static func statement(_ source: SourceText) throws(QueryError) -> StatementSyntax {
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        let statement = try parser.statement()
        _ = parser.take(symbol: ";")
        guard parser.current.kind == .end else { throw parser.unexpected("the end of the query") }
        return statement
    }

    /// Reads a number of statements with semicolons between them.
    static func statements(_ source: SourceText) throws(QueryError) -> [StatementSyntax] {
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        var statements: [StatementSyntax] = []
        while parser.take(symbol: ";") {}
        while parser.current.kind != .end {
            statements.append(try parser.statement())
            guard parser.current.kind == .end || parser.take(symbol: ";") else { throw parser.unexpected("';'") }
            while parser.take(symbol: ";") {}
        }
        return statements
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    var current: Token { tokens[index] }
    var previous: Token { tokens[max(0, index - 1)] }
    func ahead(_ count: Int = 1) -> Token { tokens[min(tokens.count - 1, index + count)] }

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    mutating func stepBack() { index = max(0, index - 1) }

    /// Whether the current token is a keyword.
    func at(_ word: String) -> Bool { current.kind == .word && current.text == word }
    func at(_ words: String...) -> Bool {
        words.enumerated().allSatisfy { ahead($0.offset).kind == .word && ahead($0.offset).text == $0.element }
    }
    func at(symbol: String) -> Bool { current.kind == .symbol && current.text == symbol }

    mutating func take(_ words: String...) -> Bool {
        let matches = words.enumerated().allSatisfy {
            ahead($0.offset).kind == .word && ahead($0.offset).text == $0.element
        }
        if matches { for _ in words { advance() } }
        return matches
    }

    mutating func take(symbol: String) -> Bool {
        guard at(symbol: symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ word: String) throws(QueryError) {
        guard take(word) else { throw unexpected(word.uppercased()) }
    }

    mutating func expect(symbol: String) throws(QueryError) {
        guard take(symbol: symbol) else { throw unexpected("'\(symbol)'") }
    }

    /// The error for a token that cannot stand here.
    func unexpected(_ wanted: String) -> QueryError {
        let found =
            switch current.kind {
            case .end: "the query ends"
            case .text: "a text stands"
            case .number: "a number stands"
            default: "'\(current.text)' stands"
            }
        var suggestion: String?
        if current.kind == .word, !Self.reserved.contains(current.text) {
            suggestion = nearestName(to: current.text, among: Self.clauseWords).map { $0.uppercased() }
        }
        return QueryError(
            .syntax, "\(found) where \(wanted) is expected", at: current.range, try: suggestion)
    }

    /// A name; keywords that begin a clause are none unless they are quoted.
    mutating func name(_ what: String = "a name") throws(QueryError) -> NameSyntax {
        let isName = current.kind == .quotedName || (current.kind == .word && !Self.reserved.contains(current.text))
        guard isName else { throw unexpected(what) }
        let token = advance()
        return NameSyntax(text: token.text, range: token.range)
    }

    /// A name behind a point or AS, where every word is one.
    mutating func anyName() throws(QueryError) -> NameSyntax {
        guard current.kind == .quotedName || current.kind == .word else { throw unexpected("a name") }
        let token = advance()
        return NameSyntax(text: token.text, range: token.range)
    }

    mutating func names() throws(QueryError) -> [NameSyntax] {
        try expect(symbol: "(")
        var names = [try anyName()]
        while take(symbol: ",") { names.append(try anyName()) }
        try expect(symbol: ")")
        return names
    }

    /// Reads something one level deeper.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(QueryError) -> Result
    ) throws(QueryError) -> Result {
        guard depth < Self.depthMax else {
            throw QueryError(.syntax, "the query nests more than \(Self.depthMax) levels deep", at: current.range)
        }
        depth += 1
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func statement() throws(QueryError) -> StatementSyntax {
        if take("describe", "function") { return .describeFunction(try name("a name of a function")) }
        return .query(try queryStatement())
    }

    private mutating func queryStatement() throws(QueryError) -> QueryStatement {
        guard take("explain") else {
            return QueryStatement(explanation: .none, explainsAsJSON: false, query: try query())
        }
        var explanation = QueryStatement.Explanation.plan
        var isJSON = false
        if take(symbol: "(") {
            repeat {
                let option = try anyName()
                if option.text == "analyze" { explanation = .analyze }
                if option.text == "format" { isJSON = try anyName().text == "json" }
            } while take(symbol: ",")
            try expect(symbol: ")")
        } else if take("analyze") {
            explanation = .analyze
        }
        return QueryStatement(explanation: explanation, explainsAsJSON: isJSON, query: try query())
    }

    /// Words that end an expression or a table, so that they are no aliases.
    static let reserved: Set<String> = [
        "all", "and", "any", "anti", "as", "asc", "asof", "between", "both", "case", "cast", "collate", "cross", "cube",
        "desc", "distinct", "else", "end", "except", "exists", "false", "fetch", "for", "from", "full", "grouping",
        "group", "having", "ilike", "in", "inner", "intersect", "is", "isnull", "join", "lateral", "leading", "left",
        "like", "limit", "natural", "not", "notnull", "null", "offset", "on", "or", "order", "outer", "qualify",
        "right",
        "rollup", "select", "semi", "similar", "some", "then", "trailing", "true", "union", "using", "values", "when",
        "where", "window", "with",
    ]

    private static let clauseWords = [
        "select", "from", "where", "group", "having", "order", "limit", "offset", "union", "join", "window", "qualify",
        "with", "values", "by", "left", "right", "inner", "and", "or", "not", "between",
    ]
}
