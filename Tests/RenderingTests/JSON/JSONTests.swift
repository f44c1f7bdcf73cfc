import Columnar
import Formatting
import Foundation
import Rendering
import Report
import Testing

/// Tables as JSON.
struct JSONTests {
    private func sample() throws -> (document: ReportDocument, table: ReportTable, bytes: [UInt8]) {
        let table = try TableSamples.table()
        let document = try TableSamples.document([table])
        let file = try #require(JSONRenderer().render(document).first)
        return (document, table, file.bytes)
    }

    @Test("Another reader sees the values, the totals and whose they are")
    func otherReader() throws {
        let (_, table, bytes) = try sample()
        let file = CanonicalOracleValue(try JSONSerialization.jsonObject(with: Data(bytes)))
        #expect(file["tenant"].text == "acme")
        #expect(file["rows"][1][1].text == nil)
        #expect(file["rows"][1][0].text == "2026-10-02")
        #expect(file["columns"][1]["currency"].text == "USD")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("[\"2026-10-02\", 12346, 1, \"0.125\", \"note 1\"]"))
        #expect(text.contains("\"row_count\": \(table.rows.count)"))
    }

    @Test("Numbers that a reader would round are texts")
    func exactNumbers() throws {
        let table = ReportTable(
            name: "n", title: "N", subtitle: "", columns: [TableColumn(name: "n", label: "N", unit: .none)],
            rows: [
                [.int(9_007_199_254_740_991)], [.int(9_007_199_254_740_992)], [.int(.min)], [.unsigned(.max)],
                [.decimal(ExactDecimal(unscaled: -1_230, scale: 2))], [.double(.nan)],
            ], totals: nil)
        let document = try TableSamples.document([table])
        let file = try #require(JSONRenderer().render(document).first)
        try ArtefactCheck.check(json: file.bytes, of: table, in: document)
        let text = String(decoding: file.bytes, as: UTF8.self)
        for line in [
            "[9007199254740991]", "[\"9007199254740992\"]", "[\"-9223372036854775808\"]", "[\"18446744073709551615\"]",
            "[\"-12.30\"]", "[\"NaN\"]",
        ] { #expect(text.contains(line)) }
    }

    @Test("Hostile texts come back as they were")
    func hostileTexts() throws {
        let table = TableSamples.texts(TableSamples.hostileTexts + [String(repeating: "x", count: 40_000)])
        let document = try TableSamples.document([table])
        let file = try #require(JSONRenderer().render(document).first)
        try ArtefactCheck.check(json: file.bytes, of: table, in: document)
    }

    @Test("A file that was changed, or is another tenant's, does not pass")
    func changedFiles() throws {
        let (document, table, bytes) = try sample()
        try ArtefactCheck.check(json: bytes, of: table, in: document)
        let text = String(decoding: bytes, as: UTF8.self)
        for changed in [
            text.replacing("12346", with: "12347"), text.replacing("\"acme\"", with: "\"acne\""),
            text.replacing("note 1", with: "note 7"), text.replacing("\"row_count\": 5", with: "\"row_count\": 6"),
            text.replacing("\"0.125\"", with: "\"0.126\""), String(text.dropLast(3)),
        ] {
            #expect(changed != text)
            #expect(throws: ArtefactError.self) {
                try ArtefactCheck.check(json: Array(changed.utf8), of: table, in: document)
            }
        }
    }
}

/// JSON read by Python's json module. Foundation's reader drops a byte-order mark at the start of a text.
@Suite(.enabled(if: WorkbookOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct JSONReaderTests {
    @Test("Another reader sees the same texts, code point by code point")
    func hostileTexts() throws {
        let folder = try RenderingFolder()
        let texts = TableSamples.hostileTexts + [String(repeating: "x", count: 40_000)]
        let document = try TableSamples.document([TableSamples.texts(texts)])
        let file = try #require(JSONRenderer().render(document).first)
        let read = try WorkbookOracle.read(
            """
            import json, sys
            rows = json.load(open(sys.argv[1], encoding='utf-8'))['rows']
            print(json.dumps([' '.join(str(ord(c)) for c in row[0]) for row in rows]))
            """, try folder.write(file.bytes, file.name))
        #expect(read.texts == texts.map { $0.unicodeScalars.map { String($0.value) }.joined(separator: " ") })
    }
}
