internal import CivilTime
internal import Columnar
internal import Kernels

/// Makes pipelines of a logical plan. Operators that need all rows before they give one are computed here.
struct Lowering: Sendable {
    let execution: Execution

    /// The pipeline of a plan, with its rows and time counted where they are asked for.
    func pipeline(_ plan: LogicalPlan) throws -> Pipeline {
        try execution.check()
        guard let meters = execution.meters else { return try unmetered(plan) }
        let meter = meters.meter(of: plan)
        let start = meters.now()
        let made = try unmetered(plan)
        meter.add(nanoseconds: meters.now() - start)
        return meters.metered(made, meter)
    }

    private func unmetered(_ plan: LogicalPlan) throws -> Pipeline {
        switch plan.kind {
        case .scan(let source, let names, let conditions): return try scan(plan, source, names, conditions)
        case .values(let rows): return try values(plan, rows)
        case .filter(let input, let condition): return filter(try pipeline(input), condition, plan.columns)
        case .project(let input, let expressions): return project(try pipeline(input), expressions, plan.columns)
        case .aggregate(let input, let keys, let sets, let calls):
            let below = try pipeline(input)
            guard let sets else {
                return try Aggregation(
                    input: below, keys: keys, calls: calls, columns: plan.columns, execution: execution,
                    meter: execution.meters?.meter(of: plan)
                ).pipeline()
            }
            return try groupingSets(below, keys, sets, calls, plan)
        case .window(let input, let calls):
            return try Windowing(
                input: try pipeline(input), calls: calls, columns: plan.columns, execution: execution,
                meter: execution.meters?.meter(of: plan)
            ).pipeline()
        case .join(let join): return try self.join(join, plan.columns, execution.meters?.meter(of: plan))
        case .sort(let input, let keys, let limit):
            return try Sorting(
                input: try pipeline(input), keys: keys, limit: limit, execution: execution,
                meter: execution.meters?.meter(of: plan)
            ).pipeline()
        case .limit(let input, let limit, let offset): return try self.limit(try pipeline(input), limit, offset)
        case .concatenation(let inputs): return try concatenation(try inputs.map(pipeline), plan.columns)
        case .setDifference(let left, let right, let isIntersection, let isAll):
            return try SetDifference(
                left: try pipeline(left), right: try pipeline(right), isIntersection: isIntersection, isAll: isAll,
                columns: plan.columns, execution: execution, meter: execution.meters?.meter(of: plan)
            ).pipeline()
        case .unnest(let input, let lists, let withOrdinality):
            return RowGenerators.unnest(try pipeline(input), lists, withOrdinality, plan.columns, execution)
        case .series(let input, let bounds):
            return RowGenerators.series(try pipeline(input), bounds, plan.columns, execution)
        case .tableFunction(let input, let call):
            return try TableFunctionRun(
                input: try pipeline(input), call: call, columns: plan.columns, execution: execution,
                meter: execution.meters?.meter(of: plan)
            ).pipeline()
        case .shared(let shared): return try self.shared(shared, plan.columns)
        case .recursion(let first, let step, let number, let isAll):
            return try Recursion(
                first: reordered(try pipeline(first), first.columns),
                step: { reordered(try pipeline(step), step.columns) }, number: number, isAll: isAll,
                columns: plan.columns, execution: execution
            ).pipeline()
        case .recursionStep(let number):
            return Pipeline(plan.columns, parts: execution.step(number).map { [$0] } ?? [])
        }
    }

    private func scan(
        _ plan: LogicalPlan, _ source: any TableSource, _ names: [String], _ conditions: [Expression]
    ) throws -> Pipeline {
        let types = plan.columns.map(\.type)
        let casting = Casting(zone: .utc, isTry: false)
        let meter = execution.meters?.meter(of: plan).scan ?? ScanMeter()
        let predicate = Pushdown(names: names, columns: plan.columns).predicate(conditions)
        return Pipeline(columns: plan.columns, partCount: source.partCount) { part, next in
            let own = ScanMeter()
            // Whoever takes the rows may have had enough of them, or fail: that is no error of the table.
            var taken: (any Error)?
            do {
                try source.readPart(part, columns: names, where: predicate, meter: own) { batch in
                    try execution.check()
                    let columns = try zip(batch.columns, types).map { column, type in
                        // Unsigned and 8-bit integers become the next wider type that SQL has.
                        column.type == type.logical
                            ? column
                            : column.type.physicalType == type.logical.physicalType
                                && type != .decimal(precision: 20, scale: 0)
                                ? column.reinterpreted(as: type.logical) : try casting.cast(column, to: type.logical)
                    }
                    guard batch.rowCount > 0 else { return }
                    do {
                        try next(Rows(columns, count: batch.rowCount))
                    } catch {
                        taken = error
                        throw error
                    }
                }
            } catch let error as QueryError {
                throw error
            } catch {
                if let taken { throw taken }
                throw QueryError(.input, "can't read table '\(source.name)': \(error)")
            }
            let totals = own.totals
            meter.add { $0 += totals }
            try execution.count(bytesRead: totals.bytesRead)
        }
    }

    private func values(_ plan: LogicalPlan, _ rows: [[Expression]]) throws -> Pipeline {
        if plan.columns.isEmpty { return Pipeline([], parts: [Rows([], count: rows.count)]) }
        let evaluator = Evaluator(context: execution.context)
        let scalars = try rows.map { try $0.map(evaluator.constant) }
        let columns = try kernel {
            try plan.columns.indices.map { index in
                try Column.make(plan.columns[index].type.logical, scalars.map { $0[index] })
            }
        }
        return Pipeline(plan.columns, parts: [Rows(columns, count: rows.count)])
    }

    /// - Parameter columns: those of the input that are read further on.
    private func filter(_ input: Pipeline, _ condition: Expression, _ columns: [PlanColumn]) -> Pipeline {
        let known = Dictionary(
            input.columns.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let columns = columns.filter { known[$0.id] != nil }
        let kept = columns.compactMap { known[$0.id] }
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let parts = condition.conjuncts
        return input.map(columns) { rows in
            var rows = rows
            // Rows that are chosen so far; they are brought together once few are left, before what may fail, and at
            // the end.
            var chosen: Bitmap?
            func compact() throws {
                guard let selection = chosen else { return }
                chosen = nil
                if selection.setCount == rows.count { return }
                let (positions, current) = (selection.rowPositions, rows)
                rows = try kernel { try current.taking(positions) }
            }
            for part in parts where rows.count > 0 {
                if part.canFail || part.isCostly { try compact() }
                let selection = try evaluator.selection(part, rows)
                chosen = chosen.map { $0.intersection(selection) } ?? selection
                if let left = chosen?.setCount, left * 8 < rows.count { try compact() }
            }
            rows = Rows(kept.map { rows.columns[$0] }, count: rows.count)
            try compact()
            return rows
        }
    }

    private func project(_ input: Pipeline, _ expressions: [Expression], _ columns: [PlanColumn]) -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        return input.map(columns) { rows in
            Rows(try expressions.map { try evaluator.column($0, rows) }, count: rows.count)
        }
    }

    /// Each set is an aggregation of its own over the same rows; keys that are not of the set are NULL.
    private func groupingSets(
        _ input: Pipeline, _ keys: [Expression], _ sets: [[Int]], _ calls: [AggregateCall], _ plan: LogicalPlan
    ) throws -> Pipeline {
        let meter = execution.meters?.meter(of: plan)
        let kept = try input.kept(execution, meter)
        let grouped = try sets.map { set in
            let chosen = Array(Set(set)).sorted()
            let own = chosen.map { plan.columns[$0] } + plan.columns.dropFirst(keys.count)
            return try Aggregation(
                input: kept, keys: chosen.map { keys[$0] }, calls: calls, columns: own, execution: execution,
                meter: meter
            ).pipeline().map(plan.columns) { rows in widened(rows, chosen, keys, calls) }
        }
        return try concatenation(grouped, plan.columns)
    }

    /// Groups of one grouping set with a column for each key, and with what `grouping` says of the set.
    /// - Parameter chosen: the keys of the set, by position.
    private func widened(_ rows: Rows, _ chosen: [Int], _ keys: [Expression], _ calls: [AggregateCall]) -> Rows {
        var made: [Column] = []
        for index in keys.indices {
            if let position = chosen.firstIndex(of: index) {
                made.append(rows.columns[position])
            } else {
                made.append(Column.nulls(keys[index].type.logical, rows.count))
            }
        }
        for (call, column) in zip(calls, rows.columns.dropFirst(chosen.count)) {
            guard call.name == "grouping" else {
                made.append(column)
                continue
            }
            let number = call.arguments.reduce(Int32(0)) { number, argument in
                let isKept = chosen.contains { keys[$0].isSame(as: argument) }
                return number * 2 + (isKept ? 0 : 1)
            }
            made.append(Column(.int32, .int32(Buffer(Array(repeating: number, count: rows.count)))))
        }
        return Rows(made, count: rows.count)
    }

    private func join(_ join: JoinPlan, _ columns: [PlanColumn], _ meter: OperatorMeter?) throws -> Pipeline {
        let (left, right) = (try pipeline(join.left), try pipeline(join.right))
        var operation = HashJoin(
            join: join, left: left, right: right, columns: physicalColumns(join, left, right, columns),
            execution: execution, looksUpLeft: Estimate.rows(join.left) < Estimate.rows(join.right))
        operation.meter = meter
        let made = try operation.pipeline()
        return reordered(made, columns)
    }

    /// The columns as the operator gives them: left, then right, then the mark.
    private func physicalColumns(_ join: JoinPlan, _ left: Pipeline, _ right: Pipeline, _ columns: [PlanColumn])
        -> [PlanColumn]
    {
        switch join.kind {
        case .semi, .anti: return left.columns
        case .mark:
            let known = Set(left.columns.map(\.id))
            return left.columns + columns.filter { !known.contains($0.id) }
        case .inner, .left, .single:
            let wanted = Set(columns.map(\.id))
            return (left.columns + right.columns).filter { wanted.contains($0.id) }
        default: return left.columns + right.columns
        }
    }

    /// The columns that a plan promises, in its order.
    private func reordered(_ input: Pipeline, _ columns: [PlanColumn]) -> Pipeline {
        let known = Dictionary(
            input.columns.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let positions = columns.compactMap { known[$0.id] }
        if positions == Array(input.columns.indices) { return input }
        return input.map(columns) { rows in Rows(positions.map { rows.columns[$0] }, count: rows.count) }
    }

    private func limit(_ input: Pipeline, _ limit: Int?, _ offset: Int) throws -> Pipeline {
        struct Enough: Error {}
        var made: [Rows] = []
        var (skip, left) = (offset, limit ?? .max)
        // Parts in their order, and no more of them than are needed.
        for part in 0..<input.partCount where left > 0 {
            do {
                try input.run(part) { rows in
                    let dropped = min(skip, rows.count)
                    skip -= dropped
                    let count = min(left, rows.count - dropped)
                    left -= count
                    if count > 0 { made.append(rows.slice(dropped..<dropped + count)) }
                    if left == 0 { throw Enough() }
                }
            } catch is Enough {}
        }
        return Pipeline(input.columns, parts: made)
    }

    private func concatenation(_ inputs: [Pipeline], _ columns: [PlanColumn]) throws -> Pipeline {
        var starts: [Int] = [0]
        for input in inputs { starts.append(starts[starts.count - 1] + input.partCount) }
        let bounds = starts
        // By position: an input may have its columns in another order than the plan that made it promised.
        return Pipeline(columns: columns, partCount: bounds[bounds.count - 1]) { part, next in
            let index = bounds.lastIndex { $0 <= part && $0 < bounds[bounds.count - 1] } ?? 0
            var chosen = index
            while chosen + 1 < bounds.count - 1, bounds[chosen + 1] <= part { chosen += 1 }
            while inputs[chosen].partCount == 0 { chosen -= 1 }
            try inputs[chosen].run(part - bounds[chosen], next)
        }
    }

    private func shared(_ shared: SharedPlan, _ columns: [PlanColumn]) throws -> Pipeline {
        let known: Pipeline
        if let kept = execution.known(shared.number) {
            known = kept
        } else {
            let made = try pipeline(shared.plan)
            known = try made.kept(execution)
            execution.keep(shared.number, known)
        }
        // The same rows under columns of this place.
        let ordered = reordered(known, shared.plan.columns)
        return Pipeline(columns: columns, partCount: ordered.partCount, run: ordered.run)
    }
}
