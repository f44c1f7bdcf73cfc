extension LogicalPlan {
    /// The plans below.
    var inputs: [LogicalPlan] {
        switch kind {
        case .scan, .values, .recursionStep: []
        case .filter(let input, _), .project(let input, _), .aggregate(let input, _, _, _), .window(let input, _),
            .sort(let input, _, _), .limit(let input, _, _), .unnest(let input, _, _), .series(let input, _),
            .tableFunction(let input, _):
            [input]
        case .join(let join): [join.left, join.right]
        case .concatenation(let inputs): inputs
        case .setDifference(let left, let right, _, _), .recursion(let left, let right, _, _): [left, right]
        case .shared(let shared): [shared.plan]
        }
    }

    /// The expressions of this operator.
    var expressions: [Expression] {
        switch kind {
        case .scan(_, _, let conditions): conditions
        case .values(let rows): rows.flatMap { $0 }
        case .filter(_, let condition): [condition]
        case .project(_, let expressions), .unnest(_, let expressions, _), .series(_, let expressions): expressions
        case .aggregate(_, let keys, _, let calls):
            keys + calls.flatMap { $0.arguments + $0.order.map(\.expression) + ($0.filter.map { [$0] } ?? []) }
        case .tableFunction(_, let call): call.expressions
        case .window(_, let calls):
            calls.flatMap { $0.arguments + $0.partition + $0.order.map(\.expression) + ($0.filter.map { [$0] } ?? []) }
        case .join(let join):
            join.keys.flatMap { [$0.left, $0.right] } + (join.residual.map { [$0] } ?? [])
                + (join.asOf.map { [$0.left, $0.right] } ?? [])
        case .sort(_, let keys, _): keys.map(\.expression)
        case .limit, .concatenation, .setDifference, .shared, .recursion, .recursionStep: []
        }
    }

    /// The columns that are read here and made nowhere below: those of a query around this one.
    var freeColumns: Set<ColumnID> {
        var free = expressions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        for input in inputs {
            for column in input.columns { free.remove(column.id) }
        }
        for input in inputs { free.formUnion(input.freeColumns) }
        return free
    }

    /// The plan with its expressions and inputs exchanged.
    func mapped(
        _ expression: (Expression) throws -> Expression, _ input: (LogicalPlan) throws -> LogicalPlan
    ) rethrows -> LogicalPlan {
        let kind: Kind
        switch self.kind {
        case .scan(let source, let names, let conditions):
            kind = .scan(source, names: names, conditions: try conditions.map(expression))
        case .values(let rows): kind = .values(try rows.map { try $0.map(expression) })
        case .filter(let below, let condition): kind = .filter(try input(below), try expression(condition))
        case .project(let below, let expressions): kind = .project(try input(below), try expressions.map(expression))
        case .aggregate(let below, let keys, let sets, let calls):
            kind = .aggregate(
                try input(below), keys: try keys.map(expression), sets: sets,
                try calls.map { try $0.mapped(expression) })
        case .window(let below, let calls):
            kind = .window(try input(below), try calls.map { try $0.mapped(expression) })
        case .join(var join):
            join.left = try input(join.left)
            join.right = try input(join.right)
            join.keys = try join.keys.map {
                JoinPlan.KeyPair(
                    left: try expression($0.left), right: try expression($0.right), matchesNulls: $0.matchesNulls)
            }
            join.residual = try join.residual.map(expression)
            if let asOf = join.asOf {
                join.asOf = (asOf.comparison, try expression(asOf.left), try expression(asOf.right))
            }
            kind = .join(join)
        case .sort(let below, let keys, let limit):
            kind = .sort(
                try input(below), try keys.map { SortKey(expression: try expression($0.expression), order: $0.order) },
                limit: limit)
        case .limit(let below, let limit, let offset): kind = .limit(try input(below), limit: limit, offset: offset)
        case .concatenation(let inputs): kind = .concatenation(try inputs.map(input))
        case .setDifference(let left, let right, let isIntersection, let isAll):
            kind = .setDifference(try input(left), try input(right), isIntersection: isIntersection, isAll: isAll)
        case .recursion(let first, let step, let number, let isAll):
            kind = .recursion(try input(first), try input(step), number: number, isAll: isAll)
        case .recursionStep: kind = self.kind
        case .unnest(let below, let lists, let withOrdinality):
            kind = .unnest(try input(below), try lists.map(expression), withOrdinality: withOrdinality)
        case .series(let below, let bounds): kind = .series(try input(below), try bounds.map(expression))
        case .tableFunction(let below, var call):
            call.expressions = try call.expressions.map(expression)
            kind = .tableFunction(try input(below), call)
        case .shared(let shared):
            let plan = try input(shared.plan)
            kind = .shared(plan === shared.plan ? shared : SharedPlan(number: shared.number, plan: plan))
        }
        return LogicalPlan(kind, columns)
    }

    /// The plan with columns of a query around it replaced.
    func replacing(_ replacements: [ColumnID: Expression]) -> LogicalPlan {
        if freeColumns.isDisjoint(with: replacements.keys) { return self }
        return mapped({ $0.replacing(replacements) }, { $0.replacing(replacements) })
    }
}
