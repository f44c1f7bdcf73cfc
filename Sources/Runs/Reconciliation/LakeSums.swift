internal import Checksum
internal import Columnar
internal import Extract
internal import Lake
internal import Parquet

/// Counts and adds up a table of the lake, as the server does with the source's rows.
struct LakeSums {
    private let columns: ReconciledColumns
    private(set) var sums: ReconciledSums
    private var row: [UInt8] = []

    init(_ columns: ReconciledColumns) {
        self.columns = columns
        sums = ReconciledSums(
            rowCount: 0, sums: columns.sums.map { _ in nil }, keyChecksum: columns.key.isEmpty ? nil : 0)
    }

    /// - Parameters:
    ///   - predicate: which rows; nil for all.
    ///   - keys: the keys that count; nil for all.
    ///   - key: the key's columns.
    static func of(
        _ snapshot: TableSnapshot, _ columns: ReconciledColumns, keys: KeyComparison?, key: [String],
        where predicate: ScanPredicate? = nil
    ) throws -> ReconciledSums {
        var names: [String] = []
        for name in (columns.sums + columns.key).map(\.lake) + (keys == nil ? [] : key) where !names.contains(name) {
            names.append(name)
        }
        var (sums, gone) = (LakeSums(columns), LakeSums(columns))
        // Without a column there is nothing that could be read for a predicate.
        if names.isEmpty, let first = snapshot.schema.fields.first { names = [first.name] }
        try snapshot.forEachBatch(columns: names, where: predicate) { batch in
            try sums.add(batch)
            if let rows = try keys?.gone(in: batch) { try gone.add(rows) }
        }
        return sums.sums.without(gone.sums)
    }

    private mutating func add(_ batch: ColumnBatch) throws {
        sums.rowCount += Int64(batch.rowCount)
        for (index, column) in columns.sums.enumerated() {
            try add(try batch.column(column.lake), to: index)
        }
        guard var checksum = sums.keyChecksum else { return }
        let keys = try columns.key.map { try batch.column($0.lake) }
        for row in 0..<batch.rowCount { checksum &+= Int128(hash(keys, row)) }
        sums.keyChecksum = checksum
    }

    private mutating func add(_ column: Column, to index: Int) throws {
        var sum = sums.sums[index] ?? 0
        var hasValue = sums.sums[index] != nil
        func add(_ value: Int128) throws {
            let (more, overflow) = sum.addingReportingOverflow(value)
            guard !overflow else {
                throw Failure(
                    .dataRefused, "can't add up '\(columns.sums[index].lake)'", why: "it has more than 38 digits")
            }
            sum = more
            hasValue = true
        }
        for row in 0..<column.rowCount where column.isValid(row) {
            switch column.values {
            case .int32(let values): try add(Int128(values[row]))
            case .int64(let values): try add(Int128(values[row]))
            case .int128(let values): try add(values[row])
            default: throw Failure(.bug, "'\(columns.sums[index].lake)' is no number in the lake")
            }
        }
        sums.sums[index] = hasValue ? sum : nil
    }

    /// The first eight bytes of the SHA-256 over the key, as a signed number.
    private mutating func hash(_ keys: [Column], _ index: Int) -> Int64 {
        row.removeAll(keepingCapacity: true)
        for key in keys {
            let text: [UInt8]
            switch key.scalar(index) {
            case .int(let number): text = Array(String(number).utf8)
            case .text(let words): text = Array(words.utf8)
            default:
                row.append(UInt8(ascii: "-"))
                continue
            }
            row += Array(String(text.count).utf8)
            row.append(UInt8(ascii: ":"))
            row += text
        }
        let bytes = row
        let digest = SHA256Digest(of: bytes.span).bytes
        var bits: UInt64 = 0
        for byte in digest.prefix(8) { bits = bits << 8 | UInt64(byte) }
        return Int64(bitPattern: bits)
    }
}

extension ReconciledSums {
    /// The sums of the rows that are left when others are taken away.
    fileprivate func without(_ gone: ReconciledSums) -> ReconciledSums {
        if gone.rowCount == 0 { return self }
        var rest = self
        rest.rowCount -= gone.rowCount
        rest.sums = zip(sums, gone.sums).map { all, less in all.map { $0 &- (less ?? 0) } }
        // A sum of no values is missing on the other side.
        if let checksum = keyChecksum, let less = gone.keyChecksum { rest.keyChecksum = checksum &- less }
        return rest
    }
}
