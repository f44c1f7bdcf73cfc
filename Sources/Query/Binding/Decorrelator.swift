internal import Columnar
internal import Kernels

/// Takes the columns of an outer query out of a subquery (Neumann and Kemper, "Unnesting Arbitrary Queries", 2015):
/// the subquery is computed once for all distinct values of these columns, which it carries along.
struct Decorrelator {
    let binder: Binder
    /// The outer columns.
    let free: [PlanColumn]
    /// Their distinct combinations.
    let domain: SharedPlan
    let range: SourceRange

    /// The plan with the domain's columns among its own; the second result names them, in the order of `free`.
    func push(_ plan: LogicalPlan) throws -> (LogicalPlan, [PlanColumn]) {
        let ids = Set(free.map(\.id))
        if plan.freeColumns.isDisjoint(with: ids) {
            let own = binder.reading(domain)
            return (LogicalPlan(binder.joinKind(.inner, own, plan, [], range), own.columns + plan.columns), own.columns)
        }
        switch plan.kind {
        case .filter(let input, let condition):
            let (below, own) = try push(input)
            return (LogicalPlan(.filter(below, condition.replacing(map(own))), plan.columns + own), own)
        case .project(let input, let expressions):
            let (below, own) = try push(input)
            let all = expressions.map { $0.replacing(map(own)) } + own.map { Expression($0, range) }
            return (LogicalPlan(.project(below, all), plan.columns + own), own)
        case .aggregate(let input, let keys, let sets, let calls): return try aggregate(plan, input, keys, sets, calls)
        case .window(let input, let calls):
            let (below, own) = try push(input)
            let replaced = calls.map { call in
                let mapped = call.mapped { $0.replacing(map(own)) }
                return WindowCall(
                    function: mapped.function, arguments: mapped.arguments, filter: mapped.filter,
                    ignoresNulls: mapped.ignoresNulls, partition: mapped.partition + own.map { Expression($0, range) },
                    order: mapped.order, frame: mapped.frame, type: mapped.type, range: mapped.range)
            }
            let calculated = Array(plan.columns.suffix(calls.count))
            let window = LogicalPlan(.window(below, replaced), below.columns + calculated)
            return (window, own)
        case .sort(let input, _, nil): return try push(input)
        case .sort(let input, let keys, let limit?): return try limited(input, keys, limit, 0, plan.columns)
        case .limit(let input, let limit, let offset):
            if case .sort(let inner, let keys, _) = input.kind {
                return try limited(inner, keys, limit, offset, plan.columns)
            }
            return try limited(input, [], limit, offset, plan.columns)
        case .join(let join): return try self.join(join, plan)
        case .concatenation(let inputs):
            var pushed: [LogicalPlan] = []
            let own = free.map { binder.column($0.name, $0.type) }
            for input in inputs {
                let (below, columns) = try push(input)
                let all = input.columns + columns
                pushed.append(LogicalPlan(.project(below, all.map { Expression($0, range) }), all))
            }
            return (LogicalPlan(.concatenation(pushed), plan.columns + own), own)
        case .unnest(let input, let lists, let withOrdinality):
            let (below, own) = try push(input)
            let made = plan.columns.dropFirst(input.columns.count)
            return (
                LogicalPlan(
                    .unnest(below, lists.map { $0.replacing(map(own)) }, withOrdinality: withOrdinality),
                    below.columns + made), own
            )
        case .series(let input, let bounds):
            let (below, own) = try push(input)
            let made = plan.columns.dropFirst(input.columns.count)
            return (LogicalPlan(.series(below, bounds.map { $0.replacing(map(own)) }), below.columns + made), own)
        case .shared(let shared):
            let (below, own) = try push(shared.plan)
            let renamed = zip(plan.columns, shared.plan.columns).map { ($0, Expression($1, range)) }
            let all = renamed.map(\.1) + own.map { Expression($0, range) }
            return (LogicalPlan(.project(below, all), renamed.map(\.0) + own), own)
        default:
            throw QueryError(
                .unsupported, "this subquery reads columns of the query around it in a place that is not executed yet",
                at: range)
        }
    }

    private func map(_ own: [PlanColumn]) -> [ColumnID: Expression] {
        Dictionary(uniqueKeysWithValues: zip(free.map(\.id), own.map { Expression($0, range) }))
    }

    private func aggregate(
        _ plan: LogicalPlan, _ input: LogicalPlan, _ keys: [Expression], _ sets: [[Int]]?, _ calls: [AggregateCall]
    ) throws -> (LogicalPlan, [PlanColumn]) {
        guard sets == nil else {
            throw QueryError(.unsupported, "grouping sets in a correlated subquery are not executed yet", at: range)
        }
        let (below, inner) = try push(input)
        let own = free.map { binder.column($0.name, $0.type) }
        let all = keys.map { $0.replacing(map(inner)) } + inner.map { Expression($0, range) }
        let mapped = calls.map { $0.mapped { $0.replacing(map(inner)) } }
        let keyColumns = Array(plan.columns.prefix(keys.count))
        let results = Array(plan.columns.suffix(calls.count))
        if !keys.isEmpty || calls.isEmpty {
            return (LogicalPlan(.aggregate(below, keys: all, sets: nil, mapped), keyColumns + own + results), own)
        }
        // Without GROUP BY there is a row for each combination, also where no row of the subquery is.
        let made = calls.map { binder.column($0.name, $0.type) }
        let grouped = LogicalPlan(.aggregate(below, keys: all, sets: nil, mapped), own + made)
        let domain = binder.reading(self.domain)
        let conditions = zip(domain.columns, own).map { a, b in
            Expression(
                .not(Expression(.isDistinct(Expression(a, range), Expression(b, range)), .bool, range)), .bool, range)
        }
        let joined = LogicalPlan(
            binder.joinKind(.left, domain, grouped, conditions, range), domain.columns + grouped.columns)
        let values = try zip(calls, made).map { call, column in
            let value = Expression(column, range)
            if call.function.empty == .null { return value }
            let missing = Expression(.isNull(value), .bool, range)
            return try binder.caseExpression(
                [(missing, Expression(.constant(call.function.empty), call.type, range))], value, range)
        }
        return (
            LogicalPlan(
                .project(joined, values + domain.columns.map { Expression($0, range) }), results + domain.columns),
            domain.columns
        )
    }

    /// The first rows of each combination, by their number.
    private func limited(
        _ input: LogicalPlan, _ keys: [SortKey], _ limit: Int?, _ offset: Int, _ columns: [PlanColumn]
    ) throws -> (LogicalPlan, [PlanColumn]) {
        let (below, own) = try push(input)
        let number = binder.column("row_number", .int64)
        let call = WindowCall(
            function: .named("row_number"), arguments: [], filter: nil, ignoresNulls: false,
            partition: own.map { Expression($0, range) },
            order: keys.map { SortKey(expression: $0.expression.replacing(map(own)), order: $0.order) },
            frame: WindowFrame(unit: .rows, start: .unboundedPreceding, end: .currentRow, exclusion: .none),
            type: .int64,
            range: range)
        let numbered = LogicalPlan(.window(below, [call]), below.columns + [number])
        func bound(_ comparison: Comparison, _ value: Int) -> Expression {
            Expression(
                .compare(
                    comparison, Expression(number, range), Expression(.constant(.int(Int64(value))), .int64, range)),
                .bool, range)
        }
        var conditions = offset > 0 ? [bound(.greater, offset)] : []
        if let limit {
            conditions.append(
                bound(.lessOrEqual, offset.addingReportingOverflow(limit).overflow ? .max : offset + limit))
        }
        if conditions.isEmpty { return (below, own) }
        return (LogicalPlan(.filter(numbered, .conjunction(conditions, range)), numbered.columns), own)
    }

    private func join(_ join: JoinPlan, _ plan: LogicalPlan) throws -> (LogicalPlan, [PlanColumn]) {
        let ids = Set(free.map(\.id))
        var result = join
        let conditionsDepend =
            join.keys.contains { !$0.left.columns.union($0.right.columns).isDisjoint(with: ids) }
            || !(join.residual?.columns.isDisjoint(with: ids) ?? true)
        let rightDepends = !join.right.freeColumns.isDisjoint(with: ids)
        guard join.kind != .full, join.asOf == nil else {
            throw QueryError(
                .unsupported, "a correlated subquery with this kind of join is not executed yet", at: range)
        }
        let own: [PlanColumn]
        if join.kind == .inner, rightDepends, !conditionsDepend, join.left.freeColumns.isDisjoint(with: ids) {
            (result.right, own) = try push(join.right)
        } else {
            (result.left, own) = try push(join.left)
            if rightDepends {
                let (right, others) = try push(join.right)
                result.right = right
                for (a, b) in zip(own, others) {
                    result.keys.insert(
                        JoinPlan.KeyPair(left: Expression(a, range), right: Expression(b, range), matchesNulls: true),
                        at: 0)
                }
            }
        }
        let map = self.map(own)
        result.keys = result.keys.map {
            JoinPlan.KeyPair(
                left: $0.left.replacing(map), right: $0.right.replacing(map), matchesNulls: $0.matchesNulls)
        }
        result.residual = result.residual?.replacing(map)
        return (LogicalPlan(.join(result), plan.columns + own), own)
    }
}
