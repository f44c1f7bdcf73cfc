import Runs
import Testing

@Suite struct RunStateMachineTests {
    typealias Stage = RunStateMachine.Stage

    @Test func aWholeRunGoesThroughEveryStageOnce() throws {
        var machine = RunStateMachine()
        #expect(try machine.handle(.leaseTaken) == .start(.extract))
        #expect(try machine.handle(.stageDurable(.extract)) == .start(.aggregate))
        #expect(try machine.handle(.stageDurable(.aggregate)) == .start(.publish))
        #expect(try machine.handle(.stageDurable(.publish)) == .start(.render))
        #expect(try machine.handle(.stageDurable(.render)) == .record(.done, nil))
        #expect(machine.state == .done)
    }

    @Test func aFailureEndsTheAttemptAndARetryBeginsAgain() throws {
        var machine = RunStateMachine(stages: [.aggregate, .render])
        _ = try machine.handle(.leaseTaken)
        #expect(try machine.handle(.stageFailed(.aggregate, .dataRefused)) == .record(.failed, .dataRefused))
        #expect(throws: RunStateMachine.UnexpectedEvent.self) { try machine.handle(.stageDurable(.aggregate)) }
        #expect(try machine.handle(.retried) == .record(.queued, nil))
        #expect(try machine.handle(.leaseTaken) == .start(.aggregate))
    }

    /// Every sequence of up to five events: invariants (1) to (5), with a refused event leaving the state alone.
    @Test func noSequenceOfEventsBreaksAnInvariant() {
        let events: [RunStateMachine.Event] =
            Stage.allCases.map { .stageDurable($0) } + [
                .leaseTaken, .stageFailed(.extract, .unavailable), .stageFailed(.render, .readWrite), .heldBack,
                .cancelled, .processLost, .retried,
            ]
        func explore(_ machine: RunStateMachine, durable: [Stage], depth: Int) {
            guard depth > 0 else { return }
            for event in events {
                var next = machine
                var nowDurable = durable
                guard let action = try? next.handle(event) else {
                    #expect(next == machine)
                    continue
                }
                if case .stageDurable(let stage) = event { nowDurable.append(stage) }
                if event == .leaseTaken { nowDurable = [] }
                if case .start(let stage) = action {
                    #expect(nowDurable == Array(Stage.allCases.prefix { $0 != stage }))
                }
                #expect((next.state == .running) == (next.stage != nil))
                if next.state == .done { #expect(nowDurable == Stage.allCases) }
                explore(next, durable: nowDurable, depth: depth - 1)
            }
        }
        explore(RunStateMachine(), durable: [], depth: 6)
    }
}
