/// The part of a dataset that may have changed since the table's last watermark.
package struct Increment: Sendable, Hashable {
    /// The cursor's column, by its name at the source.
    package let column: String
    /// What it counts.
    package let scale: CursorScale
    /// Rows from this position on are read, and those without one.
    package let lower: Int64
    /// Where it ends: rows below this position, and none without one; nil where there is no end.
    package let upper: Int64?

    package init(column: String, scale: CursorScale, lower: Int64, upper: Int64? = nil) {
        self.column = column
        self.scale = scale
        self.lower = lower
        self.upper = upper
    }

    /// The least position that a row of the increment can have in the lake: below `lower` where times are local, because
    /// clocks show times twice when they are set back.
    package func lowest(in dataset: Dataset) -> Int64 {
        guard dataset.naiveTimes == .local, scale == .instant else { return lower }
        let (lowest, overflow) = lower.subtractingReportingOverflow(6 * 3_600_000_000)
        return overflow ? .min : lowest
    }
}
