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
        // Distances as numbers in the key's own unit; descending keys are turned round.
        let direction = order.order.isDescending ? -1.0 : 1.0
        let keys = try (0..<rows.count).map {
            try orderKey.isValid($0) ? direction * number(orderKey.scalar($0), offset) : nil
        }
        return try (0..<rows.count).map { row in
            guard let key = keys[row] else { return isLow ? peerStarts[row] : peerEnds[row] }
            let scalar = offsets.scalar(row)
            var distance = try number(scalar, offset)
            if case .date = order.expression.type, case .structure = scalar { distance /= 86_400_000_000 }
            guard distance >= 0 else {
                throw QueryError(.invalidArgument, "the offset of a frame must not be negative", at: offset.range)
            }
            let edge = key + Double(sign) * distance
            // The first row at or above the edge, or the first above it.
            var (low, high) = (starts[row], ends[row])
            while low < high {
                let middle = (low + high) / 2
                let isBefore: Bool
                if let own = keys[middle] {
                    isBefore = isLow ? own < edge : own <= edge
                } else {
                    isBefore = order.order.nullsFirst
                }
                if isBefore { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private func number(_ value: Scalar, _ offset: Expression) throws -> Double {
        switch value {
        case .int(let own), .timestamp(let own): return Double(own)
        case .date(let days): return Double(days)
        case .double(let own): return own
        case .decimal(let own): return Decimals.double(own.unscaled, scale: own.scale)
        case .structure(let parts):
            guard parts.count == 3, parts[0].asInt == 0 else {
                throw QueryError(.unsupported, "RANGE by months is not executed yet", at: offset.range)
            }
            return Double(parts[1].asInt) * 86_400_000_000 + Double(parts[2].asInt)
        default: throw QueryError(.type, "RANGE with an offset needs a number or time", at: offset.range)
        }
    }
}
