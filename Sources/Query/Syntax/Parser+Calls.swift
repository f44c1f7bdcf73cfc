extension Parser {
    /// A call with all that may follow it: FILTER, WITHIN GROUP, OVER.
    mutating func call(_ name: NameSyntax) throws(QueryError) -> ExpressionSyntax {
        var call = try callArguments(name)
        while true {
            if at("within", "group") {
                advance()
                advance()
                try expect(symbol: "(")
                try expect("order")
                try expect("by")
                call.withinGroup = try orderKeys()
                try expect(symbol: ")")
            } else if at("filter"), ahead().text == "(" {
                advance()
                try expect(symbol: "(")
                _ = take("where")
                call.filter = try expression()
                try expect(symbol: ")")
            } else if at("ignore", "nulls") || at("respect", "nulls") {
                call.ignoresNulls = advance().text == "ignore"
                advance()
            } else if take("over") {
                call.window = at(symbol: "(") ? .specification(try window()) : .name(try self.name())
            } else {
                return ExpressionSyntax(.call(call), name.range.through(previous.range))
            }
        }
    }

    /// `(a, b => c, DISTINCT d ORDER BY e)`.
    mutating func callArguments(_ name: NameSyntax) throws(QueryError) -> CallSyntax {
        var call = CallSyntax(name: name)
        try expect(symbol: "(")
        if take(symbol: "*") {
            call.isStar = true
        } else if !at(symbol: ")") {
            call.isDistinct = take("distinct")
            if !call.isDistinct { _ = take("all") }
            repeat { call.arguments.append(try argument()) } while take(symbol: ",")
            if take("order") {
                try expect("by")
                call.order = try orderKeys()
            }
            if at("ignore", "nulls") || at("respect", "nulls") {
                call.ignoresNulls = advance().text == "ignore"
                advance()
            }
        }
        try expect(symbol: ")")
        return call
    }

    private mutating func argument() throws(QueryError) -> (name: String?, value: ExpressionSyntax) {
        if current.kind == .word || current.kind == .quotedName, ahead().kind == .symbol,
            ahead().text == "=>" || ahead().text == ":="
        {
            let name = try anyName()
            advance()
            return (name.text, try expression())
        }
        if at("table"), ahead().kind == .word || ahead().kind == .quotedName || ahead().text == "(" {
            // TABLE t, TABLE (query): the input of a table function.
            let start = advance().range
            if at(symbol: "(") {
                advance()
                let query = try query()
                try expect(symbol: ")")
                return ("table", ExpressionSyntax(.scalarQuery(query), start.through(previous.range)))
            }
            var parts = [try self.name()]
            while take(symbol: ".") { parts.append(try anyName()) }
            return ("table", ExpressionSyntax(.column(parts), start.through(previous.range)))
        }
        return (nil, try expression())
    }

    /// A type: `decimal(18, 2)`, `double precision`, `timestamp with time zone`, `text[]`, `struct(a int)`.
    mutating func type() throws(QueryError) -> TypeSyntax {
        let start = current.range
        var name = try anyName().text
        switch name {
        case "double": _ = take("precision")
        case "character": if take("varying") { name = "varchar" }
        case "timestamp", "time":
            if take("with", "time", "zone") { name += "tz" } else { _ = take("without", "time", "zone") }
        default: break
        }
        var arguments: [Int] = []
        var fields: [(name: String, type: TypeSyntax)] = []
        if at(symbol: "("), name == "struct" || name == "row" || name == "map" {
            advance()
            repeat {
                if name == "map" {
                    fields.append((fields.isEmpty ? "key" : "value", try type()))
                } else {
                    let field = try anyName().text
                    fields.append((field, try type()))
                }
            } while take(symbol: ",")
            try expect(symbol: ")")
        } else if take(symbol: "(") {
            repeat {
                guard current.kind == .number, let value = Int(current.text) else { throw unexpected("a number") }
                arguments.append(value)
                advance()
            } while take(symbol: ",")
            try expect(symbol: ")")
            if name == "timestamp", take("with", "time", "zone") { name = "timestamptz" }
        }
        var listDepth = 0
        while at(symbol: "["), ahead().text == "]" || ahead(2).text == "]" {
            advance()
            if current.kind == .number { advance() }
            try expect(symbol: "]")
            listDepth += 1
        }
        return TypeSyntax(
            name: name, arguments: arguments, fields: fields, listDepth: listDepth,
            range: start.through(previous.range))
    }
}
