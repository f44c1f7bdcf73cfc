internal import Columnar

/// A page before compression.
struct EncodedPage {
    var bytes: [UInt8]
    var valueCount: Int
}

/// A column chunk before compression.
struct EncodedChunk {
    var dictionary: EncodedPage?
    var pages: [EncodedPage]
    var statistics: ColumnStatistics
}

/// Gathers one column of a row group, missing values left out, and encodes it.
struct ColumnChunkBuffer {
    private let field: Field
    private var validity = BitmapBuilder()
    private var values: ChunkValues

    init(_ field: Field) {
        self.field = field
        values = ChunkValues(field.type)
    }

    mutating func append(_ column: Column) throws(ParquetError) {
        if let bits = column.validity {
            for row in 0..<bits.count { validity.append(bits[row]) }
        } else {
            validity.append(repeating: true, count: column.rowCount)
        }
        do {
            try values.append(column)
        } catch {
            throw error.inColumn(field.name)
        }
    }

    /// The chunk; the buffer is empty afterwards.
    mutating func finish(pageRowCount: Int) throws(ParquetError) -> EncodedChunk {
        defer { values = ChunkValues(field.type) }
        let rowCount = validity.count
        let bits = validity.finish()
        var statistics = values.statistics(field.type)
        statistics.nullCount = Int64(rowCount - bits.setCount)
        var chunk = EncodedChunk(dictionary: values.dictionaryPage(), pages: [], statistics: statistics)
        var firstValue = 0
        var start = 0
        while start < rowCount {
            let rows = start..<min(start + pageRowCount, rowCount)
            let levels = bits.slice(rows)
            let valueCount = levels.setCount
            var bytes: [UInt8] = []
            if field.isNullable { Self.appendLevels(levels, to: &bytes) }
            values.encode(firstValue..<firstValue + valueCount, into: &bytes)
            chunk.pages.append(EncodedPage(bytes: bytes, valueCount: rows.count))
            firstValue += valueCount
            start = rows.upperBound
        }
        return chunk
    }

    /// Definition levels: 1 where there is a value, behind their length.
    private static func appendLevels(_ levels: Bitmap, to bytes: inout [UInt8]) {
        let numbers = (0..<levels.count).map { levels[$0] ? UInt32(1) : 0 }
        var encoded: [UInt8] = []
        HybridEncoding.encode(numbers.span, bitWidth: 1, into: &encoded)
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: encoded.count >> (byte * 8))) }
        bytes.append(contentsOf: encoded)
    }
}
