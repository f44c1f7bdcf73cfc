import Columnar
import Testing

@Suite struct ColumnBatchTests {
    private let schema = Schema([
        Field("id", .int64, isNullable: false), Field("small", .int8),
        Field("price", .decimal(precision: 20, scale: 2)),
        Field("name", .text), Field("tags", .list(element: Field("element", .text))),
        Field("span", .interval),
        Field("pairs", .map(key: Field("key", .text, isNullable: false), value: Field("value", .int32))),
    ])

    private var rows: [[Scalar]] {
        [
            [
                .int(1), .int(-128), .decimal(ExactDecimal(unscaled: -1_230, scale: 2)), .text("Ọjà"),
                .list([.text("a"), .null]), .structure([.int(1), .int(-2), .int(3)]),
                .map([.init(key: .text("k"), value: .null)]),
            ],
            [.int(2), .null, .null, .text(""), .list([]), .null, .map([])],
            [.int(3), .int(127), .decimal(ExactDecimal(unscaled: 5, scale: 2)), .null, .null, .null, .null],
        ]
    }

    @Test func rowsComeBackAsTheyWerePutIn() throws {
        let batch = try ColumnBatch(schema: schema, rows: rows)
        #expect(batch.rows == rows)
        #expect(batch.slice(1..<3).rows == Array(rows[1...]))
        #expect(batch.slice(1..<3).slice(1..<2).rows == [rows[2]])
        #expect(try batch.selecting(["name", "id"]).rows == rows.map { [$0[3], $0[0]] })
    }

    @Test func aBatchRefusesWhatDoesNotFit() throws {
        #expect(throws: ColumnarError.missingValue(column: "id")) {
            try ColumnBatch(schema: Schema([schema.fields[0]]), rows: [[.null]])
        }
        #expect(throws: ColumnarError.typeMismatch(column: "small", expected: "int8", found: "an integer")) {
            try ColumnBatch(schema: Schema([schema.fields[1]]), rows: [[.int(128)]])
        }
        #expect(throws: ColumnarError.unknownColumn(name: "nome", available: schema.fields.map(\.name))) {
            try ColumnBatch(schema: schema, rows: rows).selecting(["nome"])
        }
    }
}
