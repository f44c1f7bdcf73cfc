internal import Checksum
package import Columnar
internal import Effects

/// A column of one row group as it lies in a file, or as it would: pages that are encoded and compressed, to be put into
/// another file as they are.
package struct CopiedColumn: Sendable {
    /// The chunks of its leaves, in their order.
    let leaves: [CopiedChunk]

    /// The bytes of its pages.
    package var byteCount: Int { leaves.reduce(0) { $0 + $1.bytes.count } }

    /// The statistics of its values that its file notes, which are exact where this engine wrote it; nil of nested values and
    /// of texts, and where there are values without bounds.
    package func statistics(_ type: LogicalType) -> ColumnStatistics? {
        guard leaves.count == 1, leaves[0].metadata.path.count == 1, let raw = leaves[0].metadata.statistics else {
            return nil
        }
        return ColumnStatistics(raw, for: type, valueCount: leaves[0].metadata.valueCount)
    }
}

/// The chunk of one leaf.
struct CopiedChunk: Sendable {
    let metadata: ColumnChunkMetadata
    /// Its pages, the dictionary first.
    let bytes: [UInt8]
    /// Where they begin in the file that they are of.
    let start: Int64
    /// Its pages' places in that file, and its column index as it lies there; nil where there is none.
    let index: PageIndex?
    let bounds: [UInt8]?
}

extension ParquetFileReader {
    /// A column of a row group as it lies in the file. The checksums of its pages are compared, so that no damaged page gets
    /// into a file that is new; their values are not looked at.
    ///
    /// - Throws: `ParquetError`: `unsupported` for encrypted columns.
    package func copiedColumn(_ name: String, rowGroup group: Int) throws(ParquetError) -> CopiedColumn {
        let (positions, _) = try selection([name])
        guard metadata.rowGroups.indices.contains(group) else {
            throw ParquetError(.mismatch, "there is no row group \(group)")
        }
        var chunks: [CopiedChunk] = []
        for leaf in tree.columns[positions[0]].leaves {
            do throws(ParquetError) {
                chunks.append(try copiedChunk(leaf, group))
            } catch {
                throw error.at(column: tree.leaves[leaf].name, rowGroup: group)
            }
        }
        return CopiedColumn(leaves: chunks)
    }

    private func copiedChunk(_ leaf: Int, _ group: Int) throws(ParquetError) -> CopiedChunk {
        let chunk = metadata.rowGroups[group].columns[leaf]
        if let failure = chunk.failure { throw failure }
        guard chunk.crypto == nil else { throw ParquetError(.unsupported, "encrypted pages are not copied") }
        let range = try range(of: chunk)
        guard let bytes = try bytes(at: range.lowerBound, count: range.count) else {
            throw .corrupt("its pages lie outside of the file's data")
        }
        try Self.checkPages(bytes)
        var bounds: [UInt8]?
        if let place = chunk.columnIndex { bounds = try self.bytes(at: place.offset, count: Int(place.byteCount)) }
        let index = try pageIndex(group, leaf)
        return CopiedChunk(
            metadata: chunk, bytes: bytes, start: range.lowerBound, index: index, bounds: index == nil ? nil : bounds)
    }

    /// Goes from page to page.
    private static func checkPages(_ bytes: [UInt8]) throws(ParquetError) {
        var position = 0
        while position < bytes.count {
            let (header, byteCount) = try PageHeader.read(bytes, from: position)
            position += byteCount
            let end = position + Int(header.compressedByteCount)
            guard header.compressedByteCount >= 0, end <= bytes.count else {
                throw .corrupt("a page runs past its chunk")
            }
            if let crc = header.crc, crc != crc32(bytes.span.extracting(position..<end)) {
                throw .corrupt("a page's checksum is wrong")
            }
            position = end
        }
    }
}
