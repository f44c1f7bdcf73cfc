internal import Checksum

/// What fuzzers reach of the reader beside its front door. Part of the fuzzing package only.
package enum Probe {
    /// Reads a footer as metadata, schema and columns, and an encrypted footer's beginning.
    package static func footer(_ bytes: [UInt8]) throws {
        _ = try? FileCryptoMetadata.read(bytes)
        let metadata = try ParquetFileMetadata.read(bytes).metadata
        let tree = try SchemaTree(metadata.elements)
        _ = try? FileSchema.schema(of: metadata, tree)
        _ = metadata.encoded()
    }

    /// Reads a page's header.
    package static func header(_ bytes: [UInt8]) throws {
        _ = try PageHeader.read(bytes, from: 0).header.encoded()
    }

    /// Decodes levels or codes: the first byte is their width.
    package static func hybrid(_ bytes: [UInt8]) throws {
        guard let width = bytes.first else { return }
        var decoder = try HybridDecoder(bytes, 1..<bytes.count, bitWidth: Int(width))
        var values: [UInt32] = []
        while values.count < 1 << 13 { try decoder.decode(1_000, into: &values) }
    }

    /// Decodes a page of values: the first bytes say the encoding, the type, the length and how many at once.
    package static func values(_ bytes: [UInt8]) throws {
        guard bytes.count >= 6 else { return }
        let type = Int32(bytes[1] % 8)
        let widths: [Int32: Int] = [0: 0, 1: 4, 2: 8, 3: 12, 4: 4, 5: 8, 6: 0, 7: Int(bytes[2] % 40) + 1]
        let leaf = LeafColumn(
            path: ["a"], type: type, length: widths[type] ?? 0, meaning: .plain, maxDefinition: 0, maxRepetition: 0)
        let middle = 6 + Int(bytes[3]) % (bytes.count - 5)
        var dictionary = DenseValues(type)
        var source = PlainDecoder(bytes, 6..<middle, length: leaf.length)
        try? source.decode(Int(bytes[4] % 16), into: &dictionary)
        var decoder = try ValueDecoder(
            encoding: Int32(bytes[0] % 12), bytes, middle..<bytes.count, leaf, LeafDictionary(dictionary))
        var values = DenseValues(type)
        let step = Int(bytes[5]) + 1
        while values.count < 1 << 12 {
            let before = values.count
            try decoder.decode(step, into: &values)
            precondition(values.count == before + step, "a decoder gave another number of values")
        }
    }

    /// Decompresses: the first byte is the codec, the next three the size.
    package static func codec(_ bytes: [UInt8]) throws {
        guard bytes.count >= 4 else { return }
        let size = Int(bytes[1]) | Int(bytes[2]) << 8 | Int(bytes[3] & 15) << 16
        let content = try PageCodec().decompress(
            bytes.span.extracting(4..<bytes.count), Int32(bytes[0] % 9), size: size)
        precondition(content.count == size, "a codec gave another number of bytes")
    }

    /// Decompresses the body of a page of a sound file.
    package static func decompress(_ bytes: [UInt8], codec: Int32, size: Int) throws -> [UInt8] {
        try PageCodec().decompress(bytes.span, codec, size: size)
    }

    /// The checksum of a page.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 { crc32(bytes.span) }
}
