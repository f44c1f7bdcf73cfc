internal import Columnar
internal import Kernels

/// Sorted rows of some window partitions, and what functions over them give.
struct WindowPartition {
    let rows: Rows
    let calls: [WindowCall]
    let evaluator: Evaluator
    /// Where each row's window partition begins and ends.
    private let starts: [Int]
    private let ends: [Int]
    /// Where each row's peers begin and end: rows that ORDER BY does not tell apart.
    private let peerStarts: [Int]
    private let peerEnds: [Int]
    /// The one key of ORDER BY, for RANGE frames with an offset.
    private let orderKey: Column?

    init(_ unsorted: Rows, _ calls: [WindowCall], _ evaluator: Evaluator) throws {
        self.calls = calls
        self.evaluator = evaluator
        let first = calls[0]
        let count = unsorted.count
        let partition = try first.partition.map { try evaluator.column($0, unsorted) }
        let order = try first.order.map { try evaluator.column($0.expression, unsorted) }
        let (sorted, isStart, isPeerStart, key): (Rows, [Bool], [Bool], Column?) = try kernel(first.range) {
            let ascending = KeyOrder(isDescending: false, nullsFirst: false)
            let orders = partition.map { _ in ascending } + first.order.map(\.order)
            let all = partition + order
            guard !all.isEmpty else {
                let flags = (0..<count).map { $0 == 0 }
                return (unsorted, flags, flags, nil)
            }
            let keys = try KeyLayout(chunks: [all], orders: orders).packed(all, rowCount: count)
            // Rows that another window sorted in the same way stay where they are.
            let isSorted = keys.isSorted
            let rows = isSorted ? Array(0..<UInt32(truncatingIfNeeded: count)) : keys.sortedRows()
            let own = partition.isEmpty ? nil : try KeyLayout(chunks: [partition]).packed(partition, rowCount: count)
            var isStart = [Bool](repeating: false, count: count)
            var isPeerStart = [Bool](repeating: false, count: count)
            for row in 0..<count {
                let (current, before) = (Int(rows[row]), row == 0 ? 0 : Int(rows[row - 1]))
                isStart[row] = row == 0 || !(own?.isEqual(current, before) ?? true)
                isPeerStart[row] = isStart[row] || (!order.isEmpty && !keys.isEqual(current, before))
            }
            let span = rows.span
            let key = order.count == 1 ? (isSorted ? order[0] : try order[0].taking(span)) : nil
            return (isSorted ? unsorted : try unsorted.taking(rows), isStart, isPeerStart, key)
        }
        rows = sorted
        orderKey = key
        (starts, ends) = Self.bounds(isStart)
        (peerStarts, peerEnds) = Self.bounds(isPeerStart)
    }

    private static func bounds(_ isStart: [Bool]) -> ([Int], [Int]) {
        var starts = [Int](repeating: 0, count: isStart.count)
        var ends = [Int](repeating: isStart.count, count: isStart.count)
        for row in isStart.indices { starts[row] = isStart[row] ? row : starts[row - 1] }
        var end = isStart.count
        for row in isStart.indices.reversed() {
            ends[row] = end
            if isStart[row] { end = row }
        }
        return (starts, ends)
    }

    /// The rows with a column for each call.
    func computed() throws -> Rows {
        var columns = rows.columns
        for call in calls {
            switch call.function {
            case .named(let name): columns.append(try named(name, call))
            case .aggregate(let function): columns.append(try aggregate(function, call))
            }
        }
        return Rows(columns, count: rows.count)
    }

    private func integers(_ body: (Int) -> Int) -> Column {
        Column(.int64, .int64(Buffer((0..<rows.count).map { Int64(body($0)) })))
    }

    private func named(_ name: String, _ call: WindowCall) throws -> Column {
        let count = rows.count
        switch name {
        case "row_number": return integers { $0 - starts[$0] + 1 }
        case "rank": return integers { peerStarts[$0] - starts[$0] + 1 }
        case "dense_rank":
            var ranks = [Int](repeating: 1, count: count)
            for row in 0..<count where row != starts[row] {
                ranks[row] = ranks[row - 1] + (peerStarts[row] == row ? 1 : 0)
            }
            return integers { ranks[$0] }
        case "percent_rank":
            return Column(
                .double,
                .double(
                    Buffer(
                        (0..<count).map { row in
                            let size = ends[row] - starts[row]
                            return size <= 1 ? 0 : Double(peerStarts[row] - starts[row]) / Double(size - 1)
                        })))
        case "cume_dist":
            return Column(
                .double,
                .double(
                    Buffer(
                        (0..<count).map { row in
                            Double(peerEnds[row] - starts[row]) / Double(ends[row] - starts[row])
                        })))
        case "ntile": return try ntile(call)
        case "lag", "lead": return try shifted(call, name == "lag" ? -1 : 1)
        default: return try framed(name, call)
        }
    }

    private func ntile(_ call: WindowCall) throws -> Column {
        let buckets = try evaluator.column(call.arguments[0], rows)
        var values: [Scalar] = []
        for row in 0..<rows.count {
            guard case .int(let own) = buckets.scalar(starts[row]) else {
                values.append(.null)
                continue
            }
            guard own > 0, let bucketCount = Int(exactly: own) else {
                throw QueryError(.invalidArgument, "ntile of fewer than one bucket", at: call.range)
            }
            let size = ends[row] - starts[row]
            let (small, larger) = (size / bucketCount, size % bucketCount)
            let index = row - starts[row]
            let edge = larger * (small + 1)
            values.append(
                .int(Int64(index < edge ? index / (small + 1) + 1 : larger + (index - edge) / max(1, small) + 1)))
        }
        return try kernel(call.range) { try Column.make(.int64, values) }
    }

    private func shifted(_ call: WindowCall, _ sign: Int) throws -> Column {
        guard !call.ignoresNulls else {
            throw QueryError(.unsupported, "IGNORE NULLS of lag and lead is not executed yet", at: call.range)
        }
        let values = try evaluator.column(call.arguments[0], rows)
        let offsets = call.arguments.count > 1 ? try evaluator.column(call.arguments[1], rows) : nil
        var positions = [UInt32](repeating: missingRow, count: rows.count)
        var usesDefault: [UInt32] = []
        for row in 0..<rows.count {
            guard offsets?.isValid(row) ?? true else { continue }
            let offset = offsets.map { Int($0.scalar(row).asInt) } ?? 1
            let (target, overflow) = row.addingReportingOverflow(
                offset.multipliedReportingOverflow(by: sign).partialValue)
            if !overflow, target >= starts[row], target < ends[row] {
                positions[row] = UInt32(target)
            } else {
                usesDefault.append(UInt32(row))
            }
        }
        return try kernel(call.range) {
            guard call.arguments.count > 2, !usesDefault.isEmpty else {
                let span = positions.span
                return try values.taking(span, mayMiss: true)
            }
            let defaults = try evaluator.column(call.arguments[2], rows)
            let both = try Column.joined([values, defaults], type: values.type)
            for row in usesDefault { positions[Int(row)] = row + UInt32(rows.count) }
            let span = positions.span
            return try both.taking(span, mayMiss: true)
        }
    }

    /// first_value, last_value, nth_value: of the frame.
    private func framed(_ name: String, _ call: WindowCall) throws -> Column {
        let values = try evaluator.column(call.arguments[0], rows)
        let counts = name == "nth_value" ? try evaluator.column(call.arguments[1], rows) : nil
        let frame = try frames(call)
        var positions = [UInt32](repeating: missingRow, count: rows.count)
        for row in 0..<rows.count {
            if frame.exclusion == .none, !call.ignoresNulls, name != "nth_value" {
                if frame.low[row] < frame.high[row] {
                    positions[row] = UInt32(name == "first_value" ? frame.low[row] : frame.high[row] - 1)
                }
                continue
            }
            let members = frame.members(row).lazy.filter { !call.ignoresNulls || values.isValid($0) }
            switch name {
            case "first_value": if let first = members.first { positions[row] = UInt32(first) }
            case "last_value":
                if let last = frame.members(row).last(where: { !call.ignoresNulls || values.isValid($0) }) {
                    positions[row] = UInt32(last)
                }
            default:
                guard case .int(let wanted)? = counts?.scalar(row) else { continue }
                guard wanted > 0 else { throw QueryError(.invalidArgument, "nth_value counts from 1", at: call.range) }
                if let found = members.dropFirst(Int(clamping: wanted - 1)).first { positions[row] = UInt32(found) }
            }
        }
        let span = positions.span
        return try kernel(call.range) { try values.taking(span, mayMiss: true) }
    }

    // MARK: Frames

    /// The frame of each row: a range of rows, some of them left out.
    struct Frames {
        let low: [Int]
        let high: [Int]
        let exclusion: FrameSyntax.Exclusion
        let peerStarts: [Int]
        let peerEnds: [Int]

        /// The rows of a row's frame, in order.
        func members(_ row: Int) -> [Int] {
            let range = low[row]..<max(low[row], high[row])
            switch exclusion {
            case .none: return Array(range)
            case .currentRow: return range.filter { $0 != row }
            case .group: return range.filter { $0 < peerStarts[row] || $0 >= peerEnds[row] }
            case .ties: return range.filter { $0 == row || $0 < peerStarts[row] || $0 >= peerEnds[row] }
            }
        }
    }

    func frames(_ call: WindowCall) throws -> Frames {
        let frame = call.frame
        let bounds = FrameBounds(
            rows: rows, evaluator: evaluator, starts: starts, ends: ends, peerStarts: peerStarts, peerEnds: peerEnds,
            orderKey: orderKey, order: call.order.first)
        return Frames(
            low: try bounds.low(frame), high: try bounds.high(frame), exclusion: frame.exclusion,
            peerStarts: peerStarts,
            peerEnds: peerEnds)
    }

    // MARK: Aggregates

    /// The rows that an aggregate counts; nil for all.
    static func mask(
        _ function: AggregateFunction, _ call: WindowCall, _ operands: [Column], _ rows: Rows, _ evaluator: Evaluator
    ) throws -> Bitmap? {
        let mask = try call.filter.map { try evaluator.selection($0, rows) }
        guard function.ignoresNulls, let valid = validity(of: operands.map { .column($0) }, rowCount: rows.count) else {
            return mask
        }
        return mask.map { $0.intersection(valid) } ?? valid
    }

    private func aggregate(_ function: AggregateFunction, _ call: WindowCall) throws -> Column {
        let operands = try call.arguments.map { try evaluator.column($0, rows) }
        let mask = try Self.mask(function, call, operands, rows, evaluator)
        let frame = try frames(call)
        return try kernel(call.range) {
            try WindowAggregate(
                function: function, arguments: operands, mask: mask, frames: frame, rowCount: rows.count
            ).computed()
        }
    }
}
