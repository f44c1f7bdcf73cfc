internal import Columnar
internal import Kernels
internal import Query

/// The numbers of a column that is summed.
enum MeasureValues {
    case whole(Column, Buffer<Int64>)
    case wide(Column, Buffer<Int128>)
    case double(Column, Buffer<Double>)

    /// - Throws: `QueryError` for a column of no number.
    init(_ column: Column, _ type: SQLType) throws {
        switch column.values {
        case .int32(let values): self = .whole(column, Buffer(values.array.map(Int64.init)))
        case .int64(let values): self = .whole(column, values)
        case .int128(let values): self = .wide(column, values)
        case .float(let values): self = .double(column, Buffer(values.array.map(Double.init)))
        default: self = .double(column, try column.doubleValues())
        }
    }
}

/// Sums of one column by place.
struct MeasureSums {
    private let source: MeasureValues
    private(set) var whole: [Int128] = []
    private(set) var doubles: [Double] = []

    init(_ source: MeasureValues, count: Int) {
        self.source = source
        if case .double = source {
            doubles = Array(repeating: 0, count: count)
        } else {
            whole = Array(repeating: 0, count: count)
        }
    }

    /// Adds the value of a row, if it has one.
    /// - Throws: `OperatorError` where the sum does not fit.
    mutating func add(_ row: Int, to place: Int) throws {
        switch source {
        case .whole(let column, let values):
            if column.isValid(row) { whole[place] = try whole[place].plus(Int128(values[row]), "a sum of 'values'") }
        case .wide(let column, let values):
            if column.isValid(row) { whole[place] = try whole[place].plus(values[row], "a sum of 'values'") }
        case .double(let column, let values):
            // NaN and infinite values are missing, as in series.
            if column.isValid(row), values[row].isFinite { doubles[place] += values[row] }
        }
    }
}

/// The cells and totals of an answer, slice behind slice.
struct ShownCells {
    /// One column of sums.
    struct Measure {
        let type: SQLType
        var whole: [Int128?] = []
        var doubles: [Double?] = []

        /// - Throws: `OperatorError` where a sum of whole numbers does not fit its type.
        func column() throws -> Column {
            switch type {
            case .double: return .of(doubles.map { $0.flatMap { $0.isFinite ? $0 : nil } })
            case .int64:
                return .of(
                    try whole.map { value throws(OperatorError) in
                        guard let value else { return nil }
                        return try value.narrowed("a sum of 'values'")
                    })
            default:
                let known = Bitmap(whole.map { $0 != nil })
                guard whole.allSatisfy({ abs($0 ?? 0) < Self.decimalBound }) else {
                    throw OperatorError("a sum of 'values' has more than 38 digits")
                }
                return Column(type.logical, validity: known, .int128(Buffer(whole.map { $0 ?? 0 })))
            }
        }

        private static let decimalBound: Int128 = (0..<38).reduce(1) { power, _ in power * 10 }
    }

    private let dimensionCount: Int
    /// A row of the batch with the slice's values, and the cell's where they are kept.
    private(set) var rows: [UInt32] = []
    private(set) var grouping: [Int32] = []
    private(set) var counts: [Int64?] = []
    private(set) var isSuppressed: [Bool] = []
    private(set) var measures: [Measure]

    init(dimensionCount: Int, measures: [SQLType]) {
        self.dimensionCount = dimensionCount
        self.measures = measures.map { Measure(type: $0) }
    }

    /// Adds a slice: its cells in the order of their values, then its totals.
    /// - Parameter firsts: of each cell a row that is of it.
    mutating func append(_ table: CellSuppression, _ firsts: [Int], _ sums: [MeasureSums]) {
        var firstRow: [Int: Int] = [:]
        for level in 0..<(1 << dimensionCount) {
            for (cell, row) in firsts.enumerated() {
                let place = table.place(of: cell, level: level)
                if firstRow[place] == nil { firstRow[place] = row }
            }
        }
        // The places lie level by level, and in each in the order of the first cells, which are sorted: but totals over
        // an earlier column come in the order of cells, not of values.
        let order = table.keys.indices.map { place in
            (
                grouping: grouping(table, place), codes: (0..<dimensionCount).map { table.code(place, $0) ?? -1 },
                place: place
            )
        }.sorted { left, right in
            left.grouping != right.grouping
                ? left.grouping < right.grouping : left.codes.lexicographicallyPrecedes(right.codes)
        }
        for (grouping, _, place) in order {
            let isHidden = table.isSuppressed[place]
            rows.append(UInt32(firstRow[place] ?? 0))
            self.grouping.append(grouping)
            counts.append(isHidden ? nil : table.counts[place])
            isSuppressed.append(isHidden)
            for measure in measures.indices {
                switch measures[measure].type {
                case .double: measures[measure].doubles.append(isHidden ? nil : sums[measure].doubles[place])
                default: measures[measure].whole.append(isHidden ? nil : sums[measure].whole[place])
                }
            }
        }
    }

    private func grouping(_ table: CellSuppression, _ place: Int) -> Int32 {
        (0..<dimensionCount).reduce(0) { bits, dimension in bits << 1 | (table.code(place, dimension) == nil ? 1 : 0) }
    }
}
