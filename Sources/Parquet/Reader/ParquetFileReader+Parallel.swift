package import Columnar
package import Effects
internal import Synchronization

extension ParquetFileReader {
    /// All rows of a file, or of some of its columns, read on several cores.
    ///
    /// For files whose rows fit in memory; `forEachBatch` streams the others. The batches are those of `forEachBatch`, in
    /// the same order, whatever the threads.
    /// - Parameters:
    ///   - names: the columns, in this order; nil for all.
    ///   - threads: how many row groups are read side by side.
    /// - Throws: `ParquetError` of the first row group that cannot be read.
    package static func batches(
        of file: any ReadableFile, columns names: [String]? = nil,
        options: ParquetReaderOptions = ParquetReaderOptions(), threads: Int = ParallelWork.coreCount
    ) throws -> [ColumnBatch] {
        let groupCount = try ParquetFileReader(file, options: options).metadata.rowGroups.count
        // A few pieces for each thread: enough to even them out, few enough to read the footer seldom.
        let pieceCount = min(groupCount, max(1, 4 * threads))
        let results = Mutex<[[ColumnBatch]]>(Array(repeating: [], count: pieceCount))
        try ParallelWork.run(count: pieceCount, threads: threads) { (piece, _) throws in
            let groups = groupCount * piece / pieceCount..<groupCount * (piece + 1) / pieceCount
            let reader = try ParquetFileReader(file, options: options)
            var batches: [ColumnBatch] = []
            try reader.forEachBatch(columns: names, rowGroups: Array(groups)) { batches.append($0) }
            results.withLock { $0[piece] = batches }
        }
        return results.withLock { $0.flatMap { $0 } }
    }
}
