extension Parser {
    /// Whether a query begins here.
    var atQuery: Bool { at("select") || at("with") || at("values") || at("from") }

    /// WITH, body, ORDER BY, LIMIT.
    mutating func query() throws(QueryError) -> SelectSyntax {
        try nested { (parser: inout Parser) throws(QueryError) in try parser.queryUnchecked() }
    }

    private mutating func queryUnchecked() throws(QueryError) -> SelectSyntax {
        let start = current.range
        var tables: [CommonTableSyntax] = []
        var isRecursive = false
        if take("with") {
            isRecursive = take("recursive")
            repeat { tables.append(try commonTable()) } while take(symbol: ",")
        }
        let body = try setExpression(0)
        var order: [OrderSyntax] = []
        if take("order") {
            try expect("by")
            order = try orderKeys()
        }
        var limit: ExpressionSyntax?
        var offset: ExpressionSyntax?
        while true {
            if take("limit") {
                limit = take("all") ? nil : try expression()
            } else if take("offset") {
                offset = try expression()
                _ = take("rows") || take("row")
            } else if take("fetch") {
                guard take("first") || take("next") else { throw unexpected("FIRST") }
                limit = at("row") || at("rows") ? ExpressionSyntax(.number("1"), current.range) : try expression()
                guard take("row") || take("rows") else { throw unexpected("ROWS") }
                try expect("only")
            } else {
                break
            }
        }
        return SelectSyntax(
            commonTables: tables, isRecursive: isRecursive, body: body, order: order, limit: limit, offset: offset,
            range: start.through(previous.range))
    }

    private mutating func commonTable() throws(QueryError) -> CommonTableSyntax {
        let name = try name("a name of a table")
        let columns = at(symbol: "(") ? try names() : []
        try expect("as")
        if take("not") { try expect("materialized") } else { _ = take("materialized") }
        try expect(symbol: "(")
        let query = try query()
        try expect(symbol: ")")
        return CommonTableSyntax(name: name, columns: columns, query: query)
    }

    /// UNION and EXCEPT bind less than INTERSECT.
    private mutating func setExpression(_ minimum: Int) throws(QueryError) -> QueryBody {
        var left = try setOperand()
        while true {
            let operation: SetOperation
            let power: Int
            if at("union") {
                (operation, power) = (.union, 1)
            } else if at("except") {
                (operation, power) = (.except, 1)
            } else if at("intersect") {
                (operation, power) = (.intersect, 2)
            } else {
                return left
            }
            guard power > minimum else { return left }
            let range = advance().range
            let isAll = take("all")
            if !isAll { _ = take("distinct") }
            left = .setOperation(operation, isAll: isAll, left, try setExpression(power), range)
        }
    }

    private mutating func setOperand() throws(QueryError) -> QueryBody {
        if take(symbol: "(") {
            let query = try query()
            try expect(symbol: ")")
            return .nested(query)
        }
        if take("values") {
            var rows: [[ExpressionSyntax]] = []
            repeat {
                try expect(symbol: "(")
                rows.append(try expressions())
                try expect(symbol: ")")
            } while take(symbol: ",")
            return .values(rows)
        }
        return .core(try core())
    }

    private mutating func core() throws(QueryError) -> CoreSyntax {
        var core = CoreSyntax(range: current.range)
        let fromFirst = take("from")
        if fromFirst { core.from = try tables() }
        if fromFirst && !at("select") {
            core.items = [(ExpressionSyntax(.star(qualifier: nil, excluded: []), core.range), nil)]
        } else {
            try expect("select")
            if take("distinct") {
                core.distinct = .all
                if take("on") {
                    try expect(symbol: "(")
                    core.distinct = .on(try expressions())
                    try expect(symbol: ")")
                }
            } else {
                _ = take("all")
            }
            repeat { core.items.append(try selectItem()) } while take(symbol: ",")
        }
        if !fromFirst, take("from") { core.from = try tables() }
        if take("where") { core.condition = try expression() }
        if take("group") {
            let range = previous.range
            try expect("by")
            if take("all") { core.grouping = .all(range) } else { core.grouping = .elements(try groupingElements()) }
        }
        if take("having") { core.having = try expression() }
        if take("window") {
            repeat {
                let name = try name()
                try expect("as")
                core.windows.append((name, try window()))
            } while take(symbol: ",")
        }
        if take("qualify") { core.qualify = try expression() }
        core.range = core.range.through(previous.range)
        return core
    }

    private mutating func selectItem() throws(QueryError) -> (expression: ExpressionSyntax, alias: NameSyntax?) {
        let expression = try expression()
        if take("as") { return (expression, try anyName()) }
        if current.kind == .quotedName || (current.kind == .word && !Self.reserved.contains(current.text)) {
            return (expression, try name())
        }
        return (expression, nil)
    }

    private mutating func groupingElements() throws(QueryError) -> [GroupingElement] {
        var elements = [try groupingElement()]
        while take(symbol: ",") { elements.append(try groupingElement()) }
        return elements
    }

    private mutating func groupingElement() throws(QueryError) -> GroupingElement {
        if take("rollup") { return .rollup(try groupingTuples()) }
        if take("cube") { return .cube(try groupingTuples()) }
        if at("grouping", "sets") {
            advance()
            advance()
            try expect(symbol: "(")
            let elements = try groupingElements()
            try expect(symbol: ")")
            return .sets(elements)
        }
        if at(symbol: "("), ahead().text == ")", ahead().kind == .symbol {
            advance()
            advance()
            return .tuple([])
        }
        let expression = try expression()
        if case .row(let parts) = expression.kind { return .tuple(parts) }
        return .expression(expression)
    }

    private mutating func groupingTuples() throws(QueryError) -> [[ExpressionSyntax]] {
        try expect(symbol: "(")
        var tuples: [[ExpressionSyntax]] = []
        repeat {
            let expression = try expression()
            if case .row(let parts) = expression.kind { tuples.append(parts) } else { tuples.append([expression]) }
        } while take(symbol: ",")
        try expect(symbol: ")")
        return tuples
    }

    mutating func expressions() throws(QueryError) -> [ExpressionSyntax] {
        var expressions = [try expression()]
        while take(symbol: ",") { expressions.append(try expression()) }
        return expressions
    }

    mutating func orderKeys() throws(QueryError) -> [OrderSyntax] {
        var keys: [OrderSyntax] = []
        repeat {
            let expression = try expression()
            let isDescending = take("desc")
            if !isDescending { _ = take("asc") }
            var nullsFirst: Bool?
            if take("nulls") {
                nullsFirst = take("first")
                if nullsFirst == false { try expect("last") }
            }
            keys.append(OrderSyntax(expression: expression, isDescending: isDescending, nullsFirst: nullsFirst))
        } while take(symbol: ",")
        return keys
    }

    /// `(PARTITION BY … ORDER BY … frame)`.
    mutating func window() throws(QueryError) -> WindowSyntax {
        var window = WindowSyntax(range: current.range)
        try expect(symbol: "(")
        let isBase =
            current.kind == .quotedName
            || (current.kind == .word && !Self.reserved.contains(current.text)
                && !["partition", "rows", "range", "groups"].contains(current.text))
        if isBase { window.base = try name() }
        if take("partition") {
            try expect("by")
            window.partition = try expressions()
        }
        if take("order") {
            try expect("by")
            window.order = try orderKeys()
        }
        let units: [(String, FrameSyntax.Unit)] = [("rows", .rows), ("range", .range), ("groups", .groups)]
        for (word, unit) in units where at(word) {
            window.frame = try frame(unit)
            break
        }
        try expect(symbol: ")")
        window.range = window.range.through(previous.range)
        return window
    }

    private mutating func frame(_ unit: FrameSyntax.Unit) throws(QueryError) -> FrameSyntax {
        let start = advance().range
        let low: FrameSyntax.Bound
        var high = FrameSyntax.Bound.currentRow
        if take("between") {
            low = try frameBound()
            try expect("and")
            high = try frameBound()
        } else {
            low = try frameBound()
        }
        var exclusion = FrameSyntax.Exclusion.none
        if take("exclude") {
            if take("current") {
                try expect("row")
                exclusion = .currentRow
            } else if take("group") {
                exclusion = .group
            } else if take("ties") {
                exclusion = .ties
            } else {
                try expect("no")
                try expect("others")
            }
        }
        return FrameSyntax(
            unit: unit, start: low, end: high, exclusion: exclusion, range: start.through(previous.range))
    }

    private mutating func frameBound() throws(QueryError) -> FrameSyntax.Bound {
        if take("unbounded") {
            if take("preceding") { return .unboundedPreceding }
            try expect("following")
            return .unboundedFollowing
        }
        if take("current") {
            try expect("row")
            return .currentRow
        }
        let offset = try expression()
        if take("preceding") { return .preceding(offset) }
        try expect("following")
        return .following(offset)
    }
}
