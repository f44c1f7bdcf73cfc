/// Leaves out the columns that nobody reads.
final class Pruning {
    private var sharedPlans: [Int: SharedPlan] = [:]
    /// Of each shared plan the columns that any place reads, by position.
    private var usedPositions: [Int: Set<Int>] = [:]
    /// Whether uses are gathered, and what plans are made of does not count.
    private var isGathering = false
    private var gathered: [Int: Set<Int>] = [:]

    /// The plan with the wanted columns, and those that operators need for themselves.
    func optimized(_ plan: LogicalPlan, _ wanted: Set<ColumnID>) -> LogicalPlan {
        // One shared plan may read another: uses are gathered until none is added.
        isGathering = true
        repeat {
            gathered = usedPositions
            sharedPlans = [:]
            _ = pruned(plan, wanted)
        } while gathered != usedPositions
        isGathering = false
        sharedPlans = [:]
        return pruned(plan, wanted)
    }

    /// The plan with the wanted columns at least.
    func pruned(_ plan: LogicalPlan, _ wanted: Set<ColumnID>) -> LogicalPlan {
        let own = plan.expressions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        switch plan.kind {
        case .scan(let source, let names, let conditions):
            let kept = plan.columns.indices.filter { wanted.contains(plan.columns[$0].id) }
            // The conditions stand as a filter above: they name columns that it asks for.
            return LogicalPlan(
                .scan(source, names: kept.map { names[$0] }, conditions: conditions), kept.map { plan.columns[$0] })
        case .filter(let input, let condition):
            let below = pruned(input, wanted.union(condition.columns))
            // Columns that the condition alone reads go no further.
            return LogicalPlan(.filter(below, condition), below.columns.filter { wanted.contains($0.id) })
        case .project(let input, let expressions):
            let kept = plan.columns.indices.filter { wanted.contains(plan.columns[$0].id) }
            let needed = kept.reduce(into: Set<ColumnID>()) { $0.formUnion(expressions[$1].columns) }
            return LogicalPlan(
                .project(pruned(input, needed), kept.map { expressions[$0] }), kept.map { plan.columns[$0] })
        case .aggregate(let input, let keys, let sets, let calls):
            let used = calls.indices.filter { wanted.contains(plan.columns[keys.count + $0].id) }
            let kept = used.map { calls[$0] }
            let needed =
                (keys + kept.flatMap { $0.arguments + $0.order.map(\.expression) + ($0.filter.map { [$0] } ?? []) })
                .reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
            return LogicalPlan(
                .aggregate(pruned(input, needed), keys: keys, sets: sets, kept),
                Array(plan.columns.prefix(keys.count)) + used.map { plan.columns[keys.count + $0] })
        case .window(let input, let calls):
            let start = plan.columns.count - calls.count
            let used = calls.indices.filter { wanted.contains(plan.columns[start + $0].id) }
            if used.isEmpty { return pruned(input, wanted) }
            let kept = used.map { calls[$0] }
            let needed = kept.flatMap {
                $0.arguments + $0.partition + $0.order.map(\.expression) + ($0.filter.map { [$0] } ?? [])
            }
            .reduce(into: wanted) { $0.formUnion($1.columns) }
            let below = pruned(input, needed)
            return LogicalPlan(.window(below, kept), below.columns + used.map { plan.columns[start + $0] })
        case .join(var join):
            let needed = wanted.union(own)
            join.left = pruned(join.left, needed)
            join.right = pruned(join.right, needed)
            let known = Set((join.left.columns + join.right.columns).map(\.id))
            let isMark = if case .mark = join.kind { true } else { false }
            return LogicalPlan(
                .join(join),
                plan.columns.filter {
                    (known.contains($0.id) && wanted.contains($0.id)) || (isMark && wanted.contains($0.id))
                        || (isMark && $0 == plan.columns.last)
                })
        case .sort(let input, let keys, let limit):
            let below = pruned(input, wanted.union(own))
            return LogicalPlan(.sort(below, keys, limit: limit), below.columns)
        case .limit(let input, let limit, let offset):
            let below = pruned(input, wanted)
            return LogicalPlan(.limit(below, limit: limit, offset: offset), below.columns)
        case .concatenation(let inputs):
            let kept = plan.columns.indices.filter { wanted.contains(plan.columns[$0].id) }
            let below = inputs.map { input in
                let chosen = kept.map { input.columns[$0] }
                // Inputs are read by position: each gives exactly the kept ones in order.
                let inner = pruned(input, Set(chosen.map(\.id)))
                return LogicalPlan(.project(inner, chosen.map { Expression($0, SourceRange(0, 0)) }), chosen)
            }
            return LogicalPlan(.concatenation(below), kept.map { plan.columns[$0] })
        case .unnest(let input, let lists, let withOrdinality):
            let below = pruned(input, wanted.union(own))
            let made = plan.columns.suffix(lists.count + (withOrdinality ? 1 : 0))
            return LogicalPlan(.unnest(below, lists, withOrdinality: withOrdinality), below.columns + made)
        case .tableFunction(let input, let call):
            let below = pruned(input, call.keepsRows ? wanted.union(own) : own)
            let made = plan.columns.suffix(call.function.columns.count)
            return LogicalPlan(.tableFunction(below, call), (call.keepsRows ? below.columns : []) + made)
        case .series(let input, let bounds):
            let below = pruned(input, wanted.union(own))
            return LogicalPlan(.series(below, bounds), below.columns + plan.columns.suffix(1))
        case .setDifference(let left, let right, let isIntersection, let isAll):
            return LogicalPlan(
                .setDifference(whole(left), whole(right), isIntersection: isIntersection, isAll: isAll), plan.columns)
        case .recursion(let first, let step, let number, let isAll):
            return LogicalPlan(.recursion(whole(first), whole(step), number: number, isAll: isAll), plan.columns)
        case .shared(let shared):
            let kept = Self.positions(plan, wanted)
            if isGathering { usedPositions[shared.number, default: []].formUnion(kept) }
            let all = usedPositions[shared.number, default: []].sorted()
            let known: SharedPlan
            if let made = sharedPlans[shared.number], made.plan.columns.count == all.count {
                known = made
            } else {
                known = SharedPlan(number: shared.number, plan: part(shared.plan, all))
                sharedPlans[shared.number] = known
            }
            let read = LogicalPlan(.shared(known), all.map { plan.columns[$0] })
            if kept == all { return read }
            let own = kept.map { plan.columns[$0] }
            return LogicalPlan(.project(read, own.map { Expression($0, SourceRange(0, 0)) }), own)
        case .values, .recursionStep: return plan
        }
    }

    /// A plan with all of its columns, in their order.
    private func whole(_ plan: LogicalPlan) -> LogicalPlan { part(plan, Array(plan.columns.indices)) }

    private func part(_ plan: LogicalPlan, _ positions: [Int]) -> LogicalPlan {
        let columns = positions.map { plan.columns[$0] }
        let inner = pruned(plan, Set(columns.map(\.id)))
        return LogicalPlan(.project(inner, columns.map { Expression($0, SourceRange(0, 0)) }), columns)
    }

    private static func positions(_ plan: LogicalPlan, _ wanted: Set<ColumnID>) -> [Int] {
        plan.columns.indices.filter { wanted.contains(plan.columns[$0].id) }
    }
}
