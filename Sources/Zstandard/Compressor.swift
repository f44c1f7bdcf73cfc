internal import CZstd

/// A zstd compression context, reused from page to page.
@safe
package struct Compressor: ~Copyable {
    private let context: OpaquePointer
    private let level: Int32

    /// - Parameter level: 1 (fast) to 19 (small); 3 is zstd's own default.
    package init(level: Int) throws(ZstandardError) {
        guard let context = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
        unsafe self.context = context
        self.level = Int32(clamping: level)
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    /// One frame of the bytes; the same bytes for the same input, level and library.
    package mutating func compress(_ bytes: Span<UInt8>) throws(ZstandardError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var status = 0
        let frame = unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            unsafe bytes.withUnsafeBytes { source in
                status = unsafe ZSTD_compressCCtx(
                    context, target.baseAddress, bound, source.baseAddress, source.count, level)
            }
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0 else {
            throw .compression(reason: unsafe String(cString: ZSTD_getErrorName(status)))
        }
        return frame
    }
}
