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

/// Writes gzip, one member at a time.
@safe
package struct GzipCompressor: ~Copyable {
    private let context: OpaquePointer

    /// - Parameter level: 1 (fast) to 12 (small); 6 is usual.
    package init(level: Int) throws(CompressionError) {
        guard let context = unsafe libdeflate_alloc_compressor(Int32(clamping: min(max(level, 1), 12))) else {
            throw .outOfMemory
        }
        unsafe self.context = context
    }

    deinit { unsafe libdeflate_free_compressor(context) }

    /// The bytes as one member, without a name or a time.
    package mutating func compress(_ bytes: Span<UInt8>) throws(CompressionError) -> [UInt8] {
        let bound = unsafe libdeflate_gzip_compress_bound(context, bytes.count)
        let member = unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            count = unsafe bytes.withUnsafeBytes { source in
                unsafe libdeflate_gzip_compress(context, source.baseAddress, source.count, target.baseAddress, bound)
            }
        }
        guard member.count > 0 else { throw .compression(codec: "gzip") }
        return member
    }
}
