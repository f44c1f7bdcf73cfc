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
            var counts: [Int] = []
            var index = GroupIndex<UInt128>(bits: 128)
            for key in try layout.packed(others.columns, rowCount: others.count).wideKeys {
                let group = Int(index.insert(key))
                if group == counts.count { counts.append(0) }
                counts[group] += 1
            }
            var rows: [UInt32] = []
            var seen = GroupIndex<UInt128>(bits: 128)
            for (row, key) in try layout.packed(mine.columns, rowCount: mine.count).wideKeys.enumerated() {
                if isAll {
                    var isMatched = false
                    if let group = index.find(key), counts[Int(group)] > 0 {
                        counts[Int(group)] -= 1
                        isMatched = true
                    }
                    if isMatched == isIntersection { rows.append(UInt32(row)) }
                } else if (index.find(key) != nil) == isIntersection {
                    let known = seen.count
                    _ = seen.insert(key)
                    if seen.count > known { rows.append(UInt32(row)) }
                }
            }
            return try mine.taking(rows)
        }
        return Pipeline(columns, parts: [kept])
    }
}
