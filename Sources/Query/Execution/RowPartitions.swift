internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Rows cut by the hash of keys, so that equal keys meet in one piece and pieces are computed side by side.
enum RowPartitions {
    /// Rows that a piece has about.
    private static let rowCountTarget = 1 << 17

    /// How many pieces rows are cut into: by their number alone, so that results do not depend on threads.
    static func count(of rowCount: Int) -> Int {
        let wanted = rowCount / rowCountTarget
        return (0...8).map { 1 << $0 }.first { wanted < $0 } ?? 256
    }

    /// The pieces of each part, in the parts' order.
    /// - Parameter count: a power of two.
    static func split(
        _ parts: [Rows], _ keys: [Expression], _ count: Int, _ evaluator: Evaluator, _ execution: Execution
    ) throws -> [[Rows]] {
        if count == 1 { return parts.map { [$0] } }
        let results = Mutex<[[Rows]]>(Array(repeating: [], count: parts.count))
        try ParallelWork.run(count: parts.count, threads: execution.threads) { (index: Int, _: Int) throws(any Error) in
            let rows = parts[index]
            let columns = try keys.map { try evaluator.column($0, rows) }
            let pieces = try kernel {
                let hashes = try rowHashes(columns, rowCount: rows.count)
                var chosen = [[UInt32]](repeating: [], count: count)
                for row in hashes.indices {
                    chosen[Int(hashes[row] >> 32) & (count - 1)].append(UInt32(truncatingIfNeeded: row))
                }
                return try chosen.map { $0.count == rows.count ? rows : try rows.taking($0) }
            }
            results.withLock { $0[index] = pieces }
        }
        return results.withLock { $0 }
    }
}
