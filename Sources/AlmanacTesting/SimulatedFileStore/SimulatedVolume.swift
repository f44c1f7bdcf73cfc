internal import Effects

#if canImport(Glibc)
internal import Glibc
#endif

/// Files and folders in memory, with a page cache: for everything there is what a process sees, and what a disk keeps.
///
/// (1) A file's bytes are kept by `sync` of that file only.
/// (2) A folder's names are kept by `syncFolder` of that folder only; a file without a kept name is gone.
/// (3) After a sync that failed, bytes written before it are never kept by a later sync: the kernel has dropped them.
///
/// A value: a copy of it is an image of the disk at that moment.
struct SimulatedVolume: Sendable {
    /// The number of a file or folder; its names point at it.
    typealias Number = Int

    /// A file or folder.
    struct Node: Sendable {
        var isFolder: Bool
        var bytes: [UInt8] = []
        var keptBytes: [UInt8] = []
        var names: [String: Number] = [:]
        /// The changes of names since the last sync, in their order; each is kept or lost as a whole.
        var pendingNames: [[NameChange]] = []
        var keptNames: [String: Number] = [:]
        var modifiedMicroseconds: Int64
        var syncFailed = false
        /// How many names lead to it; without one it takes no room.
        var nameCount = 0
    }

    /// A name that came (to a number) or went (to nil).
    struct NameChange: Sendable {
        let name: String
        let number: Number?
    }

    private(set) var nodes: [Number: Node]
    private var nextNumber: Number = 2
    /// How many bytes there is room for; nil: no end.
    var capacityBytes: Int?

    init() { nodes = [1: Node(isFolder: true, modifiedMicroseconds: 0)] }

    /// The node of a path's components, nil where there is none.
    func number(_ components: [String]) -> Number? {
        var number = 1
        for component in components {
            guard let next = nodes[number]?.names[component] else { return nil }
            number = next
        }
        return number
    }

    /// The bytes that all files take that have a name.
    var usedBytes: Int { nodes.values.reduce(0) { $0 + ($1.nameCount > 0 ? $1.bytes.count : 0) } }

    mutating func makeNode(isFolder: Bool, at microseconds: Int64) -> Number {
        defer { nextNumber += 1 }
        nodes[nextNumber] = Node(isFolder: isFolder, modifiedMicroseconds: microseconds)
        return nextNumber
    }

    /// Adds and removes names of one folder, as one change.
    mutating func change(_ folder: Number, _ changes: [NameChange]) {
        for change in changes {
            if let old = nodes[folder]?.names[change.name] { nodes[old]?.nameCount -= 1 }
            if let new = change.number { nodes[new]?.nameCount += 1 }
            nodes[folder]?.names[change.name] = change.number
        }
        nodes[folder]?.pendingNames.append(changes)
    }

    /// Appends bytes to a file; answers how many there was room for.
    mutating func append(_ bytes: [UInt8], to file: Number, at microseconds: Int64) -> Int {
        let room = capacityBytes.map { max(0, $0 - usedBytes) } ?? bytes.count
        let count = min(room, bytes.count)
        nodes[file]?.bytes.append(contentsOf: bytes.prefix(count))
        nodes[file]?.modifiedMicroseconds = microseconds
        return count
    }

    mutating func syncFile(_ file: Number) {
        guard let node = nodes[file], !node.syncFailed else { return }
        nodes[file]?.keptBytes = node.bytes
    }

    mutating func failSync(_ file: Number) { nodes[file]?.syncFailed = true }

    /// Keeps the bytes of all files and the names in all folders.
    mutating func syncAll() {
        for (number, node) in nodes {
            if node.isFolder { syncFolder(number) } else { syncFile(number) }
        }
    }

    /// A sync of the volume that failed: no bytes that were not kept yet ever will be.
    mutating func failSyncOfAll() {
        for (number, node) in nodes where !node.isFolder && node.bytes.count != node.keptBytes.count {
            failSync(number)
        }
    }

    mutating func syncFolder(_ folder: Number) {
        guard let node = nodes[folder] else { return }
        nodes[folder]?.keptNames = node.names
        nodes[folder]?.pendingNames = []
    }

    /// Sets the bytes of a file, kept as they are.
    mutating func replace(_ file: Number, _ bytes: [UInt8]) {
        nodes[file]?.bytes = bytes
        nodes[file]?.keptBytes = bytes
    }

    /// What is left after a power cut.
    func afterPowerCut(_ cut: PowerCut) -> SimulatedVolume {
        var random = SeededGenerator(seed: { if case .losingSome(let seed) = cut { seed } else { 0 } }())
        var left = self
        for number in nodes.keys.sorted() {
            guard var node = nodes[number] else { continue }
            if cut != .losingNothing {
                node.bytes = Self.keptBytes(node, cut, &random)
                node.names = Self.keptNames(node, cut, &random)
            }
            node.keptBytes = node.bytes
            node.keptNames = node.names
            node.pendingNames = []
            node.syncFailed = false
            left.nodes[number] = node
        }
        left.removeNodesWithoutName()
        return left
    }

    private static func keptBytes(_ node: Node, _ cut: PowerCut, _ random: inout SeededGenerator) -> [UInt8] {
        guard case .losingSome = cut, node.bytes.count > node.keptBytes.count else { return node.keptBytes }
        return Array(node.bytes.prefix(Int.random(in: node.keptBytes.count...node.bytes.count, using: &random)))
    }

    private static func keptNames(
        _ node: Node, _ cut: PowerCut, _ random: inout SeededGenerator
    ) -> [String: Number] {
        guard case .losingSome = cut else { return node.keptNames }
        var names = node.keptNames
        for changes in node.pendingNames where Bool.random(using: &random) {
            for change in changes { names[change.name] = change.number }
        }
        return names
    }

    /// Forgets files that no name leads to, as a disk does when it is mounted again.
    private mutating func removeNodesWithoutName() {
        var reached: Set<Number> = [1]
        var open: [Number] = [1]
        while let number = open.popLast() {
            for next in nodes[number]?.names.values.sorted() ?? [] where reached.insert(next).inserted {
                open.append(next)
            }
        }
        nodes = nodes.filter { reached.contains($0.key) }
        for number in nodes.keys { nodes[number]?.nameCount = 0 }
        for node in nodes.values {
            for number in node.names.values { nodes[number]?.nameCount += 1 }
        }
    }
}
