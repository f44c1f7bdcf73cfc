import AlmanacTesting
import CivilTime
import Rendering
import Report
import Testing

struct ReceiptTests {
    private static func receipt() throws -> Receipt {
        let hash = String(repeating: "0f", count: 32)
        return Receipt(
            run: "8f2c-1e07", tenant: "acme", platform: "nexus", report: "monthly-sales", period: "2026-10", edition: 2,
            engine: "0.1.0", asOf: try Instant(parsing: "2026-11-02T04:00:00.25Z"), definition: hash, template: hash,
            fonts: ["Inter": "4.0"], timeZoneData: nil, calendar: ["timezone": "Africa/Lagos", "week_start": "monday"],
            locale: "en-NG", currency: "NGN",
            tables: [
                Receipt.Table(
                    name: "aggregates/sales_daily", version: 3, rows: 61,
                    files: [Receipt.File(name: "part-0.parquet", sha256: hash, bytes: 4_096)])
            ], rows: Receipt.RowCounts(read: 69_659, written: 61, rejected: 0),
            comparison: SourceComparison(
                at: try Instant(parsing: "2026-11-01T03:00:00Z"), tableCount: 4, rowCount: 69_659, differingCount: 0),
            artefacts: [
                Receipt.File(name: "report.xlsx", sha256: hash, bytes: 20),
                Receipt.File(name: "a.csv", sha256: hash, bytes: 10),
            ])
    }

    @Test("A receipt is read back as it was written")
    func roundTrip() throws {
        let receipt = try Self.receipt()
        #expect(try Receipt(bytes: receipt.bytes) == receipt)
        #expect(receipt.artefacts.map(\.name) == ["a.csv", "report.xlsx"])
        #expect(try CanonicalJSON(bytes: receipt.bytes).bytes == receipt.bytes)
    }

    @Test("Receipts from before comparisons are read")
    func withoutComparison() throws {
        var receipt = try Self.receipt()
        receipt.comparison = nil
        let text = String(decoding: receipt.bytes, as: UTF8.self)
        #expect(try Receipt(bytes: receipt.bytes) == receipt)
        let old = text.replacing("  \"comparison\": null,\n", with: "")
        #expect(old != text)
        #expect(try Receipt(bytes: Array(old.utf8)) == receipt)
    }

    @Test("The text is canonical")
    func text() throws {
        let text = String(decoding: try Self.receipt().bytes, as: UTF8.self)
        #expect(text.hasPrefix("{\n  \"artefacts\": [\n    {\n      \"bytes\": 10,\n      \"name\": \"a.csv\","))
        #expect(text.hasSuffix("  \"tenant\": \"acme\",\n  \"time_zone_data\": null,\n  \"version\": 1\n}\n"))
    }

    @Test(
        "What is missing, unknown, of another kind or version is refused",
        arguments: [
            ("\"version\": 1", "\"version\": 2"), ("\"edition\": 2", "\"edition\": \"2\""),
            ("\"edition\": 2", "\"edition\": 2.0"),
            ("\"tenant\": \"acme\",", ""), ("\"tenant\"", "\"tenand\""),
            ("\"rejected\": 0", "\"rejected\": 0, \"lost\": 1"),
            ("2026-11-02T04", "2026-13-02T04"), ("0f0f", "0F0f"),
            ("\"edition\": 2,", "\"edition\": 2, \"edition\": 2,"),
            ("\"fonts\": {", "\"fonts\": [{"), ("69659", "99999999999999999999"),
        ])
    func refusals(old: String, new: String) throws {
        let text = String(decoding: try Self.receipt().bytes, as: UTF8.self)
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        #expect(throws: ReceiptError.self) { try Receipt(bytes: Array(changed.utf8)) }
    }

    @Test("20,000 damaged receipts: read equal, or refused, never a trap")
    func damage() throws {
        let bytes = try Self.receipt().bytes
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<damaged.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: damaged[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged.remove(at: index)
                default: damaged = Array(damaged[..<index])
                }
                if damaged.isEmpty { break }
            }
            do {
                let read = try Receipt(bytes: damaged)
                #expect(try Receipt(bytes: read.bytes) == read)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test(
        "JSON texts are read as RFC 8259 says",
        arguments: [
            ("\"\\u00e9\\ud83c\\udf89\\n\\/\"", CanonicalJSON.text("é🎉\n/")), (" [ ] ", .list([])),
            ("{}", .object([:])),
            ("-0", .null), ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("true", .truth(true)),
        ])
    func reading(text: String, expected: CanonicalJSON) throws {
        if text == "-0" {
            #expect(throws: CanonicalJSONError.self) { try CanonicalJSON(bytes: Array(text.utf8)) }
        } else {
            #expect(try CanonicalJSON(bytes: Array(text.utf8)) == expected)
        }
    }

    @Test(
        "Deep nesting and halves of surrogate pairs are refused",
        arguments: [
            String(repeating: "[", count: 100_000), "\"\\ud83c\"", "\"\\udf89\"", "\"\\ud83cx\"", "[1,]",
            "{\"a\":1,\"a\":2}", "01", "1e5",
            "\"\u{1}\"", "", "nul", "[1 2]",
        ])
    func badJSON(text: String) {
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON(bytes: Array(text.utf8)) }
    }
}
