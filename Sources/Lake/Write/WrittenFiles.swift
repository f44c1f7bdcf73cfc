internal import Effects
internal import SystemPackage

/// The data files of one change: removed again unless a version may name them. Several threads may write.
final class WrittenFiles: Sendable {
    private let table: DeltaTable
    private let state = Guarded((mayBeNamed: false, paths: [FilePath]()))

    /// With which other changes they become durable; nil where each does by itself, at once.
    let unsynced: UnsyncedFiles?

    init(_ table: DeltaTable, _ unsynced: UnsyncedFiles? = nil) {
        self.table = table
        self.unsynced = unsynced
    }

    /// Whether a version may name them: set by the committer.
    var mayBeNamed: Bool {
        get { state.change { $0.mayBeNamed } }
        set { state.change { $0.mayBeNamed = newValue } }
    }

    /// A writer whose files belong to the change.
    func writer(_ settings: WriterSettings, _ conformer: RowConformer?) -> TableWriter {
        TableWriter(table, settings, conformer, self)
    }

    /// Notes a file that is begun.
    func note(_ path: FilePath) { state.change { $0.paths.append(path) } }

    /// Makes a folder for them.
    func makeFolder(_ path: FilePath) throws(FileError) {
        guard let unsynced else { return try table.store.makeFolder(path) }
        unsynced.note(folders: try table.store.addFolder(path))
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
        for path in state.change({ state in
            defer { state.paths = [] }
            return state.paths
        }) { remove(path) }
    }

    /// Removes files that the change has written and has no use for.
    func remove(_ files: [AddedFile]) {
        for file in files {
            if let file = try? TableFile(file, in: table.address) { remove(file.path) }
        }
    }

    private func remove(_ path: FilePath) {
        unsynced?.forget(path)
        try? table.store.remove(path)
    }
}
