internal import Effects

/// The data files of one change: removed again unless a version may name them.
final class WrittenFiles {
    /// Whether a version may name them: set by the committer.
    var mayBeNamed = false
    private let table: DeltaTable
    private var writers: [TableWriter] = []

    init(_ table: DeltaTable) { self.table = table }

    /// A writer whose files belong to the change.
    func writer(_ settings: WriterSettings, _ conformer: RowConformer?) -> TableWriter {
        let writer = TableWriter(table, settings, conformer)
        writers.append(writer)
        return writer
    }

    /// Runs the change; where it fails, its files are removed, but for those that a version may name.
    func keepingOnlyNamed<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            if !mayBeNamed { abandon() }
            throw error
        }
    }

    /// Removes all files. Only while no version can name them: never after a commit whose outcome is unknown.
    func abandon() {
        for writer in writers { writer.abandon() }
        writers = []
    }

    /// Removes files that the change has written and has no use for.
    func remove(_ files: [AddedFile]) {
        for file in files {
            if let file = try? TableFile(file, in: table.address) { try? table.store.remove(file.path) }
        }
    }
}
