internal import CivilTime
internal import Effects

/// Drives a run's state machine and writes what becomes of it into the ledger.
struct RunRecorder {
    private let session: TenantSession
    private(set) var run: RunRecord
    private var machine: RunStateMachine
    private var saved: (run: RunRecord, counts: [TableCount], artefacts: [ArtefactRecord])?
    /// What the run did to tables so far.
    var counts: [TableCount] = []
    /// What it made so far.
    var artefacts: [ArtefactRecord] = []

    init(_ run: RunRecord, stages: [RunStateMachine.Stage], in session: TenantSession) throws(LedgerError) {
        self.session = session
        self.run = run
        machine = RunStateMachine(stages: stages)
        // A run that was begun before goes on counting its attempts.
        self.run.attempts = try session.ledger.run(run.id)?.attempts ?? 0
    }

    /// Runs all stages; the record in the ledger says at each moment where the run stands.
    /// - Parameter perform: does one stage; what it throws ends the run.
    mutating func perform(
        _ perform: (RunStateMachine.Stage, inout RunRecorder) throws -> Void
    ) throws(Failure) {
        do {
            var action = try machine.handle(.leaseTaken)
            run.attempts += 1
            run.finishedAt = nil
            while case .start(let stage) = action {
                run.state = .running
                try save()
                if let failure = attempt(stage, perform) {
                    run.message = failure.description
                    action = try machine.handle(.stageFailed(stage, failure.cause))
                    try finish(action)
                    throw failure
                }
                action = try machine.handle(.stageDurable(stage))
            }
            run.message = ""
            try finish(action)
        } catch {
            throw Failure(classifying: error, doing: "record the run of tenant '\(run.tenant)'")
        }
    }

    /// Ends the run as held back.
    mutating func hold(_ reason: String) throws {
        _ = try machine.handle(.leaseTaken)
        run.attempts += 1
        run.message = reason
        try finish(try machine.handle(.heldBack))
    }

    private mutating func attempt(
        _ stage: RunStateMachine.Stage, _ perform: (RunStateMachine.Stage, inout RunRecorder) throws -> Void
    ) -> Failure? {
        do {
            if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") }
            try perform(stage, &self)
            return nil
        } catch {
            return Failure(classifying: error, doing: "\(stage.words) for tenant '\(run.tenant)'")
        }
    }

    private mutating func finish(_ action: RunStateMachine.Action) throws {
        guard case .record(let state, let cause) = action else { return }
        run.state = state
        run.cause = cause
        run.finishedAt = session.project.environment.now.microsecondsSinceEpoch
        try save()
    }

    /// Writes the run as it stands, unless the ledger says just that.
    private mutating func save() throws(LedgerError) {
        if let saved, saved.run == run, saved.counts == counts, saved.artefacts == artefacts { return }
        try session.ledger.record(run, counts: counts, artefacts: artefacts, under: session.lease)
        saved = (run, counts, artefacts)
    }
}

extension RunStateMachine.Stage {
    /// The stage as the end of "can't …".
    fileprivate var words: String {
        switch self {
        case .extract: "extract the data"
        case .aggregate: "compute the aggregates"
        case .publish: "publish the aggregates"
        case .render: "make the report"
        }
    }
}
