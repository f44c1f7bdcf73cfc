internal import CSnappy

/// Reads and writes snappy's raw form.
package enum Snappy {
    /// The bytes in snappy's raw form.
    package static func compress(_ bytes: Span<UInt8>) throws(CompressionError) -> [UInt8] {
        let bound = snappy_max_compressed_length(bytes.count)
        var status = SNAPPY_OK
        let block = unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            var written = bound
            status = unsafe bytes.withUnsafeBytes { source in
                unsafe source.withMemoryRebound(to: CChar.self) { source in
                    unsafe target.withMemoryRebound(to: CChar.self) { target in
                        unsafe snappy_compress(source.baseAddress, source.count, target.baseAddress, &written)
                    }
                }
            }
            count = status == SNAPPY_OK ? written : 0
        }
        guard status == SNAPPY_OK else { throw .compression(codec: "snappy") }
        return block
    }

    /// The content of bytes that must hold exactly `size`: no more is ever allocated or written.
    package static func decompress(_ bytes: Span<UInt8>, size: Int) throws(CompressionError) -> [UInt8] {
        var length = 0
        let known = unsafe bytes.withUnsafeBytes { source in
            unsafe snappy_uncompressed_length(source.baseAddress, source.count, &length)
        }
        guard known == SNAPPY_OK else { throw .corrupt(codec: "snappy") }
        guard length == size else { throw .wrongSize(codec: "snappy", expected: size, found: length) }
        if size == 0 { return [] }
        var status = SNAPPY_OK
        let content = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            var written = size
            status = unsafe bytes.withUnsafeBytes { source in
                unsafe snappy_uncompress(source.baseAddress, source.count, target.baseAddress, &written)
            }
            count = status == SNAPPY_OK ? written : 0
        }
        guard status == SNAPPY_OK, content.count == size else { throw .corrupt(codec: "snappy") }
        return content
    }
}
