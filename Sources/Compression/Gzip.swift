internal import CDeflate

/// Reads gzip, one member behind the other.
@safe
package struct GzipDecompressor: ~Copyable {
    private let context: OpaquePointer

    package init() throws(CompressionError) {
        guard let context = unsafe libdeflate_alloc_decompressor() else { throw .outOfMemory }
        unsafe self.context = context
    }

    deinit { unsafe libdeflate_free_decompressor(context) }

    /// The content of one or more members that must hold exactly `size` bytes: no more is ever allocated or written.
    package mutating func decompress(_ bytes: Span<UInt8>, size: Int) throws(CompressionError) -> [UInt8] {
        var isSound = true
        let content = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
            unsafe bytes.withUnsafeBytes { source in
                var taken = 0
                repeat {
                    var (read, written) = (0, 0)
                    guard let from = source.baseAddress, let to = target.baseAddress else { break }
                    let status = unsafe libdeflate_gzip_decompress_ex(
                        context, from + taken, source.count - taken, to + count, size - count, &read, &written)
                    guard status == LIBDEFLATE_SUCCESS, read > 0 else {
                        isSound = false
                        break
                    }
                    taken += read
                    count += written
                } while taken < source.count
            }
        }
        guard isSound else { throw .corrupt(codec: "gzip") }
        guard content.count == size else { throw .wrongSize(codec: "gzip", expected: size, found: content.count) }
        return content
    }
}
