package import SystemPackage

/// The one way in which a file gets its final name.
///
/// (1) A unique temporary file is made in the folder of the final name, never one that exists.
/// (2) All bytes are written and synced; a failed sync throws the file away.
/// (3) The file is read back by `verify`, through a new descriptor, before anybody can see it.
/// (4) It gets its final name in one step: by link, which never replaces, or by rename where `replacing`.
/// (5) The folder is synced: only then is the file said to be there.
///
/// Whatever fails, nothing half-written bears the final name, and the temporary file is removed; after a crash it is
/// left behind under a name that starts with `.tmp-`, for the cleaner.
package struct CommittedFile {
    private let store: any FileStore
    private let random: any RandomSource

    package init(store: any FileStore, random: any RandomSource) {
        self.store = store
        self.random = random
    }

    /// What a temporary name begins with.
    package static let temporaryPrefix = ".tmp-"

    /// Writes a file under its final name.
    ///
    /// - Parameters:
    ///   - path: the final name; its folder must be there.
    ///   - replacing: whether a file of that name is replaced; otherwise it is an `exists` error.
    ///   - write: writes the bytes.
    ///   - verify: reads the file back and throws if it is not what was meant; its result is returned.
    /// - Throws: `FileError`, or what `write` and `verify` throw.
    @discardableResult
    package func commit<Result>(
        _ path: FilePath, replacing: Bool = false, write: (any WritableFile) throws -> Void,
        verify: (any ReadableFile) throws -> Result
    ) throws -> Result {
        let pending = try begin(path)
        do {
            try write(pending.file)
        } catch {
            pending.abandon()
            throw error
        }
        return try pending.commit(replacing: replacing, verify: verify)
    }

    /// Starts a file that is written piece by piece, and gets its final name when `PendingFile.commit` says so.
    package func begin(_ path: FilePath) throws(FileError) -> PendingFile {
        let temporary = path.removingLastComponent().appending(
            Self.temporaryPrefix + String(random.nextBits(), radix: 36))
        return PendingFile(store: store, path: path, temporary: temporary, file: try store.create(temporary))
    }

    /// Writes bytes under a final name, and compares them when they are read back.
    package func commit(_ bytes: [UInt8], to path: FilePath, replacing: Bool = false) throws(FileError) {
        do {
            try commit(path, replacing: replacing) { file in
                try file.write(bytes.span)
            } verify: { file in
                guard try file.read(at: 0, count: bytes.count) == bytes else {
                    throw FileError(.readWrite, "read back", path: path.string)
                }
            }
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(.readWrite, "commit", path: path.string)
        }
    }
}

/// A file that is being written and has no final name yet. Given up, and its temporary name removed, when it goes out of
/// scope without a commit.
package final class PendingFile {
    /// Where the bytes go. Not to be synced or closed: `commit` does that.
    package let file: any WritableFile
    private let store: any FileStore
    private let path: FilePath
    private let temporary: FilePath
    private var isOpen = true

    /// Where the bytes are until the file gets its final name.
    package var temporaryPath: FilePath { temporary }

    init(store: any FileStore, path: FilePath, temporary: FilePath, file: any WritableFile) {
        self.store = store
        self.path = path
        self.temporary = temporary
        self.file = file
    }

    deinit { abandon() }

    /// Steps (2) to (5) of `CommittedFile`: afterwards the file is there for good.
    ///
    /// - Throws: `FileError`, or what `verify` throws; the file is given up then.
    package func commit<Result>(
        replacing: Bool = false, verify: (any ReadableFile) throws -> Result
    ) throws -> Result {
        do {
            try file.sync()
            let result = try readBack(verify)
            try giveName(replacing: replacing)
            let folder = path.removingLastComponent()
            try store.syncFolder(folder.isEmpty ? "." : folder)
            return result
        } catch {
            abandon()
            throw error
        }
    }

    /// Steps (2) and (3) without the sync: the bytes are whole, and a power cut may take them away. Who gives the file its
    /// name must have made `temporaryPath` durable before, if the name alone says that there is something.
    ///
    /// - Throws: as `commit`.
    package func closeUnsynced<Result>(verify: (any ReadableFile) throws -> Result) throws -> Result {
        do {
            return try readBack(verify)
        } catch {
            abandon()
            throw error
        }
    }

    /// Step (4) after `closeUnsynced`: the name is there, and a power cut may take it away until its folder is synced.
    ///
    /// - Throws: `FileError`; the file is given up then.
    package func nameUnsynced(replacing: Bool = false) throws(FileError) {
        do throws(FileError) {
            try giveName(replacing: replacing)
        } catch {
            abandon()
            throw error
        }
    }

    private func readBack<Result>(_ verify: (any ReadableFile) throws -> Result) throws -> Result {
        let size = file.size
        try file.close()
        let readBack = try store.open(temporary)
        guard readBack.size == size else { throw FileError(.readWrite, "read back", path: path.string) }
        return try verify(readBack)
    }

    private func giveName(replacing: Bool) throws(FileError) {
        if replacing {
            try store.rename(temporary, to: path)
        } else {
            try store.link(temporary, to: path)
            try store.remove(temporary)
        }
        isOpen = false
    }

    /// Gives the file up. A temporary file that cannot be removed is the cleaner's: the first error is the one to tell.
    package func abandon() {
        guard isOpen else { return }
        isOpen = false
        try? store.remove(temporary)
    }
}
