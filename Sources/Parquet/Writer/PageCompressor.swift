internal import Compression
internal import Zstandard

/// The codecs that files are written with; the raw values are the format's names, small.
package enum ParquetCodec: String, Sendable, CaseIterable {
    case zstd
    case snappy
    case gzip
    case lz4Raw = "lz4_raw"
    case brotli
    case none

    /// The levels that it has; nil where it has none.
    package var levels: ClosedRange<Int>? {
        switch self {
        case .zstd: 1...19
        case .gzip: 1...12
        case .brotli: 0...11
        case .snappy, .lz4Raw, .none: nil
        }
    }

    /// The number in the file.
    var number: Int32 {
        switch self {
        case .zstd: FileCodec.zstd
        case .snappy: FileCodec.snappy
        case .gzip: FileCodec.gzip
        case .lz4Raw: FileCodec.lz4Raw
        case .brotli: FileCodec.brotli
        case .none: FileCodec.none
        }
    }
}

/// A compression context, made when the first page needs it: one for each thread that makes pages.
///
/// The bytes depend on the content alone, not on what was compressed before.
final class PageCompressor {
    let codec: ParquetCodec
    private let level: Int
    private var zstd: Compressor?
    private var gzip: GzipCompressor?

    init(_ options: ParquetWriterOptions) {
        codec = options.codec
        level = options.compressionLevel
    }

    func compress(_ bytes: Span<UInt8>) throws(ParquetError) -> [UInt8] {
        do {
            switch codec {
            case .zstd:
                if zstd == nil { zstd = try Compressor(level: level) }
                if let page = try zstd?.compress(bytes) { return page }
            case .gzip:
                if gzip == nil { gzip = try GzipCompressor(level: level) }
                if let page = try gzip?.compress(bytes) { return page }
            case .snappy: return try Snappy.compress(bytes)
            case .lz4Raw: return try LZ4.compress(bytes)
            case .brotli: return try Brotli.compress(bytes, quality: level)
            case .none: return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
            }
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
        throw ParquetError(.unsupported, "codec \(codec.rawValue) has no context")
    }

    /// The bytes that some would have, compressed.
    func byteCount(of bytes: [UInt8]) throws(ParquetError) -> Int { try compress(bytes.span).count }
}
