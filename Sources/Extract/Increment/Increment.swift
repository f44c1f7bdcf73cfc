/// The part of a dataset that may have changed since the table's last watermark.
package struct Increment: Sendable, Hashable {
    /// The cursor's column, by its name at the source.
    package let column: String
    /// What it counts.
    package let scale: CursorScale
    /// Rows from this position on are read, and those without one.
    package let lower: Int64

    package init(column: String, scale: CursorScale, lower: Int64) {
        self.column = column
        self.scale = scale
        self.lower = lower
    }
}
