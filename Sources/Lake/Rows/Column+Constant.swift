internal import Columnar

extension Column {
    /// A column of one value in every row.
    /// - Throws: `LakeError` (`schema`) where the value is not of the type.
    static func constant(_ value: Scalar, _ type: LogicalType, rowCount: Int) throws(LakeError) -> Column {
        do {
            if case .text(let text) = value, rowCount > 0 {
                var builder = BytesBuilder()
                guard builder.append(text) else { throw ColumnarError.tooLarge(column: "") }
                let dictionary = BytesDictionary(builder.finish().values)
                return Column(
                    type, .dictionary(codes: Buffer(Array(repeating: 0, count: rowCount)), dictionary))
            }
            var builder = ColumnBuilder(Field("", type))
            try builder.append(value)
            let one = try builder.finish()
            return one.taking(Array(repeating: 0, count: rowCount))
        } catch let error as LakeError {
            throw error
        } catch {
            throw LakeError(.schema, "can't fill a column of type \(type): \(error)")
        }
    }
}
