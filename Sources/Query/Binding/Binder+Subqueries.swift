internal import Columnar
internal import Kernels

extension Binder {
    func pending(
        _ kind: PendingQuery.Kind, _ plan: LogicalPlan, _ type: SQLType, _ gathering: Gathering, _ range: SourceRange
    ) -> Expression {
        let placeholder = column("subquery", type)
        gathering.pending.append(PendingQuery(kind: kind, placeholder: placeholder, plan: plan, range: range))
        return Expression(placeholder, range)
    }

    func inQuery(
        _ value: ExpressionSyntax, _ query: SelectSyntax, _ gathering: Gathering, _ range: SourceRange
    ) throws -> Expression {
        var plan = try self.query(query, parent: gathering.scope)
        if case .row(let items) = value.kind {
            return try inRows(try items.map { try expression($0, gathering) }, query, gathering, range)
        }
        guard plan.columns.count == 1 else {
            throw QueryError(.type, "the subquery of IN has one column, not \(plan.columns.count)", at: range)
        }
        var left = try expression(value, gathering)
        var type = try common(left.type, plan.columns[0].type, range)
        if type == .unknown { type = .text }
        left = try coerced(left, to: type)
        if plan.columns[0].type != type {
            let converted = try coerced(Expression(plan.columns[0], range), to: type)
            plan = LogicalPlan(.project(plan, [converted]), [column(plan.columns[0].name, type)])
        }
        return pending(.isIn(value: left), plan, .bool, gathering, range)
    }

    /// `(a, b) IN (SELECT x, y …)`: true where a row equals it, else unknown where one may, else false.
    private func inRows(
        _ values: [Expression], _ query: SelectSyntax, _ gathering: Gathering, _ range: SourceRange
    ) throws -> Expression {
        let equal = try hasRow(values, query, gathering, range) { $0 }
        let possible = try hasRow(values, query, gathering, range) { condition in
            // Not false: true or unknown.
            Expression(.not(Expression(.isTrue(condition, false), .bool, range)), .bool, range)
        }
        let unknown = Expression(.constant(.null), .bool, range)
        return try caseExpression(
            [(when: equal, then: .bool(true, range)), (when: possible, then: unknown)], .bool(false, range), range)
    }

    /// Whether the subquery has a row whose columns compare with the values, one by one.
    private func hasRow(
        _ values: [Expression], _ query: SelectSyntax, _ gathering: Gathering, _ range: SourceRange,
        _ test: (Expression) -> Expression
    ) throws -> Expression {
        let plan = try self.query(query, parent: gathering.scope)
        guard plan.columns.count == values.count else {
            throw QueryError(
                .type, "a row of \(values.count) beside a subquery of \(plan.columns.count) columns", at: range)
        }
        let conditions = try zip(values, plan.columns).map { value, column in
            test(try comparison(.equal, value, Expression(column, range), range))
        }
        let rows = LogicalPlan(.filter(plan, .conjunction(conditions, range)), plan.columns)
        return pending(.exists, rows, .bool, gathering, range)
    }

    /// The conditions of a filter: rows that are among those of a subquery, which stand alone, need not tell unknown
    /// from false.
    private func conditions(_ syntax: ExpressionSyntax, _ gathering: Gathering) throws -> [Expression] {
        switch syntax.kind {
        case .binary(let word, let left, let right) where word == "and":
            return try conditions(left, gathering) + conditions(right, gathering)
        case .inQuery(let value, let query, isNegated: false):
            guard case .row(let items) = value.kind else { return try condition(syntax, gathering).conjuncts }
            let values = try items.map { try expression($0, gathering) }
            return [try hasRow(values, query, gathering, syntax.range) { $0 }]
        default: return try condition(syntax, gathering).conjuncts
        }
    }

    func quantified(
        _ value: ExpressionSyntax, _ symbol: String, _ isAll: Bool, _ operand: ExpressionSyntax.QuantifiedOperand,
        _ gathering: Gathering, _ range: SourceRange
    ) throws -> Expression {
        if case .query(let query) = operand {
            if symbol == "=", !isAll { return try inQuery(value, query, gathering, range) }
            if symbol == "<>", isAll {
                return Expression(.not(try inQuery(value, query, gathering, range)), .bool, range)
            }
        }
        let own = try expression(value, gathering)
        switch operand {
        case .list(let list):
            return try quantified(own, symbol, isAll, try expression(list, gathering), isQuery: false, range)
        case .query(let query):
            let plan = try self.query(query, parent: gathering.scope)
            guard plan.columns.count == 1 else {
                throw QueryError(.type, "the subquery has one column, not \(plan.columns.count)", at: range)
            }
            let list = try gathered(plan, range)
            let values = pending(.scalar, list, list.columns[0].type, gathering, range)
            return try quantified(own, symbol, isAll, values, isQuery: true, range)
        }
    }

    // MARK: Joining

    /// A filter whose subqueries become joins: EXISTS and IN that stand alone become semi-joins.
    func filtered(_ input: LogicalPlan, _ syntax: ExpressionSyntax, _ scope: Scope, _ clause: String) throws
        -> LogicalPlan
    {
        let gathering = Gathering(scope)
        gathering.clause = clause
        let conjuncts = try conditions(syntax, gathering)
        let placeholders = Set(gathering.pending.map(\.placeholder.id))
        // What reads no subquery comes first: subqueries are computed for the rows that are left.
        let plain = conjuncts.filter { $0.columns.isDisjoint(with: placeholders) }
        var plan = input
        if !plain.isEmpty { plan = LogicalPlan(.filter(plan, .conjunction(plain, syntax.range)), plan.columns) }
        var rest: [Expression] = []
        for part in conjuncts where !part.columns.isDisjoint(with: placeholders) {
            if let id = part.columnID, let index = gathering.pending.firstIndex(where: { $0.placeholder.id == id }) {
                let pending = gathering.pending.remove(at: index)
                if case .scalar = pending.kind {
                    gathering.pending.insert(pending, at: index)
                } else {
                    plan = try semi(plan, pending, isAnti: false)
                    continue
                }
            } else if case .not(let inner) = part.kind, let id = inner.columnID,
                let index = gathering.pending.firstIndex(where: { $0.placeholder.id == id }),
                case .exists = gathering.pending[index].kind
            {
                plan = try semi(plan, gathering.pending.remove(at: index), isAnti: true)
                continue
            }
            rest.append(part)
        }
        let before = plan.columns
        plan = try attach(gathering, to: plan, for: nil)
        if !rest.isEmpty { plan = LogicalPlan(.filter(plan, .conjunction(rest, syntax.range)), plan.columns) }
        if plan.columns.count > before.count {
            plan = LogicalPlan(.project(plan, before.map { Expression($0, syntax.range) }), before)
        }
        return plan
    }

    private func semi(_ plan: LogicalPlan, _ pending: PendingQuery, isAnti: Bool) throws -> LogicalPlan {
        var conditions: [Expression] = []
        if case .isIn(let value) = pending.kind {
            conditions.append(
                Expression(
                    .compare(.equal, value, Expression(pending.plan.columns[0], pending.range)), .bool, pending.range))
        }
        return try dependent(isAnti ? .anti : .semi, plan, pending.plan, conditions, pending.range)
    }

    /// Joins the pending subqueries that some expressions read (all, where nil): their placeholders become columns.
    func attach(_ gathering: Gathering, to input: LogicalPlan, for expressions: [Expression]?) throws -> LogicalPlan {
        var plan = input
        var wanted = expressions.map { $0.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) } }
        // The value of IN may itself read subqueries: they stand in front of it.
        for pending in gathering.pending.reversed() where wanted?.contains(pending.placeholder.id) ?? false {
            if case .isIn(let value) = pending.kind { wanted?.formUnion(value.columns) }
        }
        for pending in gathering.pending where wanted?.contains(pending.placeholder.id) ?? true {
            plan = try attached(plan, pending)
        }
        gathering.pending.removeAll { wanted?.contains($0.placeholder.id) ?? true }
        return plan
    }

    private func attached(_ plan: LogicalPlan, _ pending: PendingQuery) throws -> LogicalPlan {
        switch pending.kind {
        case .scalar:
            // The placeholder is the subquery's one column.
            let own = LogicalPlan(
                .project(
                    pending.plan,
                    [try coerced(Expression(pending.plan.columns[0], pending.range), to: pending.placeholder.type)]),
                [pending.placeholder])
            return try dependent(.single, plan, own, [], pending.range)
        case .exists:
            return try dependent(.mark(isIn: false), plan, pending.plan, [], pending.range, mark: pending.placeholder)
        case .isIn(let value):
            let condition = Expression(
                .compare(.equal, value, Expression(pending.plan.columns[0], pending.range)), .bool, pending.range)
            return try dependent(
                .mark(isIn: true), plan, pending.plan, [condition], pending.range, mark: pending.placeholder)
        }
    }

    /// A join whose right side may read columns of the left: these are taken out of it first.
    func dependent(
        _ kind: JoinPlan.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ conditions: [Expression],
        _ range: SourceRange,
        mark: PlanColumn? = nil
    ) throws -> LogicalPlan {
        let columns: [PlanColumn]
        switch kind {
        case .semi, .anti: columns = left.columns
        case .mark: columns = left.columns + (mark.map { [$0] } ?? [])
        default: columns = left.columns + right.columns
        }
        let mine = Set(left.columns.map(\.id))
        let free = left.columns.filter { right.freeColumns.contains($0.id) }
        if free.isEmpty { return LogicalPlan(joinKind(kind, left, right, conditions, range), columns) }
        let isSemi = kind == .semi || kind == .anti || kind == .mark(isIn: false)
        if isSemi, let lifted = Self.lifted(right, mine) {
            // The correlated conditions become conditions of the join itself.
            let outputs = Self.outputs(of: right, above: lifted.base)
            let all = lifted.conditions + conditions.map { $0.replacing(outputs) }
            return LogicalPlan(joinKind(kind, left, lifted.plan, all, range), columns)
        }
        // The left side is read twice: once for itself, once for what the subquery needs of it.
        let shared = self.shared(left)
        let again = reading(shared)
        let renamed = Dictionary(
            uniqueKeysWithValues: zip(left.columns, again.columns).map { ($0.id, Expression($1, range)) })
        let keys = free.map { $0.id }
        let source = distinct(
            LogicalPlan(.project(again, free.compactMap { renamed[$0.id] }), free.map { column($0.name, $0.type) }),
            range)
        let decorrelator = Decorrelator(binder: self, free: free, domain: self.shared(source), range: range)
        let (pushed, own) = try decorrelator.push(right)
        let outer = reading(shared)
        let kept = LogicalPlan(.project(outer, outer.columns.map { Expression($0, range) }), left.columns)
        var all = conditions
        for (id, column) in zip(keys, own) {
            guard let original = left.columns.first(where: { $0.id == id }) else { continue }
            let equal = Expression(.isDistinct(Expression(original, range), Expression(column, range)), .bool, range)
            // Keys of the domain come first: of IN the value must be the last.
            all.insert(Expression(.not(equal), .bool, range), at: 0)
        }
        return LogicalPlan(joinKind(kind, kept, pushed, all, range), columns)
    }

    /// Filters and projections over an uncorrelated input: the filters that read nothing of the outer side, over that
    /// input (`base`), without projections; and the conditions that do.
    private static func lifted(
        _ plan: LogicalPlan, _ outer: Set<ColumnID>
    ) -> (plan: LogicalPlan, base: LogicalPlan, conditions: [Expression])? {
        if plan.freeColumns.isDisjoint(with: outer) { return (plan, plan, []) }
        switch plan.kind {
        case .filter(let input, let condition):
            guard let inner = lifted(input, outer) else { return nil }
            // Projections below are left out: conditions then read what they are made of.
            let outputs = outputs(of: input, above: inner.base)
            var mine: [Expression] = []
            var others: [Expression] = []
            for part in condition.conjuncts.map({ $0.replacing(outputs) }) {
                if part.columns.isDisjoint(with: outer) { others.append(part) } else { mine.append(part) }
            }
            let kept =
                others.isEmpty
                ? inner.plan
                : LogicalPlan(.filter(inner.plan, .conjunction(others, condition.range)), inner.plan.columns)
            return (kept, inner.base, inner.conditions + mine)
        case .project(let input, let expressions):
            guard expressions.allSatisfy({ $0.columns.isDisjoint(with: outer) }) else { return nil }
            return lifted(input, outer)
        default: return nil
        }
    }

    /// What the output columns of projections are, in columns of the plan that they stand above.
    private static func outputs(of plan: LogicalPlan, above base: LogicalPlan) -> [ColumnID: Expression] {
        if plan === base { return [:] }
        switch plan.kind {
        case .project(let input, let expressions):
            let below = outputs(of: input, above: base)
            return Dictionary(
                zip(plan.columns.map(\.id), expressions.map { $0.replacing(below) }),
                uniquingKeysWith: { first, _ in first })
        case .filter(let input, _): return outputs(of: input, above: base)
        default: return [:]
        }
    }
}
