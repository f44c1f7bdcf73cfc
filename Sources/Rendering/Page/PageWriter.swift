internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

/// Writes the content of one report's page, in the order of the PDF.
final class PageWriter {
    let document: ReportDocument
    let formatter: ValueFormatter
    let texts: EngineText
    let scenes: SceneRenderer
    let charts: SceneComposer
    private let files: [PageLink]
    private let index: String?
    private var chartCount = 0

    init(
        document: ReportDocument, formatter: ValueFormatter, texts: EngineText, scenes: SceneRenderer,
        files: [PageLink], index: String?
    ) {
        self.document = document
        self.formatter = formatter
        self.texts = texts
        self.scenes = scenes
        charts = SceneComposer(
            measuring: scenes.measuring, labeller: formatter,
            texts: ChartTexts(texts),
            isRightToLeft: formatter.direction == .rightToLeft)
        self.files = files
        self.index = index
    }

    func body() throws -> HTML {
        var parts: [HTML] = [
            "<a class=\"skip\" href=\"#content\">\(texts(.skipToContent))</a>", band(), "<main id=\"content\">",
        ]
        if !document.headline.isEmpty { parts.append("<p class=\"headline\">\(document.headline)</p>") }
        parts += document.notices.map(notice)
        if !document.tiles.isEmpty {
            parts.append("<div class=\"tiles\">\n\(try document.tiles.map(tile).joined())\n</div>")
        }
        for (number, section) in document.sections.enumerated() { parts.append(try part(section, number)) }
        parts += [notes(), links(), "</main>", foot()]
        return parts.filter { !$0.isEmpty }.joined()
    }

    /// An identifier that no other chart of the page has.
    func nextChart() -> String {
        chartCount += 1
        return "c\(chartCount)"
    }

    private func part(_ section: ReportSection, _ number: Int) throws -> HTML {
        let blocks = try section.blocks.map(block).joined()
        guard let title = section.title, !title.isEmpty else { return "<div>\n\(blocks)\n</div>" }
        return """
            <section class="part" aria-labelledby="s\(number)">
            <h2 id="s\(number)">\(title)</h2>
            \(blocks)
            </section>
            """
    }

    private func block(_ block: Block) throws -> HTML {
        switch block {
        case .chart(let chart): return try figure(chart, isWide: true)
        case .charts(let charts):
            guard charts.count > 1 else { return try charts.map { try figure($0, isWide: true) }.joined() }
            return "<div class=\"pair\">\n\(try charts.map { try figure($0, isWide: false) }.joined())\n</div>"
        case .table(let table): return self.table(table)
        case .text(let text):
            return text.split(separator: "\n").map { line in HTML("<p class=\"text\">\(String(line))</p>") }.joined()
        }
    }

    // MARK: Around the content

    private func band() -> HTML {
        let identity = document.identity
        let logo: HTML =
            if let bytes = document.presentation.logo, let type = bytes.pictureType {
                "<img alt=\"\" src=\"data:\(type);base64,\(Base64.text(bytes))\">"
            } else {
                "\(identity.reader.initials)"
            }
        return """
            <header class="band">
            <div class="who"><span class="logo" aria-hidden="true">\(logo)</span>\
            <span class="name"><bdi>\(identity.reader.shortened(to: 200))</bdi></span>\
            <span class="pill\(document.freshness.isComplete ? "" : " partial")">\(document.freshness.line)</span></div>
            <h1>\(identity.title.shortened(to: 300))</h1>
            <p class="line">\(document.coverLine(formatter, texts))</p>
            </header>
            """
    }

    /// What must be known before the figures are read.
    private func notice(_ notice: Notice) -> HTML {
        let lines = notice.lines.map { HTML("<p>\($0)</p>") }.joined()
        return "<section class=\"notice\" role=\"note\"><h2>\(notice.title)</h2>\(lines)</section>"
    }

    private func notes() -> HTML {
        let freshness = document.freshness.notes.isEmpty ? [document.freshness.line] : document.freshness.notes
        let fresh = freshness.map { note in HTML("<p>\(note)</p>") }
        let sources = document.sources.map { source in
            HTML("<p class=\"quiet\">\(texts.line(of: source, formatter))</p>")
        }
        let words = document.definitions.map { word in HTML("<dt>\(word.term)</dt><dd>\(word.text)</dd>") }
        let meanings: HTML =
            words.isEmpty ? "" : "<div><h2>\(texts(.whatWordsMean))</h2><dl>\(words.joined())</dl></div>"
        return """
            <section class="notes" aria-label="\(texts(.notes))">
            <div><h2>\(texts(.howFresh))</h2>\((fresh + sources).joined())</div>
            \(meanings)
            <div><h2>\(texts(.looksWrong))</h2><p>\(texts(.quoteRun))</p><p><code>\(document.identity.run)</code></p></div>
            </section>
            """
    }

    private func links() -> HTML {
        let shown = files.filter { ["pdf", "xlsx", "csv"].contains($0.format) }
        guard !shown.isEmpty else { return "" }
        let links = shown.map { file in
            HTML("<a href=\"\(file.address)\" download>\(texts.name(of: file)) · \(file.sizeText(formatter))</a>")
        }
        return
            "<nav class=\"files\" aria-label=\"\(texts(.downloads))\"><h2>\(texts(.downloads))</h2>\(links.joined())</nav>"
    }

    private func foot() -> HTML {
        let identity = document.identity
        let words = [identity.reader.shortened(to: 120), identity.title.shortened(to: 120), document.period.label]
        let parts = words.map { word in HTML("<bdi>\(word)</bdi>").description }.joined(separator: " · ")
        let all: HTML = index.map { "<a href=\"\($0)\">\(texts(.allReports))</a>" } ?? ""
        return "<footer class=\"foot\"><span>\(HTML(markup: parts))</span>\(all)</footer>"
    }
}

extension EngineText {
    /// `sales_daily, version 7: 1,204 rows`.
    func line(of source: SourceNote, _ formatter: ValueFormatter) -> String {
        var values = ["source": source.name, "rows": formatter.full(.int(source.rowCount), unit: .count)]
        guard let version = source.version else { return self(.readFromView, count: source.rowCount, values) }
        values["version"] = String(version)
        return self(.readFrom, count: source.rowCount, values)
    }

    /// What a file is for people.
    func name(of file: PageLink) -> String {
        switch file.format {
        case "pdf": "PDF"
        case "xlsx": "\(self(.asWorkbook)) (XLSX)"
        default: file.name
        }
    }
}

extension PageLink {
    /// `48 kB`, `1.2 MB`.
    func sizeText(_ formatter: ValueFormatter) -> String {
        let number = size < 1_000_000 ? Double(max(size, 1_000)) / 1_000 : Double(size) / 1_000_000
        let digits = formatter.full(.double(number), unit: .number(decimals: size < 1_000_000 ? 0 : 1))
        return "\(digits) \(size < 1_000_000 ? "kB" : "MB")"
    }
}

extension [UInt8] {
    /// The media type of a logo: PNG by its signature, SVG by its first sign; nil for anything else.
    var pictureType: String? {
        if starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        return first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "<")
            ? "image/svg+xml" : nil
    }
}
