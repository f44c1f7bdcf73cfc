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

    func pipeline() throws -> Pipeline {
        let (mine, others) = (try left.whole(execution), try right.whole(execution))
        let kept = try kernel {
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
        return Pipeline(columns, parts: [kept])
    }
}
