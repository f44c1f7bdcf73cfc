internal import Columnar
internal import Kernels

// Columns of an answer by rules of their own; those of plain arrays are made by `Column.of`.

extension Column {
    static func dates(_ days: [Int32]) -> Column { of(days, .date) }

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
}
