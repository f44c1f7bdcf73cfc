internal import CBrotli

/// Reads and writes brotli streams.
package enum Brotli {
    /// The bytes as one stream.
    /// - Parameter quality: 0 (fast) to 11 (small).
    package static func compress(_ bytes: Span<UInt8>, quality: Int) throws(CompressionError) -> [UInt8] {
        // The bound holds for qualities of 2 and more; below, a stream of uncompressed pieces is a little longer.
        let bound = max(BrotliEncoderMaxCompressedSize(bytes.count), bytes.count + bytes.count / 1_024 + 1_024)
        var isDone: Int32 = 0
        let stream = unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            var written = bound
            isDone = unsafe bytes.withUnsafeBytes { source in
                unsafe source.withMemoryRebound(to: UInt8.self) { source in
                    unsafe BrotliEncoderCompress(
                        Int32(clamping: min(max(quality, 0), 11)), BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC,
                        source.count, source.baseAddress, &written, target.baseAddress)
                }
            }
            count = isDone != 0 ? written : 0
        }
        guard isDone != 0 else { throw .compression(codec: "brotli") }
        return stream
    }

    /// The content of a stream that must hold exactly `size` bytes: no more is ever allocated or written.
    package static func decompress(_ bytes: Span<UInt8>, size: Int) throws(CompressionError) -> [UInt8] {
        var status = BROTLI_DECODER_RESULT_ERROR
        let content = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
            var written = size
            status = unsafe bytes.withUnsafeBytes { source in
                unsafe source.withMemoryRebound(to: UInt8.self) { source in
                    unsafe BrotliDecoderDecompress(source.count, source.baseAddress, &written, target.baseAddress)
                }
            }
            count = status == BROTLI_DECODER_RESULT_SUCCESS ? written : 0
        }
        guard status == BROTLI_DECODER_RESULT_SUCCESS else { throw .corrupt(codec: "brotli") }
        guard content.count == size else { throw .wrongSize(codec: "brotli", expected: size, found: content.count) }
        return content
    }
}
