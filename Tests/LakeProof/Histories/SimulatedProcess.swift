import AlmanacTesting
import Effects
import SystemPackage

/// A process of a simulated history: what it does to the disk takes turns with the others, and goes wrong at one call.
final class SimulatedProcess: FileStore, @unchecked Sendable {
    /// What goes wrong.
    enum Trouble: CaseIterable {
        case dieBefore, dieAfter, failBefore, failAfter
    }

    private let disk: SimulatedFileStore
    private let turns: Turns
    private let index: Int
    private let trouble: (call: Int, kind: Trouble)?
    private var callCount = 0
    private var locks: [any FileLock] = []
    private var isKilled = false

    /// Whether it has ended: no further call gets through.
    var isDead: Bool { isKilled || turns.isPowerOff }
    /// Whether something went wrong that it lives on with.
    private(set) var hasFailed = false

    init(_ disk: SimulatedFileStore, _ turns: Turns, _ index: Int, trouble: (call: Int, kind: Trouble)?) {
        self.disk = disk
        self.turns = turns
        self.index = index
        self.trouble = trouble
    }

    private func die() {
        isKilled = true
        // The system gives back what a process held.
        for lock in locks { lock.release() }
    }

    fileprivate func perform<Result>(
        _ operation: String, _ path: FilePath, _ effect: () throws(FileError) -> Result
    ) throws(FileError) -> Result {
        turns.pass(index)
        let ended = FileError(.readWrite, "go on with", path: path.string)
        if isDead { throw ended }
        callCount += 1
        guard let trouble, trouble.call == callCount else { return try effect() }
        hasFailed = true
        switch trouble.kind {
        case .dieBefore:
            die()
            throw ended
        case .dieAfter:
            _ = try effect()
            die()
            throw ended
        case .failBefore: throw FileError(operation, path: path.string, number: 5)
        case .failAfter:
            _ = try effect()
            throw FileError(operation, path: path.string, number: 5)
        }
    }

    // MARK: The calls

    func open(_ path: FilePath) throws(FileError) -> any ReadableFile {
        let file = try perform("open", path) { () throws(FileError) in try disk.open(path) }
        return ProcessReadableFile(file, self, path)
    }

    func create(_ path: FilePath) throws(FileError) -> any WritableFile {
        let file = try perform("create", path) { () throws(FileError) in try disk.create(path) }
        return ProcessWritableFile(file, self, path)
    }

    func link(_ path: FilePath, to name: FilePath) throws(FileError) {
        try perform("link", name) { () throws(FileError) in try disk.link(path, to: name) }
    }

    func rename(_ path: FilePath, to name: FilePath) throws(FileError) {
        try perform("rename", name) { () throws(FileError) in try disk.rename(path, to: name) }
    }

    func remove(_ path: FilePath) throws(FileError) {
        try perform("remove", path) { () throws(FileError) in try disk.remove(path) }
    }

    func syncFolder(_ path: FilePath) throws(FileError) {
        try perform("sync", path) { () throws(FileError) in try disk.syncFolder(path) }
    }

    func makeFolder(_ path: FilePath) throws(FileError) {
        try perform("make the folder", path) { () throws(FileError) in try disk.makeFolder(path) }
    }

    func addFolder(_ path: FilePath) throws(FileError) -> [FilePath] {
        try perform("make the folder", path) { () throws(FileError) in try disk.addFolder(path) }
    }

    func syncFile(_ path: FilePath) throws(FileError) {
        try perform("sync", path) { () throws(FileError) in try disk.syncFile(path) }
    }

    func volume(of path: FilePath) throws(FileError) -> any FileVolume {
        ProcessVolume(try perform("look at", path) { () throws(FileError) in try disk.volume(of: path) }, self)
    }

    func removeFolder(_ path: FilePath) throws(FileError) {
        try perform("remove the folder", path) { () throws(FileError) in try disk.removeFolder(path) }
    }

    func names(in path: FilePath) throws(FileError) -> [String] {
        try perform("list", path) { () throws(FileError) in try disk.names(in: path) }
    }

    func status(of path: FilePath) throws(FileError) -> FileStatus? {
        try perform("look at", path) { () throws(FileError) in try disk.status(of: path) }
    }

    func lock(_ path: FilePath) throws(FileError) -> (any FileLock)? {
        let lock = try perform("lock", path) { () throws(FileError) in try disk.lock(path) }
        if let lock { locks.append(lock) }
        return lock
    }

    func freeBytes(at path: FilePath) throws(FileError) -> Int64 { try disk.freeBytes(at: path) }
}

private final class ProcessReadableFile: ReadableFile {
    private let file: any ReadableFile
    private let process: SimulatedProcess
    private let path: FilePath

    init(_ file: any ReadableFile, _ process: SimulatedProcess, _ path: FilePath) {
        self.file = file
        self.process = process
        self.path = path
    }

    var size: Int64 { file.size }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        try process.perform("read", path) { () throws(FileError) in try file.read(at: offset, count: count) }
    }
}

private final class ProcessWritableFile: WritableFile {
    private let file: any WritableFile
    private let process: SimulatedProcess
    private let path: FilePath

    init(_ file: any WritableFile, _ process: SimulatedProcess, _ path: FilePath) {
        self.file = file
        self.process = process
        self.path = path
    }

    var size: Int64 { file.size }

    func write(_ bytes: Span<UInt8>) throws(FileError) {
        // Two calls, so that a process may end with half of them written.
        let middle = bytes.count / 2
        let (head, tail) = (bytes.extracting(0..<middle), bytes.extracting(middle..<bytes.count))
        try write(piece: head)
        try write(piece: tail)
    }

    private func write(piece: Span<UInt8>) throws(FileError) {
        guard piece.count > 0 else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(piece.count)
        for index in piece.indices { bytes.append(piece[index]) }
        try process.perform("write", path) { () throws(FileError) in try file.write(bytes.span) }
    }

    func sync() throws(FileError) {
        try process.perform("sync", path) { () throws(FileError) in try file.sync() }
    }

    func close() throws(FileError) {
        try process.perform("close", path) { () throws(FileError) in try file.close() }
    }
}

private final class ProcessVolume: FileVolume {
    private let volume: any FileVolume
    private let process: SimulatedProcess

    init(_ volume: any FileVolume, _ process: SimulatedProcess) {
        self.volume = volume
        self.process = process
    }

    func holds(_ path: FilePath) throws(FileError) -> Bool { try volume.holds(path) }

    func sync() throws(FileError) {
        try process.perform("sync", "/") { () throws(FileError) in try volume.sync() }
    }
}
