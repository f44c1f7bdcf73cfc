package import Columnar
internal import Models

/// A model's table as it is read for a report: all of its rows, and which version they are.
package struct ModelTable: Sendable {
    /// The rows, in the order in which they are stored.
    package var batches: [ColumnBatch]
    /// The table's version in the lake; nil of what is in no lake, such as a view.
    package var version: Int64?

    package init(batches: [ColumnBatch], version: Int64?) {
        self.batches = batches
        self.version = version
    }

    /// The number of rows.
    package var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }
}
