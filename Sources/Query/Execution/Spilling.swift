internal import Columnar
package import Effects
internal import Kernels
internal import Synchronization
package import SystemPackage

/// Where queries put rows that their memory does not hold.
package struct SpillPlace: Sendable {
    /// The files.
    package let store: any FileStore
    /// A folder of this query alone: it is made when it is needed, and removed when the query ends, also by an error.
    package let folder: FilePath

    package init(store: any FileStore, folder: FilePath) {
        self.store = store
        self.folder = folder
    }
}

/// The files that one run of a query has put away.
final class SpillFolder: Sendable {
    private let place: SpillPlace
    private let state = Mutex((fileCount: 0, byteCount: 0))

    init(_ place: SpillPlace) { self.place = place }

    /// Bytes that were written so far.
    var byteCount: Int { state.withLock { $0.byteCount } }

    func add(bytes: Int) { state.withLock { $0.byteCount += bytes } }

    /// A new file.
    func file() throws -> SpillFile {
        SpillFile(try create("rows"), self)
    }

    /// The place of a folder of its own.
    func subfolder() throws -> (store: any FileStore, folder: FilePath) {
        let number = state.withLock { state in
            state.fileCount += 1
            return state.fileCount
        }
        try place.store.makeFolder(place.folder)
        return (place.store, place.folder.appending("sort-\(number)"))
    }

    private func create(_ name: String) throws -> (any WritableFile, FilePath) {
        let number = state.withLock { state in
            state.fileCount += 1
            return state.fileCount
        }
        let path = place.folder.appending("\(name)-\(number)")
        try place.store.makeFolder(place.folder)
        return (try place.store.create(path), path)
    }

    func open(_ path: FilePath) throws -> any ReadableFile { try place.store.open(path) }

    /// Removes what was put away.
    func remove() {
        guard state.withLock({ $0.fileCount }) > 0 else { return }
        try? place.store.removeFolder(place.folder)
    }
}

/// Batches of rows in one file: written one behind the other by any thread, read at their places.
final class SpillFile: @unchecked Sendable {
    private let lock = Mutex(())
    // Guarded by the lock.
    private var file: (any WritableFile)?
    private var reader: (any ReadableFile)?
    private let path: FilePath
    private let folder: SpillFolder

    /// Where a batch lies.
    struct Place: Sendable {
        let offset: Int64
        let byteCount: Int
    }

    init(_ made: (file: any WritableFile, path: FilePath), _ folder: SpillFolder) {
        file = made.file
        path = made.path
        self.folder = folder
    }

    func write(_ rows: Rows) throws -> Place {
        let bytes = try kernel { try RowsCodec.bytes(of: rows) }
        folder.add(bytes: bytes.count)
        return try lock.withLock { _ in
            guard let file else { throw QueryError(.input, "rows are put away behind the end of their file") }
            let place = Place(offset: file.size, byteCount: bytes.count)
            try Self.naming { try file.write(bytes.span) }
            return place
        }
    }

    func read(_ place: Place, types: [LogicalType]) throws -> Rows {
        let source = try lock.withLock { _ in
            if let known = reader { return known }
            try Self.naming { try file?.close() }
            file = nil
            let opened = try Self.naming { try folder.open(path) }
            reader = opened
            return opened
        }
        let bytes = try Self.naming { try source.read(at: place.offset, count: place.byteCount) }
        return try kernel { try RowsCodec.rows(bytes, types: types) }
    }

    /// Errors of the disk become errors of the query.
    private static func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FileError {
            throw QueryError(.budget, "can't put rows away for want of memory: \(error)", try: "--memory with more")
        }
    }
}

/// Rows that stay in memory while the budget holds them; then all are cut by the hash of their keys into pieces on disk.
final class PartitionedRows: Sendable {
    /// The pieces that keys are cut into: a power of two.
    let pieceCount: Int

    private struct Held: Sendable {
        let order: Order
        let rows: Rows
        let reservation: MemoryReservation?
    }

    /// The part of the input that rows come from, and their number in it: pieces give rows in this order.
    struct Order: Comparable, Sendable {
        let part: Int
        let number: Int

        static func < (left: Order, right: Order) -> Bool { (left.part, left.number) < (right.part, right.number) }
    }

    private let types: [LogicalType]
    /// The keys of rows.
    private let keys: @Sendable (Rows) throws -> [Column]
    private let execution: Execution
    private let meter: OperatorMeter?
    /// Bytes that what is made of a row takes besides.
    private let bytesPerRow: Int
    /// How often the rows are in memory while something is made of them.
    private let copyCount: Int
    private let state: Mutex<State>

    private struct State: Sendable {
        var held: [Held] = []
        var file: SpillFile?
        /// Of each piece.
        var written: [[(order: Order, place: SpillFile.Place)]] = []
    }

    convenience init(
        _ columns: [PlanColumn], _ keys: [Expression], _ execution: Execution, _ meter: OperatorMeter?,
        pieceCount: Int, bytesPerRow: Int = 0, copyCount: Int = 1
    ) {
        let evaluator = Evaluator(context: execution.context, columns: columns)
        self.init(
            types: columns.map(\.type.logical), execution, meter, pieceCount: pieceCount, bytesPerRow: bytesPerRow,
            copyCount: copyCount
        ) { rows in try keys.map { try evaluator.column($0, rows) } }
    }

    /// - Parameter keys: the columns that rows are cut by, of rows of these types.
    init(
        types: [LogicalType], _ execution: Execution, _ meter: OperatorMeter?, pieceCount: Int, bytesPerRow: Int = 0,
        copyCount: Int = 1, keys: @escaping @Sendable (Rows) throws -> [Column]
    ) {
        self.pieceCount = pieceCount
        self.bytesPerRow = bytesPerRow
        self.copyCount = copyCount
        self.types = types
        self.keys = keys
        self.execution = execution
        self.meter = meter
        state = Mutex(State())
    }

    /// Whether rows were put away.
    var isSpilled: Bool { state.withLock { $0.file != nil } }

    /// Keeps rows, in memory or on disk.
    func add(_ rows: Rows, _ order: Order) throws {
        if !isSpilled,
            let reservation = execution.memory.tryReserve(
                rows.byteCount * copyCount + rows.count * bytesPerRow)
        {
            let isKept = state.withLock { state in
                if state.file != nil { return false }
                state.held.append(Held(order: order, rows: rows, reservation: reservation))
                return true
            }
            if isKept { return }
        }
        try spill()
        try write(rows, order)
    }

    /// Puts everything away that comes, and what is held.
    func spill() throws {
        guard let folder = execution.spill else { throw execution.memory.exceeded }
        let held = try state.withLock { state -> [Held] in
            if state.file != nil { return [] }
            state.file = try folder.file()
            state.written = Array(repeating: [], count: pieceCount)
            defer { state.held = [] }
            return state.held
        }
        for own in held { try write(own.rows, own.order) }
    }

    private func write(_ rows: Rows, _ order: Order) throws {
        guard let file = state.withLock({ $0.file }) else { return }
        guard zip(rows.columns, types).allSatisfy({ $0.type.physicalType == $1.physicalType }) else {
            throw QueryError(.unsupported, "rows of these types can't be put away", try: "--memory with more")
        }
        let columns = try keys(rows)
        let hashes = try kernel { try rowHashes(columns, rowCount: rows.count) }
        var chosen = [[UInt32]](repeating: [], count: pieceCount)
        // The upper bits of the hash say which: the same as of groups in memory, which are merged with those on disk.
        let shift = UInt64(64 - pieceCount.trailingZeroBitCount)
        for row in hashes.indices {
            chosen[Int(truncatingIfNeeded: hashes[row] >> shift)].append(
                UInt32(truncatingIfNeeded: row))
        }
        for (piece, positions) in chosen.enumerated() where !positions.isEmpty {
            let own = positions.count == rows.count ? rows : try kernel { try rows.taking(positions) }
            let place = try file.write(own)
            meter?.add(spilledBytes: place.byteCount)
            state.withLock { $0.written[piece].append((order, place)) }
        }
    }

    /// The rows in memory, in their order: they are the caller's from now on.
    func taken() -> [Rows] {
        state.withLock { state in
            defer { state.held = [] }
            return state.held.sorted { $0.order < $1.order }.map(\.rows)
        }
    }

    /// How many batches of a piece are on disk.
    func batchCount(piece: Int) -> Int { state.withLock { $0.written.isEmpty ? 0 : $0.written[piece].count } }

    /// Calls back with the batches of a piece on disk, in their order.
    /// - Parameter range: which of them; nil for all.
    func forEach(piece: Int, _ range: Range<Int>? = nil, _ body: (Rows, Order) throws -> Void) throws {
        let (file, places) = state.withLock { ($0.file, $0.written.isEmpty ? [] : $0.written[piece]) }
        guard let file else { return }
        let sorted = places.sorted { $0.order < $1.order }
        for (order, place) in sorted[range ?? sorted.indices] { try body(try file.read(place, types: types), order) }
    }

    /// All rows of a piece on disk, in their order, and the memory that they take.
    func whole(piece: Int) throws -> (rows: Rows, reservation: MemoryReservation) {
        var batches: [Rows] = []
        try forEach(piece: piece) { rows, _ in batches.append(rows) }
        let reservation = try execution.memory.reserve(copyCount * batches.reduce(0) { $0 + $1.byteCount })
        if batches.isEmpty { return (Rows(types.map { Column.nulls($0, 0) }, count: 0), reservation) }
        return (try kernel { try Rows.joined(batches, types: types) }, reservation)
    }
}
