package import Columnar

/// A predicate whose columns and literals were found and converted: made once a scan, asked once a batch.
///
/// It answers twice: exactly, for rows (`selection(of:)`), and for rows of which only bounds are known (`outcomes`),
/// where it names every answer that a row could have. What can't be true need not be read.
package struct ScanFilter: Sendable {
    /// A predicate over the columns' numbers.
    indirect enum Node: Sendable {
        /// Whether the value is within the keys, or outside of them; neither where it is missing.
        case test(column: Int, KeySet, isInside: Bool)
        case isNull(column: Int)
        case isNotNull(column: Int)
        /// Neither true nor false.
        case unknown
        case and([Node])
        case or([Node])
        case not(Node)
    }

    let root: Node
    let columns: [BoundColumn]
    private let schema: Schema

    /// Finds the predicate's columns.
    /// - Throws: `ParquetError.mismatch` where there is no such column, or its values can't be compared with the
    ///   literal; lists, maps and whole structures can only be NULL or not.
    package init(_ predicate: ScanPredicate, schema: Schema) throws(ParquetError) {
        var columns: [BoundColumn] = []
        root = try Self.bind(predicate, schema, &columns)
        self.columns = columns
        self.schema = schema
    }

    private static func bind(
        _ predicate: ScanPredicate, _ schema: Schema, _ columns: inout [BoundColumn]
    ) throws(ParquetError) -> Node {
        switch predicate {
        case .compare(let column, let comparison, let literal):
            let column = try number(of: column, schema, &columns)
            let key = try LiteralKey(literal, for: columns[column])
            guard key != .missing else { return .unknown }
            return .test(column: column, KeySet(comparison, key), isInside: comparison != .notEqual)
        case .isAmong(let column, let literals):
            let column = try number(of: column, schema, &columns)
            var keys: [LiteralKey] = []
            for literal in literals { keys.append(try LiteralKey(literal, for: columns[column])) }
            let test = Node.test(column: column, KeySet(among: keys), isInside: true)
            return keys.contains(.missing) ? .or([test, .unknown]) : test
        case .isNull(let column): return .isNull(column: try number(of: column, schema, &columns))
        case .isNotNull(let column): return .isNotNull(column: try number(of: column, schema, &columns))
        case .and(let parts): return .and(try bind(parts, schema, &columns))
        case .or(let parts): return .or(try bind(parts, schema, &columns))
        case .not(let part): return .not(try bind(part, schema, &columns))
        }
    }

    private static func bind(
        _ parts: [ScanPredicate], _ schema: Schema, _ columns: inout [BoundColumn]
    ) throws(ParquetError) -> [Node] {
        var nodes: [Node] = []
        for part in parts { nodes.append(try bind(part, schema, &columns)) }
        return nodes
    }

    private static func number(
        of column: ScanColumn, _ schema: Schema, _ columns: inout [BoundColumn]
    ) throws(ParquetError) -> Int {
        let bound = try BoundColumn(column, schema)
        if let known = columns.firstIndex(of: bound) { return known }
        columns.append(bound)
        return columns.count - 1
    }

    /// The rows of a batch for which the predicate is true.
    /// - Precondition: the batch has the schema that the filter was made for.
    /// - Throws: `ParquetError.mismatch` where it has not.
    package func selection(of batch: ColumnBatch) throws(ParquetError) -> Bitmap {
        guard batch.schema.fields.map(\.type) == schema.fields.map(\.type) else {
            throw ParquetError(.mismatch, "the batch has other columns than the filter was made for")
        }
        let columns = columns.map { $0.find(in: batch) }
        return Bitmap(words: truth(root, columns, batch.rowCount).isTrue, count: batch.rowCount)
    }

    /// The numbers of the columns that are held against single values.
    var columnsAmongFew: Set<Int> { Self.columnsAmongFew(root) }

    private static func columnsAmongFew(_ node: Node) -> Set<Int> {
        switch node {
        case .test(let column, let keys, _): keys.isFew ? [column] : []
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion(columnsAmongFew($1)) }
        case .not(let part): columnsAmongFew(part)
        case .isNull, .isNotNull, .unknown: []
        }
    }

    // MARK: Three-valued logic over whole batches

    /// Which rows are true and which are false, 64 to a word; the bits behind the last row are 0.
    struct Truth {
        var isTrue: [UInt64]
        var isFalse: [UInt64]
    }

    private func truth(_ node: Node, _ columns: [Column], _ rowCount: Int) -> Truth {
        let wordCount = (rowCount + 63) / 64
        switch node {
        case .test(let column, let keys, let isInside):
            let column = columns[column]
            let inside = KeyKernel.words(of: column, in: keys)
            let valid = Self.valid(column, rowCount)
            let yes = Self.combined(valid, inside) { $0 & $1 }
            let no = Self.combined(valid, inside) { $0 & ~$1 }
            return isInside ? Truth(isTrue: yes, isFalse: no) : Truth(isTrue: no, isFalse: yes)
        case .isNull(let column): return Self.negated(notNull(columns[column], rowCount))
        case .isNotNull(let column): return notNull(columns[column], rowCount)
        case .unknown:
            let nothing = [UInt64](repeating: 0, count: wordCount)
            return Truth(isTrue: nothing, isFalse: nothing)
        case .and(let parts):
            var result = Truth(
                isTrue: Self.valid(nil, rowCount), isFalse: [UInt64](repeating: 0, count: wordCount))
            for part in parts {
                let truth = truth(part, columns, rowCount)
                result.isTrue = Self.combined(result.isTrue, truth.isTrue) { $0 & $1 }
                result.isFalse = Self.combined(result.isFalse, truth.isFalse) { $0 | $1 }
            }
            return result
        case .or(let parts):
            // As AND of the opposites.
            return Self.negated(truth(.and(parts.map { .not($0) }), columns, rowCount))
        case .not(let part): return Self.negated(truth(part, columns, rowCount))
        }
    }

    private func notNull(_ column: Column, _ rowCount: Int) -> Truth {
        let (valid, all) = (Self.valid(column, rowCount), Self.valid(nil, rowCount))
        return Truth(isTrue: valid, isFalse: Self.combined(all, valid) { $0 & ~$1 })
    }

    private static func negated(_ truth: Truth) -> Truth { Truth(isTrue: truth.isFalse, isFalse: truth.isTrue) }

    private static func combined(
        _ left: [UInt64], _ right: [UInt64], _ combine: (UInt64, UInt64) -> UInt64
    ) -> [UInt64] {
        var words = left
        for index in words.indices { words[index] = combine(left[index], right[index]) }
        return words
    }

    /// The rows that have a value; all for nil.
    private static func valid(_ column: Column?, _ rowCount: Int) -> [UInt64] {
        column?.validity?.words ?? Bitmap(repeating: true, count: rowCount).words
    }
}

/// Where a predicate's column is, and of which type.
struct BoundColumn: Sendable, Equatable {
    /// The position in the schema, then those of the members of structures.
    let positions: [Int]
    let type: LogicalType
    let name: String

    init(_ column: ScanColumn, _ schema: Schema) throws(ParquetError) {
        var fields = schema.fields
        var positions: [Int] = []
        var type: LogicalType?
        for name in column.path {
            guard let position = fields.firstIndex(where: { $0.name == name }) else {
                throw ParquetError(.mismatch, "there is no column '\(column.name)'", column: column.name)
            }
            positions.append(position)
            type = fields[position].type
            if case .structure(let parts) = fields[position].type { fields = parts } else { fields = [] }
        }
        guard let type else { throw ParquetError(.mismatch, "a column without a name") }
        self.positions = positions
        self.type = type
        name = column.name
    }

    /// The column's values in a batch: a member is missing where the structure around it is.
    func find(in batch: ColumnBatch) -> Column {
        var column = batch.columns[positions[0]]
        for position in positions.dropFirst() {
            guard case .structure(let parts, _) = column.values else { return column }
            let part = parts[position]
            column = Column(part.type, validity: Self.both(column.validity, part.validity), part.values)
        }
        return column
    }

    private static func both(_ outer: Bitmap?, _ inner: Bitmap?) -> Bitmap? {
        guard let outer, let inner else { return outer ?? inner }
        return Bitmap(words: zip(outer.words, inner.words).map { $0 & $1 }, count: inner.count)
    }
}
