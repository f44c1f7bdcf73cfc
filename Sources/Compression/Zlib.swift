internal import CDeflate

/// Reads zlib streams (RFC 1950), which say nothing of the size of their content.
@safe
package struct ZlibDecompressor: ~Copyable {
    private let context: OpaquePointer

    package init() throws(CompressionError) {
        guard let context = unsafe libdeflate_alloc_decompressor() else { throw .outOfMemory }
        unsafe self.context = context
    }

    deinit { unsafe libdeflate_free_decompressor(context) }

    /// The content of one stream.
    ///
    /// - Parameter sizeMax: what more than this is refused, and never allocated at once: room grows by doubling.
    /// - Throws: `corrupt` where the bytes are damaged or hold more.
    package mutating func decompress(_ bytes: Span<UInt8>, sizeMax: Int) throws(CompressionError) -> [UInt8] {
        var room = min(sizeMax, max(1024, bytes.count &* 4))
        while true {
            var (isSound, isTooSmall) = (false, false)
            let content = unsafe [UInt8](unsafeUninitializedCapacity: max(room, 1)) { target, count in
                unsafe bytes.withUnsafeBytes { source in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    let status = unsafe libdeflate_zlib_decompress(context, from, source.count, to, room, &count)
                    if status != LIBDEFLATE_SUCCESS { count = 0 }
                    isTooSmall = status == LIBDEFLATE_INSUFFICIENT_SPACE
                    isSound = status == LIBDEFLATE_SUCCESS
                }
            }
            if isSound { return content }
            guard isTooSmall, room < sizeMax else { throw .corrupt(codec: "zlib") }
            room = room > sizeMax / 2 ? sizeMax : room * 2
        }
    }
}
