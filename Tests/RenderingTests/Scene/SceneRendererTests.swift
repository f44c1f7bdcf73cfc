import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Testing

/// One chart through the three writers: the same scene, the same bytes each time, nothing that a reader would obey.
@Suite(.serialized) struct SceneRendererTests {
    private static let hostile = "</svg><script>alert(1)</script> & \"quoted\" \u{202E}\u{0} '"

    private static func chart(_ definition: String, _ csv: String, as format: ChartFile.Format) throws -> [UInt8] {
        let table = try ChartTable(csv: Array(csv.utf8))
        let file = try ChartFile(
            reading: YAMLDocument(text: definition, file: "chart.yaml"), columns: table.columns)
        return try file.render(table, as: format, fonts: FontLibrary())
    }

    private static let definition = """
        version: 1
        chart:
          mark: bars
          x: city
          y: sales
          color: kind
          stack: zero
          unit: count
          title: Lagos sells most
          subtitle: Pieces by city
        """
    private static let rows = """
        city,kind,sales
        Lagos,new,120
        Lagos,old,80
        Abuja,new,60
        Abuja,old,70

        """

    @Test(arguments: ChartFile.Format.allCases) func theSameRowsGiveTheSameBytes(format: ChartFile.Format) throws {
        let first = try Self.chart(Self.definition, Self.rows, as: format)
        #expect(try Self.chart(Self.definition, Self.rows, as: format) == first)
        #expect(first.count > 1_000)
    }

    @Test func svgHasSelectableTextAndWordsForReaders() throws {
        let svg = String(decoding: try Self.chart(Self.definition, Self.rows, as: .svg), as: UTF8.self)
        for part in [
            ">Lagos sells most</text>", ">200</text>", "<title id=\"chart-title\">Lagos sells most</title>", "<desc",
            "prefers-color-scheme:dark", "var(--series-1)", "role=\"img\"",
        ] { #expect(svg.contains(part), "\(part)") }
        #expect(!svg.contains("<script") && !svg.contains("http://www.w3.org/1999/xlink") && !svg.contains("url(http"))
    }

    @Test func hostileTextStaysText() throws {
        let rows = "city,kind,sales\n\"\(Self.hostile.replacing("\"", with: "\"\""))\",new,3\nB,new,2\n"
        let svg = String(decoding: try Self.chart(Self.definition, rows, as: .svg), as: UTF8.self)
        #expect(!svg.contains("<script") && svg.components(separatedBy: "</svg>").count == 2)
        #expect(!svg.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test(.enabled(if: Tool.exists("xmllint"), "libxml2-utils is not installed")) func svgIsWellFormed() throws {
        let rows = "city,kind,sales\n\"\(Self.hostile.replacing("\"", with: "\"\""))\",new,3\nB,new,2\n"
        try Tool.withFile(Self.chart(Self.definition, rows, as: .svg)) { path in
            let result = try Tool.run("xmllint", ["--noout", path])
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test(.enabled(if: Tool.exists("qpdf"), "qpdf is not installed")) func qpdfFindsNothingWrong() throws {
        try Tool.withFile(Self.chart(Self.definition, Self.rows, as: .pdf)) { path in
            let result = try Tool.run("qpdf", ["--check", path])
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test func columnsOfFilesHaveTheirKinds() throws {
        let table = try ChartTable(csv: Array("day,name,amount,empty\n2026-10-01,a,1.5,\n2026-10-02,\"\",,\n".utf8))
        #expect(table.columns.map(\.kind) == [.date, .text, .number, .number])
        #expect(table.values["amount"] == [.double(1.5), .null])
        #expect(table.values["name"] == [.text("a"), .text("")])
    }

    @Test func aMistakeIsToldWithItsPlace() throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try Self.chart(Self.definition.replacing("mark: bars", with: "mark: pie"), Self.rows, as: .svg)
        }
        #expect(error?.description.contains("chart.yaml:3:9") == true, "\(error?.description ?? "")")
    }
}
