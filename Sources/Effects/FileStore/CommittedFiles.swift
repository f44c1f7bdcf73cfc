package import SystemPackage

/// Several files that get their final names together: a few waits for the disk in place of two for each file.
///
/// (1) Each is written under a temporary name and read back, as by `CommittedFile`. Nothing of it is durable yet.
/// (2) One sync makes the bytes of all of them durable.
/// (3) They get their names, group after group. The names of a group are durable before those of the next are given: what
///     comes last may lead to what came before.
/// (4) What fails before the first name leaves all as they were. Behind that each file is the old one or the new.
///
/// Used by one thread. What is not committed when it goes is given up.
package final class CommittedFiles {
    private let store: any FileStore
    private let files: CommittedFile
    private let sync: (SyncGroup.Paths) throws(FileError) -> Void
    private var groups: [[(pending: PendingFile, folder: FilePath)]] = [[]]
    private var ways = SyncGroup.Paths()

    /// - Parameter sync: makes things durable: see `SyncGroup.sync`.
    package init(
        store: any FileStore, random: any RandomSource, sync: @escaping (SyncGroup.Paths) throws(FileError) -> Void
    ) {
        self.store = store
        files = CommittedFile(store: store, random: random)
        self.sync = sync
    }

    /// Makes a folder and its parents for files to come; they become durable with them, also those that a process has made
    /// which died before it had synced them.
    package func makeFolder(_ path: FilePath) throws(FileError) {
        ways.folders.formUnion(try store.addFolder(path))
        var folder = path
        for _ in 0..<Self.wayLength {
            let parent = folder.removingLastComponent()
            if parent.isEmpty || parent == folder { break }
            ways.ancestors.insert(parent)
            folder = parent
        }
    }

    /// Period, report, tenant, `out` and project: what Almanac may have made.
    private static let wayLength = 5

    /// Begins the next group: its names are given after those of the files so far are durable.
    package func beginGroup() { groups.append([]) }

    /// Writes a file that takes the place of what bears its name.
    ///
    /// - Parameter path: the final name; its folder must be there.
    /// - Throws: `FileError`; the file is given up, those before it are not.
    package func add(_ bytes: [UInt8], to path: FilePath) throws(FileError) {
        let pending = try files.begin(path)
        do {
            try pending.file.write(bytes.span)
            try pending.closeUnsynced { readBack in
                guard try readBack.read(at: 0, count: bytes.count) == bytes else {
                    throw FileError(.readWrite, "read back", path: path.string)
                }
            }
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(.readWrite, "commit", path: path.string)
        }
        let folder = path.removingLastComponent()
        groups[groups.count - 1].append((pending, folder.isEmpty ? "." : folder))
    }

    /// Makes all files durable and gives them their names.
    ///
    /// - Throws: `FileError`; files without a name are given up.
    package func commit() throws(FileError) {
        let groups = groups
        var written = ways
        self.groups = [[]]
        ways = SyncGroup.Paths()
        for group in groups { written.files.formUnion(group.map(\.pending.temporaryPath)) }
        try sync(written)
        for group in groups where !group.isEmpty {
            for file in group { try file.pending.nameUnsynced(replacing: true) }
            try sync(SyncGroup.Paths(folders: group.map(\.folder)))
        }
    }
}
