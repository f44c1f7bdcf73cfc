internal import Columnar
internal import Kernels

// Windows without PARTITION BY over more rows than memory holds: aggregates of all rows are computed in a reading of their
// own; what runs along is computed of sorted rows, batch by batch. What needs all rows at once has to fit.

extension Windowing {
    func unpartitioned(
        _ input: Pipeline, _ calls: [WindowCall], _ columns: [PlanColumn], _ evaluator: Evaluator
    ) throws -> Pipeline {
        if calls.allSatisfy(Self.isOfAllRows) {
            let kept = try input.kept(execution, meter)
            let values = try totals(kept, calls, evaluator)
            return kept.map(columns) { rows in
                Rows(rows.columns + values.map { $0.repeated(rows.count) }, count: rows.count)
            }
        }
        guard RunningWindow(calls, input.columns, evaluator, execution) != nil, isSortable(calls[0].order) else {
            return try computed(try input.materialised(execution), calls, columns, evaluator)
        }
        let sort = SpilledSort(input, calls[0].order, nil, execution, meter)
        try sort.gather()
        guard sort.isSpilled else { return try computed(sort.rows(), calls, columns, evaluator) }
        let (sorted, execution) = (sort.pipeline(), self.execution)
        return Pipeline(columns: columns, partCount: 1) { _, next in
            guard var running = RunningWindow(calls, input.columns, evaluator, execution) else { return }
            try sorted.run(0) { rows in
                try execution.check()
                if let done = try running.add(rows) { try next(done) }
            }
            if let last = try running.finish() { try next(last) }
        }
    }

    private func isSortable(_ order: [SortKey]) -> Bool {
        order.allSatisfy { key in
            switch key.expression.type.logical.physicalType {
            case .list, .map, .structure: false
            default: true
            }
        }
    }

    /// An aggregate whose frame is all rows.
    private static func isOfAllRows(_ call: WindowCall) -> Bool {
        guard case .aggregate = call.function, call.frame.exclusion == .none, call.order.isEmpty,
            case .unboundedPreceding = call.frame.start
        else { return false }
        return switch call.frame.end {
        case .unboundedFollowing: true
        // Without ORDER BY all rows are peers.
        case .currentRow: call.frame.unit != .rows
        default: false
        }
    }

    /// Each call's value, a row each; in the order of the rows, so that floating sums are those of memory.
    private func totals(_ rows: Pipeline, _ calls: [WindowCall], _ evaluator: Evaluator) throws -> [Column] {
        var states: [(call: WindowCall, function: AggregateFunction, state: any AggregateState)] = []
        for call in calls {
            guard case .aggregate(let function) = call.function else { continue }
            let state = try kernel(call.range) { try function.makeState(call.arguments.map(\.type.logical), [], false) }
            state.grow(to: 1)
            states.append((call, function, state))
        }
        for part in 0..<rows.partCount {
            try rows.run(part) { batch in
                try execution.check()
                for (call, function, state) in states {
                    var operands = try call.arguments.map { try evaluator.column($0, batch) }
                    let mask = try WindowPartition.mask(function, call, operands, batch, evaluator)
                    let counted = mask?.rowPositions
                    let groups = [UInt32](repeating: 0, count: counted?.count ?? batch.count)
                    try kernel(call.range) {
                        if let counted {
                            let span = counted.span
                            operands = try operands.map { own throws(KernelError) in try own.taking(span) }
                        }
                        let span = groups.span
                        try state.update(span, operands.map { .column($0) }, mask: nil)
                    }
                }
            }
        }
        return try states.map { own in try kernel(own.call.range) { try own.state.finish() } }
    }
}
