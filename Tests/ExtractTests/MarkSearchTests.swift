import AlmanacTesting
import Columnar
import Effects
import Extract
import Testing

@Suite("Marks of canaries")
struct MarkSearchTests {
    private static func batch(_ texts: [String?]) throws -> ColumnBatch {
        var offsets: [Int32] = [0]
        var bytes: [UInt8] = []
        for text in texts {
            bytes += Array((text ?? "").utf8)
            offsets.append(Int32(bytes.count))
        }
        let values = BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(bytes))
        let column = Column(.text, validity: Bitmap(texts.map { $0 != nil }), .bytes(values))
        return try ColumnBatch(
            schema: Schema([Field("text", .text)]), columns: [column], rowCount: texts.count)
    }

    /// Held to the standard library: texts of few letters, so that marks come up in part, over rows' ends, and in missing
    /// values, often.
    @Test(arguments: 0..<40) func rowsWithAMarkAreFound(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        func text(_ countMax: Int) -> String {
            String(
                (0..<Int(random.nextBits() % UInt64(countMax + 1))).map { _ in random.nextBits() % 3 == 0 ? "b" : "a" })
        }
        let marks = (0...Int(seed % 2)).map { _ in "a" + text(6) + "b" }
        let texts = (0..<500).map { _ in random.nextBits() % 7 == 0 ? nil : text(30) }
        let expected = texts.count { text in text.map { text in marks.contains { text.contains($0) } } ?? false }
        let batch = try Self.batch(texts)
        #expect(MarkSearch(marks).rowCount(in: batch) == expected)
        let middle = batch.slice(100..<300)
        let few = texts[100..<300].count { text in text.map { text in marks.contains { text.contains($0) } } ?? false }
        #expect(MarkSearch(marks).rowCount(in: middle) == few)
    }

    @Test func nothingIsFoundInNothing() throws {
        #expect(MarkSearch(["canary-1"]).rowCount(in: try Self.batch([])) == 0)
        #expect(MarkSearch(["canary-1"]).rowCount(in: try Self.batch(["", nil, "canary-", "1"])) == 0)
        #expect(MarkSearch([]).rowCount(in: try Self.batch(["canary-1"])) == 0)
    }
}
