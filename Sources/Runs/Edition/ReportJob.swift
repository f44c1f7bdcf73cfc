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
    /// Makes what is written durable, with what others write.
    let sync: (SyncGroup.Paths) throws(FileError) -> Void
    let progress: (RunEvent) -> Void

    private var project: Project { session.project }
    private var scope: TenantScope { session.scope }

    /// What all editions of a job have in common: definitions, tables and fonts are read once.
    private struct Work {
        let maker: EditionMaker
        let source: EditionSource
        let tables: EditionTables
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
            try hold(maker, period, source)
            let tables = try EditionTables(maker, from: source, parameters)
            let people = try maker.report.people(
                request.subjects, in: period, try tables.shared(period), of: scope)
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

    /// Holds a report back whose data does not reach far enough, where its definition says so. The run is on record as
    /// held, once for all of the report's people; the same run, started again, goes on where the data is there.
    private func hold(_ maker: EditionMaker, _ period: Period, _ source: EditionSource) throws {
        let calendar = scope.tenant.calendar
        guard maker.report.onIncomplete == .hold else { return }
        let gaps = maker.report.gaps(maker.definitions, period, calendar, asOf: source.asOf)
        guard let first = gaps.first else { return }
        let reasons = gaps.map { "\($0.model) reaches to \($0.reaches) and must reach to \($0.wanted)" }
        let slug = maker.report.slug
        let last = try session.ledger.latestEdition(
            tenant: scope.id.text, subject: slug, period: period.name, variant: "")
        let edition = last.map { $0.state == .done ? $0.edition + 1 : $0.edition } ?? 1
        let record = RunRecord(
            id: RunIdentity.id(
                tenant: scope.id.text, subject: slug, definition: maker.definitionHash, period: period.name,
                edition: edition),
            kind: .report, tenant: scope.id.text, subject: slug, period: period.name, edition: edition,
            startedAt: project.environment.now.microsecondsSinceEpoch)
        var recorder = try RunRecorder(record, stages: [.render], in: session)
        try recorder.hold(reasons.joined(separator: "; "))
        throw Failure(
            .busy, "report '\(slug)' for tenant '\(scope.id)' is held", why: reasons.joined(separator: "; "),
            remedy: first.wanted > project.environment.now
                ? "run it again after \(first.wanted), or write on_incomplete: mark"
                : "almanac run \(slug) --tenant \(scope.id), to read the source again; or write on_incomplete: mark")
    }

    private func edition(_ variant: EditionVariant, _ work: Work) throws -> EditionOutcome {
        let document = try work.maker.document(work.period, from: work.tables, variant)
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
        try recorder.perform { _, recorder throws in
            // What earlier editions said is told last: it is no part of what makes this one another.
            let restatements = try Restatements(
                project: project, scope: scope, tables: work.tables, variant: variant
            ).found(document, period, edition: edition)
            let calendar = try scope.calendar(of: variant.subject, project.environment)
            if let notice = try Restatements.notice(restatements, document, calendar, maker.text) {
                document.notices.append(notice)
            }
            let publisher = EditionPublisher(
                project: project, scope: scope, report: maker.report, period: period, variant: variant,
                artist: work.artist, sync: sync)
            recorder.artefacts = try publisher.publish(
                document, maker, source, work.formats, restatements: restatements, edition: edition)
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
