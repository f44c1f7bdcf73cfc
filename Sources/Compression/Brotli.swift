internal import CBrotli

/// Reads brotli streams.
package enum Brotli {
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
