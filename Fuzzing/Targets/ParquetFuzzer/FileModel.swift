internal import Parquet

/// A sound file taken apart: its footer, and the pages of each column chunk with their content decompressed, so that a
/// change reaches the decoders behind codecs and checksums.
struct FileModel {
    struct Page {
        var header: ThriftTree
        var body: [UInt8]
    }

    private var footer: ThriftTree
    /// By row group and column.
    private var chunks: [[[Page]]]

    init(_ file: [UInt8]) throws {
        let length = (0..<4).reduce(0) { $0 | Int(file[file.count - 8 + $1]) << ($1 * 8) }
        footer = try ThriftTree.read(file, at: file.count - 8 - length).tree
        chunks = []
        for group in footer[4]?.elements ?? [] {
            var columns: [[Page]] = []
            for column in group[1]?.elements ?? [] {
                guard let metadata = column[3] else { throw ThriftTree.Malformed() }
                columns.append(try Self.pages(file, metadata))
            }
            chunks.append(columns)
        }
    }

    private static func pages(_ file: [UInt8], _ metadata: ThriftTree) throws -> [Page] {
        let codec = Int32(truncatingIfNeeded: metadata[4]?.number ?? 0)
        let first = metadata[9]?.number ?? 0
        var position = Int(min(first, metadata[11]?.number ?? first))
        let end = position + Int(metadata[7]?.number ?? 0)
        var pages: [Page] = []
        while position < end {
            let (header, bodyStart) = try ThriftTree.read(file, at: position)
            let (size, stored) = (Int(header[2]?.number ?? 0), Int(header[3]?.number ?? 0))
            position = bodyStart + stored
            guard position <= file.count else { throw ThriftTree.Malformed() }
            let bytes = Array(file[bodyStart..<position])
            let second = header[8]
            let levels = Int(second?[5]?.number ?? 0) + Int(second?[6]?.number ?? 0)
            var isPlain = codec == 0
            if case .bool(false)? = second?[7] { isPlain = true }
            let body =
                isPlain
                ? bytes
                : Array(bytes[..<levels])
                    + (try Probe.decompress(Array(bytes[levels...]), codec: codec, size: size - levels))
            pages.append(Page(header: header, body: body))
        }
        return pages
    }

    /// Changes the file in some places.
    mutating func change(_ choices: inout Choices) {
        repeat {
            let group = choices.below(max(1, chunks.count))
            let column = chunks.indices.contains(group) ? choices.below(max(1, chunks[group].count)) : 0
            let hasPages = chunks.indices.contains(group) && chunks[group].indices.contains(column)
            let page = hasPages ? choices.below(max(1, chunks[group][column].count)) : 0
            let hasPage = hasPages && chunks[group][column].indices.contains(page)
            switch choices.below(6) {
            case 0, 1: footer = footer.changed(&choices)
            case 2 where hasPage:
                chunks[group][column][page].header = chunks[group][column][page].header.changed(&choices)
            case 3, 4:
                guard hasPage else { continue }
                chunks[group][column][page].body = choices.damaged(chunks[group][column][page].body)
            default:
                guard hasPage else { continue }
                switch choices.below(3) {
                case 0: chunks[group][column].remove(at: page)
                case 1: chunks[group][column].append(chunks[group][column][page])
                default: chunks[group][column].swapAt(page, choices.below(chunks[group][column].count))
                }
            }
        } while !choices.isUsedUp && choices.below(4) != 0
    }

    /// The file with its pages uncompressed, sizes and places as they are now, and checksums that are right, but for the
    /// numbers that `lies` puts in their place.
    func encoded(_ choices: inout Choices) -> [UInt8] {
        var file = Array("PAR1".utf8)
        var footer = footer
        // A change of the footer may have taken chunks away or added some: places are written where both are.
        if case .list(var groups, let groupType)? = footer[4] {
            for (group, columns) in chunks.enumerated() {
                guard groups.indices.contains(group), case .list(var list, let listType)? = groups[group][1] else {
                    for pages in columns { Self.append(pages, to: &file) }
                    continue
                }
                for (column, pages) in columns.enumerated() {
                    let start = file.count
                    let dictionaryEnd = Self.append(pages, to: &file)
                    guard list.indices.contains(column), var metadata = list[column][3] else { continue }
                    // One chunk in eight keeps the numbers it had.
                    if choices.below(8) == 7 { continue }
                    metadata[4] = .integer(0, 5)
                    metadata[6] = .integer(max(metadata[6]?.number ?? 0, Int64(file.count - start)), 6)
                    metadata[7] = .integer(Int64(file.count - start), 6)
                    metadata[9] = .integer(Int64(dictionaryEnd ?? start), 6)
                    metadata[11] = dictionaryEnd == nil ? nil : .integer(Int64(start), 6)
                    list[column][3] = metadata
                }
                groups[group][1] = .list(list, element: listType)
            }
            footer[4] = .list(groups, element: groupType)
        }
        let bytes = footer.encoded()
        file += bytes
        for byte in 0..<4 { file.append(UInt8(truncatingIfNeeded: bytes.count >> (byte * 8))) }
        return file + Array("PAR1".utf8)
    }

    /// Adds pages; gives where a dictionary at their beginning ends.
    @discardableResult
    private static func append(_ pages: [Page], to file: inout [UInt8]) -> Int? {
        var dictionaryEnd: Int?
        for (index, page) in pages.enumerated() {
            var header = page.header
            header[2] = .integer(Int64(page.body.count), 5)
            header[3] = .integer(Int64(page.body.count), 5)
            header[4] = .integer(Int64(Int32(bitPattern: Probe.checksum(page.body))), 5)
            file += header.encoded()
            file += page.body
            if index == 0, header[1]?.number == 2 { dictionaryEnd = file.count }
        }
        return dictionaryEnd
    }
}
