internal import Columnar
internal import Parquet

/// Files of our own writer: every type, missing values, nested columns, several row groups and pages.
enum OwnFiles {
    static let all: [[UInt8]] = [flat(rows: 130, pageRows: 30), flat(rows: 20, pageRows: 1_000), nested(), empty()]
        .compactMap { try? $0.get() }

    private static func file(
        _ schema: Schema, _ rows: [[Scalar]], pageRows: Int, groupRows: Int
    ) -> Result<[UInt8], any Error> {
        Result {
            let target = MemoryTarget()
            var options = ParquetWriterOptions()
            options.pageRowCount = pageRows
            options.rowGroupRowCount = groupRows
            options.keyValues = [("almanac.tenant", "acme")]
            let writer = try ParquetFileWriter(schema: schema, options: options, file: target)
            if !rows.isEmpty { try writer.write(try ColumnBatch(schema: schema, rows: rows)) }
            _ = try writer.finish()
            return target.bytes
        }
    }

    private static let flatSchema = Schema([
        Field("id", .int64, isNullable: false), Field("flag", .bool), Field("small", .int16), Field("u32", .uint32),
        Field("u64", .uint64), Field("single", .float), Field("real", .double),
        Field("price", .decimal(precision: 12, scale: 2)), Field("huge", .decimal(precision: 38, scale: 10)),
        Field("day", .date), Field("at", .timestamp), Field("name", .text), Field("blob", .binary),
        Field("key", .uuid), Field("props", .json),
    ])

    private static func flat(rows: Int, pageRows: Int) -> Result<[UInt8], any Error> {
        let values = (0..<rows).map { row -> [Scalar] in
            let number = Int64(row) &* 7_919 % 1_013
            var values: [Scalar] = [
                .int(Int64(row)), .bool(row % 3 == 0), .int(number - 500), .int(number * 4_000_000),
                .unsigned(UInt64(number) &* 0x9E37_79B9_7F4A_7C15), .float(Float(number) / 8),
                .double(Double(number) * 1.5), .decimal(ExactDecimal(unscaled: Int128(number * 99), scale: 2)),
                .decimal(ExactDecimal(unscaled: Int128(number) * 1_000_000_000_000_000_000, scale: 10)),
                .date(Int32(number)), .timestamp(Int64(row) * 3_600_000_000), .text("text \(number % 20)"),
                .binary([UInt8(truncatingIfNeeded: number), 0, 255]),
                .text("00000000-0000-0000-0000-0000000000\(10 + number % 90)"), .text("{\"n\":\(number)}"),
            ]
            for index in 1..<values.count where (row + index) % 6 == 0 { values[index] = .null }
            return values
        }
        return file(flatSchema, values, pageRows: pageRows, groupRows: 100)
    }

    private static func nested() -> Result<[UInt8], any Error> {
        let schema = Schema([
            Field("tags", .list(element: Field("element", .text))),
            Field(
                "orders",
                .list(
                    element: Field(
                        "element",
                        .structure(fields: [
                            Field("id", .int64), Field("lines", .list(element: Field("element", .int32))),
                        ])))),
            Field("facts", .map(key: Field("key", .text, isNullable: false), value: Field("value", .double))),
        ])
        let rows = (0..<60).map { row -> [Scalar] in
            let tags: [Scalar] = (0..<row % 4).map { $0 == 2 ? .null : .text("t\($0)") }
            let orders: [Scalar] = (0..<row % 3).map { order in
                let lines: [Scalar] = (0..<row % 5).map { .int(Int64($0)) }
                return .structure([.int(Int64(order)), order == 1 ? .null : .list(lines)])
            }
            let facts: [Scalar.Entry] = (0..<row % 3).map {
                Scalar.Entry(key: .text("k\($0)"), value: .double(Double(row)))
            }
            return [row % 7 == 0 ? .null : .list(tags), .list(orders), row % 5 == 0 ? .null : .map(facts)]
        }
        return file(schema, rows, pageRows: 20, groupRows: 50)
    }

    private static func empty() -> Result<[UInt8], any Error> {
        file(Schema([Field("id", .int64)]), [], pageRows: 10, groupRows: 10)
    }
}
