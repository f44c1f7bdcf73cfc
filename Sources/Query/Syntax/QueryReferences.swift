/// What a query names: the tables that it reads, its parameters, and the words that other engines may not know.
///
/// Names of WITH are no tables where they are seen: in the queries behind them, in subqueries and in TABLE arguments; of
/// WITH RECURSIVE in their own query too. A name with two parts, or with a moment, is always a table.
package struct QueryReferences: Sendable, Equatable {
    /// A table that is read.
    package struct Table: Sendable, Hashable {
        /// The parts of the name: `orders`, or `raw` and `orders`.
        package let parts: [String]
        /// Where it stands.
        package let range: SourceRange
        /// Whether a version or instant is asked for.
        package let hasMoment: Bool

        /// The name's last part.
        package var name: String { parts[parts.count - 1] }
    }

    /// A word of the query's language.
    package struct Word: Sendable, Hashable {
        /// What kind of word.
        package enum Kind: Sendable, Hashable {
            case function, tableFunction, clause, `operator`, join, type
        }

        /// What kind of word.
        package let kind: Kind
        /// In small letters: `local_date`, `qualify`, `ilike`.
        package let text: String
        /// Where it stands.
        package let range: SourceRange
    }

    /// A column that the query gives.
    package struct Output: Sendable, Hashable {
        /// Its name: the alias, else the column's own.
        package let name: String
        /// Where it stands.
        package let range: SourceRange
    }

    /// The tables, in the order of the text; one that is read twice is there twice.
    package private(set) var tables: [Table] = []
    /// The parameters, without the colon, and where each stands first.
    package private(set) var parameters: [String: SourceRange] = [:]
    /// Functions, clauses, operators, joins and types.
    package private(set) var words: [Word] = []
    /// Whether the rows have an order: ORDER BY at the end of the query.
    package private(set) var isOrdered = false
    /// The columns that the query gives by a name that stands in its text, in their order.
    package private(set) var outputs: [Output] = []
    /// Whether it may give others: those of `*`, and expressions without a name.
    package private(set) var mayGiveOthers = false

    /// Reads a query.
    ///
    /// - Throws: `QueryError` of the syntax, and for what is no query: EXPLAIN, DESCRIBE.
    package init(of source: SourceText) throws(QueryError) {
        guard case .query(let statement) = try Parser.statement(source), statement.explanation == .none else {
            throw QueryError(.syntax, "a model is a query", try: "SELECT")
        }
        isOrdered = !statement.query.order.isEmpty
        var walker = ReferenceWalker()
        walker.query(statement.query, [])
        tables = walker.tables
        parameters = walker.parameters
        words = walker.words
        readOutputs(of: statement.query.body)
    }

    /// The first part of a UNION names the columns of all.
    private mutating func readOutputs(of body: QueryBody) {
        switch body {
        case .setOperation(_, _, let left, _, _): readOutputs(of: left)
        case .nested(let select): readOutputs(of: select.body)
        case .values: mayGiveOthers = true
        case .core(let core):
            for item in core.items {
                if let alias = item.alias {
                    outputs.append(Output(name: alias.text, range: alias.range))
                } else if case .column(let parts) = item.expression.kind, let name = parts.last {
                    outputs.append(Output(name: name.text, range: name.range))
                } else {
                    mayGiveOthers = true
                }
            }
        }
    }
}

/// Goes through a query's syntax, in the order of the text.
private struct ReferenceWalker {
    var tables: [QueryReferences.Table] = []
    var parameters: [String: SourceRange] = [:]
    var words: [QueryReferences.Word] = []

    private mutating func note(_ kind: QueryReferences.Word.Kind, _ text: String, _ range: SourceRange) {
        words.append(QueryReferences.Word(kind: kind, text: text, range: range))
    }

    // MARK: Queries

    mutating func query(_ select: SelectSyntax, _ outer: Set<String>) {
        var known = outer
        if select.isRecursive { note(.clause, "with recursive", select.range) }
        for table in select.commonTables {
            query(table.query, select.isRecursive ? known.union([table.name.text]) : known)
            known.insert(table.name.text)
        }
        body(select.body, known)
        order(select.order, known)
        if let limit = select.limit { expression(limit, known) }
        if let offset = select.offset { expression(offset, known) }
    }

    private mutating func body(_ body: QueryBody, _ known: Set<String>) {
        switch body {
        case .core(let core): self.core(core, known)
        case .values(let rows): for row in rows { expressions(row, known) }
        case .setOperation(_, _, let left, let right, _):
            self.body(left, known)
            self.body(right, known)
        case .nested(let select): query(select, known)
        }
    }

    private mutating func core(_ core: CoreSyntax, _ known: Set<String>) {
        if case .on(let keys) = core.distinct {
            note(.clause, "distinct on", core.range)
            expressions(keys, known)
        }
        for item in core.items { expression(item.expression, known) }
        if let from = core.from { table(from, known) }
        if let condition = core.condition { expression(condition, known) }
        switch core.grouping {
        case .none: break
        case .all(let range): note(.clause, "group by all", range)
        case .elements(let elements): for element in elements { grouping(element, known) }
        }
        if let having = core.having { expression(having, known) }
        for named in core.windows { window(named.window, known) }
        if let qualify = core.qualify {
            note(.clause, "qualify", qualify.range)
            expression(qualify, known)
        }
    }

    private mutating func grouping(_ element: GroupingElement, _ known: Set<String>) {
        switch element {
        case .expression(let value): expression(value, known)
        case .rollup(let sets), .cube(let sets): for set in sets { expressions(set, known) }
        case .sets(let elements): for element in elements { grouping(element, known) }
        case .tuple(let values): expressions(values, known)
        }
    }

    // MARK: Tables

    private mutating func table(_ syntax: TableSyntax, _ known: Set<String>) {
        switch syntax {
        case .named(let name):
            read(name.parts, name.moment != nil, name.range, known)
            switch name.moment {
            case .version(let value)?, .timestamp(let value)?:
                note(.clause, "as of", name.range)
                expression(value, known)
            case nil: break
            }
        case .query(let select, _, let isLateral, let range):
            if isLateral { note(.clause, "lateral", range) }
            query(select, known)
        case .function(let call, _, _, _):
            note(.tableFunction, call.name.text, call.name.range)
            arguments(call, known)
        case .join(let join):
            if join.isAsOf { note(.join, "asof", join.range) }
            if join.kind == .semi || join.kind == .anti { note(.join, join.kind.rawValue, join.range) }
            table(join.left, known)
            table(join.right, known)
            if case .on(let condition) = join.condition { expression(condition, known) }
        }
    }

    private mutating func read(
        _ parts: [NameSyntax], _ hasMoment: Bool, _ range: SourceRange, _ known: Set<String>
    ) {
        if parts.count == 1, !hasMoment, known.contains(parts[0].text) { return }
        tables.append(QueryReferences.Table(parts: parts.map(\.text), range: range, hasMoment: hasMoment))
    }

    // MARK: Expressions

    private mutating func expressions(_ list: [ExpressionSyntax], _ known: Set<String>) {
        for item in list { expression(item, known) }
    }

    private mutating func order(_ keys: [OrderSyntax], _ known: Set<String>) {
        for key in keys { expression(key.expression, known) }
    }

    private mutating func window(_ window: WindowSyntax, _ known: Set<String>) {
        expressions(window.partition, known)
        order(window.order, known)
        for bound in [window.frame?.start, window.frame?.end] {
            switch bound {
            case .preceding(let value)?, .following(let value)?: expression(value, known)
            default: break
            }
        }
    }

    private mutating func arguments(_ call: CallSyntax, _ known: Set<String>) {
        for argument in call.arguments {
            if argument.name == "table", case .column(let parts) = argument.value.kind {
                read(parts, false, argument.value.range, known)
            } else {
                expression(argument.value, known)
            }
        }
        order(call.order, known)
        order(call.withinGroup, known)
        if let filter = call.filter { expression(filter, known) }
        if case .specification(let specification)? = call.window { window(specification, known) }
    }

    private mutating func expression(_ syntax: ExpressionSyntax, _ known: Set<String>) {
        switch syntax.kind {
        case .null, .boolean, .number, .text, .bytes, .column, .star: break
        case .parameter(let name):
            if parameters[name] == nil { parameters[name] = syntax.range }
        case .typedLiteral(let type, _): note(.type, type.name, type.range)
        case .unary(let name, let value):
            note(.operator, name, syntax.range)
            expression(value, known)
        case .binary(let name, let left, let right):
            note(.operator, name, syntax.range)
            expressions([left, right], known)
        case .isDistinct(let left, let right, _): expressions([left, right], known)
        case .between(let value, let low, let high, _, let isSymmetric):
            if isSymmetric { note(.operator, "between symmetric", syntax.range) }
            expressions([value, low, high], known)
        case .like(let value, let pattern, let escape, let name, _):
            note(.operator, name.lowercased(), syntax.range)
            expressions([value, pattern] + (escape.map { [$0] } ?? []), known)
        case .caseWhen(let operand, let branches, let other):
            if let operand { expression(operand, known) }
            for branch in branches { expressions([branch.when, branch.then], known) }
            if let other { expression(other, known) }
        case .cast(let value, let type, let isTry):
            if isTry { note(.function, "try_cast", syntax.range) }
            note(.type, type.name, type.range)
            expression(value, known)
        case .call(let call):
            note(.function, call.name.text, call.name.range)
            arguments(call, known)
        case .extract(_, let value), .interval(let value, _), .isTest(let value, _, _), .field(let value, _),
            .collated(let value, _):
            expression(value, known)
        case .atTimeZone(let value, let zone): expressions([value, zone], known)
        case .list(let values):
            note(.operator, "list", syntax.range)
            expressions(values, known)
        case .row(let values): expressions(values, known)
        case .structure(let fields):
            note(.operator, "struct", syntax.range)
            expressions(fields.map(\.value), known)
        case .subscripted(let value, let index): expressions([value, index], known)
        case .sliced(let value, let low, let high): expressions([value, low, high].compactMap { $0 }, known)
        case .inList(let value, let list, _): expressions([value] + list, known)
        case .inQuery(let value, let select, _):
            expression(value, known)
            query(select, known)
        case .quantified(let value, _, _, .query(let select)):
            expression(value, known)
            query(select, known)
        case .quantified(let value, _, _, .list(let list)): expressions([value, list], known)
        case .exists(let select), .scalarQuery(let select), .arrayQuery(let select): query(select, known)
        }
    }
}
