internal import Cryptography
internal import Effects
internal import PostgresCopy
internal import Synchronization
internal import SystemPackage

/// Keeps the rows of many tenants between the reading of the source and the writing of each tenant's tables: in memory
/// as long as they are few, in a file beyond that.
///
/// The file is private, is encrypted under a key that only this process has in memory, and is removed when the spool
/// goes. What a process that died has left behind can be read by nobody.
final class FanOutSpool: Sendable {
    /// Where some rows lie.
    struct Chunk: Sendable {
        let rowCount: Int
        fileprivate let place: Place
    }

    fileprivate enum Place: Sendable {
        case memory([UInt8])
        case file(offset: Int64, byteCount: Int, number: UInt64)
    }

    /// The bytes that are kept in memory at most, beside those of the copy that goes on.
    let byteCountMax: Int
    private let store: any FileStore
    private let path: FilePath
    private let key: AESKey
    private let state = Mutex(State())

    private struct State {
        var held = 0
        var file: Written?
        var reader: (any ReadableFile)?
        var chunkCount: UInt64 = 0
    }

    /// One thread writes, before any reads.
    private struct Written: @unchecked Sendable {
        let file: any WritableFile
    }

    /// - Parameters:
    ///   - path: a file that there is not; made when it is needed.
    init(store: any FileStore, path: FilePath, random: any RandomSource, byteCountMax: Int) throws(CryptographyError) {
        self.store = store
        self.path = path
        self.byteCountMax = byteCountMax
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let bits = random.nextBits()
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
        }
        key = try AESKey(bytes)
    }

    deinit {
        guard state.withLock({ $0.chunkCount > 0 }) else { return }
        try? store.remove(path)
    }

    /// Puts parts away; the last parts of a copy stay in memory while there is room.
    func put(_ parts: [CopySplitter.Part], isEnd: Bool, _ body: (_ owner: Int, Chunk) -> Void) throws {
        let byteCount = parts.reduce(0) { $0 + $1.bytes.count }
        let fits =
            isEnd
            && state.withLock { state in
                guard state.held + byteCount <= byteCountMax else { return false }
                state.held += byteCount
                return true
            }
        for part in parts {
            let place = fits ? Place.memory(part.bytes) : try write(part.bytes)
            body(part.owner, Chunk(rowCount: part.rowCount, place: place))
        }
    }

    private func write(_ bytes: [UInt8]) throws -> Place {
        let known = state.withLock { $0.file }
        let file: any WritableFile
        if let known {
            file = known.file
        } else {
            try store.makeFolder(path.removingLastComponent())
            file = try store.create(path)
            let written = Written(file: file)
            state.withLock { $0.file = written }
        }
        let number = state.withLock { state in
            state.chunkCount += 1
            return state.chunkCount
        }
        var cipher = try AES(key)
        let nonce = Self.nonce(number)
        let nothing: [UInt8] = []
        let sealed = try cipher.seal(bytes.span, nonce: nonce.span, associatedData: nothing.span)
        let offset = file.size
        try file.write(sealed.span)
        return .file(offset: offset, byteCount: sealed.count, number: number)
    }

    /// Ends the writing.
    func seal() throws {
        guard let file = state.withLock({ $0.file }) else { return }
        try file.file.close()
        let reader = try store.open(path)
        state.withLock {
            $0.file = nil
            $0.reader = reader
        }
    }

    /// The rows of a chunk. From any thread.
    func rows(_ chunk: Chunk) throws -> [UInt8] {
        switch chunk.place {
        case .memory(let bytes): return bytes
        case .file(let offset, let byteCount, let number):
            guard let reader = state.withLock({ $0.reader }) else {
                throw PostgresError(.misuse, "the rows are read before they are all there")
            }
            let sealed = try reader.read(at: offset, count: byteCount)
            var cipher = try AES(key)
            let nonce = Self.nonce(number)
            let nothing: [UInt8] = []
            return try cipher.open(sealed.span, nonce: nonce.span, associatedData: nothing.span)
        }
    }

    /// The key is used by one spool alone, so that numbers never come twice.
    private static func nonce(_ number: UInt64) -> [UInt8] {
        (0..<AES.nonceByteCount).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> ($0 * 8)) : 0 }
    }
}
