internal import CivilTime
internal import Extract

/// How a dataset's rows come into its table in one run: decided in a value, from what the table knows of its source.
enum SyncPlan: Hashable, Sendable {
    /// All rows are read and take the place of the table's.
    case replace
    /// Rows are read from a position on, or all where none is known, and those that the table does not have are added.
    case append(since: Increment?)
    /// Rows are read from a position on and take the place of those with their keys; where keys are compared, those that
    /// the source has no more go.
    case merge(since: Increment, comparesKeys: Bool)
    /// As `append`, but states are noted; where all rows or keys come, the others end.
    case history(since: Increment?, comparesKeys: Bool)

    /// - Parameters:
    ///   - hasTable: whether there is a table.
    ///   - watermark: the table's; nil where it has none, or one of another definition.
    ///   - scale: what the cursor counts; nil where the dataset has none, or one that is no cursor.
    ///   - now: for the schedule on which keys are compared.
    init(_ dataset: Dataset, hasTable: Bool, watermark: Watermark?, scale: CursorScale?, now: Instant) {
        let since = Self.increment(dataset, watermark, scale)
        let comparesKeys = Self.comparesKeys(dataset, watermark, now)
        switch dataset.sync {
        case .snapshot: self = .replace
        case .append: self = hasTable ? .append(since: since) : .replace
        case .merge:
            guard hasTable, let since else {
                self = .replace
                return
            }
            self = .merge(since: since, comparesKeys: comparesKeys)
        case .history: self = .history(since: hasTable ? since : nil, comparesKeys: comparesKeys)
        }
    }

    /// Which part of the source is read.
    var part: SourceSession.Part {
        switch self {
        case .replace: .all
        case .append(let since), .history(let since, _): since.map { .since($0) } ?? .all
        case .merge(let since, _): .since(since)
        }
    }

    /// Whether the source's keys are read too.
    var comparesKeys: Bool {
        switch self {
        case .merge(_, let compares): compares
        case .history(let since, let compares): compares && since != nil
        case .replace, .append: false
        }
    }

    /// Whether afterwards the table has every key of the source and no other.
    var settlesKeys: Bool { part == .all || comparesKeys }

    /// Where the next increment begins, for a watermark.
    static func increment(_ dataset: Dataset, _ watermark: Watermark?, _ scale: CursorScale?) -> Increment? {
        guard let cursor = dataset.cursor, let scale, let bound = watermark?.bound else { return nil }
        let (lower, overflow) = bound.subtractingReportingOverflow(overlap(dataset, scale))
        return Increment(column: cursor, scale: scale, lower: overflow ? .min : lower)
    }

    /// Ten minutes without a word of the dataset: for cursors that are rounded, or given by a clock beside the server's.
    private static func overlap(_ dataset: Dataset, _ scale: CursorScale) -> Int64 {
        switch (dataset.overlap, scale) {
        case (.seconds(let seconds)?, .instant): seconds * 1_000_000
        case (.seconds(let seconds)?, .day): (seconds + 86_399) / 86_400
        case (.numbers(let count)?, .number): count
        case (_, .instant): 600_000_000
        case (_, .day): 1
        case (_, .number): 0
        }
    }

    private static func comparesKeys(_ dataset: Dataset, _ watermark: Watermark?, _ now: Instant) -> Bool {
        guard let seconds = dataset.findDeletesSeconds else { return false }
        guard let last = watermark?.keysComparedAt else { return true }
        return last.adding(seconds: seconds) <= now
    }
}
