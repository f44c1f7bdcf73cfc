import Foundation
import PDFCanvas
import Testing

@Suite struct PDFCanvasTests {
    private static let style = TextStyle(family: "Inter", size: 10)

    private func page(_ draw: (PageCanvas, TextShaper) throws -> Void) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let canvas = try PageCanvas(width: 200, height: 100, language: "en") { piece in
            for index in piece.indices { bytes.append(piece[index]) }
        }
        try draw(canvas, TextShaper(library: FontLibrary(), language: "en"))
        try canvas.endPage()
        try canvas.finish()
        return bytes
    }

    @Test func aFileIsAFile() throws {
        let bytes = try page { canvas, shaper in
            canvas.begin(.document)
            canvas.fillRectangle(
                x: 1, y: 2, width: 30, height: 40, radius: 3, color: CanvasColor(red: 1, green: 0, blue: 0))
            canvas.draw(
                try shaper.shape("Hello", style: Self.style), x: 10, baseline: 50,
                color: .init(red: 0, green: 0, blue: 0))
            canvas.end(.document)
        }
        #expect(bytes.starts(with: Array("%PDF-1.5".utf8)))
        #expect(bytes.suffix(6) == Array("%%EOF\n".utf8)[...])
    }

    @Test func theSameCallsGiveTheSameBytes() throws {
        let draw = { (canvas: PageCanvas, shaper: TextShaper) in
            canvas.describe(
                DocumentInformation(
                    title: "T", author: "A", subject: "S", creator: "C", keywords: "K", created: "2026-11-01T03:12:00Z")
            )
            canvas.draw(
                try shaper.shape("₦197.4m ▲", style: Self.style), x: 10, baseline: 50,
                color: .init(red: 0, green: 0, blue: 0))
        }
        #expect(try page(draw) == page(draw))
    }

    @Test func aMissingGlyphIsNamed() throws {
        let shaper = try TextShaper(library: FontLibrary(), language: "en")
        // The last code point of a private plane: nobody has it.
        #expect(throws: PDFCanvasError.missingGlyphs(codePoints: ["U+10FFFD"], family: "Inter")) {
            try shaper.shape("a\u{10FFFD}b\u{10FFFD}", style: Self.style)
        }
    }

    @Test func aMissingFontOrWeightIsNamed() throws {
        let shaper = try TextShaper(library: FontLibrary(), language: "en")
        #expect(throws: PDFCanvasError.missingFont(family: "Comic Sans MS", weight: 400)) {
            try shaper.shape("a", style: TextStyle(family: "Comic Sans MS", size: 10))
        }
        #expect(throws: PDFCanvasError.self) {
            try TextShaper(library: FontLibrary(document: FontLibrary.document(folders: [])), language: "en")
                .shape("a", style: Self.style)
        }
    }

    /// Every script of the tenants' countries has its glyphs, and no text is drawn as boxes.
    @Test(arguments: [
        "₦48,250,300 · ₺1.250,00 · R$ 1.234,56 · € £ ¥ ₹ ₽ ₵ ₫ ₱", "Ọjà Balógun · Ẹ káàárọ̀", "İstanbul ışık ğüşöç",
        "مبيعات شهر أكتوبر ٢٠٢٦", "מכירות לחודש אוקטובר", "अक्टूबर की बिक्री", "ยอดขายเดือนตุลาคม", "የጥቅምት ሽያጭ",
        "Πωλήσεις · Продажи", "▲ 8.4% ▼ 3.1% − – … × · “quoted”",
    ]) func scriptsHaveGlyphs(text: String) throws {
        let shaped = try TextShaper(library: FontLibrary(), language: "en").shape(text, style: Self.style)
        #expect(shaped.width > 0 && shaped.lineCount == 1)
    }

    @Test func controlsDoNotReachThePage() throws {
        #expect("a\u{0}b\nc\u{202E}d\u{2066}e".printable == "a b cde")
        #expect("👩🏽\u{200D}🌾 می\u{200C}خواهم".printable == "👩🏽\u{200D}🌾 می\u{200C}خواهم")
        let shaper = try TextShaper(library: FontLibrary(), language: "en")
        let plain = try shaper.shape("a b c", style: Self.style)
        #expect(try shaper.shape("a\u{7}b\nc", style: Self.style).width == plain.width)
    }

    @Test func textIsWrappedAndShortened() throws {
        let shaper = try TextShaper(library: FontLibrary(), language: "en")
        let text = String(repeating: "word ", count: 40)
        let wrapped = try shaper.shape(text, style: Self.style, frame: TextFrame(width: 100))
        #expect(wrapped.lineCount > 5 && wrapped.width <= 100 && !wrapped.isShortened)
        let cut = try shaper.shape(text, style: Self.style, frame: TextFrame(width: 100, linesMax: 2))
        #expect(cut.lineCount == 2 && cut.isShortened)
    }

    @Test func digitsAreEquallyWideOnRequest() throws {
        let shaper = try TextShaper(library: FontLibrary(), language: "en")
        let width = { (text: String, tabular: Bool) in
            try shaper.shape(text, style: TextStyle(family: "Inter", size: 10, tabularFigures: tabular)).width
        }
        #expect(try width("1111", true) == width("7777", true))
        #expect(try width("1111", false) < width("7777", false))
    }

    /// A figure's words and the language are appended, in UTF-16 so that nothing can break out of the string.
    @Test func figuresHaveWords() throws {
        let bytes = try page { canvas, _ in
            canvas.begin(.document)
            for text in ["Sales) rose >>\nendobj", "東京 📈"] {
                canvas.beginFigure(alternativeText: text)
                canvas.fillCircles([(20, 20)], radius: 4, color: .init(red: 0, green: 0, blue: 0))
                canvas.end(.figure)
            }
            canvas.end(.document)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("/Alt <FEFF00530061006C0065007300290020"))
        #expect(text.contains("/Alt <FEFF67714EAC0020D83DDCC8>"))
        #expect(text.contains("/Lang <FEFF0065006E>"))
        #expect(text.contains("/DisplayDocTitle true"))
        #expect(text.matches(of: /%%EOF/).count == 2)
    }

    @Test func anErrorOfTheSinkIsThrownAgain() throws {
        struct DiskFull: Error {}
        let canvas = try PageCanvas(width: 200, height: 100, language: "en") { _ in throw DiskFull() }
        try canvas.endPage()
        #expect(throws: DiskFull.self) { try canvas.finish() }
    }

    @Test func whatIsNoPictureIsRefused() {
        #expect(throws: PDFCanvasError.self) { try CanvasImage(png: Array("<svg/>".utf8)) }
        // A header that claims 65,536 × 65,536 pixels.
        let bomb: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [
                0, 1, 0, 0, 0, 1, 0, 0,
            ]
            + [UInt8](repeating: 0, count: 40)
        #expect(throws: PDFCanvasError.image(reason: "it must be 1 to 4,096 pixels wide and high")) {
            try CanvasImage(png: bomb)
        }
    }

    @Test func aTagLeftOpenIsAnError() {
        #expect(throws: PDFCanvasError.self) {
            try page { canvas, _ in canvas.begin(.table) }
        }
    }

    @Test func anAddressCannotBreakOut() {
        #expect(throws: PDFCanvasError.linkAddress) {
            try page { canvas, _ in try canvas.link(to: "https://example.org' dest='x") {} }
        }
    }

    /// What the project ships as a file is what the engine uses by itself.
    @Test func theFontConfigurationIsTheBuiltInOne() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Templates/fonts/fonts.conf")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == FontLibrary.document(folders: FontLibrary.debianFolders))
    }

    @Test func theFontsCanBeListed() throws {
        let listing = try FontLibrary().listing()
        #expect(listing.split(separator: "\n").contains { $0.hasPrefix("Inter\t") })
        #expect(listing.contains("JetBrains Mono"))
    }
}
