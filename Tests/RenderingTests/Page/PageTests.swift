import ChartGrammar
import Columnar
import Formatting
import Foundation
import PDFCanvas
import Rendering
import Report
import Testing

/// Static pages, checked as a reader's browser would take them.
@Suite(.serialized) struct PageTests {
    private static func render(_ document: ReportDocument, files: [PageLink] = []) throws -> String {
        let texts = try Catalogues.texts(document.presentation.locale)
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: texts.words)
        let bytes = try PageRenderer(fonts: FontLibrary(), texts: texts)
            .render(document, formatter: formatter, files: files, index: "../../index.html")
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    private static let files = [
        PageLink(name: "report.pdf", size: 61_234), PageLink(name: "report.xlsx", size: 23_456),
        PageLink(name: "top customers.csv", size: 1_234_567), PageLink(name: "receipt.json", size: 10),
    ]

    @Test(arguments: LocalisedSamples.locales) func aPageInEachLanguage(locale: String) throws {
        let document = try LocalisedSamples.document(locale)
        let page = try Self.render(document, files: Self.files)
        try Samples.keep(Array(page.utf8), "page-\(locale).html")
        #expect(try Self.render(document, files: Self.files) == page)
        #expect(page.contains("<html lang=\"\(locale)\" dir=\"\(locale.hasPrefix("ar") ? "rtl" : "ltr")\">"))
        #expect(page.utf8.count < 400_000)
        for text in [document.headline, document.identity.title, document.freshness.line, document.identity.run] {
            #expect(page.contains(text))
        }
        // Tiles, charts drawn twice with words and figures, tables with heads and totals.
        #expect(page.matches(of: /<section class="tile">/).count == 4)
        #expect(page.matches(of: /<figure>/).count == 5)
        #expect(page.matches(of: /<div class="wide"><svg/).count == 5)
        #expect(page.matches(of: /<div class="narrow"><svg/).count == 5)
        #expect(page.matches(of: /<details>/).count == 5)
        #expect(page.matches(of: /<tfoot>/).count == 2)
        #expect(page.contains("data-x="))
    }

    @Test(arguments: SampleDocuments.all.map(\.name)) func everySampleIsAPage(name: String) throws {
        let document = try #require(SampleDocuments.all.first { $0.name == name }).document
        let page = try Self.render(document)
        try Samples.keep(Array(page.utf8), "page-\(name).html")
        #expect(page.hasSuffix("</html>\n"))
        // Every row that is shown is there: a head, the rows, a total.
        let shown = document.tables.map { min($0.rows.count, 500) + ($0.totals == nil ? 0 : 1) }.reduce(0, +)
        let figures = page.matches(of: /<details>(?s:.*?)<\/details>/).map { $0.output.matches(of: /<tr>/).count }
        let heads = document.tables.count { !$0.rows.isEmpty }
        #expect(page.matches(of: /<tr>/).count == shown + heads + figures.reduce(0, +))
    }

    /// The policy names the page's own style and script by their hashes, and nothing comes from elsewhere.
    @Test func nothingIsLoaded() throws {
        let page = try Self.render(try LocalisedSamples.document("en-NG"), files: Self.files)
        let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).output.1
            .replacing("&#39;", with: "'")
        #expect(policy.hasPrefix("default-src 'none'; img-src data:; style-src-elem 'sha256-"))
        #expect(!policy.contains("unsafe-eval") && !policy.contains("script-src 'unsafe"))
        for (tag, directive) in [("style", "style-src-elem"), ("script", "script-src")] {
            let content = try #require(page.firstRange(of: "<\(tag)>")).upperBound
            let end = try #require(page[content...].firstRange(of: "</\(tag)>")).lowerBound
            let hash = try Self.base64SHA256(String(page[content..<end]))
            #expect(policy.contains("\(directive) 'sha256-\(hash)'"))
        }
        for address in page.matches(of: /(?:src|href)="([^"]*)"/).map(\.output.1) {
            let own = ["#content", "report.pdf", "report.xlsx", "top%20customers.csv", "../../index.html"]
            #expect(own.contains(String(address)), "\(address)")
        }
        #expect(!page.contains("//fonts.") && !page.contains("@import") && !page.contains("javascript:"))
        #expect(page.contains("<meta name=\"robots\" content=\"noindex, nofollow\">"))
        // Scripted events and addresses of other documents are nowhere in the markup.
        #expect(page.firstMatch(of: /\ on[a-z]+=/) == nil)
    }

    private static func base64SHA256(_ text: String) throws -> String {
        let program =
            "import sys,hashlib,base64;sys.stdout.write(base64.b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode())"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", program]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        let hash = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: hash, as: UTF8.self)
    }

    static let hostile = [
        "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)",
        "'><svg/onload=alert(1)>",
        "=cmd|' /C calc'!A0", "\u{202E}gnp.exe\u{2066}", "a\u{0}b\u{1B}[31m\u{8}c\u{FFFE}", "]]><!--",
        "${7*7} {{7*7}} {unit}",
        "&lt;already&gt; &amp;", "\u{2028}\u{2029}\r\n", String(repeating: "word ", count: 8_000),
        String(repeating: "x", count: 40_000),
    ]

    /// Hostile text in every place of a document is text on the page.
    @Test(arguments: hostile.indices) func hostileTextIsText(index: Int) throws {
        let text = Self.hostile[index]
        let page = try Self.render(HostileDocument.with(text), files: [PageLink(name: text, size: 1)])
        #expect(page.matches(of: /<script/).count == 1 && page.matches(of: /<\/script>/).count == 1)
        #expect(
            page.matches(of: /<img/).isEmpty && !page.contains("<svg/onload")
                && page.firstMatch(of: /\ on[a-z]+="/) == nil)
        let bad = page.unicodeScalars.first { scalar in
            (scalar.value < 0x20 && scalar.value != 0x0A) || (0x7F..<0xA0).contains(scalar.value)
                || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE
        }
        #expect(bad == nil, "U+\(String(bad?.value ?? 0, radix: 16))")
        #expect(page.utf8.count < 2_500_000)
        // Tags are balanced whatever stands between them.
        for tag in ["div", "section", "figure", "table", "bdi", "details", "svg", "p", "h2", "h3"] {
            let opened = page.matches(of: try Regex("<\(tag)[ >]")).count
            #expect(opened == page.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
        }
    }

    /// A page is read back before it leaves.
    @Test func aPageOfAnotherTenantOrTotalIsRefused() throws {
        let document = try LocalisedSamples.document("pt-BR")
        let texts = try Catalogues.texts("pt-BR")
        let formatter = ValueFormatter(locale: "pt-BR", currency: "BRL", words: texts.words)
        let renderer = try PageRenderer(fonts: FontLibrary(), texts: texts)
        let page = Artefact(name: "report.html", bytes: try renderer.render(document, formatter: formatter))
        try renderer.check(page, of: document, formatter: formatter)
        var other = document
        other.identity.tenant = "another"
        #expect(throws: ArtefactError.self) { try renderer.check(page, of: other, formatter: formatter) }
        guard case .table(var table) = document.sections[4].blocks[0] else { throw CocoaError(.fileReadUnknown) }
        table.totals?[1] = .int(1)
        other = document
        other.sections[4].blocks[0] = .table(table)
        #expect(throws: ArtefactError.self) { try renderer.check(page, of: other, formatter: formatter) }
    }

    @Test func theListNamesEveryEdition() throws {
        let texts = EngineText.english
        let formatter = ValueFormatter(locale: "en-NG", currency: "NGN")
        var document = try LocalisedSamples.document("en-NG")
        document.headline = "\"Sales\" <rose> & fell"
        let page = try Self.render(document)
        let entry = try #require(IndexEntry(page: page, tenant: "lagos-fresh", files: Self.files))
        #expect(entry.headline == document.headline && entry.period == "2026-10" && entry.isComplete)
        #expect(IndexEntry(page: page, tenant: "other", files: []) == nil)
        #expect(IndexEntry(page: "<html>", tenant: "lagos-fresh", files: []) == nil)
        var older = entry
        (older.period, older.periodLabel, older.isComplete) = ("2026-09", "September 2026", false)
        let list = String(
            decoding: try IndexRenderer(texts: texts).render(
                [older, entry], tenant: ("lagos-fresh", "Lagos Fresh Markets"), presentation: document.presentation,
                formatter: formatter), as: UTF8.self)
        try Samples.keep(Array(list.utf8), "index.html")
        let (first, second) = (list.firstRange(of: "October 2026"), list.firstRange(of: "September 2026"))
        #expect(try #require(first).lowerBound < (try #require(second)).lowerBound)
        #expect(list.contains("href=\"monthly-sales/2026-10/report.html\"") && list.contains("2026-10/report.pdf\""))
        #expect(list.contains("&quot;Sales&quot; &lt;rose&gt; &amp; fell") && !list.contains("<script"))
    }
}

/// A document with one text in every place that takes text.
enum HostileDocument {
    static func with(_ text: String) -> ReportDocument {
        var document = SampleDocuments.rich
        document.identity.tenantName = text
        document.identity.title = text
        document.identity.run = text
        document.identity.slug = text
        document.headline = text
        document.period.label = text
        document.period.comparisonShortLabel = text
        document.period.comparisonLabel = text
        document.freshness.line = text
        document.freshness.notes = [text, text]
        document.presentation.zone = text
        document.definitions = [Definition(term: text, text: text)]
        document.sources = [SourceNote(name: text, version: 1, rowCount: 2)]
        for index in document.tiles.indices { document.tiles[index].measure.label = text }
        var chart = SampleDocuments.markets
        (chart.title, chart.subtitle, chart.alternativeText) = (text, text, text)
        chart.domain = .categories(SampleDocuments.marketNames.map { "\($0) \(text)" })
        chart.series[0].label = text
        var line = SampleDocuments.daily(annotated: true)
        (line.title, line.subtitle) = (text, text)
        line.series[0].label = text
        line.annotations[0].text = text
        var table = SampleDocuments.marketTable(trend: true)
        (table.title, table.subtitle) = (text, text)
        table.columns[0].label = text
        table.columns[1].label = text
        for row in table.rows.indices { table.rows[row][0] = .text(text) }
        document.sections = [
            ReportSection(title: text, blocks: [.chart(line), .charts([chart, chart]), .table(table), .text(text)])
        ]
        return document
    }
}
