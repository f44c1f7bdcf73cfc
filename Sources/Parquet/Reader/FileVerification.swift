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
    /// Reads everything and compares it with what the file says of it: checksums, counts, and the least and greatest
    /// value of each column chunk, which readers believe when they leave out what they need not read.
    ///
    /// - Returns: at most one problem for each column chunk; none for a sound file.
    /// - Throws: `ParquetError.inputOutput` where the file can't be read at all.
    package func problems() throws(ParquetError) -> [FileProblem] {
        let codec = try PageCodec()
        var problems: [FileProblem] = []
        // A row group without rows has no pages to look at: writers put any offset there.
        for (index, group) in metadata.rowGroups.enumerated() where group.rowCount > 0 {
            for (position, leaf) in tree.leaves.enumerated() {
                do throws(ParquetError) {
                    let reader = try leafReader(index, position, codec)
                    let chunk = group.columns[position]
                    guard let problem = try Self.problem(reader, chunk, leaf, group.rowCount) else { continue }
                    problems.append(FileProblem(rowGroup: index, column: leaf.name, problem: problem))
                } catch {
                    if error.code == .inputOutput { throw error }
                    problems.append(FileProblem(rowGroup: index, column: leaf.name, problem: error.reason))
                }
            }
        }
        return problems
    }

    private static func problem(
        _ reader: LeafReader, _ chunk: ColumnChunkMetadata, _ leaf: LeafColumn, _ rowCount: Int64
    ) throws(ParquetError) -> String? {
        var check = try BoundsCheck(chunk.statistics, leaf)
        var (rowsLeft, entryCount, valueCount): (Int64, Int64, Int64) = (rowCount, 0, 0)
        while rowsLeft > 0 {
            let count = Int(min(4_096, rowsLeft))
            var slice = try reader.read(rowCount: count)
            try slice.values.spellOut()
            entryCount += Int64(slice.entryCount)
            valueCount += Int64(slice.values.count)
            check?.take(slice.values)
            rowsLeft -= Int64(count)
        }
        try reader.finish()
        if let check, check.isBroken { return "a value lies outside of the bounds that the statistics claim" }
        // Of nested columns, writers count missing values in different ways.
        if leaf.path.count == 1, leaf.maxRepetition == 0, let claimed = chunk.statistics?.nullCount,
            claimed != entryCount - valueCount
        {
            return "the statistics claim another number of missing values"
        }
        return nil
    }
}

/// Holds the values of a column chunk to the bounds that its statistics claim.
private struct BoundsCheck {
    private enum Bounds {
        case integers(Int64, Int64)
        case unsigned(UInt64, UInt64)
        case floating(Double, Double)
        case bytes([UInt8], [UInt8])
    }

    private let bounds: Bounds
    private(set) var isBroken = false

    /// Nil where there are no bounds, or none whose order is defined.
    init?(_ statistics: RawStatistics?, _ leaf: LeafColumn) throws(ParquetError) {
        guard let least = statistics?.minimum, let greatest = statistics?.maximum else { return nil }
        if leaf.length > 0 && leaf.type != FileType.int96 {
            guard least.count == leaf.length, greatest.count == leaf.length || leaf.type == FileType.fixedByteArray
            else { throw .corrupt("its statistics have bounds of another width than its values") }
        }
        let number = { (bytes: [UInt8]) in bits(bytes.span, at: 0, count: bytes.count * 8) }
        switch leaf.type {
        case FileType.int32, FileType.int64:
            if case .integer(_, isSigned: false) = leaf.meaning {
                bounds = .unsigned(number(least), number(greatest))
            } else if leaf.type == FileType.int32 {
                bounds = .integers(
                    Int64(Int32(truncatingIfNeeded: number(least))), Int64(Int32(truncatingIfNeeded: number(greatest))))
            } else {
                bounds = .integers(Int64(bitPattern: number(least)), Int64(bitPattern: number(greatest)))
            }
        case FileType.float:
            bounds = .floating(
                Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(least)))),
                Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(greatest)))))
        case FileType.double:
            bounds = .floating(Double(bitPattern: number(least)), Double(bitPattern: number(greatest)))
        case FileType.byteArray:
            switch leaf.meaning {
            case .text, .enumeration, .json, .bson, .plain: bounds = .bytes(least, greatest)
            default: return nil
            }
        default: return nil
        }
    }

    mutating func take(_ values: DenseValues) {
        switch bounds {
        case .integers(let least, let greatest):
            for value in values.int32s where Int64(value) < least || Int64(value) > greatest { isBroken = true }
            for value in values.int64s where value < least || value > greatest { isBroken = true }
        case .unsigned(let least, let greatest):
            for value in values.int32s {
                let number = UInt64(UInt32(bitPattern: value))
                if number < least || number > greatest { isBroken = true }
            }
            for value in values.int64s {
                let number = UInt64(bitPattern: value)
                if number < least || number > greatest { isBroken = true }
            }
        case .floating(let least, let greatest):
            // Comparisons with a NaN are false: it breaks no bounds, and as a bound it is none.
            for value in values.floats where Double(value) < least || Double(value) > greatest { isBroken = true }
            for value in values.doubles where value < least || value > greatest { isBroken = true }
        case .bytes(let least, let greatest):
            for index in 0..<values.offsets.count - 1 {
                let value = values.bytes[Int(values.offsets[index])..<Int(values.offsets[index + 1])]
                if value.lexicographicallyPrecedes(least) || greatest.lexicographicallyPrecedes(value) {
                    isBroken = true
                }
            }
        }
    }
}
