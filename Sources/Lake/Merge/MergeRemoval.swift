internal import Columnar

/// The rows of a table that a merge takes away: those whose key it has.
struct MergeRemoval: RowRemoval {
    let columns: [String]
    private let keys: RowKeys
    private let table: RowKeyTable
    private let reaches: KeyReach
    /// How many rows went whose key goes altogether.
    private let deleted = Guarded(Int64(0))

    init(_ columns: [String], _ keys: RowKeys, _ table: RowKeyTable, _ reaches: KeyReach) {
        self.columns = columns
        self.keys = keys
        self.table = table
        self.reaches = reaches
    }

    /// How many rows went since it was asked last, whose key goes altogether.
    func takeDeleted() -> Int64 {
        deleted.change { count in
            defer { count = 0 }
            return count
        }
    }

    func reach(_ file: AddedFile) -> FileReach { reaches.mayHold(file) ? .some : .nothing }

    /// Calls back for each row of a batch whose key the merge has: with its place in the batch, and the number of the row
    /// that came, or −1 where the key goes.
    func forEachHit(in batch: ColumnBatch, _ body: (_ row: Int, _ arrived: Int64) -> Void) throws {
        if columns.count == 1 {
            let column = try batch.column(columns[0])
            switch (column.values, column.type) {
            case (.int64(let numbers), _): return table.forEachHit(in: numbers.span, column.validity, body)
            // Their bits are those of signed numbers.
            case (.int32, .uint8), (.int32, .uint16), (.int32, .uint32): break
            case (.int32(let numbers), _): return table.forEachHit(in: numbers.span, column.validity, body)
            default: break
            }
        }
        for (row, key) in try keys.keys(batch).enumerated() {
            if let key, let value = table.value(key) { body(row, value) }
        }
    }

    func removed(_ batch: ColumnBatch) throws -> Bitmap? {
        var words = [UInt64](repeating: 0, count: (batch.rowCount + 63) / 64)
        var (isHit, deletions) = (false, Int64(0))
        for (row, key) in try keys.keys(batch).enumerated() {
            guard let key, let value = table.value(key) else { continue }
            words[row >> 6] |= 1 << UInt64(row & 63)
            isHit = true
            if value < 0 { deletions += 1 }
        }
        if deletions > 0 { deleted.change { $0 += deletions } }
        return isHit ? Bitmap(words: words, count: batch.rowCount) : nil
    }
}

/// Whether a file may hold one of some keys, by its statistics.
struct KeyReach: Sendable {
    private let fields: [Field]
    private let bounds: [FileBounds.Bounds?]
    /// The numbers of a key that is one column, sorted: a file between two of them holds none.
    private let numbers: [Int64]

    /// - Parameters:
    ///   - fields: the key's columns on the storage side.
    ///   - statistics: those of the keys themselves.
    init(_ fields: [Field], statistics: JSONValue, _ table: RowKeyTable) {
        self.fields = fields
        let file = FileBounds(
            AddedFile(
                path: "", size: 0, modifiedMilliseconds: 0, statisticsText: statistics.canonicalText,
                tags: [TableFile.Tag.sha256: ""]))
        bounds = fields.map { file.bounds($0.name, $0.type) }
        let isNumber = fields.count == 1 && [.int32, .int64].contains(fields[0].type.physicalType)
        numbers = isNumber ? table.keys.map { Int64(bitPattern: $0.low) }.sorted() : []
    }

    func mayHold(_ file: AddedFile) -> Bool {
        let own = FileBounds(file)
        for (field, bounds) in zip(fields, bounds) {
            guard let theirs = own.bounds(field.name, field.type) else { continue }
            if !numbers.isEmpty, case .numbers(let range) = theirs { return hasNumber(range) }
            switch (bounds, theirs) {
            case (.numbers(let left), .numbers(let right)): if !left.overlaps(right) { return false }
            case (.texts(let least, let greatest), .texts(let low, let high)):
                if greatest.lexicographicallyPrecedes(low) || high.lexicographicallyPrecedes(least) { return false }
            default: break
            }
        }
        return true
    }

    private func hasNumber(_ range: ClosedRange<Int128>) -> Bool {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if Int128(numbers[middle]) < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && Int128(numbers[low]) <= range.upperBound
    }
}
