internal import Checksum
internal import CivilTime
internal import Configuration
internal import Effects
internal import Lake
internal import Rendering
internal import Report
package import SystemPackage
internal import Tenancy

/// Draws a report from the lake as it is, for those who write its definition: no lock, no run, no receipt, nothing in
/// `out`.
package struct ReportPreview {
    /// What was drawn.
    package struct Drawing: Sendable {
        /// The person whose report it is, with how many others have one; nil where it is the tenant's.
        package let subject: (key: String, name: String, count: Int)?
        /// The files that were written.
        package let files: [OutsideEdition.File]
    }

    private let project: Project
    private let slug: String
    private let tenant: String
    private let request: EditionRequest

    package init(of slug: String, tenant: String, _ request: EditionRequest, in project: Project) {
        self.project = project
        self.slug = slug
        self.tenant = tenant
        self.request = request
    }

    /// Draws the report into a folder.
    ///
    /// - Throws: `Failure`, with file, line and column where the definition is wrong.
    package func draw(into folder: FilePath) throws(Failure) -> Drawing {
        do {
            return try drawn(folder)
        } catch {
            throw Failure(classifying: error, doing: "draw report '\(slug)' for tenant '\(tenant)'")
        }
    }

    private func drawn(_ folder: FilePath) throws -> Drawing {
        let scope = try project.tenants.scope(named: tenant)
        let maker = try EditionMaker(slug, for: scope, in: project)
        let period = try maker.period(named: request.period)
        let source = try EditionSource(latest: scope, try project.openLedger())
        let values = try maker.report.values(request.parameters)
        let tables = try EditionTables(maker, from: source, values)
        let shared = try tables.shared(period)
        let person = try person(of: maker, period, shared, scope, asOf: source.asOf)
        var document = try maker.document(period, from: tables, try EditionVariant(person, values))
        document.identity.run = "preview"
        let count = shared.people(in: period).count
        return Drawing(
            subject: person.map { ($0.key, $0.name, count) }, files: try write(document, of: maker, into: folder))
    }

    /// Whose report is drawn: of a report for subjects one is enough to look at.
    private func person(
        of maker: EditionMaker, _ period: Period, _ tables: ReportTables, _ scope: TenantScope,
        asOf: Instant
    ) throws(Failure) -> ReportSubject? {
        let found: [ReportSubject?]
        do {
            found = try maker.report.people(request.subjects, in: period, tables, of: scope)
        } catch {
            throw suggesting(error, tables.people(in: period))
        }
        guard let first = found.first else {
            let last = scope.tenant.calendar.lastComplete(maker.report.grain, asOf: asOf)
            throw Failure(
                .usage, "report '\(slug)' has no subject in \(period.name) for tenant '\(tenant)'",
                why: "the tenant's last run read the source up to \(asOf)", remedy: "--period \(last.name)")
        }
        return first
    }

    /// Keys near the one that is none, else the first ones. Only here: what a preview says goes to the screen of whoever
    /// writes the definition, and into no ledger.
    private func suggesting(_ failure: Failure, _ people: [ReportSubject]) -> Failure {
        guard failure.cause == .usage, let wanted = request.subjects.first, !people.isEmpty else { return failure }
        var failure = failure
        let near = Suggestion.nearest(to: wanted, among: people.map(\.key))
        let named = people.filter { $0.name.lowercased().contains(wanted.lowercased()) }.map(\.key)
        let suggested = near.map { [$0] } ?? named
        failure.remedy =
            suggested.isEmpty
            ? "--subject with one of \(people.count) keys: \(people.prefix(5).map(\.key).joined(separator: ", "))"
            : "did you mean \(suggested.prefix(5).map { "'\($0)'" }.joined(separator: ", "))?"
        return failure
    }

    private func write(
        _ document: ReportDocument, of maker: EditionMaker, into folder: FilePath
    ) throws -> [OutsideEdition.File] {
        let store = project.environment.store
        try store.makeFolder(folder)
        let work = folder.appending(
            CommittedFile.temporaryPrefix + String(project.environment.random.nextBits(), radix: 16))
        try store.makeFolder(work)
        defer { try? store.removeFolder(work) }
        let formats = try ArtefactFormat.formats(request.formats.isEmpty ? ["pdf"] : request.formats, of: maker.report)
        let artist = try ArtefactMaker(project, text: maker.text)
        return try artist.artefacts(of: document, formats, folder: work).map { artefact in
            let name = try ArtefactName(artefact.name).text
            try CommittedFile(store: store, random: project.environment.random).commit(
                artefact.bytes, to: folder.appending(name), replacing: true)
            return OutsideEdition.File(name: name, sha256: artefact.sha256.description, size: artefact.size)
        }
    }

    /// One text for everything that decides how the report looks: the platform's definitions, theme, words and the
    /// tenant's file. Another text means that something was saved.
    package func state() throws(Failure) -> String {
        do {
            let scope = try? project.tenants.scope(named: tenant)
            var text = scope.map { "\($0.tenant)" } ?? ""
            let templates = project.layout.templates
            var folders = [templates.appending("themes"), templates.appending("text")]
            if let scope { folders.append(project.layout.reports(of: scope.tenant.platform)) }
            for folder in folders { try add(folder, to: &text, depth: 0) }
            return SHA256Digest(of: text).description
        } catch {
            throw Failure(classifying: error, doing: "watch report '\(slug)'")
        }
    }

    private func add(_ folder: FilePath, to text: inout String, depth: Int) throws {
        let store = project.environment.store
        guard depth < 4, try store.status(of: folder)?.kind == .folder else { return }
        for name in try store.names(in: folder).sorted() {
            let path = folder.appending(name)
            // A file that an editor is just replacing comes back with the next look.
            guard let status = try store.status(of: path) else { continue }
            if status.kind == .folder {
                try add(path, to: &text, depth: depth + 1)
            } else if status.size < 4 << 20, let bytes = try? store.contents(of: path, limit: 4 << 20) {
                text += "\(path) \(SHA256Digest(of: bytes.span))\n"
            }
        }
    }
}
