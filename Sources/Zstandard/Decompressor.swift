internal import CZstd

/// A zstd decompression context, reused from page to page.
@safe
package struct Decompressor: ~Copyable {
    private let context: OpaquePointer

    package init() throws(ZstandardError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
        unsafe self.context = context
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// The content of a frame that must hold exactly `size` bytes: no more is ever allocated or written.
    package mutating func decompress(_ frame: Span<UInt8>, size: Int) throws(ZstandardError) -> [UInt8] {
        var status = 0
        let content = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            unsafe frame.withUnsafeBytes { source in
                status = unsafe ZSTD_decompressDCtx(
                    context, target.baseAddress, size, source.baseAddress, source.count)
            }
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0 else {
            throw .corrupt(reason: unsafe String(cString: ZSTD_getErrorName(status)))
        }
        guard content.count == size else { throw .wrongSize(expected: size, found: content.count) }
        return content
    }
}
