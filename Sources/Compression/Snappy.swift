internal import CSnappy

/// Reads snappy's raw form.
package enum Snappy {
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
