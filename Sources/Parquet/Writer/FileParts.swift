internal import Effects

/// A file that is written part by part, and the places of its parts for the footer.
struct FileParts {
    let file: any WritableFile

    static let magic = Array("PAR1".utf8)

    func put(_ bytes: [UInt8]) throws(ParquetError) {
        do {
            try file.write(bytes.span)
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
    }

    /// Writes a part that the footer names.
    func putPart(_ bytes: [UInt8]) throws(ParquetError) -> ColumnChunkMetadata.Place {
        guard let byteCount = Int32(exactly: bytes.count) else { throw ParquetError(.limit, "a part above 2 GiB") }
        let place = ColumnChunkMetadata.Place(offset: file.size, byteCount: byteCount)
        try put(bytes)
        return place
    }

    /// Writes the page indexes, which lie behind the last row group: all column indexes, then all offset indexes.
    ///
    /// - Parameter indexes: of each row group, those of its chunks.
    func putIndexes(
        _ indexes: [[EncodedPageIndex?]], namedBy metadata: inout ParquetFileMetadata
    ) throws(ParquetError) {
        for (group, chunks) in indexes.enumerated() {
            for (leaf, index) in chunks.enumerated() {
                guard let bounds = index?.bounds else { continue }
                metadata.rowGroups[group].columns[leaf].columnIndex = try putPart(bounds)
            }
        }
        for (group, chunks) in indexes.enumerated() {
            for (leaf, index) in chunks.enumerated() {
                guard let offsets = index?.offsets else { continue }
                metadata.rowGroups[group].columns[leaf].offsetIndex = try putPart(offsets)
            }
        }
    }

    /// Writes the footer, its length and the last magic.
    func end(_ footer: [UInt8], magic: [UInt8] = Self.magic) throws(ParquetError) {
        guard let length = UInt32(exactly: footer.count) else { throw ParquetError(.limit, "a footer above 4 GiB") }
        try put(footer)
        var tail: [UInt8] = []
        appendWord(length, to: &tail)
        try put(tail + magic)
    }
}
