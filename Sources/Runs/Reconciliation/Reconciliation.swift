internal import Extract

/// What a reconciliation found for one table.
package struct ReconciliationRecord: Sendable, Equatable {
    /// The table, such as `raw/orders`.
    package var table: String
    /// The table's version that was compared.
    package var version: Int64
    /// The rows that the source has.
    package var sourceRows: Int64
    /// The rows that the lake has.
    package var lakeRows: Int64
    /// How many sums of columns were compared.
    package var sumCount: Int64
    /// Whether the keys were compared.
    package var comparesKeys: Bool
    /// What differs, without values of rows; empty where nothing does.
    package var difference: String
    /// Microseconds since 1970 UTC.
    package var at: Int64

    package init(
        table: String, version: Int64, sourceRows: Int64, lakeRows: Int64, sumCount: Int64, comparesKeys: Bool,
        difference: String, at: Int64
    ) {
        self.table = table
        self.version = version
        self.sourceRows = sourceRows
        self.lakeRows = lakeRows
        self.sumCount = sumCount
        self.comparesKeys = comparesKeys
        self.difference = difference
        self.at = at
    }
}

/// Compares what the server added up with what the lake has.
enum Reconciliation {
    /// What differs, in words; empty where nothing does.
    ///
    /// - Parameter mayLack: whether rows may have been left out, so that fewer are no difference.
    static func difference(
        _ source: ReconciledSums, _ lake: ReconciledSums, _ columns: ReconciledColumns, mayLack: Bool
    ) -> String {
        // Rows that the contract leaves out are not counted by the source.
        if mayLack, lake.rowCount < source.rowCount { return "" }
        var parts: [String] = []
        if source.rowCount != lake.rowCount {
            parts.append("the source has \(source.rowCount) rows, the lake \(lake.rowCount)")
        }
        let sums = zip(columns.sums, zip(source.sums, lake.sums)).filter { ($0.1.0 ?? 0) != ($0.1.1 ?? 0) }.map {
            "'\($0.0.source)'"
        }
        if !sums.isEmpty { parts.append("other sums of \(sums.joined(separator: ", "))") }
        if source.keyChecksum != lake.keyChecksum { parts.append("other keys") }
        return parts.joined(separator: "; ")
    }
}
