extension Parser {
    /// An operand: a literal, a name, a call, something in parentheses.
    mutating func primary() throws(QueryError) -> ExpressionSyntax {
        let token = current
        switch token.kind {
        case .number: return literal(.number(token.text))
        case .text: return literal(.text(token.text))
        case .binary: return literal(.bytes(token.text))
        case .parameter: return literal(.parameter(token.text))
        case .symbol: return try symbolPrimary()
        case .quotedName: return try columnOrCall()
        case .word: return try wordPrimary()
        case .end: throw unexpected("an expression")
        }
    }

    private mutating func literal(_ kind: ExpressionSyntax.Kind) -> ExpressionSyntax {
        ExpressionSyntax(kind, advance().range)
    }

    private mutating func symbolPrimary() throws(QueryError) -> ExpressionSyntax {
        let start = current.range
        if take(symbol: "(") {
            if atQuery {
                let query = try query()
                try expect(symbol: ")")
                return ExpressionSyntax(.scalarQuery(query), start.through(previous.range))
            }
            let parts = try expressions()
            try expect(symbol: ")")
            if parts.count == 1 { return parts[0] }
            return ExpressionSyntax(.row(parts), start.through(previous.range))
        }
        if take(symbol: "[") {
            let parts = at(symbol: "]") ? [] : try expressions()
            try expect(symbol: "]")
            return ExpressionSyntax(.list(parts), start.through(previous.range))
        }
        if take(symbol: "{") { return try structure(start) }
        if take(symbol: "*") { return ExpressionSyntax(.star(qualifier: nil, excluded: try excluded()), start) }
        throw unexpected("an expression")
    }

    private mutating func structure(_ start: SourceRange) throws(QueryError) -> ExpressionSyntax {
        var parts: [(name: String, value: ExpressionSyntax)] = []
        repeat {
            let name = current.kind == .text ? advance().text : try anyName().text
            try expect(symbol: ":")
            parts.append((name, try expression()))
        } while take(symbol: ",")
        try expect(symbol: "}")
        return ExpressionSyntax(.structure(parts), start.through(previous.range))
    }

    private mutating func excluded() throws(QueryError) -> [NameSyntax] {
        guard at("exclude") || (at("except") && ahead().text == "(") else { return [] }
        advance()
        return at(symbol: "(") ? try names() : [try anyName()]
    }

    private mutating func wordPrimary() throws(QueryError) -> ExpressionSyntax {
        let token = current
        switch token.text {
        case "null": return literal(.null)
        case "true": return literal(.boolean(true))
        case "false": return literal(.boolean(false))
        case "case": return try caseExpression()
        case "cast", "try_cast":
            guard ahead().text == "(" else { break }
            return try castExpression()
        case "exists":
            advance()
            try expect(symbol: "(")
            let query = try query()
            try expect(symbol: ")")
            return ExpressionSyntax(.exists(query), token.range.through(previous.range))
        case "interval":
            if let interval = try interval() { return interval }
        case "extract":
            guard ahead().text == "(" else { break }
            return try extract()
        case "array":
            if ahead().kind == .symbol, ahead().text == "[" || ahead().text == "(" { return try array() }
        case "row":
            guard ahead().text == "(", ahead().kind == .symbol else { break }
            advance()
            try expect(symbol: "(")
            let parts = try expressions()
            try expect(symbol: ")")
            return ExpressionSyntax(.row(parts), token.range.through(previous.range))
        case "position", "substring", "trim", "overlay":
            guard ahead().text == "(", ahead().kind == .symbol else { break }
            return try standardCall()
        case "current_date", "current_timestamp", "localtimestamp", "current_time":
            guard ahead().text != "(" else { break }
            let name = advance()
            return ExpressionSyntax(
                .call(CallSyntax(name: NameSyntax(text: name.text, range: name.range))), name.range)
        case "left", "right", "grouping":
            guard ahead().text == "(", ahead().kind == .symbol else { break }
            let name = advance()
            return try call(NameSyntax(text: name.text, range: name.range))
        default: break
        }
        if ahead().kind == .text, let literal = try typedLiteral() { return literal }
        return try columnOrCall()
    }

    private mutating func typedLiteral() throws(QueryError) -> ExpressionSyntax? {
        let names: Set<String> = [
            "date", "timestamp", "timestamptz", "uuid", "json", "jsonb", "decimal", "numeric", "double", "real",
            "integer", "bigint", "bool", "boolean", "text", "varchar", "time",
        ]
        guard names.contains(current.text) else { return nil }
        let name = advance()
        let text = advance()
        let type = TypeSyntax(name: name.text, arguments: [], range: name.range)
        return ExpressionSyntax(.typedLiteral(type, text.text), name.range.through(text.range))
    }

    private static let units: Set<String> = [
        "year", "years", "quarter", "quarters", "month", "months", "week", "weeks", "day", "days", "hour", "hours",
        "minute", "minutes", "second", "seconds", "millisecond", "milliseconds", "microsecond", "microseconds",
        "decade", "decades", "century", "centuries",
    ]

    /// `INTERVAL '7 days'`, `INTERVAL '7' DAY`, `INTERVAL 7 DAY`, `INTERVAL (n) DAY`.
    private mutating func interval() throws(QueryError) -> ExpressionSyntax? {
        let start = current.range
        guard ahead().kind == .text || ahead().kind == .number || ahead().text == "(" else { return nil }
        advance()
        if current.kind == .text {
            var text = advance().text
            if current.kind == .word, Self.units.contains(current.text),
                text.allSatisfy({ $0.isNumber || $0 == "-" || $0 == "." })
            {
                text += " " + advance().text
            }
            let type = TypeSyntax(name: "interval", arguments: [], range: start)
            return ExpressionSyntax(.typedLiteral(type, text), start.through(previous.range))
        }
        let value = try expression(above: 13)
        guard current.kind == .word, Self.units.contains(current.text) else { throw unexpected("a unit such as DAY") }
        let unit = advance().text
        return ExpressionSyntax(.interval(value, unit: unit), start.through(previous.range))
    }

    private mutating func extract() throws(QueryError) -> ExpressionSyntax {
        let start = advance().range
        try expect(symbol: "(")
        let field = current.kind == .text ? advance().text : try anyName().text
        try expect("from")
        let value = try expression()
        try expect(symbol: ")")
        return ExpressionSyntax(.extract(field.lowercased(), value), start.through(previous.range))
    }

    private mutating func array() throws(QueryError) -> ExpressionSyntax {
        let start = advance().range
        if take(symbol: "(") {
            let query = try query()
            try expect(symbol: ")")
            return ExpressionSyntax(.arrayQuery(query), start.through(previous.range))
        }
        try expect(symbol: "[")
        let parts = at(symbol: "]") ? [] : try expressions()
        try expect(symbol: "]")
        return ExpressionSyntax(.list(parts), start.through(previous.range))
    }

    private mutating func caseExpression() throws(QueryError) -> ExpressionSyntax {
        let start = advance().range
        let operand = at("when") ? nil : try expression()
        var branches: [(when: ExpressionSyntax, then: ExpressionSyntax)] = []
        while take("when") {
            let when = try expression()
            try expect("then")
            branches.append((when, try expression()))
        }
        guard !branches.isEmpty else { throw unexpected("WHEN") }
        let otherwise = take("else") ? try expression() : nil
        try expect("end")
        return ExpressionSyntax(
            .caseWhen(operand: operand, branches, otherwise), start.through(previous.range))
    }

    private mutating func castExpression() throws(QueryError) -> ExpressionSyntax {
        let word = advance()
        try expect(symbol: "(")
        let value = try expression()
        try expect("as")
        let type = try type()
        try expect(symbol: ")")
        return ExpressionSyntax(
            .cast(value, type, isTry: word.text == "try_cast"), word.range.through(previous.range))
    }

    /// The calls whose arguments have words between them: `substring(x FROM 2 FOR 3)`, `trim(BOTH 'x' FROM y)`.
    private mutating func standardCall() throws(QueryError) -> ExpressionSyntax {
        let word = advance()
        var call = CallSyntax(name: NameSyntax(text: word.text, range: word.range))
        try expect(symbol: "(")
        if word.text == "trim" {
            for (side, name) in [("both", "btrim"), ("leading", "ltrim"), ("trailing", "rtrim")] where take(side) {
                call.name = NameSyntax(text: name, range: word.range)
            }
            if call.name.text == "trim" { call.name = NameSyntax(text: "btrim", range: word.range) }
            var arguments = take("from") ? [] : [try expression(above: 6)]
            if !arguments.isEmpty, take("from") {
                arguments.insert(try expression(), at: 0)
            } else if arguments.isEmpty {
                arguments = [try expression()]
            } else if take(symbol: ",") {
                arguments.append(try expression())
            }
            call.arguments = arguments.map { (nil, $0) }
        } else if word.text == "position" {
            let needle = try expression(above: 6)
            if take("in") {
                call.arguments = [(nil, try expression()), (nil, needle)]
                call.name = NameSyntax(text: "strpos", range: word.range)
            } else {
                try expect(symbol: ",")
                call.arguments = [(nil, needle), (nil, try expression())]
            }
        } else {
            var arguments = [try expression()]
            if word.text == "overlay" {
                try expect("placing")
                arguments.append(try expression())
            }
            if take("from") {
                arguments.append(try expression())
                if take("for") { arguments.append(try expression()) }
            } else if take("for") {
                arguments.append(ExpressionSyntax(.number("1"), word.range))
                arguments.append(try expression())
            } else {
                while take(symbol: ",") { arguments.append(try expression()) }
            }
            call.arguments = arguments.map { (nil, $0) }
        }
        try expect(symbol: ")")
        return ExpressionSyntax(.call(call), word.range.through(previous.range))
    }

    private mutating func columnOrCall() throws(QueryError) -> ExpressionSyntax {
        let first = try name("an expression")
        if at(symbol: "("), current.range.start >= first.range.end { return try call(first) }
        var parts = [first]
        while at(symbol: ".") {
            advance()
            if take(symbol: "*") {
                return ExpressionSyntax(
                    .star(qualifier: parts[parts.count - 1], excluded: try excluded()),
                    first.range.through(previous.range))
            }
            parts.append(try anyName())
        }
        return ExpressionSyntax(.column(parts), first.range.through(previous.range))
    }
}
