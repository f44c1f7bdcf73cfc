internal import Columnar
internal import Query

/// An argument that holds amounts of money: whole numbers of minor units (rule X17).
///
/// Integers and decimals without digits behind the point are taken; others are refused when the query is bound, because
/// rounding them silently would lose money.
struct AmountArgument: Sendable {
    let name: String
    let position: Int

    /// - Throws: `QueryError` where the column is of no whole number.
    init(_ arguments: TableFunctionArguments, _ name: String) throws {
        let (position, type) = try arguments.column(named: name)
        switch type {
        case .int16, .int32, .int64, .decimal(_, 0): break
        default:
            throw QueryError(
                .type, "'\(name)' is money in minor units, a whole number, and not \(type)",
                try: "a column of cents or kobo; 12.50 is 1250")
        }
        self.name = name
        self.position = position
    }

    /// Where the parameter is given.
    init?(optional name: String, _ arguments: TableFunctionArguments) throws {
        guard arguments.column(name) != nil else { return nil }
        try self.init(arguments, name)
    }

    /// The amounts of a batch; rows without one hold 0.
    ///
    /// - Parameter isRequired: rows that must have an amount.
    /// - Throws: `OperatorError` where one has none, or an amount does not fit 64 bits.
    func values(_ batch: ColumnBatch, isRequired: (Int) -> Bool) throws -> Buffer<Int64> {
        let column = batch.columns[position]
        let values = try wide(column)
        guard let validity = column.validity else { return values }
        var result = values.array
        for row in 0..<column.rowCount where !validity[row] {
            if isRequired(row) { throw OperatorError.missing(name) }
            result[row] = 0
        }
        return Buffer(result)
    }

    private func wide(_ column: Column) throws -> Buffer<Int64> {
        switch column.values {
        case .int64(let values): return values
        case .int32(let values): return Buffer(values.array.map(Int64.init))
        default:
            let values = try column.int128Values()
            var result: [Int64] = []
            result.reserveCapacity(values.count)
            for row in 0..<values.count {
                guard !column.isValid(row) || Int64(exactly: values[row]) != nil else {
                    throw OperatorError.overflow("an amount of '\(name)'")
                }
                result.append(Int64(truncatingIfNeeded: values[row]))
            }
            return Buffer(result)
        }
    }
}

extension Int64 {
    /// The sum.
    /// - Throws: `OperatorError` where it does not fit.
    @inline(__always)
    func plus(_ other: Int64, _ what: @autoclosure () -> String) throws(OperatorError) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { throw OperatorError.overflow(what()) }
        return sum
    }
}

extension Int128 {
    /// The amount in 64 bits.
    /// - Throws: `OperatorError` where it does not fit.
    func narrowed(_ what: @autoclosure () -> String) throws(OperatorError) -> Int64 {
        guard let value = Int64(exactly: self) else { throw OperatorError.overflow(what()) }
        return value
    }
}

extension Int128 {
    /// The sum.
    /// - Throws: `OperatorError` where it does not fit.
    @inline(__always)
    func plus(_ other: Int128, _ what: @autoclosure () -> String) throws(OperatorError) -> Int128 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { throw OperatorError.overflow(what()) }
        return sum
    }
}
