internal import Effects
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
internal import Glibc
#endif

/// A file of a simulated store, open for reading; it goes on showing its bytes when its names are gone.
final class SimulatedReadableFile: ReadableFile {
    let size: Int64
    private let store: SimulatedFileStore
    private let number: Int
    private let path: FilePath
    private let generation: Int

    init(_ store: SimulatedFileStore, _ number: Int, _ path: FilePath, _ generation: Int) {
        self.store = store
        self.number = number
        self.path = path
        self.generation = generation
        size = store.state.withLock { Int64($0.volume.nodes[number]?.bytes.count ?? 0) }
    }

    deinit { store.state.withLock { if $0.generation == generation { $0.openFileCount -= 1 } } }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        switch try store.begin(.read, path) {
        case .proceed: break
        case .fail(let error), .failAfterEffect(let error), .half(let error):
            throw FileError("read", path: path.string, number: error)
        }
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw FileError(.readWrite, "read \(count) bytes at \(offset) of", path: path.string)
        }
        let bytes = store.state.withLock { state -> [UInt8]? in
            guard state.generation == generation, let bytes = state.volume.nodes[number]?.bytes,
                bytes.count >= Int(offset) + count
            else { return nil }
            return Array(bytes[Int(offset)..<Int(offset) + count])
        }
        guard let bytes else { throw FileError("read", path: path.string, number: EIO) }
        return bytes
    }
}

/// A file of a simulated store that is being written.
final class SimulatedWritableFile: WritableFile {
    private(set) var size: Int64 = 0
    private let store: SimulatedFileStore
    private let number: Int
    private let path: FilePath
    private let generation: Int
    private var isOpen = true

    init(_ store: SimulatedFileStore, _ number: Int, _ path: FilePath, _ generation: Int) {
        self.store = store
        self.number = number
        self.path = path
        self.generation = generation
    }

    deinit { if isOpen { giveDescriptorBack() } }

    func write(_ bytes: Span<UInt8>) throws(FileError) {
        let outcome = try begin(.write, "write")
        var taken: [UInt8] = []
        taken.reserveCapacity(bytes.count)
        for index in bytes.indices { taken.append(bytes[index]) }
        switch outcome {
        case .proceed: try append(taken)
        case .fail(let error): throw FileError("write", path: path.string, number: error)
        case .failAfterEffect(let error):
            try append(taken)
            throw FileError("write", path: path.string, number: error)
        case .half(let error):
            try append(Array(taken.prefix(taken.count / 2)))
            throw FileError("write", path: path.string, number: error)
        }
    }

    private func append(_ bytes: [UInt8]) throws(FileError) {
        let now = store.clock.microsecondsSinceEpoch()
        let written = store.state.withLock { $0.volume.append(bytes, to: number, at: now) }
        size += Int64(written)
        if written < bytes.count { throw FileError("write", path: path.string, number: ENOSPC) }
    }

    func sync() throws(FileError) {
        switch try begin(.sync, "sync") {
        case .proceed: store.state.withLock { $0.volume.syncFile(number) }
        case .failAfterEffect(let error):
            store.state.withLock { $0.volume.syncFile(number) }
            throw FileError("sync", path: path.string, number: error)
        case .fail(let error), .half(let error):
            store.state.withLock { $0.volume.failSync(number) }
            throw FileError("sync", path: path.string, number: error)
        }
    }

    func close() throws(FileError) {
        let outcome = try begin(.close, "close")
        isOpen = false
        giveDescriptorBack()
        switch outcome {
        case .proceed: return
        case .fail(let error), .failAfterEffect(let error), .half(let error):
            throw FileError("close", path: path.string, number: error)
        }
    }

    private func begin(_ call: SimulatedCall, _ words: String) throws(FileError) -> SimulatedFileStore.Outcome {
        guard isOpen else { throw FileError(words, path: path.string, number: EBADF) }
        let outcome = try store.begin(call, path)
        guard store.state.withLock({ $0.generation }) == generation else {
            throw FileError(words, path: path.string, number: EIO)
        }
        return outcome
    }

    private func giveDescriptorBack() {
        store.state.withLock { if $0.generation == generation { $0.openFileCount -= 1 } }
    }
}

/// A lock in a simulated store; void after a restart.
final class SimulatedFileLock: FileLock {
    private let store: SimulatedFileStore
    private let number: Int
    private let generation: Int

    init(_ store: SimulatedFileStore, _ number: Int, _ generation: Int) {
        self.store = store
        self.number = number
        self.generation = generation
    }

    deinit { release() }

    func release() {
        store.state.withLock { if $0.generation == generation { $0.lockedNodes.remove(number) } }
    }
}

/// All of a simulated store, as one volume.
final class SimulatedFileVolume: FileVolume {
    private let store: SimulatedFileStore

    init(_ store: SimulatedFileStore) { self.store = store }

    func holds(_ path: FilePath) throws(FileError) -> Bool {
        _ = try store.state.withLock { state throws(FileError) in try state.node(path, "look at") }
        return true
    }

    func sync() throws(FileError) {
        switch try store.begin(.syncVolume, "/") {
        case .proceed: store.state.withLock { $0.volume.syncAll() }
        case .failAfterEffect(let error):
            store.state.withLock { $0.volume.syncAll() }
            throw FileError("sync the volume of", path: "/", number: error)
        case .fail(let error), .half(let error):
            store.state.withLock { $0.volume.failSyncOfAll() }
            throw FileError("sync the volume of", path: "/", number: error)
        }
    }
}
