/// What happens where the rows of a change have other columns than the table.
///
/// | what differs | freeze | evolve | discard_row | discard_value |
/// | --- | --- | --- | --- | --- |
/// | a new column | refused | added, nullable | rows with a value in it are left out | its values are left out |
/// | a column is gone | refused | missing values, and told | refused | refused |
/// | a narrower type | as the table's | as the table's | as the table's | as the table's |
/// | a wider type | refused | the table is rewritten with it | rows that do not fit are left out | values that do not fit are missing |
/// | another type | refused | refused | rows with a value are left out | values are missing |
/// | values may be missing now | refused | the table's may too | rows without are left out | rows without are left out |
package enum SchemaContract: String, Sendable, CaseIterable {
    case freeze
    case evolve
    case discardRow = "discard_row"
    case discardValue = "discard_value"
}

/// What a contract left out.
package struct DiscardedRows: Sendable, Equatable {
    /// How many rows.
    package internal(set) var rowCount: Int64 = 0
    /// How many values, by column, of rows that came in all the same.
    package internal(set) var valueCounts: [String: Int64] = [:]

    package init() {}

    /// Whether nothing was left out.
    package var isEmpty: Bool { rowCount == 0 && valueCounts.isEmpty }
}
