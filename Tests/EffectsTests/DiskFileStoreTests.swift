import Effects
import SystemPackage
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What only the real disk has: rights and symbolic links.
@Suite struct DiskFileStoreTests {
    private func mode(_ path: FilePath) -> mode_t {
        var record = stat()
        unsafe lstat(path.string, &record)
        return record.st_mode & 0o777
    }

    @Test func filesAndFoldersAreForTheirOwnerAlone() throws {
        let folder = try TestFolder()
        let before = umask(0)
        defer { umask(before) }
        try folder.store.create(folder.path.appending("a")).close()
        try folder.store.makeFolder(folder.path.appending("b"))
        #expect(mode(folder.path.appending("a")) == 0o600)
        #expect(mode(folder.path.appending("b")) == 0o700)
    }

    @Test func aLinkInTheWayIsNotFollowed() throws {
        let folder = try TestFolder()
        let target = folder.path.appending("target")
        let trap = folder.path.appending("trap")
        #expect(unsafe symlink(target.string, trap.string) == 0)
        #expect(throws: FileError.self) { _ = try folder.store.create(trap) }
        #expect(throws: FileError.self) { _ = try folder.store.lock(trap) }
        #expect(try folder.store.status(of: target) == nil)
        #expect(try folder.store.status(of: trap)?.kind == .link)
    }

    @Test func removingAFolderLeavesWhatItsLinksPointAt() throws {
        let folder = try TestFolder()
        let kept = folder.path.appending("kept")
        try folder.store.makeFolder(kept)
        try folder.store.create(kept.appending("file")).close()
        let going = folder.path.appending("going")
        try folder.store.makeFolder(going)
        #expect(unsafe symlink(kept.string, going.appending("link").string) == 0)
        try folder.store.removeFolder(going)
        #expect(try folder.store.names(in: folder.path) == ["kept"])
        #expect(try folder.store.names(in: kept) == ["file"])
    }
}
