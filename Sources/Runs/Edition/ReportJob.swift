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

/// Makes one report of one tenant for one period: the document, its artefacts, the receipt, the entry in the ledger.
struct ReportJob {
    let session: TenantSession
    let progress: (RunEvent) -> Void

    private var project: Project { session.project }
    private var scope: TenantScope { session.scope }

    /// - Parameters:
    ///   - slug: the report.
    ///   - name: the period; nil for the last complete one.
    ///   - formats: which artefacts; empty for those of the definition.
    func run(_ slug: String, period name: String?, formats: [String]) throws(Failure) -> EditionOutcome {
        do {
            let maker = try EditionMaker(slug, for: scope, in: project)
            let period = try maker.period(named: name)
            let source = try EditionSource(latest: scope, session.ledger)
            let document = try maker.document(period, from: source)
            let formats = try ArtefactFormat.formats(formats, of: maker.report)
            let fingerprint = DocumentFingerprint.hash(
                document, differsFromSource: (source.comparison?.differingCount ?? 0) > 0)
            let last = try session.ledger.latestEdition(tenant: scope.id.text, subject: slug, period: period.name)
            if let last, last.fingerprint == fingerprint, last.state == .done,
                let found = try found(last, formats, period)
            {
                return told(EditionOutcome(run: last, artefacts: found, isUnchanged: true))
            }
            return told(try make(maker, document, source, period, formats, fingerprint, last))
        } catch {
            throw Failure(classifying: error, doing: "make report '\(slug)' for tenant '\(scope.id)'")
        }
    }

    /// The artefacts of an edition, if they lie there as they were made and are all that is asked for.
    private func found(
        _ run: RunRecord, _ formats: [ArtefactFormat], _ period: Period
    ) throws -> [ArtefactRecord]? {
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
        _ maker: EditionMaker, _ content: ReportDocument, _ source: EditionSource, _ period: Period,
        _ formats: [ArtefactFormat], _ fingerprint: String, _ last: RunRecord?
    ) throws -> EditionOutcome {
        // The same content again, asked for in further formats or after a failure, is the same edition.
        let isSame = last.map { $0.fingerprint == fingerprint || $0.state != .done } ?? false
        let edition = last.map { isSame ? $0.edition : $0.edition + 1 } ?? 1
        var document = content
        document.identity.run = RunIdentity.id(
            tenant: scope.id.text, subject: maker.report.slug, definition: document.identity.definitionHash,
            period: period.name, edition: edition)
        let record = RunRecord(
            id: document.identity.run, kind: .report, tenant: scope.id.text, subject: maker.report.slug,
            period: period.name, edition: edition, startedAt: project.environment.now.microsecondsSinceEpoch,
            fingerprint: fingerprint)
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
            let publisher = EditionPublisher(project: project, scope: scope, report: maker.report, period: period)
            recorder.artefacts = try publisher.publish(
                document, maker, source, formats, edition: edition)
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
