internal import Columnar
internal import Kernels

/// INTERSECT and EXCEPT: NULL equals NULL; with ALL, rows count as often as they stand.
struct SetDifference: Sendable {
    let left: Pipeline
    let right: Pipeline
    let isIntersection: Bool
    let isAll: Bool
    let columns: [PlanColumn]
    let execution: Execution
    let meter: OperatorMeter?

    /// The pieces that rows are cut into where memory does not hold them.
    private static let pieceCount = 64

    func pipeline() throws -> Pipeline {
        guard execution.maySpill else {
            return Pipeline(columns, parts: [try kept(left.whole(execution), right.whole(execution))])
        }
        let (mine, others) = (partitioned(left), partitioned(right))
        try left.gathered(in: mine, execution)
        try right.gathered(in: others, execution)
        guard mine.isSpilled || others.isSpilled else {
            return Pipeline(columns, parts: [try kept(whole(mine.taken()), whole(others.taken()))])
        }
        try mine.spill()
        try others.spill()
        return Pipeline(columns: columns, partCount: Self.pieceCount) { piece, next in
            try execution.check()
            let (own, other) = (try mine.whole(piece: piece), try others.whole(piece: piece))
            let rows = try kept(own.rows, other.rows)
            try withExtendedLifetime((own.reservation, other.reservation)) { if rows.count > 0 { try next(rows) } }
        }
    }

    /// Rows cut by the hash of all their values, so that equal rows of both sides meet.
    private func partitioned(_ side: Pipeline) -> PartitionedRows {
        PartitionedRows(
            side.columns, side.columns.map { Expression($0, SourceRange(0, 0)) }, execution, meter,
            pieceCount: Self.pieceCount, copyCount: 2)
    }

    private func whole(_ parts: [Rows]) throws -> Rows { try Rows.joined(parts, types: left.types, execution) }

    private func kept(_ mine: Rows, _ others: Rows) throws -> Rows {
        try Self.kept(of: mine, others: others, isIntersection: isIntersection, isAll: isAll)
    }

    /// The rows that are on both sides, or on the left alone.
    static func kept(of mine: Rows, others: Rows, isIntersection: Bool, isAll: Bool) throws -> Rows {
        try kernel {
            let layout = try KeyLayout(chunks: [mine.columns, others.columns])
            var numbers = KeyNumbers(bits: layout.bits, expected: others.count)
            var counts: [Int] = []
            for group in numbers.insert(try layout.packed(others.columns, rowCount: others.count)) {
                if Int(group) == counts.count { counts.append(0) }
                counts[Int(group)] += 1
            }
            // Keys of the left alone have no count; each key is given once without ALL.
            let own = numbers.insert(try layout.packed(mine.columns, rowCount: mine.count))
            counts += Array(repeating: 0, count: numbers.count - counts.count)
            let isOnRight = counts.map { $0 > 0 }
            var isGiven = [Bool](repeating: false, count: counts.count)
            var rows: [UInt32] = []
            for (row, number) in own.enumerated() {
                let group = Int(number)
                if isAll {
                    let isMatched = counts[group] > 0
                    if isMatched { counts[group] -= 1 }
                    if isMatched == isIntersection { rows.append(UInt32(row)) }
                } else if isOnRight[group] == isIntersection, !isGiven[group] {
                    isGiven[group] = true
                    rows.append(UInt32(row))
                }
            }
            return try mine.taking(rows)
        }
    }
}
