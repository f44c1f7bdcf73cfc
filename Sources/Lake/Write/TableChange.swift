package import Columnar

/// How rows come into a table.
package enum WriteMode: String, Sendable, Hashable {
    /// They are added to those that are there.
    case append
    /// They take the place of all that are there.
    case overwrite
}

/// A change of a table that is to be made: all but the rows.
package struct TableChange: Sendable {
    /// Whether the rows are added or take the place of the old ones. Where there is no table, it is made.
    package var mode: WriteMode
    /// The columns of the rows.
    package var schema: Schema
    /// What makes the change happen once: the dataset or model, and the ledger's sequence for it.
    package var transaction: DeltaTransaction?
    /// The run that makes it, for the history.
    package var run: String?
    /// The column whose days each file notes.
    package var eventTime: EventTime?
    /// What happens where the rows have other columns than the table. Nil: rows that are appended must have no other
    /// columns, and an overwrite replaces the columns too.
    package var contract: SchemaContract?
    /// How the files of a table that this change makes, or overwrites, are divided; nil: not, or as they were.
    package var partition: PartitionPolicy?
    /// Properties that a table gets that this change makes: `delta.checkpointInterval` …
    package var properties: [String: String] = [:]
    /// Whether a change that would change nothing is not made, and the table keeps its version: an overwrite that would
    /// put the same bytes in the place of the old ones, an append of no rows.
    package var keepsUnchanged = false
    /// How far the table has followed its source with this change: see `DeltaTable.watermark()`.
    package var watermark: String?
    /// Who writes, with its version: `almanac/0.1.0`.
    package var engine = "almanac"
    /// How large files get.
    package var limits = DataFileLimits()

    package init(
        _ mode: WriteMode, schema: Schema, transaction: DeltaTransaction? = nil, run: String? = nil,
        eventTime: EventTime? = nil
    ) {
        self.mode = mode
        self.schema = schema
        self.transaction = transaction
        self.run = run
        self.eventTime = eventTime
    }
}

/// When a data file is full.
package struct DataFileLimits: Sendable {
    /// The size at which the next file is begun, in bytes; a file is larger by at most one row group.
    package var fileBytes: Int64 = 128 << 20
    /// The most rows of a file.
    package var fileRows: Int64 = 50_000_000
    /// The rows of a row group: its values are in memory while it is written.
    package var rowGroupRows = 131_072
    /// The bytes of values that are held in memory while rows are sorted.
    package var sortBytes = 48 << 20

    package init() {}
}

/// A change that was made.
package struct TableCommit: Sendable, Equatable {
    /// The version that has it.
    package let version: Int64
    /// Whether it had been made before by the same transaction: nothing was written now.
    package let isRepeated: Bool
    /// Whether the table had the same content already: the version is an older change's.
    package var isUnchanged = false
    /// Columns of the table that the rows did not have: missing values now.
    package var missingColumns: [String] = []
    /// What the contract left out.
    package var discarded = DiscardedRows()
    /// Why a checkpoint that was due was not written; the version is there all the same.
    package var checkpointFailure: String?
    /// The rows that came with it; nil where it is repeated and the log does not tell.
    package let rowCount: Int64?
    /// The files that came with it.
    package let fileCount: Int
    /// The bytes of these files.
    package let byteCount: Int64
    /// The SHA-256 of the version's log file, in hexadecimal.
    package let logSHA256: String
}
