package import Effects
internal import Synchronization
package import SystemPackage

#if canImport(Glibc)
internal import Glibc
#endif

/// A file store in memory that can fail, run full, end the process and cut the power at any call: the twin of
/// `DiskFileStore` for tests and the simulator.
///
/// What a process sees and what a power cut leaves are two things, as `SimulatedVolume` says. Every step that a crash
/// can fall between is a call of its own, also those within `makeFolder` and `removeFolder`. A relative path starts
/// at the root. There are no symbolic links.
package final class SimulatedFileStore: FileStore {
    struct State: Sendable {
        var volume = SimulatedVolume()
        var faults: [SimulatedFault] = []
        var callCount = 0
        var mutatingCallCount = 0
        var counts: [SimulatedCall: Int] = [:]
        var trace: [(call: SimulatedCall, path: FilePath)] = []
        var isDown = false
        var lockedNodes: Set<Int> = []
        /// Counts the processes: locks and open files of an earlier one are void.
        var generation = 0
        var openFileCount = 0
        var openFileCountMax: Int?
        var interruption: (@Sendable (Int) -> Void)?
    }

    /// What a call shall do.
    enum Outcome {
        case proceed
        case fail(Int32)
        case failAfterEffect(Int32)
        case half(Int32)
    }

    let state: Mutex<State>
    let clock: any WallClock

    /// An empty store.
    package init(clock: any WallClock = SimulatedClock()) {
        state = Mutex(State())
        self.clock = clock
    }

    private init(_ volume: SimulatedVolume, clock: any WallClock) {
        var fresh = State()
        fresh.volume = volume
        state = Mutex(fresh)
        self.clock = clock
    }

    // MARK: What a test sets and asks

    /// The number of calls since the start or the last `plan`.
    package var callCount: Int { state.withLock { $0.callCount } }
    /// The number of mutating calls since the start or the last `plan`.
    package var mutatingCallCount: Int { state.withLock { $0.mutatingCallCount } }
    /// The number of calls of one kind since the start or the last `plan`.
    package func count(of call: SimulatedCall) -> Int { state.withLock { $0.counts[call] ?? 0 } }
    /// The mutating calls since the start or the last `plan`, with their paths: `link /a/b`.
    package var trace: [String] { state.withLock { $0.trace }.map { "\($0.call.rawValue) \($0.path)" } }
    /// Whether a crash has ended the process.
    package var isDown: Bool { state.withLock { $0.isDown } }
    /// How many files are open.
    package var openFileCount: Int { state.withLock { $0.openFileCount } }
    /// The bytes that all files take.
    package var usedBytes: Int { state.withLock { $0.volume.usedBytes } }

    /// Starts to count anew and sets what goes wrong.
    package func plan(_ faults: [SimulatedFault] = []) {
        state.withLock {
            $0.faults = faults
            $0.callCount = 0
            $0.mutatingCallCount = 0
            $0.counts = [:]
            $0.trace = []
        }
    }

    /// Ends the process at the n-th mutating call from now on.
    package func crash(at call: Int) { plan([SimulatedFault(.crash, at: call)]) }

    /// Limits the disk; nil: no end.
    package func limit(bytes: Int?) { state.withLock { $0.volume.capacityBytes = bytes } }

    /// Limits the open files; nil: no end.
    package func limit(openFiles: Int?) { state.withLock { $0.openFileCountMax = openFiles } }

    /// Runs something before each mutating call, which may use the store itself (its calls do not interrupt again):
    /// another process at the worst moment. The closure is given the call's number.
    package func interrupt(_ interruption: (@Sendable (Int) -> Void)?) {
        state.withLock { $0.interruption = interruption }
    }

    /// A new process after a crash: it sees all that was written, synced or not.
    package func restart() {
        state.withLock {
            $0.isDown = false
            $0.lockedNodes = []
            $0.generation += 1
            $0.openFileCount = 0
        }
        plan()
    }

    /// Cuts the power and starts again: what was not synced is lost, as `cut` says.
    package func powerCut(_ cut: PowerCut = .losingAll) {
        state.withLock { $0.volume = $0.volume.afterPowerCut(cut) }
        restart()
    }

    /// A store of its own with the same files at this moment.
    package func copy() -> SimulatedFileStore {
        SimulatedFileStore(state.withLock { $0.volume }, clock: clock)
    }

    /// Changes a file behind everybody's back, durably: bit rot, or an enemy.
    package func corrupt(_ path: FilePath, _ change: (inout [UInt8]) -> Void) throws(FileError) {
        try state.withLock { state throws(FileError) in
            let number = try state.node(path, "corrupt")
            var bytes = state.volume.nodes[number]?.bytes ?? []
            change(&bytes)
            state.volume.replace(number, bytes)
        }
    }

    /// The paths of all files, sorted.
    package func paths(under folder: FilePath = "/") -> [FilePath] {
        let volume = state.withLock { $0.volume }
        guard let start = volume.number(folder.simulatedComponents) else { return [] }
        return Self.paths(volume, start, folder)
    }

    private static func paths(_ volume: SimulatedVolume, _ number: Int, _ path: FilePath) -> [FilePath] {
        guard let node = volume.nodes[number] else { return [] }
        guard node.isFolder else { return [path] }
        return node.names.sorted { $0.key < $1.key }.flatMap { paths(volume, $0.value, path.appending($0.key)) }
    }

    // MARK: Calls

    /// Counts a call and says what it shall do; runs the interruption first.
    func begin(_ call: SimulatedCall, _ path: FilePath) throws(FileError) -> Outcome {
        if call.isMutating {
            let interruption = state.withLock { state in
                let interruption = state.interruption
                state.interruption = nil
                return interruption.map { ($0, state.mutatingCallCount + 1) }
            }
            if let (interrupt, number) = interruption {
                interrupt(number)
                state.withLock { if $0.interruption == nil { $0.interruption = interrupt } }
            }
        }
        return try state.withLock { state throws(FileError) in try state.begin(call, path) }
    }

    /// Runs a call's effect under the outcome that was planned for it.
    private func perform<Result: Sendable>(
        _ call: SimulatedCall, _ path: FilePath, _ words: String,
        _ effect: (inout State) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let outcome = try begin(call, path)
        let generation = state.withLock { $0.generation }
        return try state.withLock { state throws(FileError) in
            guard state.generation == generation else { throw FileError(.readWrite, words, path: path.string) }
            switch outcome {
            case .proceed: return try effect(&state)
            case .failAfterEffect(let number):
                _ = try effect(&state)
                // Nobody holds the file whose opening was said to have failed.
                if call == .open || call == .create { state.openFileCount -= 1 }
                throw FileError(words, path: path.string, number: number)
            case .fail(let number), .half(let number):
                throw FileError(words, path: path.string, number: number)
            }
        }
    }

    package func open(_ path: FilePath) throws(FileError) -> any ReadableFile {
        let (number, generation) = try perform(.open, path, "open") { state throws(FileError) in
            let number = try state.node(path, "open")
            guard state.volume.nodes[number]?.isFolder == false else {
                throw FileError("read", path: path.string, number: EISDIR)
            }
            try state.takeDescriptor("open", path)
            return (number, state.generation)
        }
        return SimulatedReadableFile(self, number, path, generation)
    }

    package func create(_ path: FilePath) throws(FileError) -> any WritableFile {
        let now = clock.microsecondsSinceEpoch()
        let (number, generation) = try perform(.create, path, "create") { state throws(FileError) in
            let (folder, name) = try state.place(path, "create")
            guard state.volume.nodes[folder]?.names[name] == nil else {
                throw FileError("create", path: path.string, number: EEXIST)
            }
            try state.takeDescriptor("create", path)
            let number = state.volume.makeNode(isFolder: false, at: now)
            state.volume.change(folder, [.init(name: name, number: number)])
            return (number, state.generation)
        }
        return SimulatedWritableFile(self, number, path, generation)
    }

    package func link(_ path: FilePath, to name: FilePath) throws(FileError) {
        try perform(.link, name, "link") { state throws(FileError) in
            let number = try state.node(path, "link")
            let (folder, last) = try state.place(name, "link")
            guard state.volume.nodes[folder]?.names[last] == nil else {
                throw FileError("link", path: name.string, number: EEXIST)
            }
            guard state.volume.nodes[number]?.isFolder == false else {
                throw FileError("link", path: name.string, number: EPERM)
            }
            state.volume.change(folder, [.init(name: last, number: number)])
        }
    }

    package func rename(_ path: FilePath, to name: FilePath) throws(FileError) {
        try perform(.rename, name, "rename") { state throws(FileError) in
            let number = try state.node(path, "rename")
            let (source, old) = try state.place(path, "rename")
            let (target, new) = try state.place(name, "rename")
            // Two names of one file: nothing happens, as POSIX has it.
            if state.volume.nodes[target]?.names[new] == number { return }
            if let taken = state.volume.nodes[target]?.names[new] {
                let kinds = (state.volume.nodes[number]?.isFolder, state.volume.nodes[taken]?.isFolder)
                if kinds == (false, true) { throw FileError("rename", path: name.string, number: EISDIR) }
                if kinds == (true, false) { throw FileError("rename", path: name.string, number: ENOTDIR) }
                if state.volume.nodes[taken]?.names.isEmpty == false {
                    throw FileError("rename", path: name.string, number: ENOTEMPTY)
                }
            }
            if source == target {
                state.volume.change(source, [.init(name: old, number: nil), .init(name: new, number: number)])
            } else {
                state.volume.change(target, [.init(name: new, number: number)])
                state.volume.change(source, [.init(name: old, number: nil)])
            }
        }
    }

    package func remove(_ path: FilePath) throws(FileError) {
        try perform(.remove, path, "remove") { state throws(FileError) in
            let number = try state.node(path, "remove")
            guard state.volume.nodes[number]?.isFolder == false else {
                throw FileError("remove", path: path.string, number: EISDIR)
            }
            let (folder, name) = try state.place(path, "remove")
            state.volume.change(folder, [.init(name: name, number: nil)])
        }
    }

    package func syncFolder(_ path: FilePath) throws(FileError) {
        try perform(.syncFolder, path, "sync") { state throws(FileError) in
            let number = try state.node(path, "sync")
            guard state.volume.nodes[number]?.isFolder == true else {
                throw FileError("sync", path: path.string, number: ENOTDIR)
            }
            state.volume.syncFolder(number)
        }
    }

    package func makeFolder(_ path: FilePath) throws(FileError) {
        if let status = try status(of: path) {
            guard status.kind == .folder else { throw FileError(.exists, "make the folder", path: path.string) }
            return
        }
        let parent = path.removingLastComponent()
        if !parent.isEmpty && parent != path { try makeFolder(parent) }
        try addLastFolder(path)
        try syncFolder(parent.isEmpty ? "/" : parent)
    }

    package func addFolder(_ path: FilePath) throws(FileError) -> [FilePath] {
        if let status = try status(of: path) {
            guard status.kind == .folder else { throw FileError(.exists, "make the folder", path: path.string) }
            return []
        }
        let parent = path.removingLastComponent()
        var changed: [FilePath] = []
        if !parent.isEmpty && parent != path { changed = try addFolder(parent) }
        try addLastFolder(path)
        return changed + [parent.isEmpty ? "/" : parent]
    }

    private func addLastFolder(_ path: FilePath) throws(FileError) {
        let now = clock.microsecondsSinceEpoch()
        try perform(.makeFolder, path, "make the folder") { state throws(FileError) in
            let (folder, name) = try state.place(path, "make the folder")
            if state.volume.nodes[folder]?.names[name] != nil { return }
            let number = state.volume.makeNode(isFolder: true, at: now)
            state.volume.change(folder, [.init(name: name, number: number)])
        }
    }

    package func syncFile(_ path: FilePath) throws(FileError) {
        let number = try state.withLock { state throws(FileError) in try state.node(path, "sync") }
        switch try begin(.sync, path) {
        case .proceed: state.withLock { $0.volume.syncFile(number) }
        case .failAfterEffect(let error):
            state.withLock { $0.volume.syncFile(number) }
            throw FileError("sync", path: path.string, number: error)
        case .fail(let error), .half(let error):
            state.withLock { $0.volume.failSync(number) }
            throw FileError("sync", path: path.string, number: error)
        }
    }

    package func volume(of path: FilePath) throws(FileError) -> any FileVolume { SimulatedFileVolume(self) }

    package func removeFolder(_ path: FilePath) throws(FileError) {
        guard let status = try status(of: path) else { return }
        guard status.kind == .folder else { throw FileError(.invalidPath, "remove the folder", path: path.string) }
        for name in try names(in: path) {
            let child = path.appending(name)
            if try self.status(of: child)?.kind == .folder { try removeFolder(child) } else { try remove(child) }
        }
        try perform(.removeFolder, path, "remove the folder") { state throws(FileError) in
            let (folder, name) = try state.place(path, "remove the folder")
            let number = try state.node(path, "remove the folder")
            guard state.volume.nodes[number]?.names.isEmpty == true else {
                throw FileError("remove the folder", path: path.string, number: ENOTEMPTY)
            }
            state.volume.change(folder, [.init(name: name, number: nil)])
        }
    }

    package func names(in path: FilePath) throws(FileError) -> [String] {
        try perform(.names, path, "list") { state throws(FileError) in
            let number = try state.node(path, "list")
            guard let node = state.volume.nodes[number], node.isFolder else {
                throw FileError("list", path: path.string, number: ENOTDIR)
            }
            return node.names.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    package func status(of path: FilePath) throws(FileError) -> FileStatus? {
        try perform(.status, path, "look at") { state in
            guard let number = state.volume.number(path.simulatedComponents), let node = state.volume.nodes[number]
            else { return nil }
            return FileStatus(
                kind: node.isFolder ? .folder : .file, size: Int64(node.bytes.count),
                modifiedMicroseconds: node.modifiedMicroseconds)
        }
    }

    package func lock(_ path: FilePath) throws(FileError) -> (any FileLock)? {
        if try status(of: path) == nil { try create(path).close() }
        let taken = try perform(.lock, path, "lock") { state throws(FileError) -> (Int, Int)? in
            let number = try state.node(path, "lock")
            return state.lockedNodes.insert(number).inserted ? (number, state.generation) : nil
        }
        return taken.map { SimulatedFileLock(self, $0.0, $0.1) }
    }

    package func freeBytes(at path: FilePath) throws(FileError) -> Int64 {
        try perform(.freeBytes, path, "look at") { state throws(FileError) in
            _ = try state.node(path, "look at")
            guard let capacity = state.volume.capacityBytes else { return Int64.max }
            return Int64(max(0, capacity - state.volume.usedBytes))
        }
    }
}

extension SimulatedFileStore.State {
    /// Counts a call and looks up what is planned for it.
    mutating func begin(_ call: SimulatedCall, _ path: FilePath) throws(FileError) -> SimulatedFileStore.Outcome {
        guard !isDown else { throw FileError(call.rawValue, path: path.string, number: EIO) }
        callCount += 1
        counts[call, default: 0] += 1
        if call.isMutating {
            mutatingCallCount += 1
            trace.append((call, path))
        }
        guard let fault = faults.first(where: { isNow($0, call) }) else { return .proceed }
        switch fault.kind {
        case .error(let number): return .fail(number)
        case .errorAfterEffect(let number): return .failAfterEffect(number)
        case .short(let number): return .half(number)
        case .crash:
            isDown = true
            return .half(EIO)
        }
    }

    private func isNow(_ fault: SimulatedFault, _ call: SimulatedCall) -> Bool {
        fault.amongMutating ? call.isMutating && fault.call == mutatingCallCount : fault.call == callCount
    }

    func node(_ path: FilePath, _ words: String) throws(FileError) -> Int {
        guard let number = volume.number(path.simulatedComponents) else {
            throw FileError(words, path: path.string, number: ENOENT)
        }
        return number
    }

    /// The folder that a path's last name lies in, and that name.
    func place(_ path: FilePath, _ words: String) throws(FileError) -> (folder: Int, name: String) {
        let components = path.simulatedComponents
        guard let name = components.last else { throw FileError(words, path: path.string, number: EEXIST) }
        guard name.utf8.count <= 255 else { throw FileError(words, path: path.string, number: ENAMETOOLONG) }
        guard let folder = volume.number(components.dropLast()) else {
            throw FileError(words, path: path.string, number: ENOENT)
        }
        guard volume.nodes[folder]?.isFolder == true else {
            throw FileError(words, path: path.string, number: ENOTDIR)
        }
        return (folder, name)
    }

    mutating func takeDescriptor(_ words: String, _ path: FilePath) throws(FileError) {
        if let limit = openFileCountMax, openFileCount >= limit {
            throw FileError(words, path: path.string, number: EMFILE)
        }
        openFileCount += 1
    }
}

extension FilePath {
    /// The names along the path, from the root; `.` and `..` resolved by the letters.
    var simulatedComponents: [String] {
        // By hand: a sweep asks this a million times, and `components` is slow where nothing is optimised.
        var names: [String] = []
        for part in string.utf8.split(separator: UInt8(ascii: "/")) {
            switch String(Substring(part)) {
            case ".": break
            case "..": _ = names.popLast()
            case let name: names.append(name)
            }
        }
        return names
    }
}
