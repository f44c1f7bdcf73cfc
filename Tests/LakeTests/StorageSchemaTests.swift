import AlmanacTesting
import Columnar
import Lake
import Testing

@Suite struct StorageSchemaTests {
    static let everyType: [LogicalType] = [
        .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double,
        .decimal(precision: 18, scale: 0), .decimal(precision: 38, scale: 38), .date, .timestamp, .text, .binary,
        .uuid, .json, .interval,
    ]

    static var nested: [LogicalType] {
        everyType.flatMap { type -> [LogicalType] in
            [
                .list(element: Field("element", type)),
                .list(element: Field("element", .list(element: Field("element", type, isNullable: false)))),
                .map(key: Field("key", .uuid, isNullable: false), value: Field("value", type)),
                .structure(fields: [Field("a b", type), Field("A B", .json, metadata: ["almanac.type": "jsonb"])]),
                .list(element: Field("element", .structure(fields: [Field("x", type)]))),
            ]
        }
    }

    @Test(arguments: everyType + nested) func everyTypeComesBackThroughTheLog(type: LogicalType) throws {
        let schema = Schema([
            Field("a", type, metadata: ["unit": "money"]), Field("b", .int64, isNullable: false),
        ])
        let written = try StorageSchema(logical: schema)
        let read = StorageSchema(storage: try DeltaSchema.schema(DeltaSchema.text(written.storage)))
        #expect(read.logical == schema)
        #expect(read == written)
    }

    @Test func namesThatDeltaForbidsAreEncodedAndComeBack() throws {
        let names = [
            "a b", "a_x20_b", "Id", "id", "ID", "x,y", "x;y", "{}", "(", "=", "a\nb", "\t", "", "_", "é", "ok.", "`",
        ]
        let schema = Schema(names.map { Field($0, .int32) })
        let stored = try StorageSchema(logical: schema)
        let encoded = stored.storage.fields.map(\.name)
        #expect(encoded.allSatisfy { name in !name.isEmpty && !name.contains { " ,;{}()\n\t=".contains($0) } })
        #expect(Set(encoded.map { $0.lowercased() }).count == names.count)
        #expect(stored.logical.fields.map(\.name) == names)
        #expect(encoded[1] == "a_x20_b", "a name that is allowed stays")
        #expect(encoded[0] == "a_x20_b_2")
        #expect(encoded[2...4] == ["Id", "id_2", "ID_3"])
    }

    @Test func aNameThatComesTwiceIsRefused() {
        let error = #expect(throws: LakeError.self) {
            try StorageSchema(logical: Schema([Field("a", .int8), Field("a", .text)]))
        }
        #expect(error?.code == .schema)
        #expect(throws: LakeError.self) { try StorageSchema(logical: Schema([])) }
    }

    @Test(arguments: [
        (
            #"{"type":"struct","fields":[{"name":"a","type":"timestamp_ntz","nullable":true,"metadata":{}}]}"#,
            "timestampNtz"
        ),
        (#"{"type":"struct","fields":[{"name":"a","type":"variant","nullable":true,"metadata":{}}]}"#, "variant"),
        (
            #"{"type":"struct","fields":[{"name":"a","type":"decimal(39,0)","nullable":true,"metadata":{}}]}"#,
            "decimal(39,0)"
        ),
    ])
    func aTypeThatIsNotBuiltIsRefusedByName(text: String, name: String) {
        let error = #expect(throws: LakeError.self) { try DeltaSchema.schema(text) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(name) == true)
    }

    @Test func valuesComeBackFromTheStorageSide() throws {
        let rows: [[Scalar]] = [
            [
                .int(255), .int(65_535), .int(4_294_967_295), .unsigned(.max), .text("0b"),
                .structure([.int(1), .int(-2), .int(3)]),
            ],
            [.int(0), .int(0), .int(0), .unsigned(0), .null, .null],
            [.null, .null, .null, .null, .text(""), .null],
        ]
        let schema = Schema([
            Field("a", .uint8), Field("b", .uint16), Field("c", .uint32), Field("d", .uint64), Field("e", .uuid),
            Field("f", .interval),
        ])
        let stored = try StorageSchema(logical: schema)
        let batch = try ColumnBatch(schema: schema, rows: rows)
        for (column, field) in zip(batch.columns, stored.storage.fields) {
            let there = try column.converted(to: field.type, column: field.name, .position)
            let back = try there.converted(to: column.type, column: field.name, .position)
            #expect((0..<3).map(back.scalar) == (0..<3).map(column.scalar))
        }
        #expect(
            try batch.columns[3].converted(to: .decimal(precision: 20, scale: 0), column: "d", .position).scalar(0)
                == .decimal(ExactDecimal(unscaled: Int128(UInt64.max), scale: 0)))
    }

    @Test func whatDoesNotGoTogetherIsRefused() throws {
        let text = try ColumnBatch(schema: Schema([Field("a", .text)]), rows: [[.text("1")]]).columns[0]
        #expect(throws: LakeError.self) { try text.converted(to: .int64, column: "a", .name) }
        let large = try ColumnBatch(schema: Schema([Field("a", .int64)]), rows: [[.int(-1)]]).columns[0]
        #expect(throws: LakeError.self) { try large.converted(to: .uint32, column: "a", .name) }
    }
}
