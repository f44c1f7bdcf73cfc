import Columnar
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Report
import Testing

/// A table of tens of thousands of rows is streamed: what is needed beside the rows stays small.
@Suite(.serialized) struct LargeTableTests {
    /// Resident memory in MiB, from the kernel.
    private static func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = Int(text.split(separator: " ")[1]) ?? 0
        return pages * 4096 / (1 << 20)
    }

    private static func document(rowCount: Int) -> ReportDocument {
        var generator = Generator(seed: 5)
        let rows: [[Scalar]] = (0..<rowCount).map { row in
            [
                .int(Int64(row)), .text("Customer \(row % 997)"), .int(Int64(generator.next(below: 90_000_000))),
                .date(Int32(20_000 + row % 700)),
            ]
        }
        let sum = rows.reduce(Int64(0)) { if case .int(let value) = $1[2] { $0 + value } else { $0 } }
        let table = ReportTable(
            name: "orders", title: "All orders", subtitle: "",
            columns: [
                TableColumn(name: "number", label: "Number", unit: .count),
                TableColumn(name: "customer", label: "Customer", unit: .none),
                TableColumn(name: "sales_minor", label: "Sales", unit: SampleDocuments.naira, hasBar: true),
                TableColumn(name: "day", label: "Day", unit: .none),
            ], rows: rows, totals: [.null, .null, .int(sum), .null])
        return SampleDocuments.document(
            headline: "", tiles: [], sections: [ReportSection(title: "Orders", blocks: [.table(table)])])
    }

    /// In a process of its own: what other tests hold meanwhile is not counted.
    @Test func manyRowsStreamInBoundedMemory() async {
        await #expect(processExitsWith: .success) {
            let document = LargeTableTests.document(rowCount: 20_000)
            let formatter = ValueFormatter(locale: "en-NG", currency: "NGN")
            let renderer = try PDFRenderer(fonts: FontLibrary())
            let before = try LargeTableTests.resident()
            var (largest, byteCount) = (before, 0)
            let pages = try renderer.render(document, formatter: formatter) { piece in
                byteCount += piece.count
                largest = max(largest, try LargeTableTests.resident())
            }
            let needed = max(largest, try LargeTableTests.resident()) - before
            #expect(pages > 300)
            #expect(byteCount > 1_000_000)
            #expect(needed < 60, "\(needed) MiB")
        }
    }

    /// Small enough for tags, and more: Cairo keeps every tag in memory.
    @Test(.enabled(if: Tool.exists("pdfinfo"), "poppler-utils is not installed"), arguments: [500, 10_001])
    func largeTablesAreLeftOutOfTheTagTree(rowCount: Int) throws {
        let bytes = try PDFRenderer(fonts: FontLibrary()).render(
            Self.document(rowCount: rowCount), formatter: ValueFormatter(locale: "en-NG", currency: "NGN"))
        try Tool.withFile(bytes) { path in
            let structure = try Tool.run("pdfinfo", ["-struct", path]).output
            #expect(structure.contains("Table") == (rowCount <= 10_000))
            #expect(structure.contains("H1"))
        }
    }
}
