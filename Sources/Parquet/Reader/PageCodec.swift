internal import Compression
internal import Zstandard

/// Turns a page's bytes in the file into its content, whatever the codec; contexts are kept from page to page.
final class PageCodec {
    private var zstd: Decompressor
    private var gzip: GzipDecompressor

    init() throws(ParquetError) {
        do {
            zstd = try Decompressor()
            gzip = try GzipDecompressor()
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    /// Whether there is such a codec here.
    static func isKnown(_ codec: Int32) -> Bool {
        [
            FileCodec.none, FileCodec.snappy, FileCodec.gzip, FileCodec.brotli, FileCodec.lz4, FileCodec.zstd,
            FileCodec.lz4Raw,
        ].contains(codec)
    }

    /// The content, which must be of exactly `size` bytes.
    func decompress(_ bytes: Span<UInt8>, _ codec: Int32, size: Int) throws(ParquetError) -> [UInt8] {
        if codec == FileCodec.none || (bytes.count == 0 && size == 0) {
            guard bytes.count == size else { throw .corrupt("a page has another size than it claims") }
            return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        }
        do {
            switch codec {
            case FileCodec.zstd: return try zstd.decompress(bytes, size: size)
            case FileCodec.snappy: return try Snappy.decompress(bytes, size: size)
            case FileCodec.gzip: return try gzip.decompress(bytes, size: size)
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
    }
}
