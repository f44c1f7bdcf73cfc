import Columnar
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Report
import Testing

/// Files are read back before they leave: whose they are, their pages, their totals.
@Suite(.serialized) struct PDFCheckTests {
    private static func formatter(_ document: ReportDocument, _ texts: EngineText) -> ValueFormatter {
        ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: texts.words)
    }

    @Test(arguments: SampleDocuments.all.map(\.name)) func everySampleIsWhatItsReportSays(name: String) throws {
        let document = try #require(SampleDocuments.all.first { $0.name == name }).document
        let renderer = try PDFRenderer(fonts: FontLibrary())
        let formatter = Self.formatter(document, .english)
        let file = try renderer.file(document, formatter: formatter)
        try renderer.check(file, name: "report.pdf", of: document, formatter: formatter)
    }

    @Test(arguments: LocalisedSamples.locales) func everyLanguage(locale: String) throws {
        let document = try LocalisedSamples.document(locale)
        let texts = try Catalogues.texts(locale)
        let renderer = try PDFRenderer(fonts: FontLibrary(), texts: texts)
        let formatter = Self.formatter(document, texts)
        let file = try renderer.file(document, formatter: formatter)
        try renderer.check(file, name: "report.pdf", of: document, formatter: formatter)
        // A figure that is not on the pages is missed in every language.
        var other = document
        for section in other.sections.indices {
            for block in other.sections[section].blocks.indices {
                guard case .table(var table) = other.sections[section].blocks[block] else { continue }
                guard table.totals != nil else { continue }
                table.totals?[1] = .int(987_654_321)
                other.sections[section].blocks[block] = .table(table)
            }
        }
        #expect(throws: ArtefactError.self) {
            try renderer.check(file, name: "report.pdf", of: other, formatter: formatter)
        }
    }

    @Test func whatIsAnothersIsRefused() throws {
        let document = SampleDocuments.rich
        let renderer = try PDFRenderer(fonts: FontLibrary())
        let formatter = Self.formatter(document, .english)
        let file = try renderer.file(document, formatter: formatter)
        func refused(_ change: (inout ReportDocument) -> Void) -> String {
            var other = document
            change(&other)
            do {
                try renderer.check(file, name: "report.pdf", of: other, formatter: formatter)
                return ""
            } catch {
                return error.message
            }
        }
        #expect(refused { _ in } == "")
        #expect(refused { $0.identity.tenant = "another" }.contains("another tenant's"))
        #expect(refused { $0.identity.run = "8f2d" }.contains("keywords"))
        #expect(refused { $0.period.label = "May 2026" }.contains("title"))
        #expect(refused { $0.tiles[0].value = .int(1) }.contains("figure of the summary"))
        #expect(refused { $0.sections = [] }.contains("tables"))
    }

    /// A damaged file is an error, never a trap.
    @Test func damagedFilesAreRefused() throws {
        let document = SampleDocuments.rich
        let renderer = try PDFRenderer(fonts: FontLibrary())
        let formatter = Self.formatter(document, .english)
        let file = try renderer.file(document, formatter: formatter)
        var generator = Generator(seed: 11)
        func below(_ bound: Int) -> Int { Int(generator.next(below: UInt64(bound))) }
        for round in 0..<300 {
            var bytes = file.bytes
            if round % 3 == 0 {
                bytes.removeLast(1 + below(bytes.count - 1))
            } else {
                for _ in 0..<(1 + below(40)) {
                    bytes[below(bytes.count)] = UInt8(below(256))
                }
            }
            // Most damage is found; what is not, as in a picture or a font, must still not stop the program.
            let damaged = PDFFile(bytes: bytes, like: file)
            try? renderer.check(damaged, name: "report.pdf", of: document, formatter: formatter)
            if round % 3 == 0 {
                #expect(throws: ArtefactError.self) {
                    try renderer.check(damaged, name: "report.pdf", of: document, formatter: formatter)
                }
            }
        }
    }

    // MARK: Logos

    static let hasLibrary = (try? CanvasVector(svg: Array(svg.utf8))) != nil

    private static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><defs><linearGradient id="g"><stop offset="0"
        stop-color="#D47D14"/><stop offset="1" stop-color="#1E5081"/></linearGradient></defs>
        <rect width="40" height="20" rx="4" fill="url(#g)"/><path d="M6 15 L20 4 L34 15 Z" fill="#fff"/></svg>
        """

    @Test(.enabled(if: PDFCheckTests.hasLibrary, "librsvg2-2 is not installed"))
    func aLogoOfVectorsIsDrawn() throws {
        var document = SampleDocuments.rich
        document.presentation.logo = Array(Self.svg.utf8)
        let renderer = try PDFRenderer(fonts: FontLibrary())
        let bytes = try renderer.render(document, formatter: Self.formatter(document, .english))
        #expect(try renderer.render(document, formatter: Self.formatter(document, .english)) == bytes)
        try Samples.keep(bytes, "logo-svg.pdf")
        // As lines, not as a picture of dots: there is a gradient, and no image.
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("/ShadingType") && !text.contains("/Subtype /Image"))
    }

    @Test(arguments: [
        "<svg xmlns='http://www.w3.org/2000/svg'><text>Lagos</text></svg>", "<svg", "<html></html>",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:s='http://www.w3.org/2000/svg'><s:text>Lagos</s:text></svg>",
    ]) func otherLogosAreRefused(svg: String) throws {
        var document = SampleDocuments.rich
        document.presentation.logo = Array(svg.utf8)
        #expect(throws: PDFCanvasError.self) {
            try PDFRenderer(fonts: FontLibrary()).render(document, formatter: Self.formatter(document, .english))
        }
    }

    /// Nothing outside of a logo is read, whatever it names.
    @Test(.enabled(if: PDFCheckTests.hasLibrary, "librsvg2-2 is not installed"))
    func aLogoReadsNoFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "almanac-logo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = folder.appending(path: "secret.svg")
        try Self.svg.write(to: secret, atomically: true, encoding: .utf8)
        let logo =
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 9 9'>"
            + "<image xlink:href='\(secret.absoluteString)' width='9' height='9'/>"
            + "<image href='\(secret.path)' width='9' height='9'/></svg>"
        var document = SampleDocuments.rich
        document.presentation.logo = Array(logo.utf8)
        let bytes = try PDFRenderer(fonts: FontLibrary()).render(
            document, formatter: Self.formatter(document, .english))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("/ShadingType") && !text.contains("/Subtype /Image"))
    }
}
