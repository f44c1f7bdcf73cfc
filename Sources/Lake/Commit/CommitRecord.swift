package import CivilTime

/// What one version did, as its `commitInfo` and its actions tell.
package struct CommitRecord: Sendable, Equatable {
    /// The version.
    package let version: Int64
    /// When, in milliseconds since 1970 UTC: as the commit tells, else as the file's clock does.
    package let milliseconds: Int64
    /// When, as an instant.
    package var instant: Instant {
        Instant(microsecondsSinceEpoch: milliseconds.multipliedReportingOverflow(by: 1_000).partialValue)
    }
    /// `WRITE`, `CREATE TABLE` …
    package let operation: String
    /// Parameters of the operation: `mode`.
    package let parameters: [String: String]
    /// Which engine wrote it.
    package let engine: String?
    /// The run that wrote it.
    package let run: String?
    /// The SHA-256 of the version before, as the commit tells.
    package let previousSHA256: String?
    /// The SHA-256 of this version's log file.
    package let sha256: String
    /// How many files came.
    package let addedFileCount: Int
    /// How many files went.
    package let removedFileCount: Int
    /// How many rows came, where every file tells it.
    package let addedRowCount: Int64?
    /// The transactions.
    package let transactions: [DeltaTransaction]
    /// The days on which rows came, went or changed, where the operation knew them more closely than its files do.
    package let changedDays: DaySet?
    /// How far the table had followed its source, where the operation said it.
    package let watermark: String?

    /// Keys of ours in `commitInfo`.
    enum Key {
        static let run = "almanac.run"
        static let previous = "almanac.previousLogSHA256"
        static let changedDays = "almanac.changedDays"
        static let watermark = "almanac.watermark"
    }

    init(_ entry: DeltaLog.Entry) {
        var info = JSONValue.object([:])
        var (added, removed, rows): (Int, Int, Int64?) = (0, 0, 0)
        var transactions: [DeltaTransaction] = []
        for action in entry.actions {
            switch action {
            case .commitInfo(let value): info = value
            case .add(let file):
                added += 1
                rows = rows.flatMap { total in
                    file.rowCount.flatMap {
                        let (sum, overflow) = total.addingReportingOverflow($0)
                        return overflow ? nil : sum
                    }
                }
            case .remove: removed += 1
            case .transaction(let transaction): transactions.append(transaction)
            case .protocol, .metadata: break
            }
        }
        version = entry.version
        milliseconds = info["timestamp"]?.int64 ?? entry.modifiedMicroseconds / 1_000
        operation = info["operation"]?.text ?? "unknown"
        parameters = (info["operationParameters"]?.object ?? [:]).mapValues { $0.text ?? $0.canonicalText }
        engine = info["engineInfo"]?.text ?? info["clientVersion"]?.text
        run = info[Key.run]?.text
        previousSHA256 = info[Key.previous]?.text
        changedDays = info[Key.changedDays]?.text.flatMap(DaySet.init)
        watermark = info[Key.watermark]?.text
        sha256 = entry.sha256
        addedFileCount = added
        removedFileCount = removed
        addedRowCount = rows
        self.transactions = transactions
    }
}
