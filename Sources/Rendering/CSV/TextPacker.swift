internal import Compression
internal import Report
internal import Zstandard

/// Packs a text piece by piece; each piece is a gzip member or a zstd frame, which readers take as one file.
final class TextPacker {
    private let compression: TextCompression

    init(_ compression: TextCompression) { self.compression = compression }

    /// The packed bytes of a piece: large ones, since each is packed for itself.
    func pack(_ bytes: Span<UInt8>) throws -> [UInt8] {
        switch compression {
        case .none: return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        case .gzip:
            var compressor = try GzipCompressor(level: 6)
            return try compressor.compress(bytes)
        case .zstd:
            var compressor = try Compressor(level: 3)
            return try compressor.compress(bytes)
        }
    }

    /// The text of a file of `size` bytes before packing.
    func unpack(_ bytes: [UInt8], size: Int) throws -> [UInt8] {
        switch compression {
        case .none: return bytes
        case .gzip:
            var decompressor = try GzipDecompressor()
            return try decompressor.decompress(bytes.span, size: size)
        case .zstd:
            var decompressor = try Decompressor()
            return try decompressor.decompress(bytes.span, size: size)
        }
    }
}
