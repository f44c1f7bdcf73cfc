internal import Columnar
internal import Kernels

/// Helpers for functions that compute row by row; NULL arguments give NULL without a call.
enum RowFunctions {
    /// A function of doubles.
    static func double(
        _ name: String, canFail: Bool = false, _ body: @escaping @Sendable (Double) throws(KernelError) -> Double
    ) -> ScalarFunction {
        ScalarFunction(name, [.double], .double, canFail: canFail) { arguments, rowCount, _ throws(KernelError) in
            let column = arguments[0].expanded(to: rowCount)
            guard case .double(let buffer) = column.values else { throw .invalidArgument(name) }
            var values = [Double](repeating: 0, count: rowCount)
            for row in 0..<rowCount where column.isValid(row) { values[row] = try body(buffer[row]) }
            return Column(.double, validity: column.validity, .double(Buffer(values)))
        }
    }

    /// A function of one text that gives a text; each entry of a dictionary is computed once.
    static func text(_ name: String, _ body: @escaping @Sendable (String) -> String) -> ScalarFunction {
        ScalarFunction(name, [.text], .text) { arguments, rowCount, _ throws(KernelError) in
            let column = arguments[0].column
            if case .dictionary(let codes, let dictionary) = column.values, !arguments[0].isConstant {
                let mapped = try texts(dictionary.values.count) { body(dictionary.values.text($0)) }
                guard case .bytes(let values) = mapped.values else { return mapped }
                return Column(.text, validity: column.validity, .dictionary(codes: codes, BytesDictionary(values)))
            }
            let bytes = try column.plainBytes()
            let result = try texts(bytes.count) { column.isValid($0) ? body(bytes.text($0)) : nil }
            return arguments[0].isConstant ? result.repeated(rowCount) : result
        }
    }

    /// A column of texts, NULL where there is none.
    static func texts(_ count: Int, _ body: (Int) throws(KernelError) -> String?) throws(KernelError) -> Column {
        var builder = BytesBuilder()
        for row in 0..<count {
            if let text = try body(row) {
                guard builder.append(text) else { throw .tooLarge }
            } else {
                builder.appendNull()
            }
        }
        let (values, validity) = builder.finish()
        return Column(.text, validity: validity, .bytes(values))
    }

    /// A column of boxed results, computed from boxed arguments: for functions that are not called for many rows.
    static func boxed(
        _ type: LogicalType, _ arguments: [Operand], _ rowCount: Int, strict: Bool = true,
        _ body: ([Scalar]) throws(KernelError) -> Scalar
    ) throws(KernelError) -> Column {
        var results: [Scalar] = []
        results.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            let values = arguments.map { $0.column.scalar($0.position(row)) }
            results.append(strict && values.contains(.null) ? .null : try body(values))
        }
        return try Column.make(type, results)
    }
}

extension Scalar {
    var asText: String {
        if case .text(let text) = self { text } else { "" }
    }
    var asInt: Int64 {
        if case .int(let value) = self { value } else { 0 }
    }
    var asDouble: Double {
        if case .double(let value) = self { value } else { 0 }
    }
}
