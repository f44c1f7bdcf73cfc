import Configuration
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Report
import Testing

/// Whole documents, checked by readers that are not ours: qpdf, poppler's pdffonts, pdftotext, pdfinfo, pdftoppm.
@Suite(.serialized) struct PDFReportTests {
    private static func render(_ document: ReportDocument) throws -> [UInt8] {
        let texts = try Catalogues.texts(document.presentation.locale)
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: texts.words)
        return try PDFRenderer(fonts: FontLibrary(), texts: texts).render(document, formatter: formatter)
    }

    /// The samples as files, made once for all tests.
    private static let rendered: [String: Result<[UInt8], any Error>] = Dictionary(
        uniqueKeysWithValues: SampleDocuments.all.map { sample in
            (
                sample.name,
                Result {
                    let bytes = try render(sample.document)
                    try Samples.keep(bytes, "\(sample.name).pdf")
                    return bytes
                }
            )
        })

    private static func bytes(of name: String) throws -> [UInt8] { try #require(rendered[name]).get() }

    private static func sample(_ name: String) throws -> ReportDocument {
        try #require(SampleDocuments.all.first { $0.name == name }).document
    }

    @Test(arguments: SampleDocuments.all.map(\.name)) func theSameDocumentGivesTheSameBytes(name: String) throws {
        #expect(try Self.render(Self.sample(name)) == Self.bytes(of: name))
    }

    @Test(.enabled(if: Tool.exists("qpdf"), "qpdf is not installed"), arguments: SampleDocuments.all.map(\.name))
    func qpdfFindsNothingWrong(name: String) throws {
        try Tool.withFile(Self.bytes(of: name)) { path in
            let result = try Tool.run("qpdf", ["--check", path])
            #expect(result.status == 0, "\(result.output)")
            #expect(!result.output.contains("WARNING"), "\(result.output)")
        }
    }

    @Test(
        .enabled(if: Tool.exists("pdffonts"), "poppler-utils is not installed"),
        arguments: SampleDocuments.all.map(\.name))
    func allFontsAreEmbedded(name: String) throws {
        try Tool.withFile(Self.bytes(of: name)) { path in
            let lines = try Tool.run("pdffonts", [path]).output.split(separator: "\n").dropFirst(2)
            #expect(!lines.isEmpty)
            for line in lines {
                // … emb sub uni object ID: three words, then two numbers.
                #expect(line.split(separator: " ").suffix(5).prefix(3) == ["yes", "yes", "yes"], "\(line)")
            }
        }
    }

    @Test(.enabled(if: Tool.exists("pdftotext"), "poppler-utils is not installed"))
    func everyFigureIsInTheText() throws {
        let text = try Self.text("rich")
        for figure in [
            "₦197m", "41,365", "₦4,772", "1.4%", "8.4%", "48,200,000", "197,400,000", "12.4%", "3.1%", "9,412",
            "Page 1 of 2", "Page 2 of 2", "Lagos Fresh Markets", "8f2c1e07a9b34c55d0e1f2a3b4c5d6e7", "no change",
            "Data complete to 31 Oct, 23:59", "Paid orders less refunds, before fees.",
        ] { #expect(text.contains(figure), "\(figure)") }
    }

    /// All rows of all pages, each once, in order; heads on every page; the total on the last.
    @Test(.enabled(if: Tool.exists("pdftotext"), "poppler-utils is not installed"))
    func aLongTableHoldsEveryRowOnce() throws {
        let text = try Self.text("long-table")
        let rows = text.split(separator: "\n").compactMap { line in
            line.firstRange(of: /Customer 1\d{4}/).map { Int(line[$0].dropFirst(9)) ?? 0 }
        }
        #expect(rows == Array(10_001...10_500))
        let pages = text.split(separator: "\u{C}").filter { !$0.allSatisfy { $0.isWhitespace } }
        #expect(pages.count >= 10)
        #expect(pages.allSatisfy { $0.contains("Last order") })
        let last = try #require(pages.last)
        #expect(last.contains("Total") && last.contains("9,871"))
        // At least two rows keep the total company.
        #expect(last.matches(of: /Customer 1\d{4}/).count >= 2)
    }

    @Test(.enabled(if: Tool.exists("pdftotext"), "poppler-utils is not installed"))
    func namesInOtherScriptsCanBeSearched() throws {
        #expect(try Self.text("japanese").contains("株式会社さくら商店"))
        #expect(try Self.text("yoruba").contains("Balógun"))
    }

    @Test(.enabled(if: Tool.exists("pdfinfo"), "poppler-utils is not installed"))
    func theFileSaysWhatItIs() throws {
        try Tool.withFile(Self.bytes(of: "rich")) { path in
            let information = try Tool.run("pdfinfo", [path]).output
            #expect(information.contains("Monthly sales report, October 2026 – Lagos Fresh Markets"))
            #expect(information.contains("Author:          Lagos Fresh Markets"))
            #expect(information.contains("Nov  1 03:12:00 2026 UTC"))
            #expect(information.contains("Tagged:          yes"))
            #expect(information.contains("PDF version:     1.5"))
            // The language and the figures' words, through the update that is appended.
            let raw = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            #expect(raw.contains("/Lang <FEFF0065006E002D004E0047>"))
            #expect(raw.matches(of: /\/Alt <FEFF/).count == 5)
            let structure = try Tool.run("pdfinfo", ["-struct-text", path]).output
            for element in ["Document", "H1", "H2", "P", "Figure", "Table", "TR", "TH", "TD"] {
                #expect(structure.contains("\(element)"), "\(element)")
            }
        }
    }

    /// Pages as text, a line for each mark, beside `Tests/Snapshots/pages`. With ALMANAC_UPDATE_SNAPSHOTS=1 they are
    /// written anew. Widths come from the fonts of Debian 12.
    @Test(arguments: ["rich", "empty", "one-row", "negative", "flights"]) func pagesAreAsBefore(name: String) throws {
        let document = try Self.sample(name)
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency)
        let snapshot = try PDFRenderer(fonts: FontLibrary()).snapshot(of: document, formatter: formatter)
        let file = Snapshots.folder.appending(path: "pages/\(name).txt")
        if Snapshots.areWritten { try Data(snapshot.utf8).write(to: file) }
        #expect(try snapshot == String(contentsOf: file, encoding: .utf8))
    }

    /// Pages as small grey pictures beside `Tests/Snapshots/pages`. Another build of a rasteriser or font may move an
    /// edge: blocks of pixels are compared, and they may differ by a little.
    @Test(
        .enabled(if: Tool.exists("pdftoppm"), "poppler-utils is not installed"),
        arguments: [("rich", 1), ("rich", 2), ("states", 1), ("states", 2)])
    func pagesLookAsBefore(name: String, page: Int) throws {
        try Tool.withFile(Self.bytes(of: name)) { path in
            let result = try Tool.run(
                "pdftoppm", ["-r", "20", "-gray", "-singlefile", "-f", "\(page)", "-l", "\(page)", path, path])
            #expect(result.status == 0)
            let picture = try GreyPicture(pgm: Array(Data(contentsOf: URL(filePath: path + ".pgm"))))
            try? FileManager.default.removeItem(atPath: path + ".pgm")
            let file = Snapshots.folder.appending(path: "pages/\(name)-\(page).pgm")
            if Snapshots.areWritten { try Data(picture.pgm).write(to: file) }
            let expected = try GreyPicture(pgm: Array(Data(contentsOf: file)))
            let difference = try #require(picture.largestBlockDifference(from: expected))
            #expect(difference <= 24, "the pages differ by \(difference) of 255 in one block")
        }
    }

    @Test func aTableWithoutRoomSaysWhatItLeavesOut() throws {
        let document = try Self.sample("wide-table")
        let formatter = ValueFormatter(locale: "en-NG", currency: "NGN")
        let snapshot = try PDFRenderer(fonts: FontLibrary()).snapshot(of: document, formatter: formatter)
        #expect(snapshot.contains("3 more columns are in the workbook"))
    }

    @Test func doctorLearnsWhichFontsAreMissing() throws {
        #expect(try PDFRenderer(fontConfiguration: nil).fontProblems().isEmpty)
        var theme = PDFTheme.standard
        theme.textFamily = "Comic Sans MS"
        let problems = try PDFRenderer(fontConfiguration: nil, theme: theme).fontProblems()
        #expect(problems.contains(.missingFont(family: "Comic Sans MS", weight: 600)))
        #expect(Set(problems.map(\.description)).count == problems.count)
    }

    @Test func hostileTextIsDrawnAsText() throws {
        var document = try Self.sample("one-row")
        document.identity.tenantName = "=cmd|' /C calc'!A0 \u{0}\u{202E}gnp.exe </script> <b>&amp;"
        document.identity.title = String(repeating: "x", count: 40_000)
        document.headline = "<span>{{a}}</span>\n\n\n%s %n \u{1B}[31m"
        #expect(try Self.render(document).count > 1_000)
    }

    /// The same hostile texts as in static pages, in every place of a document.
    @Test(.enabled(if: Tool.exists("qpdf"), "qpdf is not installed"), arguments: PageTests.hostile.indices)
    func hostileTextInEveryPlaceIsDrawn(index: Int) throws {
        let text = PageTests.hostile[index]
        try Tool.withFile(Self.render(HostileDocument.with(text))) { path in
            let result = try Tool.run("qpdf", ["--check", path])
            #expect(result.status == 0 && !result.output.contains("WARNING"), "\(result.output)")
            let plain = try Tool.run("pdftotext", [path, "-"])
            #expect(plain.status == 0 && !plain.output.unicodeScalars.contains { $0.value == 0 || $0.value == 0x1B })
        }
    }

    /// The full report in each language: whole files, tables carried from page to page, links from the contents.
    @Test(
        .enabled(if: Tool.exists("qpdf") && Tool.exists("pdftotext"), "qpdf or poppler-utils is not installed"),
        arguments: LocalisedSamples.locales)
    func aReportInEachLanguage(locale: String) throws {
        let document = try LocalisedSamples.document(locale)
        let bytes = try Self.render(document)
        try Samples.keep(bytes, "report-\(locale).pdf")
        #expect(try Self.render(document) == bytes)
        let texts = try Catalogues.texts(locale)
        try Tool.withFile(bytes) { path in
            let result = try Tool.run("qpdf", ["--check", path])
            #expect(result.status == 0 && !result.output.contains("WARNING"), "\(result.output)")
            let fonts = try Tool.run("pdffonts", [path]).output.split(separator: "\n").dropFirst(2)
            for line in fonts { #expect(line.split(separator: " ").suffix(5).prefix(3) == ["yes", "yes", "yes"]) }
            let raw = String(decoding: bytes, as: UTF8.self)
            #expect(raw.contains("/Type /Metadata") && raw.contains("<rdf:li>\(locale)</rdf:li>"))
            #expect(raw.contains("/Dests") || raw.contains("/Link") || raw.contains("/Annots"))
            let plain = try Tool.run("pdftotext", ["-layout", path, "-"]).output
            if !locale.hasPrefix("ar") {
                for key in [EngineText.Key.contents, .carriedForward, .broughtForward, .total, .howFresh] {
                    #expect(plain.contains(texts(key)), "\(key.rawValue)")
                }
            }
            let structure = try Tool.run("pdfinfo", ["-struct-text", path]).output
            #expect(structure.contains("Link") && structure.contains("Table"))
        }
    }

    /// Where lines run from the right, time still runs to the right: a rise looks like a rise.
    @Test func sparklinesAreNotMirrored() throws {
        func rises(_ locale: String) throws -> [Bool] {
            var document = try LocalisedSamples.document(locale)
            for index in document.tiles.indices { document.tiles[index].sparkline = [1, 2, 3, 4, 5, 6] }
            let texts = try Catalogues.texts(locale)
            let formatter = ValueFormatter(locale: locale, currency: "EGP", words: texts.words)
            let snapshot = try PDFRenderer(fonts: FontLibrary(), texts: texts).snapshot(
                of: document, formatter: formatter)
            let lines = snapshot.matches(
                of: /line ([\d.]+),([\d.]+)(?: [\d.]+,[\d.]+){4} ([\d.]+),([\d.]+) stroke accent 1\.1/)
            return lines.compactMap { line in
                guard let x = Double(line.output.1), let y = Double(line.output.2),
                    let endX = Double(line.output.3), let endY = Double(line.output.4)
                else { return nil }
                return (endX > x) == (endY < y)
            }
        }
        let (arabic, english) = (try rises("ar-EG"), try rises("en-NG"))
        #expect(arabic == [true, true, true, true] && english == arabic)
    }

    @Test func aColourThatIsNoneIsAnError() throws {
        var document = try Self.sample("one-row")
        document.presentation.brandColor = "blue"
        #expect(throws: PDFRenderingError.brandColor("blue")) { try Self.render(document) }
    }

    @Test func theThemeFileIsTheHouseTheme() throws {
        let file = Snapshots.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Templates/themes/almanac.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(try PDFTheme(reading: YAMLDocument(text: text, file: "almanac.yaml")) == .standard)
        #expect(throws: ConfigurationErrors.self) {
            try PDFTheme(reading: YAMLDocument(text: "version: 1\npapers: a5\n", file: "almanac.yaml"))
        }
    }

    private static func text(_ name: String) throws -> String {
        try Tool.withFile(bytes(of: name)) { try Tool.run("pdftotext", ["-layout", $0, "-"]).output }
    }
}

/// Where snapshots lie, and whether this run writes them.
enum Snapshots {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Snapshots")
    static let areWritten = ProcessInfo.processInfo.environment["ALMANAC_UPDATE_SNAPSHOTS"] == "1"
}

/// Programs of the system that read what we write.
enum Tool {
    static func exists(_ name: String) -> Bool { path(name) != nil }

    private static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program; its output and errors together.
    static func run(_ name: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path(name)))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// Writes bytes to a file of its own, which is gone afterwards.
    static func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pdf")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path())
    }
}

/// A picture in shades of grey. PGM, binary form: `P5`, width, height, 255, then a byte for each pixel.
struct GreyPicture {
    let width: Int
    let height: Int
    let pixels: ArraySlice<UInt8>

    init(pgm bytes: [UInt8]) throws {
        var words: [String] = []
        var position = 0
        while words.count < 4, position < bytes.count {
            let end = bytes[position...].firstIndex { $0 == 0x20 || $0 == 0x0A } ?? bytes.count
            words.append(String(decoding: bytes[position..<end], as: UTF8.self))
            position = end + 1
        }
        try #require(words.count == 4 && words[0] == "P5")
        width = try #require(Int(words[1]))
        height = try #require(Int(words[2]))
        try #require(bytes.count - position == width * height)
        pixels = bytes[position...]
    }

    var pgm: [UInt8] { Array("P5\n\(width) \(height)\n255\n".utf8) + pixels }

    /// The largest difference of the means of blocks of 6 × 6 pixels; nil where the sizes differ.
    func largestBlockDifference(from other: GreyPicture) -> Int? {
        guard width == other.width, height == other.height else { return nil }
        var largest = 0
        for top in stride(from: 0, to: height, by: 6) {
            for left in stride(from: 0, to: width, by: 6) {
                var (own, others, count) = (0, 0, 0)
                for y in top..<min(top + 6, height) {
                    for x in left..<min(left + 6, width) {
                        own += Int(pixels[pixels.startIndex + y * width + x])
                        others += Int(other.pixels[other.pixels.startIndex + y * width + x])
                        count += 1
                    }
                }
                largest = max(largest, abs(own - others) / count)
            }
        }
        return largest
    }
}
