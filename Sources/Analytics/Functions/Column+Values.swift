internal import Columnar
internal import Query

// Argument columns as plain values: one dispatch for a batch. The binder has coerced them to the parameter's type, so
// another layout is a mistake of the function's own declaration, and said as such.

extension Column {
    /// The values of a date or an int32 column.
    /// - Throws: `QueryError` for another layout.
    func int32Values() throws -> Buffer<Int32> {
        guard case .int32(let values) = values else { throw wrongLayout("32-bit integers") }
        return values
    }

    /// The values of an int64, timestamp or short decimal column.
    /// - Throws: `QueryError` for another layout.
    func int64Values() throws -> Buffer<Int64> {
        guard case .int64(let values) = values else { throw wrongLayout("64-bit integers") }
        return values
    }

    /// The values of a long decimal column.
    /// - Throws: `QueryError` for another layout.
    func int128Values() throws -> Buffer<Int128> {
        guard case .int128(let values) = values else { throw wrongLayout("128-bit integers") }
        return values
    }

    /// The values of a double column.
    /// - Throws: `QueryError` for another layout.
    func doubleValues() throws -> Buffer<Double> {
        guard case .double(let values) = values else { throw wrongLayout("doubles") }
        return values
    }

    /// Where a boolean column is true: NULL is not.
    /// - Throws: `QueryError` for another layout.
    func trueRows() throws -> Bitmap {
        guard case .bool(let bits) = values else { throw wrongLayout("booleans") }
        guard let validity else { return bits }
        return Bitmap(words: zip(bits.words, validity.words).map { $0 & $1 }, count: bits.count)
    }

    private func wrongLayout(_ expected: String) -> QueryError {
        QueryError(.type, "needs a column of \(expected), not of \(type)")
    }
}

extension FixedBuilder {
    /// The rows so far as a column; the builder is empty afterwards.
    /// - Parameter layout: how the values lie, `ColumnValues.int64` say.
    mutating func column(_ type: LogicalType, _ layout: (Buffer<Element>) -> ColumnValues) -> Column {
        let (values, validity) = finish()
        return Column(type, validity: validity, layout(values))
    }
}

extension BytesBuilder {
    /// The rows so far as a column of text; the builder is empty afterwards.
    mutating func textColumn() -> Column {
        let (values, validity) = finish()
        return Column(.text, validity: validity, .bytes(values))
    }
}
