import Columnar
import Parquet
import Testing

@Suite struct PredicateTextTests {
    private static let schema = Schema([
        Field("i", .int64), Field("price", .decimal(precision: 12, scale: 2)), Field("x", .double),
        Field("name", .text), Field("day", .date), Field("at", .timestamp), Field("flag", .bool),
        Field("blob", .binary), Field("odd name", .int32),
        Field("place", .structure(fields: [Field("city", .text), Field("zip", .int32)])),
    ])

    private func parse(_ text: String) throws -> ScanPredicate {
        try ScanPredicate(text: text, schema: Self.schema)
    }

    @Test func textsAreReadAsSQLWritesThem() throws {
        let one = ScanPredicate.compare("i", .greaterOrEqual, .int(100))
        let two = ScanPredicate.compare("i", .less, .int(200))
        #expect(try parse("i >= 100 AND i < 200") == .and([one, two]))
        #expect(try parse("NOT (i>=100 or i<200)") == .not(.or([one, two])))
        #expect(try parse("i >= 100 OR i < 200 AND i < 200") == .or([one, .and([two, two])]))
        #expect(try parse("I = -3") == .compare("i", .equal, .int(-3)))
        #expect(
            try parse("price <> 1.50") == .compare("price", .notEqual, .decimal(ExactDecimal(unscaled: 150, scale: 2))))
        let listed: [Scalar] = [.double(1), .double(0.0005), .double(-.infinity), .null]
        #expect(try parse("x in (1, .5e-3, -Infinity, NULL)") == .isAmong("x", listed))
        #expect(try parse("name = 'it''s'") == .compare("name", .equal, .text("it's")))
        #expect(try parse("name NOT IN ('a')") == .not(.isAmong("name", [.text("a")])))
        #expect(try parse("day = '2026-10-31'") == .compare("day", .equal, .date(20_757)))
        #expect(try parse("day < DATE '1969-12-31'") == .compare("day", .less, .date(-1)))
        #expect(
            try parse("at > TIMESTAMP '1970-01-02 00:00:01.5+01:00'")
                == .compare("at", .greater, .timestamp(82_801_500_000)))
        #expect(
            try parse("flag AND NOT flag")
                == .and([.compare("flag", .equal, .bool(true)), .not(.compare("flag", .equal, .bool(true)))]))
        #expect(try parse("blob = X'0aFF'") == .compare("blob", .equal, .binary([10, 255])))
        #expect(try parse("\"odd name\" IS NOT NULL") == .isNotNull("odd name"))
        #expect(try parse("place.city = 'Lagos'") == .compare(ScanColumn("place", ["city"]), .equal, .text("Lagos")))
        #expect(try parse("i not between 1 and 2") == .not(.between("i", .int(1), .int(2))))
    }

    @Test(arguments: [
        ("", 0), ("i", 0), ("i >", 3), ("i > 'a'", 4), ("j = 1", 0), ("i = 1 i = 2", 6), ("(i = 1", 6),
        ("name = 5", 7), ("name = 'a", 7), ("i = 1 AND", 9), ("i ? 1", 2), ("i IN ()", 6), ("day = '2026-02-30'", 6),
        ("blob = X'0'", 7), ("i IS 5", 5), ("place = 1", 8), ("i NOT 5", 6), ("place.town = 1", 6),
    ])
    func errorsShowThePlace(text: String, position: Int) {
        let error = #expect(throws: PredicateTextError.self) { try parse(text) }
        #expect(error?.position == position, "\(text): \(error?.description ?? "")")
        #expect(error?.description.contains("^") ?? false)
    }

    @Test func deepNestingIsAnError() {
        #expect(throws: PredicateTextError.self) { try parse(String(repeating: "(", count: 100_000)) }
        #expect(throws: PredicateTextError.self) { try parse(String(repeating: "NOT ", count: 100_000) + "flag") }
    }
}
