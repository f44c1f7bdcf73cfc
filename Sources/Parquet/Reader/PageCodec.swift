internal import Compression
internal import Zstandard

/// Turns a page's bytes in the file into its content, whatever the codec; contexts are kept from page to page.
final class PageCodec {
    // Made when the first page needs them: files of small tables are opened by the thousand.
    private var zstd: Decompressor?
    private var gzip: GzipDecompressor?
    /// The bytes of the pages that are open, of all columns that share this.
    private var heldByteCount = 0

    /// The bytes of pages that may be open at once: a file of many columns that compress well is refused rather than held.
    private static let heldByteCountMax = 320 << 20

    init() {}

    /// Whether there is such a codec here.
    static func isKnown(_ codec: Int32) -> Bool {
        [
            FileCodec.none, FileCodec.snappy, FileCodec.gzip, FileCodec.brotli, FileCodec.lz4, FileCodec.zstd,
            FileCodec.lz4Raw,
        ].contains(codec)
    }

    /// Notes that so many bytes of pages come into memory, or go where negative.
    func hold(_ byteCount: Int) throws(ParquetError) {
        heldByteCount += byteCount
        guard heldByteCount <= Self.heldByteCountMax else {
            throw ParquetError(
                .limit, "pages of more than \(Self.heldByteCountMax) bytes, that must be read side by side")
        }
    }

    /// The most bytes that a byte of a codec can stand for, where there is a limit.
    private static func expansion(_ codec: Int32) -> Int? {
        switch codec {
        case FileCodec.gzip: 1_032
        case FileCodec.lz4, FileCodec.lz4Raw: 255
        default: nil
        }
    }

    /// The content, which must be of exactly `size` bytes.
    func decompress(_ bytes: Span<UInt8>, _ codec: Int32, size: Int) throws(ParquetError) -> [UInt8] {
        if codec == FileCodec.none || (bytes.count == 0 && size == 0) {
            guard bytes.count == size else { throw .corrupt("a page has another size than it claims") }
            return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        }
        if let most = Self.expansion(codec), size / most > bytes.count + 1 {
            throw .corrupt("a page claims more bytes than its compressed ones can stand for")
        }
        do {
            switch codec {
            case FileCodec.zstd:
                if zstd == nil { zstd = try Decompressor() }
                if let content = try zstd?.decompress(bytes, size: size) { return content }
            case FileCodec.snappy: return try Snappy.decompress(bytes, size: size)
            case FileCodec.gzip:
                if gzip == nil { gzip = try GzipDecompressor() }
                if let content = try gzip?.decompress(bytes, size: size) { return content }
            case FileCodec.brotli: return try Brotli.decompress(bytes, size: size)
            case FileCodec.lz4: return try LZ4.decompressHadoop(bytes, size: size)
            case FileCodec.lz4Raw: return try LZ4.decompress(bytes, size: size)
            default: throw ParquetError(.unsupported, "codec \(codec)")
            }
        } catch let error as ParquetError {
            throw error
        } catch {
            throw .corrupt("\(error)")
        }
        throw ParquetError(.unsupported, "codec \(codec) has no context")
    }
}
