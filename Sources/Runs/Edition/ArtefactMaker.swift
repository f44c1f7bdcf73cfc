internal import Checksum
internal import Configuration
internal import Effects
internal import Formatting
internal import PDFCanvas
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// Turns a document into the bytes of its artefacts. Belongs to one thread, as fonts do.
struct ArtefactMaker {
    private let store: any FileStore
    private let text: EngineText
    private let renderer: PDFRenderer
    private let pages: PageRenderer
    private let themeBytes: [UInt8]
    /// What decides where words are broken.
    private let hyphenation: String

    init(_ project: Project, text: EngineText) throws {
        try self.init(templates: project.layout.templates, store: project.environment.store, text: text)
    }

    /// Reads theme and fonts from a folder of templates.
    init(templates: FilePath, store: any FileStore, text: EngineText) throws {
        self.store = store
        self.text = text
        let themePath = templates.appending("themes").appending("almanac.yaml")
        themeBytes = try store.contents(of: themePath)
        let theme = try PDFTheme(
            reading: YAMLDocument(
                text: String(decoding: themeBytes, as: UTF8.self), file: "Templates/themes/almanac.yaml"))
        let fontsPath = templates.appending("fonts").appending("fonts.conf")
        let fonts = try store.status(of: fontsPath) == nil ? nil : try store.text(of: fontsPath)
        renderer = try PDFRenderer(fontConfiguration: fonts, theme: theme, texts: text)
        hyphenation = try Self.hyphenation(of: text.language, store)
        pages = try PageRenderer(fontConfiguration: fonts, theme: theme, texts: text)
    }

    /// What decides where a language's words are broken: its dictionary's hash, or that there is none.
    private static func hyphenation(of language: String, _ store: any FileStore) throws -> String {
        guard let dictionary = Hyphenator.dictionary(language: language) else { return "" }
        let path = FilePath(dictionary)
        guard try store.status(of: path) != nil else { return "no hyphenation" }
        let bytes = try store.contents(of: path)
        return SHA256Digest(of: bytes.span).description
    }

    /// SHA-256 over what decides the look: the theme and the engine's words.
    var templateHash: String {
        RunIdentity.hash([("themes/almanac.yaml", themeBytes), ("text", Array("\(text)".utf8))])
    }

    /// SHA-256 over the names, versions and files of all fonts that may be drawn with, and the dictionary by which words
    /// are broken.
    var fontsHash: String { SHA256Digest(of: renderer.fontListing + hyphenation).description }

    /// The artefacts of some formats, each checked against the document before it is given out.
    /// - Parameters:
    ///   - folder: a private folder for what libraries write on their way.
    ///   - index: the address of the list of the tenant's reports from where the files will lie; nil where there is none.
    func artefacts(
        of document: ReportDocument, _ formats: [ArtefactFormat], folder: FilePath, index: String? = nil
    ) throws -> [Artefact] {
        var artefacts: [Artefact] = []
        // The page comes last, because it has links to what was made before it.
        for format in formats.filter({ $0 != .html }) + formats.filter({ $0 == .html }) {
            // Tables that are in other formats alone are none of this one's.
            let document = document.limited(to: format.ofDefinitions)
            switch format {
            case .pdf: artefacts.append(try pdf(document))
            case .xlsx: artefacts.append(try workbook(document, folder))
            case .csv: artefacts += try csv(document)
            case .json: artefacts += try json(document)
            case .parquet: artefacts += try TableFiles(store: store).render(document, folder: folder)
            case .html:
                let links = artefacts.map { PageLink(name: $0.name, size: $0.size) }
                artefacts.append(try page(document, links: links, index: index))
            }
        }
        return artefacts
    }

    /// The static page, checked against the document.
    ///
    /// - Parameters:
    ///   - links: the files that it leads to, by their addresses from where it lies.
    ///   - index: the address of the list of the tenant's reports from where it lies; nil where there is none.
    func page(_ document: ReportDocument, links: [PageLink], index: String?) throws -> Artefact {
        let formatter = formatter(document.presentation)
        let bytes = try pages.render(document, formatter: formatter, files: links, index: index)
        let artefact = Artefact(name: "report.html", bytes: bytes)
        try pages.check(artefact, of: document, formatter: formatter)
        return artefact
    }

    /// Where the list of a tenant's reports lies, seen from the folder of an edition.
    static let index = "../../index.html"

    /// How a tenant's numbers and dates are written.
    func formatter(_ presentation: Presentation) -> ValueFormatter {
        ValueFormatter(locale: presentation.locale, currency: presentation.currency, words: text.words)
    }

    private func pdf(_ document: ReportDocument) throws -> Artefact {
        let formatter = formatter(document.presentation)
        let file = try renderer.file(document, formatter: formatter)
        let artefact = Artefact(name: "report.pdf", bytes: file.bytes)
        try renderer.check(file, name: artefact.name, of: document, formatter: formatter)
        return artefact
    }

    private func workbook(_ document: ReportDocument, _ folder: FilePath) throws -> Artefact {
        let renderer = WorkbookRenderer(text: text)
        let artefact = try renderer.render(document, folder: folder, store: store)
        try renderer.check(artefact, of: document)
        return artefact
    }

    private func csv(_ document: ReportDocument) throws -> [Artefact] {
        let renderer = CSVRenderer()
        let artefacts = try renderer.render(document)
        for table in document.tables {
            let name = CSVRenderer.name(of: table, document.presentation.csv)
            guard let file = artefacts.first(where: { $0.name == name }),
                let sidecar = artefacts.first(where: { $0.name == name + ".json" })
            else { throw ArtefactError(name, "it is missing") }
            try ArtefactCheck.check(csv: file, sidecar: sidecar, of: table, in: document)
        }
        return artefacts
    }

    private func json(_ document: ReportDocument) throws -> [Artefact] {
        let artefacts = JSONRenderer().render(document)
        for table in document.tables {
            guard let file = artefacts.first(where: { $0.name == JSONRenderer.name(of: table) }) else { continue }
            try ArtefactCheck.check(json: file.bytes, of: table, in: document)
        }
        return artefacts
    }
}
