internal import Effects

/// The bytes of one column chunk, read piece by piece: never more than a window of them is in memory.
struct ChunkInput {
    /// The least that is read at once.
    private static let windowByteCount = 256 << 10
    /// The longest page header that is believed: it may hold a least and a greatest value.
    private static let headerByteCountMax = 16 << 20

    private let file: any ReadableFile
    private let end: Int64
    /// How far a page may run past the end: writers before parquet-cpp 1.2 did not count a dictionary's header.
    private let lastEnd: Int64
    private var window: [UInt8] = []
    private var windowStart: Int64
    /// The position in the file of the next byte.
    private(set) var position: Int64
    /// Where the pages end that are wanted: what lies behind is not read ahead.
    private var aheadEnd: Int64
    /// The bytes that were taken from the file.
    private(set) var bytesRead: Int64 = 0

    /// - Parameter lastEnd: the end of the file's pages.
    init(_ file: any ReadableFile, _ range: Range<Int64>, lastEnd: Int64) {
        self.file = file
        self.lastEnd = min(lastEnd, range.upperBound + 100)
        end = range.upperBound
        aheadEnd = range.upperBound
        position = range.lowerBound
        windowStart = range.lowerBound
    }

    /// The bytes of the chunk that were not read yet.
    var left: Int64 { max(0, end - position) }

    /// The bytes that a page may have at most.
    var pageByteCountMax: Int64 { lastEnd - position }

    /// The next page's header.
    mutating func header() throws(ParquetError) -> PageHeader {
        var wanted = 1 << 10
        while true {
            let available = Int(min(Int64(wanted), left))
            try fill(available)
            let start = Int(position - windowStart)
            do {
                let (header, byteCount) = try PageHeader.read(window, from: start)
                position += Int64(byteCount)
                return header
            } catch {
                // It may only be longer than what was read of it.
                guard Int64(window.count - start) < left, wanted < Self.headerByteCountMax else { throw error }
                wanted = max(wanted, window.count - start) * 4
            }
        }
    }

    /// The next encrypted module, with its length.
    mutating func module() throws(ParquetError) -> [UInt8] {
        guard left >= 4 else { throw .corrupt("a page's header runs past its chunk") }
        try fill(4)
        let start = Int(position - windowStart)
        let length = ModuleCipher.length(window.span.extracting(start..<start + 4))
        guard Int64(length) <= left - 4, length <= Self.headerByteCountMax else {
            throw .corrupt("a page's header runs past its chunk")
        }
        return try take(4 + length) { unsafe $0.withUnsafeBufferPointer { unsafe Array($0) } }
    }

    /// The next `count` bytes, given to `body`.
    mutating func take<Result>(
        _ count: Int, _ body: (Span<UInt8>) throws(ParquetError) -> Result
    ) throws(ParquetError) -> Result {
        guard Int64(count) <= lastEnd - position else { throw .corrupt("a page runs past its chunk") }
        try fill(count)
        let start = Int(position - windowStart)
        position += Int64(count)
        return try body(window.span.extracting(start..<start + count))
    }

    /// Passes over bytes.
    mutating func skip(_ count: Int) throws(ParquetError) {
        guard Int64(count) <= left else { throw .corrupt("a page runs past its chunk") }
        position += Int64(count)
    }

    /// Goes to a page, to read up to another.
    mutating func seek(to offset: Int64, readingUpTo end: Int64) {
        position = offset
        aheadEnd = end
    }

    /// Sees to it that the next `count` bytes are in the window.
    private mutating func fill(_ count: Int) throws(ParquetError) {
        guard position < windowStart || position + Int64(count) > windowStart + Int64(window.count) else { return }
        let ahead = max(0, min(aheadEnd - position, left))
        let size = max(count, Int(min(Int64(Self.windowByteCount), ahead)))
        window = []
        do {
            window = try file.read(at: position, count: size)
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
        windowStart = position
        bytesRead += Int64(size)
    }
}
