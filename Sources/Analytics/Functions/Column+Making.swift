internal import Columnar
internal import Kernels

// Columns of an answer from plain arrays.

extension Column {
    static func int64s(_ values: [Int64], _ type: LogicalType = .int64) -> Column {
        Column(type, .int64(Buffer(values)))
    }

    static func int32s(_ values: [Int32], _ type: LogicalType = .int32) -> Column {
        Column(type, .int32(Buffer(values)))
    }

    static func dates(_ days: [Int32]) -> Column { int32s(days, .date) }

    static func bools(_ values: [Bool]) -> Column { Column(.bool, .bool(Bitmap(values))) }

    /// NULL where there is no value.
    static func int64s(_ values: [Int64?], _ type: LogicalType = .int64) -> Column {
        Column(type, validity: validity(values), .int64(Buffer(values.map { $0 ?? 0 })))
    }

    /// NULL where there is no value.
    static func int32s(_ values: [Int32?], _ type: LogicalType = .int32) -> Column {
        Column(type, validity: validity(values), .int32(Buffer(values.map { $0 ?? 0 })))
    }

    /// NULL where a value is not finite: NaN stands for a missing value, and a result beyond the range of doubles is none.
    static func doubles(_ values: [Double]) -> Column {
        guard values.contains(where: { !$0.isFinite }) else { return Column(.double, .double(Buffer(values))) }
        return Column(
            .double, validity: Bitmap(values.map(\.isFinite)), .double(Buffer(values.map { $0.isFinite ? $0 : 0 })))
    }

    /// - Throws: `OperatorError` where the texts have more than 2 GiB.
    static func texts(_ values: [String?]) throws(OperatorError) -> Column {
        var builder = BytesBuilder()
        for value in values {
            guard let value else {
                builder.appendNull()
                continue
            }
            guard builder.append(value) else { throw OperatorError("the answer's texts have more than 2 GiB") }
        }
        return builder.textColumn()
    }

    /// One value for all rows, or NULL.
    static func constant(_ text: String?, count: Int) throws(OperatorError) -> Column {
        try texts(Array(repeating: text, count: count))
    }

    private static func validity<Value>(_ values: [Value?]) -> Bitmap? {
        let bits = values.map { $0 != nil }
        return bits.contains(false) ? Bitmap(bits) : nil
    }
}
