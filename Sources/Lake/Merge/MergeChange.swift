package import Columnar

/// A merge that is to be made: rows that take the place of those with the same key, and keys of rows that go.
package struct MergeChange: Sendable {
    /// The columns that tell rows apart.
    package var key: [String]
    /// The columns of the rows.
    package var schema: Schema
    /// What makes the change happen once.
    package var transaction: DeltaTransaction?
    /// The run that makes it, for the history.
    package var run: String?
    /// The column whose days each file notes: the table's.
    package var eventTime: EventTime?
    /// What happens where the rows have other columns than the table.
    package var contract: SchemaContract?
    /// How the files of a table that this merge makes are divided.
    package var partition: PartitionPolicy?
    /// Whether a merge of no rows is not made, and the table keeps its version.
    package var keepsUnchanged = false
    /// How far the table has followed its source with this change: see `DeltaTable.watermark()`.
    package var watermark: String?
    /// Who writes, with its version.
    package var engine = "almanac"
    /// How large files get.
    package var limits = DataFileLimits()
    /// The most keys that are in memory at once: about 60 bytes each.
    package var keyCountMax = 20_000_000

    package init(
        key: [String], schema: Schema, transaction: DeltaTransaction? = nil, run: String? = nil,
        eventTime: EventTime? = nil
    ) {
        self.key = key
        self.schema = schema
        self.transaction = transaction
        self.run = run
        self.eventTime = eventTime
    }
}

/// A merge that was made.
package struct MergeCommit: Sendable {
    /// The version.
    package var commit: TableCommit
    /// How many rows took the place of others.
    package var updatedRowCount: Int64 = 0
    /// How many rows came whose key was not there.
    package var insertedRowCount: Int64 = 0
    /// How many rows went by their key.
    package var deletedRowCount: Int64 = 0
    /// How many rows came more than once in the merge itself: the last one holds.
    package var supersededRowCount: Int64 = 0
    /// How many files were written again, or went as a whole.
    package var rewrittenFileCount = 0
}
