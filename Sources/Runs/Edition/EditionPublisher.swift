internal import Checksum
internal import CivilTime
internal import Effects
internal import Lake
internal import Models
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// Puts an edition's files under their final names: every artefact, then the receipt that names them all. They become
/// durable together.
struct EditionPublisher {
    let project: Project
    let scope: TenantScope
    let report: ReportDefinition
    let period: Period
    let variant: EditionVariant
    /// Draws; one for all editions of a job.
    let artist: ArtefactMaker
    /// Makes what is written durable, with what others write.
    let sync: (SyncGroup.Paths) throws(FileError) -> Void

    func publish(
        _ document: ReportDocument, _ maker: EditionMaker, _ source: EditionSource, _ formats: [ArtefactFormat],
        restatements: [Receipt.Restatement], edition: Int64
    ) throws -> [ArtefactRecord] {
        let store = project.environment.store
        let work = project.layout.work(run: try ResourceName(document.identity.run), of: scope)
        try store.removeFolder(work)
        // Nothing in it is to outlive a power cut.
        _ = try store.addFolder(work)
        defer { try? store.removeFolder(work) }
        let artefacts = try artist.artefacts(of: document, formats, folder: work, index: index)
        var receipt = try self.receipt(document, maker, source, artefacts, edition: edition)
        receipt.restatements = restatements
        receipt.figures = document.headlineFigures.map {
            Receipt.Figure(address: $0.address, value: $0.value.figureText)
        }
        receipt.inputs = source.inputs.sorted { $0.key < $1.key }.map { Receipt.Input(name: $0.key, version: $0.value) }
        try DefinitionArchive(project: project).keep(maker.definitions, hash: maker.definitionHash)
        let slug = try ResourceName(report.slug)
        let files = CommittedFiles(store: store, random: project.environment.random, sync: sync)
        try files.makeFolder(project.layout.out(slug, period, variant.folders, of: scope))
        try ReceiptFiles(project: project, scope: scope, report: slug).keepNewest(
            period, variant.folders, before: edition)
        var records: [ArtefactRecord] = []
        for artefact in artefacts + [Artefact(name: Receipt.fileName, bytes: receipt.bytes)] {
            if artefact.name == Receipt.fileName { files.beginGroup() }
            let path = project.layout.out(
                try ArtefactName(artefact.name), slug, period, variant.folders, of: scope)
            try files.add(artefact.bytes, to: path)
            records.append(
                ArtefactRecord(
                    name: artefact.name, path: shown(path), sha256: artefact.sha256.description, size: artefact.size))
        }
        try files.commit()
        if formats.contains(.html), variant.folders.isEmpty {
            try PagePublisher(project: project, scope: scope).publish(
                document, artefacts, slug, period, artist, maker.text)
        }
        return records
    }

    /// The list of the tenant's reports is for those who may see all of them: a person's page does not lead there.
    private var index: String? { variant.folders.isEmpty ? ArtefactMaker.index : nil }

    /// A path from the project's folder on.
    private func shown(_ path: FilePath) -> String {
        var shown = path
        _ = shown.removePrefix(project.layout.root)
        return shown.string
    }

    private func receipt(
        _ document: ReportDocument, _ maker: EditionMaker, _ source: EditionSource, _ artefacts: [Artefact],
        edition: Int64
    ) throws -> Receipt {
        let tenant = scope.tenant
        let calendar = try scope.calendar(of: variant.subject, project.environment)
        var tables: [Receipt.Table] = []
        let models = try EditionModels(maker.definitions.graph, versions: source.versions, of: scope, in: project)
        for name in models.tableNames(of: maker.models) {
            let parts = name.split(separator: "/").map(String.init)
            guard let version = source.versions[name], parts.count == 2,
                let kind = TableAddress.Kind(rawValue: parts[0])
            else { continue }
            let address = TableAddress(kind, try ResourceName(parts[1]), of: scope, in: project.layout)
            let snapshot = try project.table(address).snapshot(at: .version(version))
            let files = snapshot.files.map { Receipt.File(name: $0.name, sha256: $0.sha256 ?? "", bytes: $0.size) }
            // A person's receipt counts that person's rows.
            let own = document.sources.first { $0.name == parts[1] }?.rowCount ?? 0
            let rows = variant.subject == nil ? snapshot.rowCount ?? 0 : own
            tables.append(Receipt.Table(name: address.name, version: version, rows: rows, files: files))
        }
        return Receipt(
            run: document.identity.run, tenant: tenant.id.text, platform: tenant.platform.text, report: report.slug,
            period: period.name, subject: variant.subject?.key, parameters: variant.parameters.given, edition: edition,
            engine: document.identity.engine, asOf: document.freshness.asOf,
            definition: document.identity.definitionHash, template: artist.templateHash,
            fonts: ["listing": artist.fontsHash], timeZoneData: project.environment.zones.version(),
            calendar: Receipt.calendar(calendar), locale: tenant.locale, currency: tenant.currency, tables: tables,
            rows: Receipt.RowCounts(
                read: source.rows.read, written: source.rows.written, rejected: source.rows.rejected),
            comparison: source.comparison,
            artefacts: artefacts.map(\.receipt))
    }
}
