internal import Columnar
internal import Kernels

extension Binder {
    /// SELECT … FROM … WHERE … with the ORDER BY and LIMIT of its query.
    func core(_ core: CoreSyntax, _ select: SelectSyntax, _ scope: Scope) throws -> LogicalPlan {
        var plan = try core.from.map { try table($0, scope) } ?? LogicalPlan(.values([[]]), [])
        if let condition = core.condition { plan = try filtered(plan, condition, scope, "WHERE") }

        let gathering = Gathering(scope)
        for window in core.windows { gathering.namedWindows[window.name.text] = window.window }
        var unnests: [(item: Int, argument: ExpressionSyntax)] = []
        var items = try selected(core.items, gathering, &unnests)
        if !unnests.isEmpty { plan = try unnesting(unnests, &items, plan, gathering) }
        let having = try core.having.map { try condition($0, gathering) }
        var order = try orderKeys(select.order, items, gathering)
        let outer = gathering.clause
        gathering.clause = outer
        let qualify = try core.qualify.map { try self.qualify($0, items, gathering) }

        let grouping = try groupKeys(core, items, gathering)
        if !gathering.aggregates.isEmpty || grouping != nil || having != nil {
            let (keys, sets) = grouping ?? ([], nil)
            let rewriter: GroupRewriter
            (plan, rewriter) = try aggregated(plan, keys, sets, gathering)
            for index in items.indices { items[index].expression = try rewriter.rewrite(items[index].expression) }
            for index in order.indices {
                order[index] = SortKey(
                    expression: try rewriter.rewrite(order[index].expression), order: order[index].order)
            }
            for index in gathering.windows.indices {
                gathering.windows[index].call = try gathering.windows[index].call.mapped(rewriter.rewrite)
            }
            for index in gathering.pending.indices {
                gathering.pending[index] = try rewriter.rewrite(gathering.pending[index])
            }
            if let having {
                let condition = try rewriter.rewrite(having)
                plan = try attach(gathering, to: plan, for: [condition])
                plan = LogicalPlan(.filter(plan, condition), plan.columns)
            }
            let rewritten = try qualify.map(rewriter.rewrite)
            return try finished(plan, items, order, rewritten, core, select, gathering)
        }
        return try finished(plan, items, order, qualify, core, select, gathering)
    }

    struct Item {
        var expression: Expression
        let name: String
    }

    /// Windows, QUALIFY, the output, DISTINCT, ORDER BY and LIMIT.
    private func finished(
        _ input: LogicalPlan, _ items: [Item], _ order: [SortKey], _ qualify: Expression?, _ core: CoreSyntax,
        _ select: SelectSyntax, _ gathering: Gathering
    ) throws -> LogicalPlan {
        var plan = try attach(gathering, to: input, for: nil)
        if !gathering.windows.isEmpty {
            plan = LogicalPlan(
                .window(plan, gathering.windows.map(\.call)), plan.columns + gathering.windows.map(\.column))
        }
        if let qualify { plan = LogicalPlan(.filter(plan, qualify), plan.columns) }
        var columns = items.map { column($0.name, $0.expression.type == .unknown ? .text : $0.expression.type) }
        let expressions = try zip(items, columns).map { try coerced($0.expression, to: $1.type) }
        var hidden: [Expression] = []
        let keys = order.map { key in
            if let index = expressions.firstIndex(where: { $0.isSame(as: key.expression) }) {
                return SortKey(expression: Expression(columns[index], key.expression.range), order: key.order)
            }
            hidden.append(key.expression)
            let extra = column("order", key.expression.type)
            columns.append(extra)
            return SortKey(expression: Expression(extra, key.expression.range), order: key.order)
        }
        let visible = Array(columns.prefix(items.count))
        switch core.distinct {
        case .none: break
        case .all:
            guard hidden.isEmpty else {
                throw QueryError(.type, "ORDER BY of SELECT DISTINCT takes output columns only", at: hidden[0].range)
            }
        case .on(let on):
            return try distinctOn(on, plan, expressions + hidden, columns, visible, keys, select, gathering)
        }
        plan = LogicalPlan(.project(plan, expressions + hidden), columns)
        if case .all = core.distinct { plan = distinct(plan, core.range) }
        if !keys.isEmpty { plan = LogicalPlan(.sort(plan, keys, limit: nil), plan.columns) }
        plan = try limited(plan, select, gathering.scope)
        return hidden.isEmpty ? plan : LogicalPlan(.project(plan, visible.map { Expression($0, core.range) }), visible)
    }

    /// DISTINCT ON keeps the first row of each group in the order of ORDER BY.
    private func distinctOn(
        _ on: [ExpressionSyntax], _ input: LogicalPlan, _ expressions: [Expression], _ columns: [PlanColumn],
        _ visible: [PlanColumn], _ keys: [SortKey], _ select: SelectSyntax, _ gathering: Gathering
    ) throws -> LogicalPlan {
        guard gathering.aggregates.isEmpty else {
            throw QueryError(.unsupported, "DISTINCT ON with aggregates is not executed yet", at: on[0].range)
        }
        let partition = try on.map { try expression($0, gathering) }
        let extra = partition.map { column("on", $0.type) }
        var plan = LogicalPlan(.project(input, expressions + partition), columns + extra)
        let number = column("row_number", .int64)
        let call = WindowCall(
            function: .named("row_number"), arguments: [], filter: nil, ignoresNulls: false,
            partition: extra.map { Expression($0, on[0].range) }, order: keys,
            frame: WindowFrame(unit: .rows, start: .unboundedPreceding, end: .currentRow, exclusion: .none),
            type: .int64,
            range: on[0].range)
        plan = LogicalPlan(.window(plan, [call]), plan.columns + [number])
        let first = try comparison(
            .equal, Expression(number, on[0].range), Expression(.constant(.int(1)), .int64, on[0].range), on[0].range)
        plan = LogicalPlan(.filter(plan, first), plan.columns)
        if !keys.isEmpty { plan = LogicalPlan(.sort(plan, keys, limit: nil), plan.columns) }
        plan = try limited(plan, select, gathering.scope)
        return LogicalPlan(.project(plan, visible.map { Expression($0, on[0].range) }), visible)
    }

    // MARK: Items

    private func selected(
        _ syntax: [(expression: ExpressionSyntax, alias: NameSyntax?)], _ gathering: Gathering,
        _ unnests: inout [(item: Int, argument: ExpressionSyntax)]
    ) throws -> [Item] {
        var items: [Item] = []
        for (expression, alias) in syntax {
            if case .star(let qualifier, let excluded) = expression.kind {
                items += try star(qualifier, excluded, expression.range, gathering.scope)
            } else if let inner = Self.unnested(expression) {
                unnests.append((items.count, inner.argument))
                items.append(
                    Item(
                        expression: Expression(.constant(.null), .unknown, expression.range),
                        name: alias?.text ?? "unnest"))
                guard inner.isWhole else {
                    throw QueryError(
                        .unsupported, "unnest inside of an expression is not executed yet", at: expression.range)
                }
            } else {
                items.append(
                    Item(
                        expression: try self.expression(expression, gathering),
                        name: alias?.text ?? Self.name(of: expression)))
            }
        }
        return items
    }

    private static func unnested(_ syntax: ExpressionSyntax) -> (argument: ExpressionSyntax, isWhole: Bool)? {
        switch syntax.kind {
        case .call(let call) where call.name.text == "unnest" && call.arguments.count == 1:
            return (call.arguments[0].value, true)
        case .cast(let inner, _, _): return unnested(inner).map { ($0.argument, true) }
        default: return nil
        }
    }

    /// `SELECT unnest(list)`: a row for each element.
    private func unnesting(
        _ unnests: [(item: Int, argument: ExpressionSyntax)], _ items: inout [Item], _ input: LogicalPlan,
        _ gathering: Gathering
    ) throws -> LogicalPlan {
        guard unnests.count == 1 else {
            throw QueryError(
                .unsupported, "several unnest in one SELECT are not executed yet", at: unnests[1].argument.range)
        }
        let (item, syntax) = unnests[0]
        let plan: LogicalPlan
        // unnest(generate_series(…)) is the series itself.
        if case .call(let call) = syntax.kind, ["generate_series", "range"].contains(call.name.text) {
            let arguments = try call.arguments.map { try expression($0.value, gathering) }
            plan = try series(arguments, input, call.name.text, syntax.range)
        } else {
            plan = try unnested([try expression(syntax, gathering)], input, false, syntax.range)
        }
        let value = Expression(plan.columns[plan.columns.count - 1], syntax.range)
        items[item].expression = value
        return plan
    }

    private func star(
        _ qualifier: NameSyntax?, _ excluded: [NameSyntax], _ range: SourceRange, _ scope: Scope
    ) throws -> [Item] {
        let names = Set(excluded.map(\.text))
        var found: [PlanColumn] = []
        var isKnown = qualifier == nil
        for table in scope.tables where qualifier == nil || table.alias == qualifier?.text {
            isKnown = true
            for column in table.columns where !names.contains(column.name) {
                if qualifier == nil && table.hidden.contains(column.id) { continue }
                found.append(column)
            }
        }
        for merge in scope.merges where qualifier == nil {
            guard let start = found.firstIndex(where: { merge.columns.contains($0.id) }) else { continue }
            let first = merge.first.compactMap { id in found.first { $0.id == id } }
            found.removeAll(where: first.contains)
            found.insert(contentsOf: first, at: min(start, found.count))
        }
        let items = found.map { Item(expression: Expression($0, range), name: $0.name) }
        guard isKnown else {
            throw QueryError(.unknownName, "there is no table '\(qualifier?.text ?? "")' in FROM", at: range)
        }
        guard !scope.tables.isEmpty else { throw QueryError(.syntax, "'*' without FROM", at: range) }
        return items
    }

    /// The name of an output column without an alias.
    private static func name(of syntax: ExpressionSyntax) -> String {
        switch syntax.kind {
        case .column(let names): names[names.count - 1].text
        case .call(let call): call.name.text
        case .cast(let value, let type, _):
            {
                let own = name(of: value); return own == "?column?" ? type.name : own
            }()
        case .extract: "extract"
        case .caseWhen: "case"
        case .field(_, let name): name.text
        case .exists: "exists"
        case .scalarQuery(let query):
            if case .core(let core) = query.body, core.items.count == 1 {
                core.items[0].alias?.text ?? name(of: core.items[0].expression)
            } else {
                "?column?"
            }
        default: "?column?"
        }
    }

    private func orderKeys(_ order: [OrderSyntax], _ items: [Item], _ gathering: Gathering) throws -> [SortKey] {
        try order.map { key in
            if let index = try position(key.expression, items.count) {
                return SortKey(expression: items[index].expression, order: key.keyOrder)
            }
            if case .column(let names) = key.expression.kind, names.count == 1,
                let item = items.first(where: { $0.name == names[0].text })
            {
                return SortKey(expression: item.expression, order: key.keyOrder)
            }
            return SortKey(expression: try expression(key.expression, gathering), order: key.keyOrder)
        }
    }

    /// QUALIFY sees the output's names too.
    private func qualify(_ syntax: ExpressionSyntax, _ items: [Item], _ gathering: Gathering) throws -> Expression {
        let scope = Scope(parent: gathering.scope)
        // Aliases are looked up last: columns of FROM come first, as everywhere.
        let own = Gathering(gathering.scope)
        own.clause = nil
        own.namedWindows = gathering.namedWindows
        own.aggregates = gathering.aggregates
        own.windows = gathering.windows
        own.pending = gathering.pending
        var replacements: [ColumnID: Expression] = [:]
        var columns: [PlanColumn] = []
        for item in items {
            let alias = column(item.name, item.expression.type)
            columns.append(alias)
            replacements[alias.id] = item.expression
        }
        scope.tables = gathering.scope.tables
        let known = Set(scope.tables.flatMap { $0.columns.map(\.name) })
        scope.tables.append(Scope.Table(alias: "", columns: columns.filter { !known.contains($0.name) }))
        let inner = Gathering(scope)
        inner.namedWindows = gathering.namedWindows
        inner.aggregates = gathering.aggregates
        inner.windows = gathering.windows
        inner.pending = gathering.pending
        let bound = try condition(syntax, inner)
        gathering.aggregates = inner.aggregates
        gathering.windows = inner.windows
        gathering.pending = inner.pending
        return bound.replacing(replacements)
    }

    // MARK: Grouping

    private func groupKeys(_ core: CoreSyntax, _ items: [Item], _ gathering: Gathering) throws -> (
        [Expression], [[Int]]?
    )? {
        switch core.grouping {
        case .none: return nil
        case .all:
            let computed = Set(gathering.aggregates.map(\.column.id) + gathering.windows.map(\.column.id))
            var keys: [Expression] = []
            for item in items
            where item.expression.columns.isDisjoint(with: computed) && item.expression.constant == nil {
                if !keys.contains(where: { $0.isSame(as: item.expression) }) { keys.append(item.expression) }
            }
            return (keys, nil)
        case .elements(let elements):
            var keys: [Expression] = []
            func index(_ syntax: ExpressionSyntax) throws -> Int {
                let bound = try groupKey(syntax, items, gathering)
                if let known = keys.firstIndex(where: { $0.isSame(as: bound) }) { return known }
                keys.append(bound)
                return keys.count - 1
            }
            func sets(_ element: GroupingElement) throws -> [[Int]] {
                switch element {
                case .expression(let syntax): return [[try index(syntax)]]
                case .tuple(let parts): return [try parts.map(index)]
                case .rollup(let tuples):
                    let indices = try tuples.map { try $0.map(index) }
                    return (0...indices.count).reversed().map { indices.prefix($0).flatMap { $0 } }
                case .cube(let tuples):
                    guard tuples.count <= 12 else {
                        throw QueryError(.budget, "CUBE of more than 12 keys", at: core.range)
                    }
                    let indices = try tuples.map { try $0.map(index) }
                    return (0..<1 << indices.count).reversed().map { mask in
                        indices.indices.filter { mask >> (indices.count - 1 - $0) & 1 == 1 }.flatMap { indices[$0] }
                    }
                case .sets(let inner): return try inner.flatMap(sets)
                }
            }
            var combined: [[Int]] = [[]]
            var isPlain = true
            for element in elements {
                switch element {
                case .expression: break
                case .tuple(let parts): if parts.isEmpty { isPlain = isPlain && elements.count == 1 }
                default: isPlain = false
                }
                let own = try sets(element)
                combined = combined.flatMap { left in own.map { left + $0 } }
            }
            return (keys, isPlain ? nil : combined)
        }
    }

    private func groupKey(_ syntax: ExpressionSyntax, _ items: [Item], _ gathering: Gathering) throws -> Expression {
        if let index = try position(syntax, items.count) { return items[index].expression }
        if case .column(let names) = syntax.kind, names.count == 1 {
            let known = gathering.scope.tables.contains { $0.columns.contains { $0.name == names[0].text } }
            if !known, let item = items.first(where: { $0.name == names[0].text }) { return item.expression }
        }
        let own = Gathering(gathering.scope)
        own.clause = "GROUP BY"
        let bound = try expression(syntax, own)
        guard own.pending.isEmpty else {
            throw QueryError(.unsupported, "subqueries in GROUP BY are not executed yet", at: syntax.range)
        }
        return bound.type == .unknown ? try coerced(bound, to: .text) : bound
    }

    private func aggregated(
        _ input: LogicalPlan, _ keys: [Expression], _ sets: [[Int]]?, _ gathering: Gathering
    ) throws -> (LogicalPlan, GroupRewriter) {
        // Subqueries inside of aggregates and keys are computed for each row, below the groups.
        let perRow =
            keys
            + gathering.aggregates.flatMap { aggregate in
                aggregate.call.arguments + aggregate.call.order.map(\.expression)
                    + (aggregate.call.filter.map { [$0] } ?? [])
            }
        let input = try attach(gathering, to: input, for: perRow)
        for aggregate in gathering.aggregates where aggregate.call.name == "grouping" {
            for argument in aggregate.call.arguments where !keys.contains(where: { $0.isSame(as: argument) }) {
                throw QueryError(
                    .type, "grouping takes expressions of GROUP BY", at: argument.range, try: "GROUP BY with it")
            }
        }
        let computed = Set(gathering.aggregates.map(\.column.id))
        for key in keys where !key.columns.isDisjoint(with: computed) {
            throw QueryError(.syntax, "GROUP BY may not have aggregates", at: key.range)
        }
        let keyColumns = keys.map { key in
            column(input.columns.first { $0.id == key.columnID }?.name ?? "key", key.type)
        }
        let plan = LogicalPlan(
            .aggregate(input, keys: keys, sets: sets, gathering.aggregates.map(\.call)),
            keyColumns + gathering.aggregates.map(\.column))
        return (plan, GroupRewriter(keys: keys, columns: keyColumns, input: Set(input.columns.map(\.id))))
    }
}

/// Replaces grouped expressions by the columns of their keys above an aggregate.
struct GroupRewriter {
    let keys: [Expression]
    let columns: [PlanColumn]
    let input: Set<ColumnID>

    func rewrite(_ expression: Expression) throws -> Expression {
        if let index = keys.firstIndex(where: { $0.isSame(as: expression) }) {
            return Expression(columns[index], expression.range)
        }
        if let id = expression.columnID, input.contains(id) {
            throw QueryError(
                .type, "a column that is neither in GROUP BY nor inside of an aggregate", at: expression.range,
                try: "GROUP BY, or an aggregate such as max(…)")
        }
        return expression.with(try expression.children.map(rewrite))
    }

    /// A subquery above the aggregate sees the keys only.
    func rewrite(_ pending: Binder.PendingQuery) throws -> Binder.PendingQuery {
        var result = pending
        var replacements: [ColumnID: Expression] = [:]
        for id in result.plan.freeColumns where input.contains(id) {
            guard let index = keys.firstIndex(where: { $0.columnID == id }) else {
                throw QueryError(.type, "the subquery reads a column that is not in GROUP BY", at: pending.range)
            }
            replacements[id] = Expression(columns[index], pending.range)
        }
        if !replacements.isEmpty { result.plan = result.plan.replacing(replacements) }
        if case .isIn(let value) = pending.kind {
            result = Binder.PendingQuery(
                kind: .isIn(value: try rewrite(value)), placeholder: pending.placeholder, plan: result.plan,
                range: pending.range)
        }
        return result
    }
}

extension WindowCall {
    /// The call with other expressions.
    func mapped(_ body: (Expression) throws -> Expression) rethrows -> WindowCall {
        WindowCall(
            function: function, arguments: try arguments.map(body), filter: try filter.map(body),
            ignoresNulls: ignoresNulls,
            partition: try partition.map(body),
            order: try order.map { SortKey(expression: try body($0.expression), order: $0.order) }, frame: frame,
            type: type,
            range: range)
    }
}

extension AggregateCall {
    /// The call with other expressions.
    func mapped(_ body: (Expression) throws -> Expression) rethrows -> AggregateCall {
        AggregateCall(
            function: function, name: name, arguments: try arguments.map(body), isDistinct: isDistinct,
            order: try order.map { SortKey(expression: try body($0.expression), order: $0.order) },
            filter: try filter.map(body), type: type, range: range)
    }
}
