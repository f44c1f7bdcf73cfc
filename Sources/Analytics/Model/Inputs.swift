package import Columnar

/// The input columns of a model as spans: types are checked once a batch, loops see plain integers.
struct ModelInputs {
    let batch: ColumnBatch
    let model: String

    /// Whole numbers of any width as Int64; missing ones are 0.
    func integers(_ index: Int) throws(AnalyticsError) -> Buffer<Int64> {
        switch batch.columns[index].values {
        case .int64(let buffer) where batch.columns[index].type == .int64: return buffer
        case .int32(let buffer) where batch.columns[index].type != .date: return Buffer(buffer.array.map(Int64.init))
        default: throw wrongType(index, "a whole number")
        }
    }

    /// Whole numbers of which none may be missing.
    func presentIntegers(_ index: Int) throws(AnalyticsError) -> Buffer<Int64> {
        guard batch.columns[index].nullCount == 0 else {
            throw .missing(column: batch.schema.fields[index].name, model: model)
        }
        return try integers(index)
    }

    /// Floating-point numbers; missing ones are NaN.
    func doubles(_ index: Int) throws(AnalyticsError) -> Buffer<Double> {
        let column = batch.columns[index]
        guard case .double(let buffer) = column.values else { throw wrongType(index, "double") }
        guard let validity = column.validity else { return buffer }
        var values = buffer.array
        for row in values.indices where !validity[row] { values[row] = .nan }
        return Buffer(values)
    }

    /// Texts as codes that hold for all batches; missing ones are `TextCodes.missing`.
    func texts(_ index: Int, _ codes: inout TextCodes) throws(AnalyticsError) -> [Int32] {
        guard let rows = codes.codes(of: batch.columns[index]) else { throw wrongType(index, "text") }
        return rows
    }

    private func wrongType(_ index: Int, _ expected: String) -> AnalyticsError {
        .wrongType(
            column: batch.schema.fields[index].name, expected: expected,
            found: batch.columns[index].type.description, model: model)
    }
}

extension Int64 {
    /// Adds, or says that the sum of a column does not fit.
    mutating func add(_ value: Int64, _ column: String, _ model: String) throws(AnalyticsError) {
        let (sum, overflow) = addingReportingOverflow(value)
        guard !overflow else { throw .overflow(column: column, model: model) }
        self = sum
    }
}
