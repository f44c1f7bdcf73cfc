internal import Columnar
internal import Kernels

/// Where the frame of each row begins and ends.
struct FrameBounds {
    let rows: Rows
    let evaluator: Evaluator
    let starts: [Int]
    let ends: [Int]
    let peerStarts: [Int]
    let peerEnds: [Int]
    let orderKey: Column?
    let order: SortKey?

    func low(_ frame: WindowFrame) throws -> [Int] {
        switch frame.start {
        case .unboundedPreceding: return starts
        case .unboundedFollowing: return ends
        case .currentRow: return frame.unit == .rows ? Array(0..<rows.count) : peerStarts
        case .preceding(let offset): return try moved(frame.unit, offset, -1, isLow: true)
        case .following(let offset): return try moved(frame.unit, offset, 1, isLow: true)
        }
    }

    func high(_ frame: WindowFrame) throws -> [Int] {
        switch frame.end {
        case .unboundedPreceding: return starts
        case .unboundedFollowing: return ends
        case .currentRow: return frame.unit == .rows ? Array(1..<rows.count + 1) : peerEnds
        case .preceding(let offset): return try moved(frame.unit, offset, -1, isLow: false)
        case .following(let offset): return try moved(frame.unit, offset, 1, isLow: false)
        }
    }

    private func moved(_ unit: FrameSyntax.Unit, _ offset: Expression, _ sign: Int, isLow: Bool) throws -> [Int] {
        switch unit {
        case .rows:
            let offsets = try counts(offset)
            return (0..<rows.count).map { row in
                let target = row.addingReportingOverflow(sign * offsets[row])
                let position = target.overflow ? (sign < 0 ? Int.min : Int.max - 1) : target.partialValue
                return min(max(isLow ? position : position + 1, starts[row]), ends[row])
            }
        case .groups:
            let offsets = try counts(offset)
            return (0..<rows.count).map { row in
                var position = peerStarts[row]
                var left = offsets[row]
                if sign < 0 {
                    while left > 0, position > starts[row] {
                        position = peerStarts[position - 1]
                        left -= 1
                    }
                    if left > 0 { return starts[row] }
                } else {
                    while left > 0, position < ends[row] {
                        position = peerEnds[position]
                        left -= 1
                    }
                    if position >= ends[row] { return ends[row] }
                }
                return isLow ? position : peerEnds[position]
            }
        case .range: return try ranged(offset, sign, isLow: isLow)
        }
    }

    private func counts(_ offset: Expression) throws -> [Int] {
        let column = try evaluator.column(offset, rows)
        return try (0..<rows.count).map { row in
            guard case .int(let value) = column.scalar(row), value >= 0 else {
                throw QueryError(
                    .invalidArgument, "the offset of a frame must not be negative or NULL", at: offset.range)
            }
            return Int(clamping: value)
        }
    }

    /// RANGE with an offset: the rows whose key is at most so far away.
    private func ranged(_ offset: Expression, _ sign: Int, isLow: Bool) throws -> [Int] {
        guard let orderKey, let order else {
            throw QueryError(.syntax, "RANGE with an offset needs one ORDER BY key", at: offset.range)
        }
        let offsets = try evaluator.column(offset, rows)
        if offset.type == .interval { return try rangedByTime(offset, orderKey, order, sign, isLow: isLow) }
        // Distances as numbers in the key's own unit; descending keys are turned round.
        let direction = order.order.isDescending ? -1.0 : 1.0
        let keys = try (0..<rows.count).map {
            try orderKey.isValid($0) ? direction * number(orderKey.scalar($0), offset) : nil
        }
        return try (0..<rows.count).map { row in
            guard let key = keys[row] else { return isLow ? peerStarts[row] : peerEnds[row] }
            let scalar = offsets.scalar(row)
            let distance = try number(scalar, offset)
            guard distance >= 0 else {
                throw QueryError(.invalidArgument, "the offset of a frame must not be negative", at: offset.range)
            }
            return position(of: key + Double(sign) * distance, among: keys, row, isLow: isLow)
        }
    }

    /// RANGE with an interval: each key is moved by the calendar, months first, as `+` and `-` move it.
    private func rangedByTime(
        _ offset: Expression, _ orderKey: Column, _ order: SortKey, _ sign: Int, isLow: Bool
    ) throws -> [Int] {
        let isForward = (sign > 0) != order.order.isDescending
        guard
            let (call, _, _) = IntervalArithmetic.resolve(
                isForward ? .add : .subtract, order.expression.type, .interval)
        else { throw QueryError(.type, "RANGE with an interval needs a time", at: offset.range) }
        let intervals = try evaluator.evaluate(offset, rows)
        for row in 0..<(intervals.isConstant ? 1 : rows.count) {
            guard case .structure(let parts) = intervals.column.scalar(row), parts.allSatisfy({ $0.asInt >= 0 }) else {
                throw QueryError(
                    .invalidArgument, "the offset of a frame must not be negative or NULL", at: offset.range)
            }
        }
        // Dates move as the instants of their midnights.
        let times = order.expression.type == .date ? midnights(orderKey) : orderKey
        let moved = try kernel(offset.range) {
            try call.kernel([.column(times), intervals], rows.count, evaluator.context)
        }
        guard case .int64(let own) = times.values, case .int64(let edges) = moved.values else {
            throw QueryError(.type, "RANGE with an interval needs a time", at: offset.range)
        }
        let direction: Int64 = order.order.isDescending ? -1 : 1
        let keys = (0..<rows.count).map { times.isValid($0) ? direction * own[$0] : nil }
        return (0..<rows.count).map { row in
            guard keys[row] != nil else { return isLow ? peerStarts[row] : peerEnds[row] }
            return position(of: direction * edges[row], among: keys, row, isLow: isLow)
        }
    }

    private func midnights(_ dates: Column) -> Column {
        guard case .int32(let days) = dates.values else { return dates }
        return Column(
            .timestamp, validity: dates.validity, .int64(Buffer(days.array.map { Int64($0) &* 86_400_000_000 })))
    }

    /// In the partition of a row the first whose key is at or above an edge, or the first above it; keys ascend, and those
    /// that are missing stand where the order puts them.
    private func position<Key: Comparable>(of edge: Key, among keys: [Key?], _ row: Int, isLow: Bool) -> Int {
        var (low, high) = (starts[row], ends[row])
        while low < high {
            let middle = (low + high) / 2
            let isBefore =
                if let own = keys[middle] { isLow ? own < edge : own <= edge } else { order?.order.nullsFirst ?? false }
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func number(_ value: Scalar, _ offset: Expression) throws -> Double {
        switch value {
        case .int(let own), .timestamp(let own): return Double(own)
        case .date(let days): return Double(days)
        case .double(let own): return own
        case .decimal(let own): return Decimals.double(own.unscaled, scale: own.scale)
        default: throw QueryError(.type, "RANGE with an offset needs a number or time", at: offset.range)
        }
    }
}
