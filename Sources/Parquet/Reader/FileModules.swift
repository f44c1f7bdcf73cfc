internal import Effects

/// The parts of a file that are neither pages nor footer: page indexes and bloom filters, read at the one place where
/// they are also decrypted.
extension ParquetFileReader {
    /// A part of the file; nil where it does not lie within the file.
    func bytes(at offset: Int64, count: Int) throws(ParquetError) -> [UInt8]? {
        guard offset >= 4, count >= 0, offset <= footerStart, Int64(count) <= footerStart - offset else { return nil }
        scanStatistics.bytesRead += Int64(count)
        do {
            return try file.read(at: offset, count: count)
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
    }

    /// The content of an index of a column chunk; nil where there is none, or it lies outside of the file.
    private func index(
        _ place: ColumnChunkMetadata.Place?, _ kind: ModuleKind, _ cipher: ModuleCipher?
    ) throws(ParquetError) -> [UInt8]? {
        guard let place, place.byteCount > 0, let bytes = try bytes(at: place.offset, count: Int(place.byteCount))
        else { return nil }
        return try cipher?.open(bytes.span, kind) ?? bytes
    }

    /// The page index of a column chunk; nil where there is none that can be believed.
    func pageIndex(_ group: Int, _ leaf: Int) throws(ParquetError) -> PageIndex? {
        let chunk = metadata.rowGroups[group].columns[leaf]
        guard chunk.failure == nil, chunk.offsetIndex != nil else { return nil }
        let cipher = try cipher(group, leaf)
        do throws(ParquetError) {
            guard let offsets = try index(chunk.offsetIndex, .offsetIndex, cipher),
                var pages = try PageIndex(
                    offsetIndex: offsets, chunk: range(of: chunk), rowCount: metadata.rowGroups[group].rowCount)
            else { return nil }
            if let bounds = try index(chunk.columnIndex, .columnIndex, cipher) { try pages.read(columnIndex: bounds) }
            return pages
        } catch {
            // What can't be understood is left: all pages are read, and judged by what is in them.
            if error.code == .corrupt { return nil }
            throw error
        }
    }

    /// Whether a column chunk may hold a value, as its bloom filter says; nil where it has none that is understood.
    func bloomFilter(_ group: Int, _ leaf: Int) throws(ParquetError) -> ((LiteralKey) -> Bool)? {
        let chunk = metadata.rowGroups[group].columns[leaf]
        guard chunk.failure == nil, let place = chunk.bloomFilter else { return nil }
        let column = tree.leaves[leaf]
        do throws(ParquetError) {
            guard let blocks = try bloomBlocks(place, try cipher(group, leaf)) else { return nil }
            return { key in
                switch column.bloomHash(key) {
                case .absent: false
                case .unknown: true
                case .hash(let hash):
                    // A block that can't be read rules nothing out.
                    (try? blocks(hash)).flatMap { $0 }.map { BloomFilter.mayContain(hash, block: $0.span) } ?? true
                }
            }
        } catch {
            if error.code == .corrupt { return nil }
            throw error
        }
    }

    /// All blocks of a column chunk's bloom filter; nil where it has none that is understood.
    func bloomFilterBits(_ group: Int, _ leaf: Int) throws(ParquetError) -> [UInt8]? {
        let chunk = metadata.rowGroups[group].columns[leaf]
        guard chunk.failure == nil, let place = chunk.bloomFilter, tree.leaves[leaf].type != FileType.boolean else {
            return nil
        }
        if let cipher = try cipher(group, leaf) {
            guard let (header, next) = try module(at: place.offset, .bloomFilterHeader, cipher),
                let announced = try BloomFilter.readHeader(header),
                let (bits, _) = try module(at: next, .bloomFilterBits, cipher), bits.count == announced.bitByteCount
            else { return nil }
            return bits
        }
        let available = Int(max(0, min(256, footerStart - place.offset)))
        guard let start = try bytes(at: place.offset, count: available), let header = try BloomFilter.readHeader(start)
        else { return nil }
        return try bytes(at: place.offset + Int64(header.headerByteCount), count: header.bitByteCount)
    }

    /// Gives the block of a hash.
    private func bloomBlocks(
        _ place: ColumnChunkMetadata.Place, _ cipher: ModuleCipher?
    ) throws(ParquetError) -> ((UInt64) throws(ParquetError) -> [UInt8]?)? {
        let blockByteCount = BloomFilter.blockByteCount
        guard let cipher else {
            let available = Int(max(0, min(256, footerStart - place.offset)))
            guard let start = try bytes(at: place.offset, count: available),
                let header = try BloomFilter.readHeader(start)
            else { return nil }
            let (first, count) = (place.offset + Int64(header.headerByteCount), header.bitByteCount / blockByteCount)
            return { [self] hash throws(ParquetError) in
                let block = BloomFilter.block(hash, of: count)
                return try bytes(at: first + Int64(block * blockByteCount), count: blockByteCount)
            }
        }
        // Encrypted, the header and the bits are a module each.
        guard let (header, next) = try module(at: place.offset, .bloomFilterHeader, cipher),
            let announced = try BloomFilter.readHeader(header),
            let (bits, _) = try module(at: next, .bloomFilterBits, cipher), bits.count == announced.bitByteCount
        else { return nil }
        return { hash throws(ParquetError) in
            let start = BloomFilter.block(hash, of: bits.count / blockByteCount) * blockByteCount
            return Array(bits[start..<start + blockByteCount])
        }
    }

    /// An encrypted module that names its own length, and where the next begins.
    private func module(
        at offset: Int64, _ kind: ModuleKind, _ cipher: ModuleCipher
    ) throws(ParquetError) -> (content: [UInt8], end: Int64)? {
        guard let head = try bytes(at: offset, count: 4) else { return nil }
        let length = ModuleCipher.length(head.span)
        guard length <= BloomFilter.byteCountMax + 64, let bytes = try bytes(at: offset, count: 4 + length) else {
            return nil
        }
        return (try cipher.open(bytes.span, kind), offset + Int64(bytes.count))
    }
}
