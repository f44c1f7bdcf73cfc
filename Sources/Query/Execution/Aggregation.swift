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
    /// What counts the bytes that are put away.
    let meter: OperatorMeter?

    /// The groups of one part: a row of keys for each, and the state of each aggregate.
    private struct Partial: @unchecked Sendable {
        /// Which rows they are of: partials are merged in this order.
        let order: PartitionedRows.Order
        let keys: [Column]
        let groupCount: Int
        let states: [any AggregateState]
        let reservation: MemoryReservation?

        func holding(_ reservation: MemoryReservation) -> Partial {
            Partial(order: order, keys: keys, groupCount: groupCount, states: states, reservation: reservation)
        }
    }

    /// For each call an earlier one that keeps the same values, which it then takes its result from: two quantiles of one
    /// column keep it once.
    private func twins(_ states: [any AggregateState]) -> [Int?] {
        calls.indices.map { index in
            guard states[index] is ListState else { return nil }
            return (0..<index).first { states[$0] is ListState && calls[$0].keepsSameValues(as: calls[index]) }
        }
    }

    /// The pieces of groups that memory does not hold.
    private static let pieceCount = 256

    /// Rows that are grouped at once: enough to make tables worth it, few enough to stay in the cache.
    private static let chunkRowCount = 1 << 17

    func pipeline() throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        // Rows that memory has no room for are put away, chunk by chunk, and their groups are made at the end.
        let away = PartitionedRows(input.columns, keys, execution, meter, pieceCount: Self.pieceCount)
        let partials = try input.coalesced().collect(execution) { part, run in
            var made: [Partial] = []
            var waiting: [Rows] = []
            var waitingCount = 0
            var number = 0
            func finishChunk() throws {
                let order = PartitionedRows.Order(part: part, number: number)
                number += 1
                defer { (waiting, waitingCount) = ([], 0) }
                if away.isSpilled, !keys.isEmpty { return try spill(waiting, order, away) }
                if let partial = try partial(waiting, evaluator, order) {
                    made.append(partial)
                } else {
                    try away.spill()
                    try spill(waiting, order, away)
                }
            }
            try run { rows in
                waiting.append(rows)
                waitingCount += rows.count
                if waitingCount >= Self.chunkRowCount { try finishChunk() }
            }
            if !waiting.isEmpty { try finishChunk() }
            return made
        }.flatMap { $0 }
        if keys.isEmpty { return try total(partials) }
        return away.isSpilled ? try merged(partials, away) : try merged(partials)
    }

    private func spill(_ waiting: [Rows], _ order: PartitionedRows.Order, _ away: PartitionedRows) throws {
        // A chunk is put away as a whole, so that its groups are later computed from the same rows in the same order.
        try away.add(try kernel { try Rows.joined(waiting, types: input.types) }, order)
    }

    /// The groups of some rows; nil where they don't fit the budget and may be put away.
    private func partial(
        _ parts: [Rows], _ evaluator: Evaluator, _ order: PartitionedRows.Order
    ) throws -> Partial? {
        let made = try fresh(parts, evaluator, order)
        let byteCount = made.keys.reduce(0) { $0 + $1.byteCount } + made.states.reduce(0) { $0 + $1.byteCount }
        if execution.maySpill, !keys.isEmpty {
            guard let own = execution.memory.tryReserve(byteCount) else { return nil }
            return made.holding(own)
        }
        return made.holding(try execution.memory.reserve(byteCount))
    }

    private func fresh(
        _ parts: [Rows], _ evaluator: Evaluator, _ order: PartitionedRows.Order
    ) throws -> Partial {
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
                return (groups, try whole.map { try Self.compact(try $0.taking(span)) }, firstRows.count)
            }
        }
        let states = try makeStates()
        let twins = twins(states)
        for state in states { state.grow(to: groupCount) }
        var start = 0
        let span = groups.span
        for rows in parts {
            let own = span.extracting(start..<start + rows.count)
            start += rows.count
            for (index, state) in states.enumerated() where twins[index] == nil {
                try update(state, calls[index], own, rows, evaluator)
            }
        }
        return Partial(order: order, keys: keyColumns, groupCount: groupCount, states: states, reservation: nil)
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
        let twins = twins(states)
        return try states.indices.map { index in
            try kernel(calls[index].range) {
                guard let twin = twins[index], let kept = states[twin] as? ListState,
                    let own = states[index] as? ListState
                else { return try states[index].finish() }
                return try own.finish(with: kept)
            }
        }
    }

    /// Without keys there is one row, also of no rows.
    private func total(_ partials: [Partial]) throws -> Pipeline {
        let states = try makeStates()
        for state in states { state.grow(to: 1) }
        let zero: [UInt32] = [0]
        let span = zero.span
        for partial in partials {
            for (index, state) in states.enumerated() {
                try kernel(calls[index].range) {
                    try partial.states[index].prepareMerge()
                    try state.merge(partial.states[index], span, into: span)
                }
            }
        }
        return Pipeline(columns, parts: [Rows(try finished(states), count: 1)])
    }

    /// The groups of what is in memory and of what was put away, piece by piece.
    private func merged(_ partials: [Partial], _ away: PartitionedRows) throws -> Pipeline {
        let cuts = try ParallelWork.results(partials.count, execution) { index in
            try kernel {
                for state in partials[index].states { try state.prepareMerge() }
                return try Cut(partials[index].keys, partials[index].groupCount, Self.pieceCount)
            }
        }
        return Pipeline(columns: columns, partCount: Self.pieceCount) { piece, next in
            try execution.check()
            let evaluator = Evaluator(context: execution.context, columns: input.columns)
            var all = zip(partials, cuts).map { (partial: $0, groups: $1.groups(of: piece)) }
            try away.forEach(piece: piece) { rows, order in
                let made = try fresh([rows], evaluator, order)
                for state in made.states { try kernel { try state.prepareMerge() } }
                all.append((made, Array(0..<UInt32(truncatingIfNeeded: made.groupCount))))
            }
            all.sort { $0.partial.order < $1.partial.order }
            let rows = try merge(all.map(\.partial), all.map(\.groups))
            if rows.count > 0 { try next(rows) }
        }
    }

    private func merged(_ partials: [Partial]) throws -> Pipeline {
        if partials.isEmpty { return Pipeline(columns, parts: []) }
        if partials.count == 1 {
            let only = partials[0]
            return Pipeline(columns, parts: [Rows(only.keys + (try finished(only.states)), count: only.groupCount)])
        }
        // Few groups that keep many values are as much work as many groups.
        let total = partials.reduce(0) { sum, partial in
            sum + max(partial.groupCount, partial.states.reduce(0) { $0 + $1.byteCount } / 64)
        }
        let count = (0...8).map { 1 << $0 }.first { total >> 15 < $0 } ?? 256
        let cut = Mutex<[Cut?]>(Array(repeating: nil, count: partials.count))
        try ParallelWork.run(count: partials.count, threads: execution.threads) {
            (index: Int, _: Int) throws(any Error) in
            let partial = partials[index]
            let made = try kernel {
                for state in partial.states { try state.prepareMerge() }
                return try Cut(partial.keys, partial.groupCount, count)
            }
            cut.withLock { $0[index] = made }
        }
        let cuts = cut.withLock { $0.compactMap { $0 } }
        let results = Mutex<[Rows?]>(Array(repeating: nil, count: count))
        try ParallelWork.run(count: count, threads: execution.threads) { (piece: Int, _: Int) throws(any Error) in
            try execution.check()
            let rows = try merge(partials, cuts.map { $0.groups(of: piece) })
            results.withLock { $0[piece] = rows }
        }
        return Pipeline(columns, parts: results.withLock { $0.compactMap { $0 } })
    }

    /// The groups of a partial by the hash of their keys: each piece is merged by itself.
    private struct Cut: Sendable {
        private let groups: [UInt32]
        private let starts: [Int]

        init(_ keys: [Column], _ groupCount: Int, _ count: Int) throws(KernelError) {
            guard count > 1 else {
                groups = Array(0..<UInt32(truncatingIfNeeded: groupCount))
                starts = [0, groupCount]
                return
            }
            let hashes = try rowHashes(keys, rowCount: groupCount)
            let shift = UInt64(64 - count.trailingZeroBitCount)
            var next = [Int](repeating: 0, count: count + 1)
            for hash in hashes { next[Int(truncatingIfNeeded: hash >> shift) + 1] += 1 }
            for piece in 0..<count { next[piece + 1] += next[piece] }
            starts = next
            var groups = [UInt32](repeating: 0, count: groupCount)
            for group in hashes.indices {
                let piece = Int(truncatingIfNeeded: hashes[group] >> shift)
                groups[next[piece]] = UInt32(truncatingIfNeeded: group)
                next[piece] += 1
            }
            self.groups = groups
        }

        func groups(of piece: Int) -> [UInt32] { Array(groups[starts[piece]..<starts[piece + 1]]) }
    }

    /// Texts of a dictionary that is larger than it is worth are written out.
    private static func compact(_ column: Column) throws(KernelError) -> Column {
        guard case .dictionary(_, let dictionary) = column.values, dictionary.values.count > 1024 else { return column }
        return Column(column.type, validity: column.validity, .bytes(try column.plainBytes()))
    }

    /// - Parameter sources: the groups of each partial that are merged.
    private func merge(_ partials: [Partial], _ sources: [[UInt32]]) throws -> Rows {
        let states = try makeStates()
        var chunks: [Rows] = []
        for (partial, own) in zip(partials, sources) {
            let rows = Rows(partial.keys, count: partial.groupCount)
            chunks.append(own.count == partial.groupCount ? rows : try kernel { try rows.taking(own) })
        }
        let layout = try kernel { try KeyLayout(chunks: chunks.filter { $0.count > 0 }.map(\.columns)) }
        var numbers = KeyNumbers(bits: layout.bits, expected: chunks.reduce(0) { $0 + $1.count })
        var pieces: [Rows] = []
        var groupCount = 0
        for (index, chunk) in chunks.enumerated() where chunk.count > 0 {
            let groups = numbers.insert(try kernel { try layout.packed(chunk.columns, rowCount: chunk.count) })
            var fresh: [UInt32] = []
            for row in groups.indices where Int(groups[row]) == groupCount {
                groupCount += 1
                fresh.append(UInt32(truncatingIfNeeded: row))
            }
            if !fresh.isEmpty {
                pieces.append(fresh.count == chunk.count ? chunk : try kernel { try chunk.taking(fresh) })
            }
            let own = sources[index]
            let (sourceSpan, span) = (own.span, groups.span)
            for (call, state) in states.enumerated() {
                state.grow(to: groupCount)
                try kernel(calls[call].range) { try state.merge(partials[index].states[call], sourceSpan, into: span) }
            }
        }
        let types = self.keys.map(\.type.logical)
        if pieces.isEmpty { return Rows(columns.map { Column.nulls($0.type.logical, 0) }, count: 0) }
        let keyRows = try kernel { try Rows.joined(pieces, types: types) }
        return Rows(keyRows.columns + (try finished(states)), count: groupCount)
    }
}

extension AggregateCall {
    /// Whether the values that both keep of the rows are the same.
    func keepsSameValues(as other: AggregateCall) -> Bool {
        guard arguments.count == other.arguments.count, order.count == other.order.count,
            isDistinct == other.isDistinct, function.ignoresNulls == other.function.ignoresNulls
        else { return false }
        let isFilterSame =
            filter == nil && other.filter == nil
            || (filter.flatMap { own in other.filter.map { own.isSame(as: $0) } } ?? false)
        return isFilterSame && zip(arguments, other.arguments).allSatisfy { $0.isSame(as: $1) }
            && zip(order, other.order).allSatisfy { $0.expression.isSame(as: $1.expression) && $0.order == $1.order }
    }

    /// A state for the call.
    func makeState() throws(KernelError) -> any AggregateState {
        try function.makeState(
            (arguments + order.map(\.expression)).map(\.type.logical), order.map(\.order), isDistinct)
    }
}
