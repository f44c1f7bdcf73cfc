package import CivilTime
package import Columnar

/// States of rows that were seen at the source, for a table that keeps all of them.
package struct HistoryChange: Sendable {
    /// The change as a merge: the columns that know a row at the source, the columns of the source.
    package var merge: MergeChange
    /// When the states were seen: they hold from then on.
    package var instant: Instant
    /// Whether all rows of the source come: those that do not are gone.
    package var isWhole: Bool

    package init(_ merge: MergeChange, at instant: Instant, isWhole: Bool) {
        self.merge = merge
        self.instant = instant
        self.isWhole = isWhole
    }

    /// The columns that such a table has beside those of its source.
    package enum Column {
        /// From when on the state is known to have held.
        package static let from = "valid_from"
        /// Up to when, that instant not included; missing for the state that holds.
        package static let to = "valid_to"
    }
}
