/// The steps of one tenant's run, decided in a value: it takes what happened and says what to do next.
///
/// (1) Stages run in the order of `Stage.allCases`; none is left out, each at most once in an attempt.
/// (2) A stage starts only after the one before it is durable.
/// (3) A failure ends the attempt: nothing of a later stage is started.
/// (4) `done` is said only after the last stage is durable.
/// (5) An event that does not fit the state is refused; it never changes the state.
package struct RunStateMachine: Sendable, Equatable {
    /// The stages of a run, in order.
    package enum Stage: String, Sendable, CaseIterable {
        /// The tenant's datasets from one snapshot of the source into the lake.
        case extract
        /// The models from the raw tables.
        case aggregate
        /// The models' files for dashboards.
        case publish
        /// The report's artefacts and its receipt.
        case render
    }

    /// What happened.
    package enum Event: Sendable, Equatable {
        case leaseTaken
        case stageDurable(Stage)
        case stageFailed(Stage, CauseCode)
        /// The report's completeness rule said hold.
        case heldBack
        case cancelled
        /// The process that ran it was found to be gone.
        case processLost
        case retried
    }

    /// What to do next.
    package enum Action: Sendable, Equatable {
        case start(Stage)
        case record(RunState, CauseCode?)
    }

    /// An event that does not fit the state.
    package struct UnexpectedEvent: Error, Sendable, Equatable {
        /// What happened.
        package let event: Event
        /// The state that it does not fit.
        package let state: RunState
    }

    /// Where the run stands.
    package private(set) var state: RunState = .queued
    /// The stage that is running.
    package private(set) var stage: Stage?
    private let stages: [Stage]

    /// - Parameter stages: the stages of this run, a part of `Stage.allCases` in its order: an export leaves out
    ///   extraction, an ingestion leaves out rendering.
    package init(stages: [Stage] = Stage.allCases) {
        precondition(!stages.isEmpty && stages == Stage.allCases.filter(stages.contains))
        self.stages = stages
    }

    /// Takes what happened and says what to do next.
    package mutating func handle(_ event: Event) throws(UnexpectedEvent) -> Action {
        switch (event, state) {
        case (.leaseTaken, .queued): return begin(stages[0])
        case (.stageDurable(let finished), .running) where finished == stage: return afterStage(finished)
        case (.stageFailed(let failed, let cause), .running) where failed == stage: return end(.failed, cause)
        case (.heldBack, .running): return end(.held, nil)
        case (.cancelled, .queued), (.cancelled, .running): return end(.cancelled, .interrupted)
        case (.processLost, .running): return end(.unknown, nil)
        case (.retried, .failed), (.retried, .held), (.retried, .unknown): return end(.queued, nil)
        default: throw UnexpectedEvent(event: event, state: state)
        }
    }

    private mutating func afterStage(_ finished: Stage) -> Action {
        guard let next = stages.first(where: { $0.order > finished.order }) else { return end(.done, nil) }
        return begin(next)
    }

    private mutating func begin(_ next: Stage) -> Action {
        state = .running
        stage = next
        return .start(next)
    }

    private mutating func end(_ last: RunState, _ cause: CauseCode?) -> Action {
        state = last
        stage = nil
        return .record(last, cause)
    }
}

extension RunStateMachine.Stage {
    fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
