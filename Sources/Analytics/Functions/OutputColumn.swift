internal import Columnar
internal import Kernels
internal import Query

/// A column that an operator makes: declared once, for the query and for `DESCRIBE FUNCTION`.
struct OutputColumn: Sendable {
    let name: String
    /// Its type; nil for that of an argument.
    let type: SQLType?
    let unit: String
    let meaning: String

    init(_ name: String, _ type: SQLType, unit: String = "", _ meaning: String) {
        self.name = name
        self.type = type
        self.unit = unit
        self.meaning = meaning
    }

    /// A column of an argument's type.
    init(argument name: String, _ meaning: String) {
        self.name = name
        type = nil
        unit = ""
        self.meaning = meaning
    }
}

extension [OutputColumn] {
    /// The columns of the answer, behind those of `keys`.
    /// - Parameter types: of the columns that have the type of an argument, by name.
    func answer(after keys: [AnswerColumn] = [], _ types: [String: SQLType] = [:]) -> [AnswerColumn] {
        keys + map { AnswerColumn(name: $0.name, type: $0.type ?? types[$0.name] ?? .text) }
    }

    /// The columns as `DESCRIBE FUNCTION` tells them.
    var documentation: [FunctionDocumentation.Column] {
        map {
            FunctionDocumentation.Column(
                $0.name, $0.type.map { "\($0.logical)" } ?? "as the argument", unit: $0.unit, $0.meaning)
        }
    }
}

extension [AnswerColumn] {
    /// A batch of these columns.
    /// - Throws: `ColumnarError` where a column is not of its type or number of rows.
    func batch(_ columns: [Column], rowCount: Int) throws -> ColumnBatch {
        try ColumnBatch(
            schema: Schema(map { Field($0.name, $0.type.logical) }), columns: columns, rowCount: rowCount)
    }
}

extension Column {
    /// Values without a missing one.
    static func of(_ values: [Int64], _ type: LogicalType = .int64) -> Column { Column(type, .int64(Buffer(values))) }
    /// Values without a missing one.
    static func of(_ values: [Int32], _ type: LogicalType = .int32) -> Column { Column(type, .int32(Buffer(values))) }
    /// Values without a missing one.
    static func of(_ values: [Double]) -> Column { Column(.double, .double(Buffer(values))) }
    /// Values without a missing one.
    static func of(_ values: [Bool]) -> Column { Column(.bool, .bool(Bitmap(values))) }

    /// Values of which some are missing.
    static func of(_ values: [Int64?], _ type: LogicalType = .int64) -> Column {
        Column(type, validity: validity(values), .int64(Buffer(values.map { $0 ?? 0 })))
    }

    /// Values of which some are missing.
    static func of(_ values: [Int32?], _ type: LogicalType = .int32) -> Column {
        Column(type, validity: validity(values), .int32(Buffer(values.map { $0 ?? 0 })))
    }

    /// Values of which some are missing.
    static func of(_ values: [Double?]) -> Column {
        Column(.double, validity: validity(values), .double(Buffer(values.map { $0 ?? 0 })))
    }

    /// The same text in every row, or none.
    static func of(_ text: String?, count: Int) -> Column {
        var builder = BytesBuilder()
        _ = text.map { builder.append($0) }
        if text == nil { builder.appendNull() }
        let codes = Buffer([UInt32](repeating: 0, count: count))
        let validity = text == nil ? Bitmap(repeating: false, count: count) : nil
        return Column(.text, validity: validity, .dictionary(codes: codes, BytesDictionary(builder.finish().values)))
    }

    private static func validity<Value>(_ values: [Value?]) -> Bitmap? {
        values.contains { $0 == nil } ? Bitmap(values.lazy.map { $0 != nil }) : nil
    }

    /// Texts with `(none)` where one is missing; other types as they are (analytics rule X16).
    func withNamedMissing() throws -> Column {
        guard type == .text, let validity, validity.setCount < rowCount else { return self }
        let none = Array("(none)".utf8)
        var builder = BytesBuilder()
        for row in 0..<rowCount {
            let bytes = validity[row] ? textBytes(row) : none
            guard builder.append(bytes.span) else { throw ColumnarError.tooLarge(column: "(none)") }
        }
        return Column(.text, .bytes(builder.finish().values))
    }

    /// The bytes of a text.
    func textBytes(_ row: Int) -> [UInt8] {
        switch values {
        case .bytes(let bytes): bytes[row]
        case .dictionary(let codes, let dictionary): dictionary.values[Int(codes[row])]
        default: []
        }
    }
}

/// A fraction, or none where it has no denominator (analytics rule X1).
func ratio(_ numerator: Int64, _ denominator: Int64) -> Double? {
    denominator == 0 ? nil : Double(numerator) / Double(denominator)
}
