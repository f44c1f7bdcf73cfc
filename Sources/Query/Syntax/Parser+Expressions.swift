extension Parser {
    /// An expression.
    mutating func expression() throws(QueryError) -> ExpressionSyntax { try expression(above: 0) }

    /// How strongly operators bind, as PostgreSQL has it.
    private enum Power {
        static let or = 1, and = 2, not = 3, isTest = 4, comparison = 5, like = 6, other = 7, sum = 8, product = 9
        static let exponent = 10, zone = 11, collate = 12, unary = 13, subscripted = 14, cast = 15
    }

    /// An expression whose operators all bind more strongly than `minimum`.
    mutating func expression(above minimum: Int) throws(QueryError) -> ExpressionSyntax {
        try nested { (parser: inout Parser) throws(QueryError) in
            var left = try parser.prefix()
            while let next = try parser.infix(left, above: minimum) { left = next }
            return left
        }
    }

    private mutating func prefix() throws(QueryError) -> ExpressionSyntax {
        let start = current.range
        if at("not") {
            advance()
            let operand = try expression(above: Power.not - 1)
            return ExpressionSyntax(.unary("not", operand), start.through(operand.range))
        }
        if at(symbol: "-") || at(symbol: "+") || at(symbol: "~") || at(symbol: "@") {
            let symbol = advance().text
            if symbol == "-", current.kind == .number {
                // A negative number, so that the smallest integer can be written.
                let number = advance()
                let literal = ExpressionSyntax(.number("-" + number.text), start.through(number.range))
                if !at(symbol: "::") && !at(symbol: "^") { return literal }
                stepBack()
            }
            let operand = try expression(above: Power.unary)
            return ExpressionSyntax(.unary(symbol, operand), start.through(operand.range))
        }
        return try primary()
    }

    private mutating func infix(_ left: ExpressionSyntax, above minimum: Int) throws(QueryError) -> ExpressionSyntax? {
        let token = current
        if token.kind == .symbol {
            guard let power = Self.power(of: token.text), power > minimum else { return nil }
            return try symbolInfix(left, token.text, power)
        }
        guard token.kind == .word else { return nil }
        switch token.text {
        case "or": return try word(left, Power.or, minimum)
        case "and": return try word(left, Power.and, minimum)
        case "is", "isnull", "notnull":
            guard Power.isTest > minimum else { return nil }
            return try isTest(left)
        case "between", "in", "like", "ilike", "similar":
            guard Power.like > minimum else { return nil }
            return try range(left, isNegated: false)
        case "not":
            let words = ["between", "in", "like", "ilike", "similar"]
            guard Power.like > minimum, ahead().kind == .word, words.contains(ahead().text) else { return nil }
            advance()
            return try range(left, isNegated: true)
        case "at":
            guard Power.zone > minimum, ahead().text == "time", ahead(2).text == "zone" else { return nil }
            for _ in 0..<3 { advance() }
            let zone = try expression(above: Power.zone)
            return ExpressionSyntax(.atTimeZone(left, zone), left.range.through(zone.range))
        case "collate":
            guard Power.collate > minimum else { return nil }
            advance()
            let name = try anyName()
            return ExpressionSyntax(.collated(left, name), left.range.through(name.range))
        default: return nil
        }
    }

    private mutating func word(
        _ left: ExpressionSyntax, _ power: Int, _ minimum: Int
    ) throws(QueryError) -> ExpressionSyntax? {
        guard power > minimum else { return nil }
        let word = advance().text
        let right = try expression(above: power)
        return ExpressionSyntax(.binary(word, left, right), left.range.through(right.range))
    }

    private static func power(of symbol: String) -> Int? {
        switch symbol {
        case "=", "<>", "!=", "<", "<=", ">", ">=": Power.comparison
        case "+", "-": Power.sum
        case "*", "/", "%": Power.product
        case "^": Power.exponent
        case "[": Power.subscripted
        case "::": Power.cast
        case ".": Power.cast
        case "||", "->", "->>", "~", "!~", "~*", "!~*", "~~", "~~*", "!~~", "!~~*", "&", "|", "#", "<<", ">>":
            Power.other
        default: nil
        }
    }

    private mutating func symbolInfix(
        _ left: ExpressionSyntax, _ symbol: String, _ power: Int
    ) throws(QueryError) -> ExpressionSyntax {
        advance()
        switch symbol {
        case "[": return try subscripted(left)
        case "::":
            let type = try type()
            return ExpressionSyntax(.cast(left, type, isTry: false), left.range.through(type.range))
        case ".":
            let name = try anyName()
            return ExpressionSyntax(.field(left, name), left.range.through(name.range))
        default: break
        }
        if power == Power.comparison, at("any") || at("some") || at("all"), ahead().text == "(" {
            return try quantified(left, symbol)
        }
        let right = try expression(above: power)
        let name = symbol == "!=" ? "<>" : symbol
        return ExpressionSyntax(.binary(name, left, right), left.range.through(right.range))
    }

    private mutating func quantified(
        _ left: ExpressionSyntax, _ symbol: String
    ) throws(QueryError) -> ExpressionSyntax {
        let isAll = advance().text == "all"
        try expect(symbol: "(")
        let operand: ExpressionSyntax.QuantifiedOperand
        if atQuery { operand = .query(try query()) } else { operand = .list(try expression()) }
        try expect(symbol: ")")
        return ExpressionSyntax(
            .quantified(left, symbol == "!=" ? "<>" : symbol, isAll: isAll, operand),
            left.range.through(previous.range))
    }

    private mutating func subscripted(_ left: ExpressionSyntax) throws(QueryError) -> ExpressionSyntax {
        var low: ExpressionSyntax?
        if !at(symbol: ":") { low = try expression() }
        if take(symbol: ":") {
            let high = at(symbol: "]") ? nil : try expression()
            try expect(symbol: "]")
            return ExpressionSyntax(.sliced(left, low, high), left.range.through(previous.range))
        }
        try expect(symbol: "]")
        guard let low else { throw unexpected("an index") }
        return ExpressionSyntax(.subscripted(left, low), left.range.through(previous.range))
    }

    private mutating func isTest(_ left: ExpressionSyntax) throws(QueryError) -> ExpressionSyntax {
        let word = advance().text
        if word == "isnull" || word == "notnull" {
            return ExpressionSyntax(
                .isTest(left, nil, isNegated: word == "notnull"), left.range.through(previous.range))
        }
        let isNegated = take("not")
        if take("distinct") {
            try expect("from")
            let right = try expression(above: Power.comparison)
            return ExpressionSyntax(
                .isDistinct(left, right, isNegated: isNegated), left.range.through(right.range))
        }
        let value: Bool?
        if take("true") {
            value = true
        } else if take("false") {
            value = false
        } else if take("null") || take("unknown") {
            value = nil
        } else {
            throw unexpected("NULL, TRUE, FALSE or DISTINCT FROM")
        }
        return ExpressionSyntax(.isTest(left, value, isNegated: isNegated), left.range.through(previous.range))
    }

    /// BETWEEN, IN, LIKE and their relatives.
    private mutating func range(_ left: ExpressionSyntax, isNegated: Bool) throws(QueryError) -> ExpressionSyntax {
        let word = advance().text
        if word == "between" {
            let isSymmetric = take("symmetric")
            let low = try expression(above: Power.like)
            try expect("and")
            let high = try expression(above: Power.like)
            return ExpressionSyntax(
                .between(left, low, high, isNegated: isNegated, isSymmetric: isSymmetric),
                left.range.through(high.range))
        }
        if word == "in" {
            try expect(symbol: "(")
            let kind: ExpressionSyntax.Kind
            if atQuery {
                kind = .inQuery(left, try query(), isNegated: isNegated)
            } else {
                kind = .inList(left, try expressions(), isNegated: isNegated)
            }
            try expect(symbol: ")")
            return ExpressionSyntax(kind, left.range.through(previous.range))
        }
        if word == "similar" { try expect("to") }
        let pattern = try expression(above: Power.like)
        let escape = take("escape") ? try expression(above: Power.like) : nil
        return ExpressionSyntax(
            .like(left, pattern, escape: escape, operator: word, isNegated: isNegated),
            left.range.through(previous.range))
    }
}
