import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import Tenancy
import Testing

@Suite struct FileStatisticsTests {
    private func statistics(_ field: Field, _ rows: [[Scalar]]) throws -> JSONValue {
        let schema = Schema([field])
        var statistics = FileStatistics(schema: schema)
        for row in rows { statistics.add(try ColumnBatch(schema: schema, rows: row.map { [$0] })) }
        return statistics.json
    }

    private func bounds(_ type: LogicalType, _ values: [Scalar]) throws -> [String] {
        let json = try statistics(Field("x", type), [values])
        return ["minValues", "maxValues", "nullCount"].map { json[$0]?["x"]?.canonicalText ?? "-" }
    }

    @Test func boundsAreExactByType() throws {
        #expect(try bounds(.int64, [.int(.max), .null, .int(.min)]) == ["\(Int64.min)", "\(Int64.max)", "1"])
        #expect(try bounds(.int8, [.null, .null]) == ["-", "-", "2"])
        #expect(try bounds(.date, [.date(0), .date(-719_162)]) == ["\"0001-01-01\"", "\"1970-01-01\"", "0"])
        #expect(try bounds(.date, [.date(0), .date(-719_163)]) == ["-", "-", "0"])
        #expect(
            try bounds(.timestamp, [.timestamp(0), .timestamp(1)])
                == ["\"1970-01-01T00:00:00.000Z\"", "\"1970-01-01T00:00:00.000001Z\"", "0"])
        #expect(try bounds(.timestamp, [.timestamp(.max)]) == ["-", "-", "0"])
        let decimal = { (value: Int128) in Scalar.decimal(ExactDecimal(unscaled: value, scale: 2)) }
        #expect(
            try bounds(.decimal(precision: 38, scale: 2), [decimal(-1), decimal(12_345)]) == ["-0.01", "123.45", "0"])
        #expect(try bounds(.decimal(precision: 9, scale: 2), [decimal(-1), decimal(5)]) == ["-0.01", "0.05", "0"])
        #expect(try bounds(.double, [.double(0.1), .double(-0.0)]) == ["-0.0", "0.1", "0"])
        #expect(try bounds(.double, [.double(0.0)]) == ["-0.0", "0.0", "0"])
        #expect(try bounds(.double, [.double(1), .double(.nan)]) == ["-", "-", "0"])
        #expect(try bounds(.double, [.double(1), .double(.infinity)]) == ["-", "-", "0"])
        #expect(try bounds(.float, [.float(0.1)]) == ["0.10000000149011612", "0.10000000149011612", "0"])
        #expect(try bounds(.bool, [.bool(true), .null]) == ["-", "-", "1"])
        #expect(try bounds(.binary, [.binary([1])]) == ["-", "-", "0"])
        #expect(try bounds(.text, [.text("b"), .text(""), .text("é")]) == ["\"\"", "\"é\"", "0"])
    }

    @Test func partsOfAMissingStructureAreMissing() throws {
        let type = LogicalType.structure(fields: [Field("a", .int32), Field("b", .text)])
        let json = try statistics(
            Field("s", type), [[.structure([.int(5), .null]), .null, .structure([.null, .text("x")])]])
        #expect(json["nullCount"]?["s"]?.canonicalText == #"{"a":2,"b":2}"#)
        #expect(json["minValues"]?["s"]?.canonicalText == #"{"a":5,"b":"x"}"#)
        #expect(json["numRecords"]?.int64 == 3)
    }

    @Test func longTextsAreCutSoThatTheyStayBounds() throws {
        var generator = SeededGenerator(seed: 11)
        let letters: [Character] = ["a", "b", "é", "\u{D7FF}", "\u{FFFF}", "\u{10FFFF}", "😀", "\u{7F}", " "]
        for _ in 0..<3_000 {
            let texts = (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                        letters.randomElement(using: &generator) ?? "a"
                    })
            }
            let result = try bounds(.text, texts.map { .text($0) })
            let bytes = texts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            if result[0] != "-" {
                let low = Array(try #require(try JSONValue(parsing: result[0]).text).utf8)
                #expect(!bytes[0].lexicographicallyPrecedes(low))
                #expect(low.count <= 32)
            }
            if result[1] != "-" {
                let high = Array(try #require(try JSONValue(parsing: result[1]).text).utf8)
                #expect(!high.lexicographicallyPrecedes(bytes[2]))
            }
            if bytes.allSatisfy({ $0.count <= 32 }) {
                #expect(result[0] != "-" && result[1] != "-")
            }
        }
        let greatest = String(repeating: "\u{10FFFF}", count: 9)
        #expect(try bounds(.text, [.text(greatest)]) == ["-", "-", "0"])
    }

    @Test func batchesMakeNoDifferenceNorDoSlicesAndDictionaries() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let values: [Scalar] = (0..<40).map { _ in
                Bool.random(using: &generator) ? .null : .text("v\(Int.random(in: 0...99, using: &generator))")
            }
            let cut = Int.random(in: 0...40, using: &generator)
            let field = Field("x", .text)
            let whole = try statistics(field, [values])
            #expect(try statistics(field, [Array(values[..<cut]), Array(values[cut...])]) == whole)
            let batch = try ColumnBatch(schema: Schema([field]), rows: values.map { [$0] })
            var sliced = FileStatistics(schema: batch.schema)
            sliced.add(batch.slice(0..<cut))
            sliced.add(batch.slice(cut..<40))
            #expect(sliced.json == whole)
            var coded = FileStatistics(schema: batch.schema)
            let dictionary = Self.coded(batch)
            coded.add(dictionary.slice(0..<cut))
            coded.add(dictionary.slice(cut..<40))
            #expect(coded.json == whole)
        }
    }

    /// The same texts as codes of a dictionary that has more entries than are used.
    private static func coded(_ batch: ColumnBatch) -> ColumnBatch {
        var builder = BytesBuilder()
        for number in 0..<100 { _ = builder.append("v\(number)") }
        _ = builder.append("!")
        _ = builder.append("~")
        let codes = (0..<batch.rowCount).map { row -> UInt32 in
            guard case .text(let text) = batch.columns[0].scalar(row) else { return 100 }
            return UInt32(text.dropFirst()) ?? 0
        }
        let column = Column(
            .text, validity: batch.columns[0].validity,
            .dictionary(codes: Buffer(codes), BytesDictionary(builder.finish().values)))
        guard let coded = try? ColumnBatch(schema: batch.schema, columns: [column], rowCount: batch.rowCount) else {
            return batch
        }
        return coded
    }
}

@Suite struct DaySetTests {
    @Test func daysAreRangesOfDates() throws {
        var days = DaySet()
        let schema = Schema([Field("d", .date)])
        let values: [Scalar] = [20_000, 20_001, 20_003, 20_002, 20_010, -1].map { .date($0) } + [.null]
        try days.add(try ColumnBatch(schema: schema, rows: values.map { [$0] }).columns[0], zone: .utc)
        #expect(
            days.text
                == "none,1969-12-31..1970-01-01,2024-10-04..2024-10-08,2024-10-14..2024-10-15")
        #expect(DaySet(days.text) == days)
        #expect(DaySet("") == DaySet())
        for wrong in ["x", "2024-10-04", "2024-10-04..2024-10-04", "2024-10-05..2024-10-04", "0001-01-01..99999-01-01"]
        {
            #expect(DaySet(wrong) == nil)
        }
    }

    @Test func daysAreThoseOfTheZone() throws {
        // 2013-01-01T04:59:59.999999Z is the last microsecond of 2012 in New York.
        let zone = try ZoneDatabase(folder: nil, store: DiskFileStore()).zone("America/New_York")
        let schema = Schema([Field("at", .timestamp)])
        let before = 1_357_016_399_999_999 as Int64
        let column = try ColumnBatch(schema: schema, rows: [[.timestamp(before)], [.timestamp(before + 1)]]).columns[0]
        var days = DaySet()
        try days.add(column, zone: zone)
        #expect(days.text == "2012-12-31..2013-01-02")
        days = DaySet()
        try days.add(column, zone: .utc)
        #expect(days.text == "2013-01-01..2013-01-02")
        #expect(throws: LakeError.self) {
            var days = DaySet()
            try days.add(
                try ColumnBatch(schema: Schema([Field("x", .int64)]), rows: [[.int(1)]]).columns[0], zone: .utc)
        }
    }
}
