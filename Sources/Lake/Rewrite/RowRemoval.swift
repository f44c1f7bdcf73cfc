package import Columnar

/// Which rows of a table go: asked file by file, first by what the log says, then by what the file holds.
package protocol RowRemoval: Sendable {
    /// The columns of our side that decide.
    var columns: [String] { get }
    /// What the log says of a file.
    func reach(_ file: AddedFile) -> FileReach
    /// Which rows of a batch with those columns go; nil where none does.
    func removed(_ batch: ColumnBatch) throws -> Bitmap?
}

/// How far a removal reaches into a file.
package enum FileReach: Sendable, Equatable {
    /// None of its rows goes.
    case nothing
    /// Its rows have to be looked at.
    case some
    /// All of its rows go.
    case everything
}
