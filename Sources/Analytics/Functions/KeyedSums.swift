internal import Columnar

/// Whole numbers summed by a key, in a currency each: what a piece of the rows contributes to an answer, and how the
/// contributions are put together.
struct KeyedSums {
    /// The sums of one currency.
    struct Table {
        private let width: Int
        private var slots: [Int64: Int] = [:]
        private(set) var keys: [Int64] = []
        private var sums: [Int64] = []

        init(width: Int) { self.width = width }

        /// Adds to a sum.
        /// - Throws: `OperatorError` where it does not fit 64 bits.
        mutating func add(_ amount: Int64, to field: Int, of key: Int64) throws(OperatorError) {
            let slot = slot(key)
            sums[slot * width + field] = try sums[slot * width + field].plus(amount, "a sum")
        }

        /// A sum; 0 where nothing was added.
        func value(_ field: Int, of key: Int64) -> Int64 { slots[key].map { sums[$0 * width + field] } ?? 0 }

        private mutating func slot(_ key: Int64) -> Int {
            if let slot = slots[key] { return slot }
            let slot = keys.count
            slots[key] = slot
            keys.append(key)
            sums.append(contentsOf: repeatElement(0, count: width))
            return slot
        }
    }

    private let width: Int
    private(set) var tables: [String?: Table] = [:]

    /// - Parameter width: how many sums a key has.
    init(width: Int) { self.width = width }

    /// The currencies in the order of their names, a missing one last.
    var currencies: [String?] {
        tables.keys.sorted { left, right in
            guard let left else { return false }
            return right.map { left < $0 } ?? true
        }
    }

    /// Hands out the sums of a currency to be added to.
    mutating func update<Failure>(
        _ currency: String?, _ body: (inout Table) throws(Failure) -> Void
    ) throws(Failure) {
        var table = tables.removeValue(forKey: currency) ?? Table(width: width)
        try body(&table)
        tables[currency] = table
    }

    private var schema: Schema {
        Schema([Field("currency", .text), Field("key", .int64)] + (0..<width).map { Field("sum_\($0)", .int64) })
    }

    /// The sums as a batch, ordered by key: what `init(_:width:)` reads.
    func batch() throws -> ColumnBatch {
        var currencyNames: [String?] = []
        var keys: [Int64] = []
        var values = [[Int64]](repeating: [], count: width)
        for currency in currencies {
            guard let table = tables[currency] else { continue }
            for key in table.keys.sorted() {
                currencyNames.append(currency)
                keys.append(key)
                for field in 0..<width { values[field].append(table.value(field, of: key)) }
            }
        }
        let columns = [try Column.texts(currencyNames), Column.of(keys)] + values.map { Column.of($0) }
        return try ColumnBatch(schema: schema, columns: columns, rowCount: keys.count)
    }

    /// The sums of all batches.
    /// - Throws: `OperatorError` where a sum does not fit 64 bits.
    init(_ batches: [ColumnBatch], width: Int) throws {
        self.init(width: width)
        for batch in batches {
            let keys = try batch.columns[1].int64Values()
            let values = try batch.columns[2...].map { try $0.int64Values() }
            for row in 0..<batch.rowCount {
                let currency: String? = if case .text(let text) = batch.columns[0].scalar(row) { text } else { nil }
                try update(currency) { table in
                    for field in 0..<width { try table.add(values[field][row], to: field, of: keys[row]) }
                }
            }
        }
    }
}

extension Column {
    /// The text of a row; nil where it has none.
    func text(_ row: Int) -> String? {
        guard isValid(row) else { return nil }
        switch values {
        case .bytes(let buffer): return buffer.text(row)
        case .dictionary(let codes, let dictionary): return dictionary.values.text(Int(codes[row]))
        default: return nil
        }
    }
}
