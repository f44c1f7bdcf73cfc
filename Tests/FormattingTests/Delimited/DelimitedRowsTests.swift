import AlmanacTesting
import Columnar
import Formatting
import Testing

/// Lines of CSV, against the boxed texts that they must be made of.
struct DelimitedRowsTests {
    private static let types: [LogicalType] = [
        .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double,
        .decimal(precision: 9, scale: 0), .decimal(precision: 18, scale: 2), .decimal(precision: 18, scale: 18),
        .decimal(precision: 38, scale: 0), .decimal(precision: 38, scale: 20), .decimal(precision: 38, scale: 38),
        .date, .timestamp, .text, .binary, .uuid, .json, .interval, .list(element: Field("e", .int32)),
        .structure(fields: [Field("a", .text), Field("b", .date)]),
        .map(key: Field("k", .text, isNullable: false), value: Field("v", .double)),
    ]

    /// The line that the boxed values make.
    private func line(_ batch: ColumnBatch, _ row: Int, isGuarded: Bool, end: String) -> String {
        let fields = zip(batch.schema.fields, batch.row(row)).map { field, value -> String in
            if value == .null { return "" }
            let text = ExactText.text(value, type: field.type)
            switch field.type {
            case .text, .uuid, .json, .list, .structure, .map, .interval:
                var bytes: [UInt8] = []
                let isText = field.type.isText
                ExactText.appendField(text, to: &bytes, isGuarded: isGuarded && isText)
                return String(decoding: bytes, as: UTF8.self)
            default: return text
            }
        }
        return fields.joined(separator: ",") + end
    }

    private func lines(_ rows: DelimitedRows, _ batch: ColumnBatch) -> String {
        var bytes: [UInt8] = []
        rows.withLines(of: batch) { span in for index in span.indices { bytes.append(span[index]) } }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("Every type, with missing values, in batches and slices of them, is the text of its boxed values")
    func asBoxed() throws {
        var values = RandomValues(seed: 11)
        for round in 0..<60 {
            let count = [0, 1, 7, 513, 1_300][round % 5]
            var fields: [Field] = []
            var columns: [Column] = []
            for (index, type) in Self.types.enumerated() {
                let field = Field(index == 3 ? "a,\"b" : "c\(index)", type)
                var builder = ColumnBuilder(field)
                for _ in 0..<count { try builder.append(values.value(type, nullOneIn: round % 3 == 0 ? 0 : 4)) }
                fields.append(field)
                columns.append(try builder.finish())
            }
            fields.append(Field("coded", .text))
            columns.append(values.coded(count))
            let batch = try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: count)
            let isGuarded = round % 2 == 0
            let (end, bytes): (String, [UInt8]) = round % 4 == 0 ? ("\r\n", [13, 10]) : ("\n", [10])
            let rows = DelimitedRows(batch.schema, isGuarded: isGuarded, lineEnd: bytes)
            for part in [batch, batch.slice(count / 3..<count), batch.slice(0..<0)] {
                let found = lines(rows, part)
                let expected = (0..<part.rowCount).map { line(part, $0, isGuarded: isGuarded, end: end) }.joined()
                #expect(found.unicodeScalars.elementsEqual(expected.unicodeScalars), "round \(round)")
            }
        }
    }

    @Test("Numbers at the ends of their ranges")
    func edges() throws {
        let cases: [(LogicalType, [Scalar])] = [
            (.int64, [.int(.min), .int(.max), .int(0), .int(-1), .int(9), .int(10), .int(99), .int(100)]),
            (.uint64, [.unsigned(.max), .unsigned(0), .unsigned(9_999_999_999_999_999_999)]),
            (.date, [.date(.min), .date(.max), .date(-719_529), .date(-719_528), .date(2_932_896), .date(2_932_897)]),
            (.timestamp, [.timestamp(.min), .timestamp(.max), .timestamp(-1), .timestamp(1), .timestamp(1_000)]),
            (
                .double,
                [
                    0.1, -0.0, 0, 1e15, 1e16, 1e21, 1e22, 123_456.789, 0.0001, 0.00012345, 5e-324, .infinity, .nan,
                    -.infinity, 1 / 3, 1e11, 99_999_999_999.99, 0.3, 2.675, 1_000_000.5,
                ].map(Scalar.double)
            ),
        ]
        for (type, scalars) in cases {
            var builder = ColumnBuilder(Field("c", type))
            for scalar in scalars { try builder.append(scalar) }
            let schema = Schema([Field("c", type)])
            let batch = try ColumnBatch(schema: schema, columns: [try builder.finish()], rowCount: scalars.count)
            let found = lines(DelimitedRows(schema, isGuarded: false), batch)
            #expect(found == scalars.map { ExactText.text($0) + "\n" }.joined(), "\(type)")
        }
    }

    @Test("Every day of 400 years, and every number of up to six digits")
    func exhaustive() throws {
        let days = (-80_000..<80_000).map { Scalar.date(Int32($0)) }
        let numbers = (0..<1_000_000).map { Scalar.int(Int64($0)) }
        for (type, scalars) in [(LogicalType.date, days), (.int64, numbers)] {
            var builder = ColumnBuilder(Field("c", type))
            for scalar in scalars { try builder.append(scalar) }
            let schema = Schema([Field("c", type)])
            let batch = try ColumnBatch(schema: schema, columns: [try builder.finish()], rowCount: scalars.count)
            let found = lines(DelimitedRows(schema, isGuarded: true), batch)
            #expect(found == scalars.map { ExactText.text($0) + "\n" }.joined())
        }
    }

    @Test("The head is quoted like any text, and a batch without columns is empty lines")
    func head() throws {
        let rows = DelimitedRows(
            Schema([Field("a", .int32), Field("=b", .text), Field("c,d", .text)]), isGuarded: true)
        #expect(String(decoding: rows.head, as: UTF8.self) == "a,'=b,\"c,d\"\n")
        let none = DelimitedRows(Schema([]), isGuarded: true)
        #expect(lines(none, try ColumnBatch(schema: Schema([]), columns: [], rowCount: 2)) == "\n\n")
    }
}

/// Values of every type from a seed.
private struct RandomValues {
    private var generator: SeededGenerator
    private static let texts = [
        "", "a", "Lagos", " x", "x ", "a,b", "a\"b", "\"", "a\nb", "a\rb", "=1+1", "-1", "@x", "+x", "\tx", "'x", "🎉é",
        String(repeating: "long ", count: 60) + "x", ";", "null",
    ]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func bits() -> Int64 {
        Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0...63, using: &generator)
    }

    /// Texts as codes of a dictionary; plain ones alone would not need their own way.
    mutating func coded(_ count: Int) -> Column {
        var builder = BytesBuilder()
        for text in Self.texts { _ = builder.append(text) }
        let dictionary = BytesDictionary(builder.finish().values)
        let codes = (0..<count).map { _ in UInt32.random(in: 0..<UInt32(Self.texts.count), using: &generator) }
        let validity = Bitmap(codes.map { $0 % 5 != 4 })
        return Column(.text, validity: validity, .dictionary(codes: Buffer(codes), dictionary))
    }

    mutating func value(_ type: LogicalType, nullOneIn: Int) -> Scalar {
        if nullOneIn > 0, Int.random(in: 0..<nullOneIn, using: &generator) == 0 { return .null }
        switch type {
        case .bool: return .bool(Bool.random(using: &generator))
        case .int8: return .int(Int64(Int8(truncatingIfNeeded: bits())))
        case .int16: return .int(Int64(Int16(truncatingIfNeeded: bits())))
        case .int32: return .int(Int64(Int32(truncatingIfNeeded: bits())))
        case .int64: return .int(bits())
        case .uint8: return .int(Int64(UInt8(truncatingIfNeeded: bits())))
        case .uint16: return .int(Int64(UInt16(truncatingIfNeeded: bits())))
        case .uint32: return .int(Int64(UInt32(truncatingIfNeeded: bits())))
        case .uint64: return .unsigned(UInt64(bitPattern: bits()))
        case .float: return .float(Float(bitPattern: UInt32(truncatingIfNeeded: bits())))
        case .double:
            if Bool.random(using: &generator) { return .double(Double(bits() % 10_000_000) / 1_000) }
            return .double(Double(bitPattern: UInt64(bitPattern: bits())))
        case .decimal(let precision, let scale):
            let limit: Int128 = precision < 18 ? 999_999_999 : 999_999_999_999_999_999
            var unscaled = Int128(bits()) % limit
            if precision == 38, Bool.random(using: &generator) { unscaled *= 10_000_000_000_000_000_000 }
            return .decimal(ExactDecimal(unscaled: unscaled, scale: scale))
        case .date: return .date(Int32(truncatingIfNeeded: bits()) % 4_000_000)
        case .timestamp:
            let unit: Int64 = [1, 1_000, 1_000_000].randomElement(using: &generator) ?? 1
            return .timestamp(bits() / unit * unit)
        case .text, .json, .uuid: return .text(Self.texts.randomElement(using: &generator) ?? "")
        case .binary:
            return .binary((0..<Int.random(in: 0..<9, using: &generator)).map { UInt8(truncatingIfNeeded: $0 * 37) })
        case .interval:
            return .structure([.int(bits() % 100), .int(bits() % 100), .int(bits() % 100_000_000_000)])
        case .list: return .list((0..<Int.random(in: 0..<3, using: &generator)).map { .int(Int64($0)) })
        case .structure:
            return .structure([.text(Self.texts.randomElement(using: &generator) ?? ""), .date(Int32(bits() % 40_000))])
        case .map: return .map([Scalar.Entry(key: .text("k"), value: .double(0.5))])
        }
    }
}
