internal import Columnar
internal import Kernels

/// What is known of the rows of a frame that grows from piece to piece of a partition.
struct RunningState: Sendable {
    /// Whether frames go on from the pieces before, and do not begin with a row of this one.
    var isContinued = false
    /// Rows that were counted.
    var count: Int64 = 0
    var total: Int128 = 0
    var number = 0.0
    /// The least or the largest value, a row; nil before there is one.
    var extreme: Column?
}

/// An aggregate over the frame of each row.
///
/// Frames that only grow share one running state; equal frames are computed once; other frames are computed each for
/// itself, their rows given to the aggregate's own state.
struct WindowAggregate {
    let function: AggregateFunction
    let arguments: [Column]
    let mask: Bitmap?
    let frames: WindowPartition.Frames
    let rowCount: Int

    /// The most rows of all frames together that are computed frame by frame.
    private static let frameRowCountMax = 1 << 30

    func computed() throws(KernelError) -> Column {
        let (firsts, frameOf) = distinct()
        let results: Column
        if let grown = try growing(firsts) { results = grown } else { results = try separate(firsts) }
        let span = frameOf.span
        return try results.taking(span)
    }

    /// The first row of each frame, and the frame of each row: rows with the same frame as the row before share its result,
    /// as whole partitions and peers do.
    private func distinct() -> (firsts: [Int], frameOf: [UInt32]) {
        var frameOf = [UInt32](repeating: 0, count: rowCount)
        var firsts: [Int] = []
        for row in 0..<rowCount {
            let isSame =
                row > 0 && frames.exclusion == .none && frames.low[row] == frames.low[row - 1]
                && frames.high[row] == frames.high[row - 1]
            if !isSame { firsts.append(row) }
            frameOf[row] = UInt32(firsts.count - 1)
        }
        return (firsts, frameOf)
    }

    /// Whether a frame that grows is computed by a running state.
    static func isRunning(_ function: AggregateFunction, _ types: [LogicalType]) -> Bool {
        if isCount(function, types.count) || function.isIdempotent && types.count == 1 { return true }
        guard types.count == 1, let state = try? function.makeState(types, [], false) else { return false }
        return state is SumState
    }

    private static func isCount(_ function: AggregateFunction, _ argumentCount: Int) -> Bool {
        argumentCount == 0 || function.result == .int64 && function.empty == .int(0) && argumentCount == 1
    }

    /// The results of frames that all begin with the first row of a partition which is read piece by piece: `state` holds
    /// what the pieces before gave. Only for aggregates of `isRunning`, and rows of which the last is in the last frame.
    func continued(_ state: inout RunningState) throws(KernelError) -> Column {
        let (firsts, frameOf) = distinct()
        let results: Column
        if Self.isCount(function, arguments.count) {
            results = running(firsts, &state)
        } else if function.isIdempotent {
            results = try continuedExtreme(firsts, &state)
        } else {
            results = try runningSum(firsts, &state)
        }
        let span = frameOf.span
        return try results.taking(span)
    }

    /// The extreme so far stands in front of the rows.
    private func continuedExtreme(_ firsts: [Int], _ state: inout RunningState) throws(KernelError) -> Column {
        var results: Column
        if let best = state.extreme {
            let values = try Column.joined([best, arguments[0]], type: arguments[0].type)
            let all = WindowAggregate(
                function: function, arguments: [values],
                mask: mask.map { mask in Bitmap((0...rowCount).map { $0 == 0 || mask[$0 - 1] }) },
                frames: WindowPartition.Frames(
                    low: Array(repeating: 0, count: rowCount + 1), high: [1] + frames.high.map { $0 + 1 },
                    exclusion: .none, peerStarts: [], peerEnds: []), rowCount: rowCount + 1)
            results = try all.runningExtreme(firsts.map { $0 + 1 })
        } else {
            results = try runningExtreme(firsts)
        }
        if results.rowCount > 0, results.isValid(results.rowCount - 1) {
            state.extreme = results.slice(results.rowCount - 1..<results.rowCount)
        }
        return results
    }

    /// Frames that begin where the one before began, and end behind it: each adds rows to what is known.
    private func growing(_ firsts: [Int]) throws(KernelError) -> Column? {
        guard frames.exclusion == .none else { return nil }
        var isGrowing = false
        for index in firsts.indices.dropFirst() {
            let (row, before) = (firsts[index], firsts[index - 1])
            if frames.low[row] == frames.low[before] {
                guard frames.high[row] >= frames.high[before] else { return nil }
                isGrowing = true
            }
        }
        guard isGrowing else { return nil }
        var state = RunningState()
        if Self.isCount(function, arguments.count) { return running(firsts, &state) }
        let type = arguments[0].type
        if function.isIdempotent, arguments.count == 1 { return try runningExtreme(firsts) }
        // Sums and averages are told by a probe of their state's kind.
        guard arguments.count == 1, try function.makeState([type], [], false) is SumState else { return nil }
        return try runningSum(firsts, &state)
    }

    private func counts(_ row: Int) -> Bool { mask.map { $0[row] } ?? true }

    private func running(_ firsts: [Int], _ state: inout RunningState) -> Column {
        var results: [Int64] = []
        var (start, end, total) = (state.isContinued ? 0 : -1, 0, state.count)
        for row in firsts {
            if frames.low[row] != start { (start, end, total) = (frames.low[row], frames.low[row], 0) }
            while end < frames.high[row] {
                if counts(end) { total += 1 }
                end += 1
            }
            results.append(total)
        }
        state.count = total
        return Column(.int64, .int64(Buffer(results)))
    }

    private func runningExtreme(_ firsts: [Int]) throws(KernelError) -> Column {
        let values = arguments[0]
        // Codes in the order of the values: the greater one wins for max.
        let order = KeyOrder(isDescending: false, nullsFirst: true)
        let keys = try KeyLayout(chunks: [[values]], orders: [order]).packed([values], rowCount: rowCount).wideKeys
        let probe = try function.makeState([values.type], [], false)
        // Whether the function keeps the larger or the smaller of two: asked of the function itself.
        let isMaximum = try Self.keepsLarger(probe, values, keys, mask)
        var positions: [UInt32] = []
        var (start, end, best) = (-1, 0, missingRow)
        for row in firsts {
            if frames.low[row] != start { (start, end, best) = (frames.low[row], frames.low[row], missingRow) }
            while end < frames.high[row] {
                if counts(end) {
                    if best == missingRow || (isMaximum ? keys[end] > keys[Int(best)] : keys[end] < keys[Int(best)]) {
                        best = UInt32(end)
                    }
                }
                end += 1
            }
            positions.append(best)
        }
        let span = positions.span
        return try values.taking(span, mayMiss: true)
    }

    private static func keepsLarger(
        _ state: any AggregateState, _ values: Column, _ keys: [UInt128], _ mask: Bitmap?
    ) throws(KernelError) -> Bool {
        var (least, most) = (-1, -1)
        for row in keys.indices where mask.map({ $0[row] }) ?? true {
            if least < 0 || keys[row] < keys[least] { least = row }
            if most < 0 || keys[row] > keys[most] { most = row }
        }
        guard least >= 0, keys[least] != keys[most] else { return true }
        let rows: [UInt32] = [UInt32(least), UInt32(most)]
        let span = rows.span
        let pair = try values.taking(span)
        let groups: [UInt32] = [0, 0]
        let zero = groups.span
        state.grow(to: 1)
        try state.update(zero, [.column(pair)], mask: nil)
        let result = try state.finish()
        let equal = try Comparison.equal.evaluate(.column(result), .column(pair.slice(1..<2)), rowCount: 1)
        return Logic.selection(equal)[0]
    }

    /// Running sums: the sums of all prefixes, exact where the type is; in the order of rows where it is not.
    private func runningSum(_ firsts: [Int], _ state: inout RunningState) throws(KernelError) -> Column {
        let values = arguments[0]
        let isAverage = try Self.isAverage(function, values.type)
        var counts: [Int64] = []
        var doubles: [Double] = []
        var exact: [Int128] = []
        let wide: [Int128]
        switch values.values {
        case .int32(let own): wide = own.array.map { Int128($0) }
        case .int64(let own): wide = own.array.map { Int128($0) }
        case .int128(let own): wide = own.array
        default: wide = []
        }
        var (start, end) = (state.isContinued ? 0 : -1, 0)
        var (count, total, number) = (state.count, state.total, state.number)
        for row in firsts {
            if frames.low[row] != start {
                (start, end, count, total, number) = (frames.low[row], frames.low[row], 0, 0, 0)
            }
            while end < frames.high[row] {
                if self.counts(end) {
                    count += 1
                    if case .double(let own) = values.values {
                        number += own[end]
                    } else {
                        let (sum, overflow) = total.addingReportingOverflow(wide[end])
                        if overflow { throw .overflow("\(function.result)") }
                        total = sum
                    }
                }
                end += 1
            }
            counts.append(count)
            doubles.append(number)
            exact.append(total)
        }
        (state.count, state.total, state.number) = (count, total, number)
        let bits = Bitmap(counts.map { $0 > 0 })
        if function.result == .double {
            let results = zip(doubles, counts).map { isAverage ? ($1 == 0 ? 0 : $0 / Double($1)) : $0 }
            return Column(.double, .double(Buffer(results))).with(validity: bits)
        }
        let type = function.result.logical
        let limit = Decimals.power(type.precision).magnitude
        var results: [Int128] = []
        for (sum, count) in zip(exact, counts) {
            let value =
                isAverage && count > 0
                ? Decimals.quotient(sum, Int128(count), shift: type.scale - values.type.scale) : sum
            guard let value, value.magnitude < limit else { throw .overflow("\(function.result)") }
            results.append(value)
        }
        return Column(type, .int128(Buffer(results))).with(validity: bits)
    }

    /// Whether a sum is divided by the count: of two ones it is 1.
    private static func isAverage(_ function: AggregateFunction, _ type: LogicalType) throws(KernelError) -> Bool {
        let state = try function.makeState([type], [], false)
        state.grow(to: 1)
        let one: Scalar =
            type == .double
            ? .double(1)
            : type.scale > 0 || type.physicalType == .int128
                ? .decimal(ExactDecimal(unscaled: Decimals.power(type.scale), scale: type.scale)) : .int(1)
        let column: Column
        if case .decimal = type {
            column = try Column.make(
                type, [.decimal(ExactDecimal(unscaled: Decimals.power(type.scale), scale: type.scale))])
        } else {
            column = try Column.make(type, [one])
        }
        let groups: [UInt32] = [0, 0]
        let span = groups.span
        try state.update(span, [.column(column.repeated(2))], mask: nil)
        let value = try state.finish().scalar(0)
        switch value {
        case .double(let number): return number == 1
        case .decimal(let number): return number.unscaled == Decimals.power(number.scale)
        default: return false
        }
    }

    /// Every frame by itself.
    private func separate(_ firsts: [Int]) throws(KernelError) -> Column {
        let types = arguments.map(\.type)
        let state = try function.makeState(types, [], false)
        state.grow(to: firsts.count)
        var groups: [UInt32] = []
        var rows: [UInt32] = []
        var total = 0
        func flush() throws(KernelError) {
            if rows.isEmpty { return }
            let (ownGroups, ownRows) = (groups, rows)
            (groups, rows) = ([], [])
            let (groupSpan, rowSpan) = (ownGroups.span, ownRows.span)
            var operands: [Operand] = []
            for argument in arguments { operands.append(.column(try argument.taking(rowSpan))) }
            try state.update(groupSpan, operands, mask: nil)
        }
        for (index, row) in firsts.enumerated() {
            for member in frames.members(row) where counts(member) {
                groups.append(UInt32(index))
                rows.append(UInt32(member))
                total += 1
            }
            guard total <= Self.frameRowCountMax else {
                throw .invalidArgument("frames that hold more than \(Self.frameRowCountMax) rows together")
            }
            if rows.count > 1 << 16 { try flush() }
        }
        try flush()
        return try state.finish()
    }
}
