internal import Checksum
internal import CivilTime
internal import Effects
internal import Lake
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// What became of a report.
package struct EditionOutcome: Sendable {
    /// The run.
    package let run: RunRecord
    /// Its files, the receipt among them.
    package let artefacts: [ArtefactRecord]
    /// Whether the edition was there before, because nothing that it says has changed.
    package let isUnchanged: Bool
}

/// Makes the editions of one report of one tenant for one period: the tenant's, or one for each of its people. Of each
/// the document, its artefacts, the receipt, the entry in the ledger.
struct ReportJob {
    let session: TenantSession
    let progress: (RunEvent) -> Void

    private var project: Project { session.project }
    private var scope: TenantScope { session.scope }

    /// What all editions of a job have in common: definitions, tables and fonts are read once.
    private struct Work {
        let maker: EditionMaker
        let source: EditionSource
        let tables: ReportTables
        let period: Period
        let formats: [ArtefactFormat]
        let artist: ArtefactMaker
    }

    /// - Parameters:
    ///   - slug: the report.
    ///   - request: which of its editions.
    ///   - found: takes what became of each edition: one that fails leaves the others alone.
    /// - Throws: what keeps all of them from being made.
    func run(
        _ slug: String, _ request: EditionRequest, found: (Result<EditionOutcome, Failure>) -> Void
    ) throws(Failure) {
        let doing = "make report '\(slug)' for tenant '\(scope.id)'"
        do {
            let maker = try EditionMaker(slug, for: scope, in: project)
            let parameters = try maker.report.values(request.parameters)
            let period = try maker.period(named: request.period)
            let source = try EditionSource(latest: scope, session.ledger)
            let formats = try ArtefactFormat.formats(request.formats, of: maker.report)
            let tables = try maker.tables(from: source, period, parameters)
            let people = try maker.report.people(request.subjects, in: period, tables, of: scope)
            let work = Work(
                maker: maker, source: source, tables: tables, period: period, formats: formats,
                artist: try ArtefactMaker(project, text: maker.text))
            for person in people {
                if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") }
                do {
                    found(.success(told(try edition(try EditionVariant(person, parameters), work))))
                } catch {
                    found(.failure(Failure(classifying: error, doing: doing)))
                }
            }
        } catch {
            throw Failure(classifying: error, doing: doing)
        }
    }

    private func edition(_ variant: EditionVariant, _ work: Work) throws -> EditionOutcome {
        let document = try work.maker.document(work.period, from: work.source, work.tables, variant)
        let fingerprint = DocumentFingerprint.hash(
            document, differsFromSource: (work.source.comparison?.differingCount ?? 0) > 0)
        let last = try session.ledger.latestEdition(
            tenant: scope.id.text, subject: work.maker.report.slug, period: work.period.name, variant: variant.name)
        if let last, last.fingerprint == fingerprint, last.state == .done, let found = try found(last, work.formats) {
            return EditionOutcome(run: last, artefacts: found, isUnchanged: true)
        }
        return try make(document, variant, work, fingerprint, last)
    }

    /// The artefacts of an edition, if they lie there as they were made and are all that is asked for.
    private func found(_ run: RunRecord, _ formats: [ArtefactFormat]) throws -> [ArtefactRecord]? {
        let artefacts = try session.ledger.artefacts(of: run.id)
        guard formats.allSatisfy({ format in artefacts.contains { format.covers($0.name) } }) else { return nil }
        let store = project.environment.store
        for artefact in artefacts {
            let path = project.layout.root.pushing(FilePath(artefact.path))
            guard try store.status(of: path)?.size == artefact.size,
                try SHA256Digest(ofFile: try store.open(path)).description == artefact.sha256
            else { return nil }
        }
        return artefacts
    }

    private func make(
        _ content: ReportDocument, _ variant: EditionVariant, _ work: Work, _ fingerprint: String, _ last: RunRecord?
    ) throws -> EditionOutcome {
        let (maker, source, period) = (work.maker, work.source, work.period)
        // The same content again, asked for in further formats or after a failure, is the same edition.
        let isSame = last.map { $0.fingerprint == fingerprint || $0.state != .done } ?? false
        let edition = last.map { isSame ? $0.edition : $0.edition + 1 } ?? 1
        var document = content
        document.identity.run = RunIdentity.id(
            tenant: scope.id.text, subject: maker.report.slug, definition: document.identity.definitionHash,
            period: period.name, edition: edition, variant: variant.identity)
        let record = RunRecord(
            id: document.identity.run, kind: .report, tenant: scope.id.text, subject: maker.report.slug,
            period: period.name, variant: variant.name, edition: edition,
            startedAt: project.environment.now.microsecondsSinceEpoch, fingerprint: fingerprint)
        var recorder = try RunRecorder(record, stages: [.render], in: session)
        let calendar = scope.tenant.calendar
        if maker.report.onIncomplete == .hold, source.asOf < calendar.instants(of: period).end {
            try recorder.hold("the period is not over in the data, and the report's definition says hold")
            throw Failure(
                .busy, "report '\(maker.report.slug)' for tenant '\(scope.id)' is held",
                why: "\(period.name) ends after \(source.asOf), up to which the data reaches",
                remedy: "run it again when the period is over, or on_incomplete: mark")
        }
        try recorder.perform { _, recorder throws in
            let publisher = EditionPublisher(
                project: project, scope: scope, report: maker.report, period: period, variant: variant,
                artist: work.artist)
            recorder.artefacts = try publisher.publish(document, maker, source, work.formats, edition: edition)
        }
        return EditionOutcome(run: recorder.run, artefacts: recorder.artefacts, isUnchanged: false)
    }

    private func told(_ outcome: EditionOutcome) -> EditionOutcome {
        progress(
            .rendered(
                tenant: scope.id.text, report: outcome.run.subject, period: outcome.run.period,
                edition: outcome.run.edition, files: outcome.artefacts.map(\.path),
                bytes: outcome.artefacts.reduce(0) { $0 + $1.size }, unchanged: outcome.isUnchanged))
        return outcome
    }
}
