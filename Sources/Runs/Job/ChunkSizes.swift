internal import Extract
internal import Tenancy

/// How much of each dataset's cursor is read at a time.
///
/// A dataset that says `chunk:` is read in pieces of that size. Any other is read whole, in the snapshot of the run; where
/// that has failed it is read in eighths. Failures halve the pieces, down to a 4,096th of the way, and what comes through
/// lets them grow again.
struct ChunkSizes {
    /// Whether something has failed on the way, in this run or the one before.
    private(set) var hasFailed: Bool
    private var sizes: [String: Int64] = [:]
    private var partCount: Int64 = 8
    /// Pieces that came through since the last that did not, by dataset.
    private var successes: [String: Int] = [:]
    private var sizesMax: [String: Int64] = [:]
    private static let partCountMax: Int64 = 4_096

    init(hasFailedBefore: Bool) { hasFailed = hasFailedBefore }

    /// The size of the next piece, in units of the cursor; nil where everything is read at once.
    ///
    /// - Parameters:
    ///   - way: how far it is from the next row to the end, at least 1.
    ///   - isBehindGap: whether there was nothing for a while before that row: one row of long ago must not make one piece
    ///     of all others.
    mutating func size(of dataset: Dataset, _ scale: CursorScale, way: Int64, isBehindGap: Bool) -> Int64? {
        let known = sizes[dataset.name.text]
        if let said = Self.said(dataset, scale) {
            let size = known ?? max(1, said)
            sizes[dataset.name.text] = size
            return size
        }
        guard hasFailed else { return nil }
        let part = max(1, way / partCount)
        let size = isBehindGap ? min(known ?? part, part) : known ?? part
        sizes[dataset.name.text] = size
        return size
    }

    /// What the dataset says, in units of the cursor.
    private static func said(_ dataset: Dataset, _ scale: CursorScale) -> Int64? {
        switch (dataset.chunk, scale) {
        case (.seconds(let seconds)?, .instant):
            let (size, isFar) = seconds.multipliedReportingOverflow(by: 1_000_000)
            return isFar ? .max : size
        case (.seconds(let seconds)?, .day): return (seconds + 86_399) / 86_400
        case (.numbers(let count)?, .number): return count
        default: return nil
        }
    }

    /// After a piece that failed: half as much.
    mutating func shrink(_ dataset: Dataset, way: Int64) {
        hasFailed = true
        successes[dataset.name.text] = 0
        guard let size = sizes[dataset.name.text] else { return }
        sizesMax[dataset.name.text] = max(size, sizesMax[dataset.name.text] ?? size)
        sizes[dataset.name.text] = max(1, way / Self.partCountMax, size / 2)
    }

    /// After a piece that came through: after two in a row twice as much, up to what it once was.
    mutating func grow(_ dataset: Dataset) {
        let count = (successes[dataset.name.text] ?? 0) + 1
        successes[dataset.name.text] = count % 2
        guard count == 2, let size = sizes[dataset.name.text], let most = sizesMax[dataset.name.text] else { return }
        sizes[dataset.name.text] = size > most / 2 ? most : size * 2
    }

    /// After the rest has failed, of all datasets at once: what is left of each is cut anew, finer than before.
    mutating func shrinkAll() {
        if hasFailed { partCount = min(partCount * 2, Self.partCountMax) }
        hasFailed = true
        sizes = sizes.mapValues { max(1, $0 / 2) }
    }
}
