/// Something in a file that is not as the file says.
package struct FileProblem: Sendable, Equatable {
    /// The row group, counted from 0.
    package let rowGroup: Int
    /// The path of the column, joined by dots.
    package let column: String
    /// What is wrong; never holds values of rows.
    package let problem: String
}

extension ParquetFileReader {
    /// Reads everything and compares it with what the file says of it.
    ///
    /// | of | what is compared |
    /// | --- | --- |
    /// | pages | checksums; decompression and decoding to the last value; the counts of missing values and rows of v2 headers |
    /// | column chunks | counts of values, rows and missing values; where the first page and the dictionary are; the size before compression; the encodings that are listed |
    /// | statistics | their width; no value outside of them; that bounds said to be exact occur |
    /// | page indexes | where pages begin and end, their first rows, missing values; no value outside of a page's bounds |
    /// | bloom filters | that every value is one that they may contain |
    /// | the file | column chunks that overlap; decryption, where there are keys |
    ///
    /// - Returns: the problems by row group and column; none for a sound file.
    /// - Throws: `ParquetError.inputOutput` where the file can't be read at all.
    package func problems() throws(ParquetError) -> [FileProblem] {
        var problems = overlaps()
        // A row group without rows has no pages to look at: writers put any offset there.
        for (index, group) in metadata.rowGroups.enumerated() where group.rowCount > 0 {
            for (position, leaf) in tree.leaves.enumerated() {
                do throws(ParquetError) {
                    let reader = try leafReader(index, position, PageCodec())
                    var check = try ChunkCheck(
                        reader, group.columns[position], leaf, rowCount: group.rowCount,
                        isOurs: metadata.trust(ofLeaf: position).isOurs, try pageIndex(index, position),
                        try bloomFilterBits(index, position))
                    for problem in try partProblems(index, position) + check.problems() {
                        problems.append(FileProblem(rowGroup: index, column: leaf.name, problem: problem))
                    }
                } catch {
                    if error.code == .inputOutput { throw error }
                    problems.append(FileProblem(rowGroup: index, column: leaf.name, problem: error.reason))
                }
            }
        }
        return problems
    }

    /// Parts of a chunk that lie outside of the file or can't be understood.
    private func partProblems(_ group: Int, _ leaf: Int) throws(ParquetError) -> [String] {
        let chunk = metadata.rowGroups[group].columns[leaf]
        guard chunk.failure == nil else { return [] }
        var problems: [String] = []
        if chunk.offsetIndex != nil {
            let index = try pageIndex(group, leaf)
            if index == nil {
                problems.append("its page index can't be understood, or contradicts where its pages lie")
            } else if chunk.columnIndex != nil && index?.bounds == nil {
                problems.append("its page index has bounds of another number of pages")
            }
        }
        if let place = chunk.bloomFilter, place.offset < 4 || place.offset >= footerStart {
            problems.append("its bloom filter lies outside of the file")
        }
        return problems
    }

    /// Column chunks that begin before another one ends.
    private func overlaps() -> [FileProblem] {
        var ranges: [(range: Range<Int64>, group: Int, leaf: Int)] = []
        for (index, group) in metadata.rowGroups.enumerated() where group.rowCount > 0 {
            for (position, chunk) in group.columns.enumerated() where chunk.failure == nil {
                if let range = try? range(of: chunk), !range.isEmpty { ranges.append((range, index, position)) }
            }
        }
        ranges.sort { ($0.range.lowerBound, $0.group, $0.leaf) < ($1.range.lowerBound, $1.group, $1.leaf) }
        return zip(ranges, ranges.dropFirst()).compactMap { before, after in
            guard after.range.lowerBound < before.range.upperBound else { return nil }
            return FileProblem(
                rowGroup: after.group, column: tree.leaves[after.leaf].name,
                problem: "its pages lie where those of another column chunk are")
        }
    }
}
