internal import Checksum
internal import Configuration
internal import Effects
internal import Formatting
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// Turns a document into the bytes of its artefacts. Belongs to one thread, as fonts do.
struct ArtefactMaker {
    private let store: any FileStore
    private let text: EngineText
    private let renderer: PDFRenderer
    private let themeBytes: [UInt8]

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
    }

    /// SHA-256 over what decides the look: the theme and the engine's words.
    var templateHash: String {
        RunIdentity.hash([("themes/almanac.yaml", themeBytes), ("text", Array("\(text)".utf8))])
    }

    /// SHA-256 over the names, versions and files of all fonts that may be drawn with.
    var fontsHash: String { SHA256Digest(of: renderer.fontListing).description }

    /// The artefacts of some formats, each checked against the document before it is given out.
    /// - Parameter folder: a private folder for what libraries write on their way.
    func artefacts(
        of document: ReportDocument, _ formats: [ArtefactFormat], folder: FilePath
    ) throws -> [Artefact] {
        var artefacts: [Artefact] = []
        for format in formats {
            switch format {
            case .pdf: artefacts.append(try pdf(document))
            case .xlsx: artefacts.append(try workbook(document, folder))
            case .csv: artefacts += try csv(document)
            case .json: artefacts += try json(document)
            case .parquet: artefacts += try TableFiles(store: store).render(document, folder: folder)
            }
        }
        return artefacts
    }

    private func pdf(_ document: ReportDocument) throws -> Artefact {
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
        return Artefact(
            name: "report.pdf",
            bytes: try renderer.render(document, formatter: formatter))
    }

    private func workbook(_ document: ReportDocument, _ folder: FilePath) throws -> Artefact {
        let renderer = WorkbookRenderer(text: text)
        let artefact = try renderer.render(document, folder: folder, store: store)
        try renderer.check(artefact, of: document)
        return artefact
    }

    private func csv(_ document: ReportDocument) throws -> [Artefact] {
        let renderer = CSVRenderer()
        let artefacts = renderer.render(document)
        for table in document.tables {
            guard let file = artefacts.first(where: { $0.name == "\(table.name).csv" }) else { continue }
            try ArtefactCheck.check(csv: file.bytes, of: table, isGuarded: renderer.isGuarded)
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
