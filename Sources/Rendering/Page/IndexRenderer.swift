internal import ChartGrammar
package import Formatting
package import Report

/// An edition in a tenant's list of reports.
package struct IndexEntry: Sendable, Equatable {
    /// The report's folder and title.
    package var slug: String
    package var title: String
    /// `2026-10` and "October 2026".
    package var period: String
    package var periodLabel: String
    /// The finding.
    package var headline: String
    /// Whether the period is over and all of it is in.
    package var isComplete: Bool
    /// The files of the edition's folder.
    package var files: [PageLink]

    package init(
        slug: String, title: String, period: String, periodLabel: String, headline: String, isComplete: Bool,
        files: [PageLink]
    ) {
        self.slug = slug
        self.title = title
        self.period = period
        self.periodLabel = periodLabel
        self.headline = headline
        self.isComplete = isComplete
        self.files = files
    }

    /// Reads what a page of ours says about itself; nil for a file that is none of ours or another tenant's.
    package init?(page: String, tenant: String, files: [PageLink]) {
        let facts = PageFacts(page)
        guard facts["tenant"] == tenant, let slug = facts["report"], let title = facts["title"],
            let period = facts["period"], let label = facts["period-label"], let complete = facts["complete"]
        else { return nil }
        self.init(
            slug: slug, title: title, period: period, periodLabel: label, headline: facts.description,
            isComplete: complete == "true", files: files)
    }
}

/// Writes the list of a tenant's reports: each report with its periods, the newest first, their findings and files.
package struct IndexRenderer: Sendable {
    private let texts: EngineText

    package init(texts: EngineText = .english) { self.texts = texts }

    /// - Parameters:
    ///   - entries: of one tenant, in any order.
    ///   - tenant: its id and name.
    /// - Throws: `PDFRenderingError` where the colour is no colour.
    package func render(
        _ entries: [IndexEntry], tenant: (id: String, name: String), presentation: Presentation,
        formatter: ValueFormatter
    ) throws -> [UInt8] {
        let title = texts(.reportsOf, ["tenant": tenant.name.shortened(to: 200)])
        let bySlug = Dictionary(grouping: entries, by: \.slug)
        let parts = bySlug.keys.sorted().map { slug in report(bySlug[slug] ?? []) }
        let content: HTML = parts.isEmpty ? "<p class=\"headline\">\(texts(.noReports))</p>" : parts.joined()
        let frame = PageFrame(
            locale: presentation.locale, direction: formatter.direction,
            palette: try PDFRenderer.palette(presentation.brandColor), title: title, description: "",
            facts: [("tenant", tenant.id)], hasScript: false)
        return frame.page(
            """
            <a class="skip" href="#content">\(texts(.skipToContent))</a>
            <header class="band"><div class="who"><span class="logo" aria-hidden="true">\(tenant.name.initials)</span>\
            <span class="name"><bdi>\(tenant.name.shortened(to: 200))</bdi></span></div><h1>\(title)</h1></header>
            <main id="content">
            \(content)
            </main>
            <footer class="foot"></footer>
            """)
    }

    private func report(_ entries: [IndexEntry]) -> HTML {
        // Names of periods sort by time within a grain.
        let sorted = entries.sorted { ($1.period, $1.periodLabel) < ($0.period, $0.periodLabel) }
        guard let newest = sorted.first else { return "" }
        let items = sorted.enumerated().map { index, entry in item(entry, isLatest: index == 0) }
        return """
            <section class="part"><h2>\(newest.title.shortened(to: 300))</h2><ul class="list">
            \(items.joined())
            </ul></section>
            """
    }

    private func item(_ entry: IndexEntry, isLatest: Bool) -> HTML {
        let folder = "\(entry.slug.asPathSegment)/\(entry.period.asPathSegment)/"
        let links = entry.files.filter { ["pdf", "xlsx", "csv"].contains($0.format) }.map { file in
            HTML("<a href=\"\(folder)\(file.address)\">\(file.format.uppercased())</a>")
        }
        let words = [isLatest ? texts(.latest) : nil, texts(entry.isComplete ? .isComplete : .isPartial)]
        return """
            <li><div><a class="when" href="\(folder)report.html">\(entry.periodLabel)</a> \
            <span class="status">\(words.compactMap(\.self).joined(separator: " · "))</span></div>\
            <p>\(entry.headline.shortened(to: 400))</p><div class="links">\(links.joined())</div></li>
            """
    }
}

/// The facts in the head of a page of ours: `<meta name="almanac:tenant" content="…">`.
package struct PageFacts: Sendable {
    private var values: [String: String] = [:]
    /// The page's description: the report's finding.
    package private(set) var description = ""

    /// Reads the head of a page.
    package init(_ page: String) {
        for line in page.split(separator: "\n") {
            if line == "<body>" { break }
            guard line.hasPrefix("<meta name=\""), line.hasSuffix("\">") else { continue }
            let parts = line.dropFirst(12).dropLast(2).split(separator: "\" content=\"", maxSplits: 1)
            guard let name = parts.first else { continue }
            let value = parts.count > 1 ? String(parts[1]).unescapedFromHTML : ""
            if name == "description" { description = value }
            if name.hasPrefix("almanac:") { values[String(name.dropFirst(8))] = value }
        }
    }

    package subscript(_ name: String) -> String? { values[name] }
}

extension String {
    /// The text behind `escapedForHTML`.
    fileprivate var unescapedFromHTML: String {
        replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
}
