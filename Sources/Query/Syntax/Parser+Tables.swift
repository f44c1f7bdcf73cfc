extension Parser {
    /// The tables of FROM; a comma is a cross join.
    mutating func tables() throws(QueryError) -> TableSyntax {
        var left = try joined()
        while at(symbol: ",") {
            let range = advance().range
            let right = try joined()
            left = .join(
                JoinSyntax(kind: .cross, isAsOf: false, left: left, right: right, condition: .none, range: range))
        }
        return left
    }

    private mutating func joined() throws(QueryError) -> TableSyntax {
        var left = try table()
        while let (kind, isAsOf, isNatural, range) = try joinWords() {
            let right = try table()
            var condition = JoinSyntax.Condition.none
            if isNatural {
                condition = .natural
            } else if take("on") {
                condition = .on(try expression())
            } else if take("using") {
                condition = .using(try names())
            } else if kind != .cross {
                throw unexpected("ON")
            }
            left = .join(
                JoinSyntax(kind: kind, isAsOf: isAsOf, left: left, right: right, condition: condition, range: range))
        }
        return left
    }

    private mutating func joinWords() throws(QueryError) -> (JoinSyntax.Kind, Bool, Bool, SourceRange)? {
        let start = index
        let range = current.range
        let isNatural = take("natural")
        let isAsOf = take("asof")
        var kind = JoinSyntax.Kind.inner
        for (word, value) in Self.joinKinds where at(word) {
            advance()
            kind = value
            break
        }
        if kind == .left || kind == .right || kind == .full { _ = take("outer") }
        guard take("join") else {
            if index > start { throw unexpected("JOIN") }
            return nil
        }
        return (kind, isAsOf, isNatural, range.through(previous.range))
    }

    private static let joinKinds: [(String, JoinSyntax.Kind)] = [
        ("inner", .inner), ("left", .left), ("right", .right), ("full", .full), ("cross", .cross), ("semi", .semi),
        ("anti", .anti),
    ]

    private mutating func table() throws(QueryError) -> TableSyntax {
        try nested { (parser: inout Parser) throws(QueryError) in try parser.tableUnchecked() }
    }

    private mutating func tableUnchecked() throws(QueryError) -> TableSyntax {
        let start = current.range
        let isLateral = take("lateral")
        if at(symbol: "(") {
            let mark = index
            advance()
            if atQuery || at(symbol: "(") {
                // A query, or a join in parentheses that begins with a query: tried in this order.
                if let query = try subquery(mark) {
                    return .query(query, alias: try alias(), isLateral: isLateral, start.through(previous.range))
                }
            }
            let table = try tables()
            try expect(symbol: ")")
            return table
        }
        if at("values") {
            let query = try query()
            return .query(query, alias: try alias(), isLateral: isLateral, start.through(previous.range))
        }
        var parts = [try name("a table")]
        while take(symbol: ".") { parts.append(try anyName()) }
        if at(symbol: "("), parts.count == 1 {
            let call = try callArguments(parts[0])
            let withOrdinality = take("with", "ordinality")
            return .function(
                call, alias: try alias(), withOrdinality: withOrdinality, start.through(previous.range))
        }
        var moment = try timeTravel()
        let alias = try alias()
        if moment == nil { moment = try timeTravel() }
        return .named(
            TableSyntax.TableName(
                parts: parts, alias: alias, moment: moment, range: start.through(parts[parts.count - 1].range)))
    }

    /// A query in parentheses whose opening one is taken; nil, and nothing taken, where it is a join.
    private mutating func subquery(_ mark: Int) throws(QueryError) -> SelectSyntax? {
        var trial = self
        do throws(QueryError) {
            let query = try trial.query()
            guard trial.take(symbol: ")") else {
                if atQuery { throw trial.unexpected("')'") }
                return nil
            }
            self = trial
            return query
        } catch {
            if atQuery { throw error }
            return nil
        }
    }

    private mutating func timeTravel() throws(QueryError) -> TimeTravelSyntax? {
        _ = at("for", "version") || at("for", "timestamp") ? take("for") : false
        if at("version", "as", "of") {
            for _ in 0..<3 { advance() }
            return .version(try expression(above: 8))
        }
        if at("timestamp", "as", "of") {
            for _ in 0..<3 { advance() }
            return .timestamp(try expression(above: 8))
        }
        return nil
    }

    private mutating func alias() throws(QueryError) -> AliasSyntax? {
        let name: NameSyntax
        if take("as") {
            name = try anyName()
        } else if at("version", "as", "of") || at("timestamp", "as", "of") || at("with", "ordinality") {
            return nil
        } else if current.kind == .quotedName || (current.kind == .word && !Self.reserved.contains(current.text)) {
            name = try self.name()
        } else {
            return nil
        }
        return AliasSyntax(name: name, columns: at(symbol: "(") ? try names() : [])
    }
}
