internal import Kernels

/// Rewrites a plan so that less is read and fewer rows are carried; the answer stays the same.
final class Optimizer {
    private let binder: Binder
    private var uses: [Int: Int] = [:]
    private var sharedPlans: [Int: SharedPlan] = [:]

    init(binder: Binder) { self.binder = binder }

    func optimized(_ plan: LogicalPlan) -> LogicalPlan {
        count(plan)
        let pushed = push(plan, [])
        return Pruning().optimized(pushed, Set(pushed.columns.map(\.id)))
    }

    private func count(_ plan: LogicalPlan) {
        if case .shared(let shared) = plan.kind {
            uses[shared.number, default: 0] += 1
            if uses[shared.number] == 1 { count(shared.plan) }
            return
        }
        for input in plan.inputs { count(input) }
    }

    // MARK: Conditions move towards the tables

    /// The plan with conditions that its rows must satisfy, as deep as they can go.
    private func push(_ plan: LogicalPlan, _ conditions: [Expression]) -> LogicalPlan {
        switch plan.kind {
        case .filter(let input, let condition): return push(input, conditions + condition.conjuncts)
        case .project(let input, let expressions):
            let map = Dictionary(zip(plan.columns.map(\.id), expressions), uniquingKeysWith: { first, _ in first })
            var (below, above): ([Expression], [Expression]) = ([], [])
            for condition in conditions {
                let replaced = condition.replacing(map)
                // An expression that may fail is computed for the rows that it was asked for.
                if replaced.canFail { above.append(condition) } else { below.append(replaced) }
            }
            return filtered(LogicalPlan(.project(push(input, below), expressions), plan.columns), above)
        case .join(let join): return self.join(plan, join, conditions)
        case .aggregate(let input, let keys, let sets, let calls):
            let map = Dictionary(zip(plan.columns.map(\.id), keys), uniquingKeysWith: { first, _ in first })
            let known = Set(plan.columns.prefix(keys.count).map(\.id))
            var (below, above): ([Expression], [Expression]) = ([], [])
            for condition in conditions {
                let isOfKeys =
                    sets == nil && !keys.isEmpty && condition.columns.isSubset(of: known) && !condition.columns.isEmpty
                if isOfKeys, !condition.replacing(map).canFail {
                    below.append(condition.replacing(map))
                } else {
                    above.append(condition)
                }
            }
            return filtered(
                LogicalPlan(.aggregate(push(input, below), keys: keys, sets: sets, calls), plan.columns), above)
        case .window(let input, let calls):
            // Conditions on the partition keys of all calls take away whole partitions.
            let partitions = calls.map { Set($0.partition.compactMap(\.columnID)) }
            var (below, above): ([Expression], [Expression]) = ([], [])
            for condition in conditions {
                let isSafe =
                    !condition.columns.isEmpty && partitions.allSatisfy { condition.columns.isSubset(of: $0) }
                    && !condition.canFail
                if isSafe { below.append(condition) } else { above.append(condition) }
            }
            return filtered(LogicalPlan(.window(push(input, below), calls), plan.columns), above)
        case .sort(let input, let keys, nil):
            return LogicalPlan(.sort(push(input, conditions), keys, limit: nil), plan.columns)
        case .concatenation(let inputs):
            let pushed = inputs.map { input in
                let map = Dictionary(
                    zip(plan.columns.map(\.id), input.columns.map { Expression($0, SourceRange(0, 0)) }),
                    uniquingKeysWith: { first, _ in first })
                return push(input, conditions.map { $0.replacing(map) })
            }
            return LogicalPlan(.concatenation(pushed), plan.columns)
        case .shared(let shared):
            if uses[shared.number] == 1 {
                // Read once: the plan itself, under the columns of this place.
                let expressions = shared.plan.columns.map { Expression($0, SourceRange(0, 0)) }
                return push(LogicalPlan(.project(shared.plan, expressions), plan.columns), conditions)
            }
            let known = sharedPlans[shared.number] ?? SharedPlan(number: shared.number, plan: push(shared.plan, []))
            sharedPlans[shared.number] = known
            return filtered(LogicalPlan(.shared(known), plan.columns), conditions)
        case .scan(let source, let names, let own):
            return filtered(
                LogicalPlan(.scan(source, names: names, conditions: own + conditions), plan.columns), conditions)
        default: return filtered(plan.mapped({ $0 }, { push($0, []) }), conditions)
        }
    }

    private func filtered(_ plan: LogicalPlan, _ conditions: [Expression]) -> LogicalPlan {
        guard let first = conditions.first else { return plan }
        // What cannot fail comes first: the rest sees fewer rows.
        let ordered = conditions.filter { !$0.canFail } + conditions.filter(\.canFail)
        return LogicalPlan(.filter(plan, .conjunction(ordered, first.range)), plan.columns)
    }

    private func join(_ plan: LogicalPlan, _ join: JoinPlan, _ conditions: [Expression]) -> LogicalPlan {
        if join.kind == .inner {
            var tables: [LogicalPlan] = []
            var all = conditions
            flatten(plan, &tables, &all)
            return innerJoins(tables, all, plan.columns)
        }
        if let sunk = sunk(join, plan.columns, conditions) { return sunk }
        let mine = Set(join.left.columns.map(\.id)), others = Set(join.right.columns.map(\.id))
        var (left, right, above): ([Expression], [Expression], [Expression]) = ([], [], [])
        for condition in conditions {
            let isOfLeft = condition.columns.isSubset(of: mine) && !condition.columns.isEmpty && !condition.canFail
            if isOfLeft, join.kind != .full { left.append(condition) } else { above.append(condition) }
        }
        var result = join
        // Conditions of ON that read the right side alone choose its rows, but for FULL.
        if join.kind != .full, let residual = join.residual {
            var rest: [Expression] = []
            for part in residual.conjuncts {
                if part.columns.isSubset(of: others), !part.columns.isEmpty, !part.canFail {
                    right.append(part)
                } else {
                    rest.append(part)
                }
            }
            result.residual = rest.isEmpty ? nil : .conjunction(rest, residual.range)
        }
        result.left = push(join.left, left)
        result.right = push(join.right, right)
        return filtered(LogicalPlan(.join(result), plan.columns), above)
    }

    // MARK: The order of inner joins

    /// A semi-join over inner joins whose keys are of one of the tables, and whose other side has few rows, is done
    /// with that table, before the joins; nil where it is not so.
    private func sunk(_ join: JoinPlan, _ columns: [PlanColumn], _ conditions: [Expression]) -> LogicalPlan? {
        guard join.kind == .semi, join.residual == nil, !join.keys.isEmpty else { return nil }
        var tables: [LogicalPlan] = []
        var all = conditions
        flatten(join.left, &tables, &all)
        let read = join.keys.reduce(into: Set<ColumnID>()) { $0.formUnion($1.left.columns) }
        guard tables.count > 1, !read.isEmpty, !join.keys.contains(where: { $0.left.canFail }),
            let index = tables.firstIndex(where: { read.isSubset(of: Set($0.columns.map(\.id))) }),
            Estimate.rows(join.right) * 2 <= Estimate.rows(tables[index])
        else { return nil }
        var own = join
        own.left = tables[index]
        tables[index] = LogicalPlan(.join(own), tables[index].columns)
        return innerJoins(tables, all, columns)
    }

    /// Inner joins of several tables, joined anew: each next table is one that an equality connects, the smallest
    /// first; the larger side probes.
    private func innerJoins(_ tables: [LogicalPlan], _ all: [Expression], _ columns: [PlanColumn]) -> LogicalPlan {
        var own = [[Expression]](repeating: [], count: tables.count)
        var joining: [Expression] = []
        for condition in all {
            if let index = tables.firstIndex(where: { condition.columns.isSubset(of: Set($0.columns.map(\.id))) }),
                !condition.columns.isEmpty, !condition.canFail
            {
                own[index].append(condition)
            } else {
                joining.append(condition)
            }
        }
        joining += implied(joining, tables, &own)
        let rest = tables.indices.map { push(tables[$0], own[$0]) }
        let range = all.first?.range ?? SourceRange(0, 0)
        let current = built(JoinOrder(rest, joining).best(), rest, &joining, range)
        let joined = filtered(current, joining)
        return LogicalPlan(.project(joined, columns.map { Expression($0, range) }), columns)
    }

    /// The joins of a tree; conditions are taken where both sides are there.
    private func built(
        _ tree: JoinOrder.Tree, _ tables: [LogicalPlan], _ conditions: inout [Expression], _ range: SourceRange
    ) -> LogicalPlan {
        switch tree.shape {
        case .table(let index): return tables[index]
        case .join(let probe, let build):
            let left = built(probe, tables, &conditions, range)
            let right = built(build, tables, &conditions, range)
            let (mine, others) = (Set(left.columns.map(\.id)), Set(right.columns.map(\.id)))
            let known = mine.union(others)
            // A key is computed for all rows of its side, as every engine does; other parts that may fail wait.
            func isUsable(_ condition: Expression) -> Bool {
                condition.columns.isSubset(of: known)
                    && (!condition.canFail || JoinPlan.KeyPair(condition, left: mine, right: others) != nil)
            }
            let usable = conditions.filter(isUsable)
            conditions.removeAll(where: isUsable)
            return LogicalPlan(binder.joinKind(.inner, left, right, usable, range), left.columns + right.columns)
        }
    }

    private func flatten(_ plan: LogicalPlan, _ tables: inout [LogicalPlan], _ conditions: inout [Expression]) {
        switch plan.kind {
        case .join(let join) where join.kind == .inner:
            for key in join.keys {
                let range = key.left.range
                if key.matchesNulls {
                    conditions.append(
                        Expression(.not(Expression(.isDistinct(key.left, key.right), .bool, range)), .bool, range))
                } else {
                    conditions.append(Expression(.compare(.equal, key.left, key.right), .bool, range))
                }
            }
            conditions += join.residual?.conjuncts ?? []
            flatten(join.left, &tables, &conditions)
            flatten(join.right, &tables, &conditions)
        case .filter(let input, let condition):
            conditions += condition.conjuncts
            flatten(input, &tables, &conditions)
        default: tables.append(plan)
        }
    }

    /// Conditions of an OR that each of its branches has for one table: they choose rows before the join.
    private func implied(_ joining: [Expression], _ tables: [LogicalPlan], _ own: inout [[Expression]]) -> [Expression]
    {
        var lifted: [Expression] = []
        for condition in joining {
            guard case .or = condition.kind else { continue }
            let branches = condition.disjuncts.map(\.conjuncts)
            let first = branches[0]
            for part in first where branches.allSatisfy({ $0.contains { $0.isSame(as: part) } }) { lifted.append(part) }
            for index in tables.indices {
                let mine = Set(tables[index].columns.map(\.id))
                let chosen = branches.map {
                    $0.filter { $0.columns.isSubset(of: mine) && !$0.columns.isEmpty && !$0.canFail }
                }
                guard chosen.allSatisfy({ !$0.isEmpty }) else { continue }
                own[index].append(
                    Expression(.or(chosen.map { .conjunction($0, condition.range) }), .bool, condition.range))
            }
        }
        return lifted
    }
}

/// How many rows a plan gives, roughly: for the order of joins only.
enum Estimate {
    static func rows(_ plan: LogicalPlan) -> Double {
        switch plan.kind {
        case .scan(let source, _, _): return Double(source.rowCount ?? 100_000)
        case .values(let rows): return Double(rows.count)
        case .filter(let input, let condition): return max(1, rows(input) * share(condition))
        case .aggregate(let input, let keys, _, _): return keys.isEmpty ? 1 : max(1, rows(input) * 0.2)
        case .join(let join):
            let (left, right) = (rows(join.left), rows(join.right))
            switch join.kind {
            // Where keys are unique on the right, it bounds what is found.
            case .semi: return max(1, min(left * 0.5, join.residual == nil ? right : left))
            case .anti: return max(1, left * 0.5)
            case .inner where join.keys.isEmpty: return left * right
            case .inner: return max(left, right)
            default: return left
            }
        case .limit(let input, let limit, _): return min(Double(limit ?? .max), rows(input))
        case .concatenation(let inputs): return inputs.map(rows).reduce(0, +)
        case .series, .unnest: return 1_000
        default: return plan.inputs.map(rows).max() ?? 1
        }
    }

    /// Rows of the largest table below, without conditions: a bound for how many values a column has.
    static func baseRows(_ plan: LogicalPlan) -> Double {
        switch plan.kind {
        case .scan(let source, _, _): Double(source.rowCount ?? 100_000)
        case .aggregate: rows(plan)
        default: plan.inputs.map(baseRows).max() ?? rows(plan)
        }
    }

    /// The share of rows that a condition leaves, as far as its form tells.
    private static func share(_ condition: Expression) -> Double {
        switch condition.kind {
        case .and(let parts): parts.reduce(1) { $0 * share($1) }
        case .or(let parts): min(1, parts.reduce(0) { $0 + share($1) })
        case .not(let inner): 1 - min(0.9, share(inner))
        case .compare(.equal, let left, let right): left.constant == nil && right.constant == nil ? 0.3 : 0.05
        case .compare(.notEqual, _, _), .isTrue: 0.9
        case .isAmong(_, let values): min(0.5, 0.05 * Double(values.count))
        case .isNull: 0.1
        case .call: 0.1
        default: 0.35
        }
    }
}
