internal import CLZ4

/// Reads LZ4 blocks, raw or as Hadoop frames them, and writes raw ones.
package enum LZ4 {
    /// The bytes as one block.
    package static func compress(_ bytes: Span<UInt8>) throws(CompressionError) -> [UInt8] {
        guard let size = Int32(exactly: bytes.count), case let bound = LZ4_compressBound(size), bound > 0 else {
            throw .compression(codec: "lz4")
        }
        var written: Int32 = 0
        let block = unsafe [UInt8](unsafeUninitializedCapacity: Int(bound)) { target, count in
            written = unsafe bytes.withUnsafeBytes { source in
                unsafe target.withMemoryRebound(to: CChar.self) { target in
                    unsafe source.withMemoryRebound(to: CChar.self) { source in
                        unsafe LZ4_compress_default(source.baseAddress, target.baseAddress, size, bound)
                    }
                }
            }
            count = Int(max(0, written))
        }
        guard written > 0 else { throw .compression(codec: "lz4") }
        return block
    }

    /// The content of one block that must hold exactly `size` bytes: no more is ever allocated or written.
    package static func decompress(_ bytes: Span<UInt8>, size: Int) throws(CompressionError) -> [UInt8] {
        guard let compressed = Int32(exactly: bytes.count), let capacity = Int32(exactly: size) else {
            throw .corrupt(codec: "lz4")
        }
        if size == 0 && bytes.count == 0 { return [] }
        var written: Int32 = -1
        let content = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
            written = unsafe bytes.withUnsafeBytes { source in
                unsafe target.withMemoryRebound(to: CChar.self) { target in
                    unsafe source.withMemoryRebound(to: CChar.self) { source in
                        unsafe LZ4_decompress_safe(source.baseAddress, target.baseAddress, compressed, capacity)
                    }
                }
            }
            count = Int(max(0, written))
        }
        guard written >= 0 else { throw .corrupt(codec: "lz4") }
        guard content.count == size else { throw .wrongSize(codec: "lz4", expected: size, found: content.count) }
        return content
    }

    /// The content of Hadoop's frames, or of a bare block, which writers of the same codec number left as well.
    ///
    /// ```
    /// frame   bytes of content (4, big endian) | bytes of the block (4, big endian) | block
    /// ```
    package static func decompressHadoop(_ bytes: Span<UInt8>, size: Int) throws(CompressionError) -> [UInt8] {
        if let content = frames(bytes, size: size) { return content }
        return try decompress(bytes, size: size)
    }

    private static func frames(_ bytes: Span<UInt8>, size: Int) -> [UInt8]? {
        var content: [UInt8] = []
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= 8 else { return nil }
            let (whole, part) = (bigEndian(bytes, position), bigEndian(bytes, position + 4))
            position += 8
            guard whole <= size - content.count, part <= bytes.count - position,
                let block = try? decompress(bytes.extracting(position..<position + part), size: whole)
            else { return nil }
            content += block
            position += part
        }
        return content.count == size ? content : nil
    }

    private static func bigEndian(_ bytes: Span<UInt8>, _ position: Int) -> Int {
        (0..<4).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
    }
}
