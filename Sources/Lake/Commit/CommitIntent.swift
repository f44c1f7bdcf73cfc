/// What a change does to a table and what it saw before: all that decides whether it goes together with the changes of
/// others. A value, made before anything of the log is written.
struct CommitIntent {
    /// What the operation is called in the history, and how it was asked for.
    var operation: String
    /// Parameters of the operation, for the history.
    var parameters: [String: String] = [:]
    /// Counts, for the history; those of files and rows that come are added.
    var metrics: [String: Int64] = [:]
    /// What of the table it read, so that it would have come out otherwise had other rows been there.
    var reads: ReadScope = .nothing
    /// The files that it takes away.
    var removed: [AddedFile] = []
    /// The files that it brings.
    var added: [AddedFile] = []
    /// Whether rows come or go; false where they are only moved.
    var isDataChange = true
    /// The metadata that the version sets; nil where it stays.
    var metadata: DeltaMetadata?
    /// The protocol that the version sets; nil where it stays.
    var `protocol`: DeltaProtocol?
    /// The transaction that it is.
    var transaction: DeltaTransaction?
    /// The run that makes it.
    var run: String?
    /// Who writes.
    var engine: String
    /// The days on which rows came, went or changed, where they are known more closely than by files.
    var changedDays: DaySet?

    init(_ operation: String, engine: String) {
        self.operation = operation
        self.engine = engine
    }

    /// How far the table has followed its source.
    var watermark: String?

    /// Whether the table would be the same afterwards.
    var changesNothing: Bool { added.isEmpty && removed.isEmpty && metadata == nil && `protocol` == nil }

    /// The number of rows of the files that come.
    var addedRowCount: Int64 { added.reduce(0) { $0 + ($1.rowCount ?? 0) } }
    /// The bytes of the files that come.
    var addedByteCount: Int64 { added.reduce(0) { $0 + $1.size } }
}

/// What of a table a change read.
enum ReadScope {
    /// Nothing: rows are added whatever is there.
    case nothing
    /// Only the files that it takes away.
    case removedFiles
    /// All files for which the function answers true, and those that were not there yet.
    case files(mayMatch: (AddedFile) -> Bool)
    /// Everything.
    case all
}
