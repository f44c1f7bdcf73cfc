import AlmanacTesting
import Effects
import SystemPackage
import Testing

/// What every file store does, asked of the disk and of its twin alike.
@Suite struct FileStoreConformanceTests {
    /// The stores under test.
    enum Kind: CaseIterable, Sendable {
        case disk, simulated
    }

    /// Runs a body with a store and an empty folder in it.
    private func with(_ kind: Kind, _ body: (any FileStore, FilePath) throws -> Void) throws {
        switch kind {
        case .disk:
            let folder = try TestFolder()
            try body(folder.store, folder.path)
        case .simulated:
            let store = SimulatedFileStore()
            try store.makeFolder("/work/folder")
            try body(store, "/work/folder")
        }
    }

    private func write(_ text: String, _ store: any FileStore, _ path: FilePath) throws {
        let file = try store.create(path)
        try file.write(Array(text.utf8).span)
        try file.sync()
        try file.close()
    }

    private func code(_ body: () throws -> Void) -> FileError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? FileError)?.code
        }
    }

    @Test(arguments: Kind.allCases) func foldersAreAddedAndWhatIsOnAVolumeIsSynced(kind: Kind) throws {
        try with(kind) { store, folder in
            let inner = folder.appending("b").appending("c")
            #expect(try store.addFolder(inner) == [folder, folder.appending("b")])
            #expect(try store.addFolder(inner) == [])
            #expect(try store.status(of: inner)?.kind == .folder)
            let volume = try store.volume(of: folder)
            let path = inner.appending("d")
            #expect(code { _ = try volume.holds(path) } == .notFound)
            #expect(code { try store.syncFile(path) } == .notFound)
            let file = try store.create(path)
            try file.write([1].span)
            try file.close()
            #expect(code { _ = try store.addFolder(path) } == .exists)
            #expect(try volume.holds(path) && volume.holds(inner))
            try store.syncFile(path)
            try volume.sync()
            #expect(try store.contents(of: path) == [1])
        }
    }

    @Test(arguments: Kind.allCases) func aFileIsReadAsItWasWritten(kind: Kind) throws {
        try with(kind) { store, folder in
            let path = folder.appending("a")
            let file = try store.create(path)
            #expect(file.size == 0)
            try file.write([UInt8](repeating: 7, count: 100_000).span)
            try file.write([UInt8]().span)
            try file.write([1, 2, 3].span)
            #expect(file.size == 100_003)
            try file.sync()
            try file.close()
            let read = try store.open(path)
            #expect(read.size == 100_003)
            #expect(try read.read(at: 99_999, count: 4) == [7, 1, 2, 3])
            #expect(try read.read(at: 100_003, count: 0) == [])
            #expect(code { _ = try read.read(at: 100_000, count: 4) } == .readWrite)
            #expect(code { _ = try read.read(at: -1, count: 1) } == .readWrite)
            #expect(code { _ = try read.read(at: .max, count: .max) } == .readWrite)
            #expect(try store.status(of: path)?.kind == .file)
            #expect(try store.status(of: path)?.size == 100_003)
            #expect(try store.contents(of: path).count == 100_003)
            #expect(code { _ = try store.contents(of: path, limit: 100_002) } == .invalidPath)
        }
    }

    @Test(arguments: Kind.allCases) func aNameIsTakenOnce(kind: Kind) throws {
        try with(kind) { store, folder in
            try write("one", store, folder.appending("a"))
            try write("two", store, folder.appending("b"))
            #expect(code { _ = try store.create(folder.appending("a")) } == .exists)
            #expect(code { try store.link(folder.appending("b"), to: folder.appending("a")) } == .exists)
            #expect(try store.text(of: folder.appending("a")) == "one")
            try store.link(folder.appending("b"), to: folder.appending("c"))
            #expect(try store.names(in: folder) == ["a", "b", "c"])
            try store.remove(folder.appending("b"))
            #expect(try store.text(of: folder.appending("c")) == "two")
            try store.rename(folder.appending("c"), to: folder.appending("a"))
            #expect(try store.text(of: folder.appending("a")) == "two")
            #expect(try store.names(in: folder) == ["a"])
        }
    }

    @Test(arguments: Kind.allCases) func whatIsNotThereIsSaidToBeMissing(kind: Kind) throws {
        try with(kind) { store, folder in
            let missing = folder.appending("missing")
            #expect(code { _ = try store.open(missing) } == .notFound)
            #expect(code { try store.remove(missing) } == .notFound)
            #expect(code { try store.rename(missing, to: folder.appending("x")) } == .notFound)
            #expect(code { try store.link(missing, to: folder.appending("x")) } == .notFound)
            #expect(code { _ = try store.names(in: missing) } == .notFound)
            #expect(code { try store.syncFolder(missing) } == .notFound)
            #expect(code { _ = try store.create(missing.appending("child")) } == .notFound)
            #expect(try store.status(of: missing) == nil)
            try store.removeFolder(missing)
        }
    }

    @Test(arguments: Kind.allCases) func foldersAreMadeWithTheirParentsAndRemovedWithAllInThem(kind: Kind) throws {
        try with(kind) { store, folder in
            let deep = folder.appending("x").appending("y").appending("z")
            try store.makeFolder(deep)
            try store.makeFolder(deep)
            #expect(try store.status(of: deep)?.kind == .folder)
            try write("f", store, deep.appending("f"))
            #expect(code { try store.makeFolder(deep.appending("f")) } == .exists)
            #expect(code { try store.removeFolder(deep.appending("f")) } == .invalidPath)
            #expect(code { _ = try store.open(deep) } != nil)
            #expect(code { try store.remove(deep) } != nil)
            try store.syncFolder(deep)
            try store.removeFolder(folder.appending("x"))
            #expect(try store.names(in: folder) == [])
        }
    }

    @Test(arguments: Kind.allCases) func namesAreSortedByTheirBytes(kind: Kind) throws {
        try with(kind) { store, folder in
            for name in ["b", "a", "Z", "é", "z", "10", "9", "a.b", "a b"] {
                try write(name, store, folder.appending(name))
            }
            #expect(try store.names(in: folder) == ["10", "9", "Z", "a", "a b", "a.b", "b", "z", "é"])
        }
    }

    @Test(arguments: Kind.allCases) func aLockIsHeldByOne(kind: Kind) throws {
        try with(kind) { store, folder in
            let path = folder.appending("lock")
            let lock = try #require(try store.lock(path))
            #expect(try store.lock(path) == nil)
            lock.release()
            let second = try #require(try store.lock(path))
            second.release()
            #expect(try store.freeBytes(at: folder) > 0)
        }
    }

    @Test(arguments: Kind.allCases) func aClosedFileTakesNothingMore(kind: Kind) throws {
        try with(kind) { store, folder in
            let file = try store.create(folder.appending("a"))
            try file.write([1].span)
            try file.close()
            #expect(code { try file.write([2].span) } == .readWrite)
            #expect(code { try file.sync() } == .readWrite)
            #expect(try store.contents(of: folder.appending("a")) == [1])
        }
    }

    @Test(arguments: Kind.allCases) func anOpenFileOutlivesItsName(kind: Kind) throws {
        try with(kind) { store, folder in
            try write("kept", store, folder.appending("a"))
            let open = try store.open(folder.appending("a"))
            try store.remove(folder.appending("a"))
            #expect(try open.read(at: 0, count: 4) == Array("kept".utf8))
        }
    }
}
