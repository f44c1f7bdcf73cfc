internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// GROUP BY: each part of the input is grouped by itself, then equal groups of all parts are merged, partition by
/// partition and in the order of the parts.
struct Aggregation: Sendable {
    let input: Pipeline
    let keys: [Expression]
    let calls: [AggregateCall]
    let columns: [PlanColumn]
    let execution: Execution

    /// The groups of one part: a row of keys for each, and the state of each aggregate.
    private struct Partial: @unchecked Sendable {
        let keys: [Column]
        let groupCount: Int
        let states: [any AggregateState]
        let reservation: MemoryReservation
    }

    /// Rows that are grouped at once: enough to make tables worth it, few enough to stay in the cache.
    private static let chunkRowCount = 1 << 17

    func pipeline() throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let partials = try input.collect(execution) { _, run in
            var made: [Partial] = []
            var waiting: [Rows] = []
            var waitingCount = 0
            try run { rows in
                waiting.append(rows)
                waitingCount += rows.count
                if waitingCount >= Self.chunkRowCount {
                    made.append(try partial(waiting, evaluator))
                    (waiting, waitingCount) = ([], 0)
                }
            }
            if !waiting.isEmpty { made.append(try partial(waiting, evaluator)) }
            return made
        }.flatMap { $0 }
        if keys.isEmpty { return try total(partials) }
        return try merged(partials)
    }

    private func partial(_ parts: [Rows], _ evaluator: Evaluator) throws -> Partial {
        var keyParts: [[Column]] = []
        for rows in parts { keyParts.append(try keys.map { try evaluator.column($0, rows) }) }
        let count = parts.reduce(0) { $0 + $1.count }
        var groups = [UInt32](repeating: 0, count: count)
        var keyColumns: [Column] = []
        var groupCount = 1
        if !keys.isEmpty {
            (groups, keyColumns, groupCount) = try kernel {
                var whole: [Column] = []
                for index in keys.indices {
                    whole.append(try Column.joined(keyParts.map { $0[index] }, type: keys[index].type.logical))
                }
                let (groups, firstRows) = try KeyLayout(chunks: [whole]).packed(whole, rowCount: count).grouped()
                let span = firstRows.span
                return (groups, try whole.map { try $0.taking(span) }, firstRows.count)
            }
        }
        let states = try makeStates()
        for state in states { state.grow(to: groupCount) }
        var start = 0
        let span = groups.span
        for rows in parts {
            let own = span.extracting(start..<start + rows.count)
            start += rows.count
            for (call, state) in zip(calls, states) { try update(state, call, own, rows, evaluator) }
        }
        let reservation = try execution.memory.reserve(
            keyColumns.reduce(0) { $0 + $1.byteCount } + states.reduce(0) { $0 + $1.byteCount })
        return Partial(keys: keyColumns, groupCount: groupCount, states: states, reservation: reservation)
    }

    func makeStates() throws -> [any AggregateState] {
        try calls.map { call in try kernel(call.range) { try call.makeState() } }
    }

    private func update(
        _ state: any AggregateState, _ call: AggregateCall, _ groups: Span<UInt32>, _ rows: Rows, _ evaluator: Evaluator
    ) throws {
        var mask: Bitmap?
        if let filter = call.filter { mask = try evaluator.selection(filter, rows) }
        var chosen = rows
        var operands: [Operand]
        let all = call.arguments + call.order.map(\.expression)
        if let own = mask, all.contains(where: \.canFail) {
            // Arguments of rows that FILTER leaves out must not fail.
            let positions = own.rowPositions
            chosen = try kernel { try rows.taking(positions) }
            operands = try all.map { try evaluator.evaluate($0, chosen) }
            let kept = positions.map { groups[Int($0)] }
            let valid =
                call.function.ignoresNulls
                ? validity(of: Array(operands.prefix(call.arguments.count)), rowCount: chosen.count) : nil
            let span = kept.span
            return try kernel(call.range) { try state.update(span, operands, mask: valid) }
        }
        operands = try all.map { try evaluator.evaluate($0, rows) }
        if call.function.ignoresNulls,
            let valid = validity(of: Array(operands.prefix(call.arguments.count)), rowCount: rows.count)
        {
            mask = mask.map { $0.intersection(valid) } ?? valid
        }
        do {
            try state.update(groups, operands, mask: mask)
        } catch {
            throw QueryError(error, call.type).at(call.range)
        }
    }

    private func finished(_ states: [any AggregateState]) throws -> [Column] {
        try zip(states, calls).map { state, call in try kernel(call.range) { try state.finish() } }
    }

    /// Without keys there is one row, also of no rows.
    private func total(_ partials: [Partial]) throws -> Pipeline {
        let states = try makeStates()
        for state in states { state.grow(to: 1) }
        let zero: [UInt32] = [0]
        let span = zero.span
        for partial in partials {
            for (index, state) in states.enumerated() {
                try kernel(calls[index].range) { try state.merge(partial.states[index], span) }
            }
        }
        return Pipeline(columns, parts: [Rows(try finished(states), count: 1)])
    }

    private func merged(_ partials: [Partial]) throws -> Pipeline {
        if partials.isEmpty { return Pipeline(columns, parts: []) }
        if partials.count == 1 {
            let only = partials[0]
            return Pipeline(columns, parts: [Rows(only.keys + (try finished(only.states)), count: only.groupCount)])
        }
        let total = partials.reduce(0) { $0 + $1.groupCount }
        let layout = try kernel { try KeyLayout(chunks: partials.map(\.keys)) }
        let partitionCount = (0...6).map { 1 << $0 }.first { total >> 15 < $0 } ?? 64
        let packed = Mutex<[(PackedKeys, [UInt16])?]>(Array(repeating: nil, count: partials.count))
        try ParallelWork.run(count: partials.count, threads: execution.threads) {
            (index: Int, _: Int) throws(any Error) in
            let keys = try kernel { try layout.packed(partials[index].keys, rowCount: partials[index].groupCount) }
            let partitions = keys.partitions(partitionCount)
            packed.withLock { $0[index] = (keys, partitions) }
        }
        let keys = packed.withLock { $0.compactMap { $0 } }
        let results = Mutex<[Rows?]>(Array(repeating: nil, count: partitionCount))
        try ParallelWork.run(count: partitionCount, threads: execution.threads) {
            (partition: Int, _: Int) throws(any Error) in
            try execution.check()
            let rows = try merge(partials, keys, UInt16(partition), layout.bits, partitionCount)
            results.withLock { $0[partition] = rows }
        }
        return Pipeline(columns, parts: results.withLock { $0.compactMap { $0 } })
    }

    private func merge(
        _ partials: [Partial], _ keys: [(PackedKeys, [UInt16])], _ partition: UInt16, _ bits: Int, _ partitionCount: Int
    ) throws -> Rows {
        let states = try makeStates()
        var narrow = GroupIndex<UInt64>(bits: min(bits, 64))
        var wide = GroupIndex<UInt128>(bits: 128)
        var pieces: [Rows] = []
        var groupCount = 0
        for (partial, (packed, partitions)) in zip(partials, keys) {
            var groups = [UInt32](repeating: missingRow, count: partial.groupCount)
            var fresh: [UInt32] = []
            switch packed {
            case .narrow(let own, _):
                for row in own.indices where partitions[row] == partition {
                    let group = narrow.insert(own[row])
                    groups[row] = group
                    if Int(group) == groupCount {
                        groupCount += 1
                        fresh.append(UInt32(truncatingIfNeeded: row))
                    }
                }
            case .wide(let own, _):
                for row in own.indices where partitions[row] == partition {
                    let group = wide.insert(own[row])
                    groups[row] = group
                    if Int(group) == groupCount {
                        groupCount += 1
                        fresh.append(UInt32(truncatingIfNeeded: row))
                    }
                }
            }
            if !fresh.isEmpty {
                pieces.append(try kernel { try Rows(partial.keys, count: partial.groupCount).taking(fresh) })
            }
            let span = groups.span
            for (index, state) in states.enumerated() {
                state.grow(to: groupCount)
                try kernel(calls[index].range) { try state.merge(partial.states[index], span) }
            }
        }
        let types = self.keys.map(\.type.logical)
        if pieces.isEmpty { return Rows(columns.map { Column.nulls($0.type.logical, 0) }, count: 0) }
        let keyRows = try kernel { try Rows.joined(pieces, types: types) }
        return Rows(keyRows.columns + (try finished(states)), count: groupCount)
    }
}

extension AggregateCall {
    /// A state for the call.
    func makeState() throws(KernelError) -> any AggregateState {
        try function.makeState(
            (arguments + order.map(\.expression)).map(\.type.logical), order.map(\.order), isDistinct)
    }
}
