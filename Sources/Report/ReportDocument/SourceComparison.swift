package import CivilTime

/// What came of comparing a tenant's data with its source: counts, sums and keys.
package struct SourceComparison: Sendable, Hashable {
    /// When they were compared.
    package var at: Instant
    /// How many tables were compared.
    package var tableCount: Int64
    /// The rows that these tables have at the source.
    package var rowCount: Int64
    /// How many of the tables were not as at the source.
    package var differingCount: Int64

    package init(at: Instant, tableCount: Int64, rowCount: Int64, differingCount: Int64) {
        self.at = at
        self.tableCount = tableCount
        self.rowCount = rowCount
        self.differingCount = differingCount
    }
}
