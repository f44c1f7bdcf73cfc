internal import Columnar
internal import Kernels

extension Binder {
    /// The plan of FROM; adds the tables to the scope.
    func table(_ syntax: TableSyntax, _ scope: Scope) throws -> LogicalPlan {
        switch syntax {
        case .named(let name): return try named(name, scope)
        case .query(let select, let alias, let isLateral, let range):
            guard !isLateral else {
                throw QueryError(.unsupported, "LATERAL is executed behind a comma or JOIN only", at: range)
            }
            let plan = try query(select, parent: Self.outer(scope))
            try add(plan, alias, "", scope, range)
            return plan
        case .function(let call, let alias, let withOrdinality, let range):
            return try function(call, alias, withOrdinality, range, over: nil, scope)
        case .join(let join): return try self.join(join, scope)
        }
    }

    /// A scope in which a subquery of FROM sees tables of WITH but no neighbours.
    private static func outer(_ scope: Scope) -> Scope {
        let outer = Scope(parent: scope.parent)
        outer.commonTables = scope.commonTables
        return outer
    }

    private func add(
        _ plan: LogicalPlan, _ alias: AliasSyntax?, _ name: String, _ scope: Scope, _ range: SourceRange
    ) throws {
        var columns = plan.columns
        if let alias, !alias.columns.isEmpty {
            guard alias.columns.count <= columns.count else {
                throw QueryError(
                    .type, "'\(alias.name.text)' has \(columns.count) columns, and more names", at: alias.name.range)
            }
            for (index, name) in alias.columns.enumerated() {
                columns[index] = PlanColumn(id: columns[index].id, name: name.text, type: columns[index].type)
            }
        }
        let own = alias?.name.text ?? name
        guard own.isEmpty || !scope.tables.contains(where: { $0.alias == own }) else {
            throw QueryError(
                .ambiguousName, "two tables are named '\(own)'", at: alias?.name.range ?? range, try: "an alias")
        }
        scope.tables.append(Scope.Table(alias: own, columns: columns))
    }

    private func named(_ name: TableSyntax.TableName, _ scope: Scope) throws -> LogicalPlan {
        let text = name.parts.map(\.text).joined(separator: ".")
        if name.parts.count == 1, name.moment == nil, let common = scope.commonTable(text) {
            let plan = reading(common)
            try add(plan, name.alias, text, scope, name.range)
            return plan
        }
        if name.parts.count == 1, name.moment == nil, let view = try view(text, name.range) {
            let plan = reading(view)
            try add(plan, name.alias, text, scope, name.range)
            return plan
        }
        let source: (any TableSource)?
        do {
            source = try catalog.table(name.parts.map(\.text), try moment(name.moment))
        } catch let error as QueryError {
            throw error.at(name.range)
        } catch {
            throw QueryError(.input, "can't read table '\(text)': \(error)", at: name.range)
        }
        guard let source else {
            throw QueryError(
                .unknownName, "there is no table '\(text)'", at: name.range,
                try: nearestName(to: text, among: catalog.tableNames).map { "'\($0)'" })
        }
        var columns: [PlanColumn] = []
        var names: [String] = []
        for field in source.schema.fields {
            // Columns of types that SQL has no values for cannot be named.
            guard let type = SQLType(field.type) else { continue }
            columns.append(column(field.name, type))
            names.append(field.name)
        }
        let plan = LogicalPlan(.scan(source, names: names, conditions: []), columns)
        try add(plan, name.alias, name.parts[name.parts.count - 1].text, scope, name.range)
        return plan
    }

    /// The plan of a view; nil where there is none of the name.
    private func view(_ name: String, _ range: SourceRange) throws -> SharedPlan? {
        if let known = boundViews[name] { return known }
        guard let source = views[name] else { return nil }
        guard !openViews.contains(name) else {
            throw QueryError(.unsupported, "the view '\(name)' reads itself", at: range)
        }
        openViews.append(name)
        defer { openViews.removeLast() }
        do {
            guard case .query(let statement) = try Parser.statement(source), statement.explanation == .none else {
                throw QueryError(.syntax, "a view is a query")
            }
            let made = shared(try query(statement.query, parent: nil))
            boundViews[name] = made
            return made
        } catch let error as QueryError {
            // The place is in another text than the query's: it is told with the message.
            let place = error.range.map { source.place(of: $0.start) }
            let text = place.map { " (\(source.name):\($0.line):\($0.column))" } ?? ""
            throw QueryError(
                error.code, "view '\(name)'\(text): \(error.message)", at: range, try: error.suggestion)
        }
    }

    private func moment(_ syntax: TimeTravelSyntax?) throws -> TableMoment {
        let gathering = Gathering(Scope(parent: nil))
        gathering.clause = "AS OF"
        switch syntax {
        case nil: return .latest
        case .version(let expression)?:
            let value = try Evaluator(context: context).constant(
                try coerced(try self.expression(expression, gathering), to: .int64))
            guard case .int(let version) = value else {
                throw QueryError(.type, "a version is a number", at: expression.range)
            }
            return .version(version)
        case .timestamp(let expression)?:
            let bound = try coerced(try self.expression(expression, gathering), to: .timestamptz)
            guard case .timestamp(let instant) = try Evaluator(context: context).constant(bound) else {
                throw QueryError(.type, "TIMESTAMP AS OF needs an instant", at: expression.range)
            }
            return .instant(instant)
        }
    }

    /// `generate_series` and `unnest` in FROM; their arguments may read the tables before them.
    private func function(
        _ call: CallSyntax, _ alias: AliasSyntax?, _ withOrdinality: Bool, _ range: SourceRange,
        over input: LogicalPlan?,
        _ scope: Scope
    ) throws -> LogicalPlan {
        if let known = registry.tables[call.name.text] {
            let plan = try tableFunction(known, call, range, scope)
            try add(plan, alias, known.name, scope, range)
            guard let input else { return plan }
            return LogicalPlan(joinKind(.inner, input, plan, [], range), input.columns + plan.columns)
        }
        let gathering = Gathering(scope)
        gathering.clause = "a table function"
        let single = LogicalPlan(.values([[]]), [])
        let before = input ?? single
        let name = call.name.text
        let plan: LogicalPlan
        let arguments = try call.arguments.map { try expression($0.value, gathering) }
        guard gathering.pending.isEmpty else {
            throw QueryError(.unsupported, "subqueries as arguments of \(name) are not executed yet", at: range)
        }
        switch name {
        case "generate_series", "range":
            plan = try series(arguments, before, name, range)
        case "unnest":
            plan = try unnested(arguments, before, withOrdinality, range)
        default:
            throw QueryError(
                .unknownName, "there is no table function '\(name)'", at: call.name.range,
                try: nearestName(to: name, among: ["generate_series", "unnest"] + registry.tables.keys))
        }
        let own = LogicalPlan(plan.kind, Array(plan.columns.dropFirst(before.columns.count)))
        // A function without names for its columns gives its own name to the first, as PostgreSQL does.
        var alias = alias
        if let given = alias, given.columns.isEmpty, own.columns.count == 1 {
            alias = AliasSyntax(name: given.name, columns: [given.name])
        }
        try add(own, alias, name, scope, range)
        return plan
    }

    /// Numbers, dates or instants from a start to an end, both included.
    func series(
        _ arguments: [Expression], _ input: LogicalPlan, _ name: String, _ range: SourceRange
    ) throws -> LogicalPlan {
        guard arguments.count == 2 || arguments.count == 3 else {
            throw QueryError(.type, "\(name) takes a start, an end and perhaps a step", at: range)
        }
        var type = try common(arguments[0].type, arguments[1].type, range)
        var step = SQLType.int64
        if type.isTime {
            type = type == .date ? .timestamp : type
            step = .interval
            guard arguments.count == 3 else {
                throw QueryError(.type, "\(name) of times needs a step", at: range, try: "INTERVAL '1 day'")
            }
        } else {
            type = .int64
        }
        var bound = [try coerced(arguments[0], to: type), try coerced(arguments[1], to: type)]
        if arguments.count == 3 { bound.append(try coerced(arguments[2], to: step)) }
        return LogicalPlan(.series(input, bound), input.columns + [column(name, type)])
    }

    func unnested(
        _ arguments: [Expression], _ input: LogicalPlan, _ withOrdinality: Bool, _ range: SourceRange
    ) throws -> LogicalPlan {
        var columns = input.columns
        for argument in arguments {
            guard case .list(let element) = argument.type else {
                throw QueryError(.type, "unnest takes a list, not \(argument.type)", at: argument.range)
            }
            columns.append(column("unnest", element))
        }
        if withOrdinality { columns.append(column("ordinality", .int64)) }
        return LogicalPlan(.unnest(input, arguments, withOrdinality: withOrdinality), columns)
    }

    // MARK: Joins

    private func join(_ join: JoinSyntax, _ scope: Scope) throws -> LogicalPlan {
        if let turned = join.turned { return try self.join(turned, scope) }
        let before = scope.tables.count
        let left = try table(join.left, scope)
        let known = scope.tables
        let leftTables = Array(known.dropFirst(before))
        switch join.right {
        case .query(let select, let alias, true, let range):
            return try lateral(select, alias, join, left, scope, range)
        case .function(let call, let alias, let withOrdinality, let range)
        where join.kind == .cross || join.kind == .inner:
            let plan = try function(call, alias, withOrdinality, range, over: left, scope)
            guard case .on(let condition) = join.condition else { return plan }
            return try filtered(plan, condition, scope, "ON")
        default: break
        }
        let right = try table(join.right, scope)
        let rightTables = Array(scope.tables.dropFirst(known.count))
        var conditions: [Expression] = []
        var using: [NameSyntax] = []
        switch join.condition {
        case .none: break
        case .on(let condition):
            let gathering = Gathering(scope)
            gathering.clause = "ON"
            conditions = try self.condition(condition, gathering).conjuncts
            guard gathering.pending.isEmpty else {
                if join.kind == .inner {
                    let cross = LogicalPlan(joinKind(.inner, left, right, [], join.range), left.columns + right.columns)
                    return try filtered(cross, condition, scope, "ON")
                }
                throw QueryError(
                    .unsupported, "subqueries in the condition of an outer join are not executed yet",
                    at: condition.range)
            }
        case .using(let names):
            using = names
            conditions = try merged(names, leftTables, rightTables, scope, join.kind)
        case .natural:
            let mine = Set(leftTables.flatMap { $0.columns.filter { c in !c.name.isEmpty }.map(\.name) })
            let names = rightTables.flatMap(\.columns).map(\.name).filter(mine.contains)
            using = names.map { NameSyntax(text: $0, range: join.range) }
            conditions = try merged(using, leftTables, rightTables, scope, join.kind)
        }
        if join.isAsOf { return try asOf(join, left, right, conditions) }
        let readsLeft = !right.freeColumns.isDisjoint(with: left.columns.map(\.id))
        let kind: JoinPlan.Kind
        switch join.kind {
        case .inner, .cross: kind = .inner
        case .left: kind = .left
        case .right where readsLeft, .full where readsLeft:
            throw QueryError(
                .type, "the right side of a \(join.kind.rawValue.uppercased()) JOIN may not read the left",
                at: join.range)
        case .right:
            let swapped = joinKind(.left, right, left, conditions, join.range)
            // The columns keep their order; only the operator's sides are exchanged.
            return LogicalPlan(swapped, right.columns + left.columns)
        case .full where !using.isEmpty:
            let plan = LogicalPlan(
                joinKind(.full, left, right, conditions, join.range), left.columns + right.columns)
            return try coalesced(plan, using, conditions, before, scope)
        case .full: kind = .full
        case .semi: kind = .semi
        case .anti: kind = .anti
        }
        let givesLeftOnly = kind == .semi || kind == .anti
        if givesLeftOnly { scope.tables = known }
        if readsLeft { return try dependent(kind, left, right, conditions, join.range) }
        return LogicalPlan(
            joinKind(kind, left, right, conditions, join.range),
            givesLeftOnly ? left.columns : left.columns + right.columns)
    }

    /// Cuts conditions into pairs of keys and the rest.
    func joinKind(
        _ kind: JoinPlan.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ conditions: [Expression],
        _ range: SourceRange
    ) -> LogicalPlan.Kind {
        let mine = Set(left.columns.map(\.id)), others = Set(right.columns.map(\.id))
        var keys: [JoinPlan.KeyPair] = []
        var rest: [Expression] = []
        for condition in conditions {
            if let pair = JoinPlan.KeyPair(condition, left: mine, right: others) {
                keys.append(pair)
            } else {
                rest.append(condition)
            }
        }
        return .join(
            JoinPlan(
                kind: kind, left: left, right: right, keys: keys,
                residual: rest.isEmpty ? nil : .conjunction(rest, range), range: range))
    }

    /// The conditions of USING; the columns of the right side are hidden from `*`.
    private func merged(
        _ names: [NameSyntax], _ left: [Scope.Table], _ right: [Scope.Table], _ scope: Scope, _ kind: JoinSyntax.Kind
    ) throws -> [Expression] {
        var conditions: [Expression] = []
        var first: [ColumnID] = []
        let all = Set((left + right).flatMap(\.columns).map(\.id))
        for name in names {
            guard
                let a = left.flatMap({ t in t.columns.filter { !t.hidden.contains($0.id) } }).first(where: {
                    $0.name == name.text
                }),
                let b = right.flatMap(\.columns).first(where: { $0.name == name.text })
            else {
                throw QueryError(.unknownName, "USING names '\(name.text)', which is not on both sides", at: name.range)
            }
            conditions.append(try comparison(.equal, Expression(a, name.range), Expression(b, name.range), name.range))
            first.append(kind == .right ? b.id : a.id)
            let hidden = kind == .full ? [a.id, b.id] : [kind == .right ? a.id : b.id]
            for index in scope.tables.indices {
                for column in scope.tables[index].columns where hidden.contains(column.id) {
                    scope.tables[index].hidden.insert(column.id)
                }
            }
        }
        if kind != .full { scope.merges.append((all, first)) }
        return conditions
    }

    /// FULL JOIN with USING: the value of a merged column is that of the side that has a row.
    private func coalesced(
        _ plan: LogicalPlan, _ names: [NameSyntax], _ conditions: [Expression], _ position: Int, _ scope: Scope
    ) throws -> LogicalPlan {
        var expressions = plan.columns.map { Expression($0, SourceRange(0, 0)) }
        var columns = plan.columns
        var merged: [PlanColumn] = []
        for (name, condition) in zip(names, conditions) {
            guard case .compare(_, let left, let right) = condition.kind else { continue }
            let isThere = Expression(.not(Expression(.isNull(left), .bool, name.range)), .bool, name.range)
            let value = Expression(.caseWhen([(isThere, left)], right), left.type, name.range)
            merged.append(column(name.text, left.type))
            expressions.append(value)
        }
        columns += merged
        let all = Set(columns.map(\.id))
        scope.tables.insert(Scope.Table(alias: "", columns: merged), at: position)
        scope.merges.append((all, merged.map(\.id)))
        return LogicalPlan(.project(plan, expressions), columns)
    }

    private func asOf(
        _ join: JoinSyntax, _ left: LogicalPlan, _ right: LogicalPlan, _ conditions: [Expression]
    ) throws -> LogicalPlan {
        guard join.kind == .inner || join.kind == .left else {
            throw QueryError(.unsupported, "ASOF joins are INNER or LEFT", at: join.range)
        }
        let mine = Set(left.columns.map(\.id)), others = Set(right.columns.map(\.id))
        var keys: [JoinPlan.KeyPair] = []
        var inequality: (Comparison, Expression, Expression)?
        for condition in conditions {
            if let pair = JoinPlan.KeyPair(condition, left: mine, right: others) {
                keys.append(pair)
            } else if case .compare(let comparison, let a, let b) = condition.kind, comparison != .equal,
                comparison != .notEqual, inequality == nil
            {
                if a.columns.isSubset(of: mine), b.columns.isSubset(of: others) {
                    inequality = (comparison, a, b)
                } else if a.columns.isSubset(of: others), b.columns.isSubset(of: mine) {
                    inequality = (comparison.mirrored, b, a)
                }
            } else {
                throw QueryError(
                    .type, "an ASOF join has equalities and one inequality between its sides", at: condition.range)
            }
        }
        guard let inequality else {
            throw QueryError(.type, "an ASOF join needs an inequality", at: join.range, try: "a.at >= b.at")
        }
        let plan = JoinPlan(
            kind: .asOf(isLeft: join.kind == .left), left: left, right: right, keys: keys, residual: nil,
            range: join.range,
            asOf: (inequality.0, inequality.1, inequality.2))
        return LogicalPlan(.join(plan), left.columns + right.columns)
    }

    private func lateral(
        _ select: SelectSyntax, _ alias: AliasSyntax?, _ join: JoinSyntax, _ left: LogicalPlan, _ scope: Scope,
        _ range: SourceRange
    ) throws -> LogicalPlan {
        guard join.kind == .inner || join.kind == .cross || join.kind == .left else {
            throw QueryError(.unsupported, "LATERAL is executed with INNER, CROSS and LEFT joins", at: range)
        }
        let right = try query(select, parent: scope)
        let tableCount = scope.tables.count
        try add(right, alias, "", scope, range)
        var conditions: [Expression] = []
        if case .on(let condition) = join.condition {
            let gathering = Gathering(scope)
            gathering.clause = "ON"
            conditions = try self.condition(condition, gathering).conjuncts
            guard gathering.pending.isEmpty else {
                throw QueryError(
                    .unsupported, "subqueries in the condition of a lateral join are not executed yet",
                    at: condition.range)
            }
        }
        precondition(scope.tables.count == tableCount + 1)
        return try dependent(join.kind == .left ? .left : .inner, left, right, conditions, range)
    }
}

extension JoinPlan.KeyPair {
    /// The pair of an equality between the sides; nil of any other condition.
    init?(_ condition: Expression, left: Set<ColumnID>, right: Set<ColumnID>) {
        let (a, b, matchesNulls): (Expression, Expression, Bool)
        switch condition.kind {
        case .compare(.equal, let x, let y): (a, b, matchesNulls) = (x, y, false)
        case .not(let inner):
            guard case .isDistinct(let x, let y) = inner.kind else { return nil }
            (a, b, matchesNulls) = (x, y, true)
        default: return nil
        }
        let (mine, others) = (a.columns, b.columns)
        if mine.isEmpty || others.isEmpty { return nil }
        if mine.isSubset(of: left), others.isSubset(of: right) {
            self.init(left: a, right: b, matchesNulls: matchesNulls)
        } else if mine.isSubset(of: right), others.isSubset(of: left) {
            self.init(left: b, right: a, matchesNulls: matchesNulls)
        } else {
            return nil
        }
    }
}
