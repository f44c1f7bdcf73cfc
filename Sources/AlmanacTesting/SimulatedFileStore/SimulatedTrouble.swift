/// What goes wrong at one call, and what becomes of the machine afterwards: for tests that let it happen at each call of a
/// change in turn.
package enum SimulatedTrouble: CaseIterable, Sendable {
    case inputOutputError
    case diskFull
    /// A write that ends in the middle.
    case short
    /// The call does what it should, and says that it has not.
    case lostReply
    /// The process is gone.
    case crash
    /// The machine is gone, with all, or some, of what was not durable.
    case powerCutLosingAll
    case powerCutLosingSome

    /// Whether the process goes: a change may be through and told all the same, as nothing is left to do behind its last call.
    package var isCrash: Bool { [.crash, .powerCutLosingAll, .powerCutLosingSome].contains(self) }

    /// The fault at a call.
    package func fault(at call: Int) -> SimulatedFault {
        switch self {
        case .inputOutputError: SimulatedFault(.error(5), at: call)
        case .diskFull: SimulatedFault(.error(28), at: call)
        case .short: SimulatedFault(.short(28), at: call)
        case .lostReply: SimulatedFault(.errorAfterEffect(5), at: call)
        case .crash, .powerCutLosingAll, .powerCutLosingSome: SimulatedFault(.crash, at: call)
        }
    }

    /// What comes after: the machine is started again where it went; from now on nothing goes wrong.
    package func recover(_ store: SimulatedFileStore, seed: Int) {
        switch self {
        case .crash: store.restart()
        case .powerCutLosingAll: store.powerCut(.losingAll)
        case .powerCutLosingSome: store.powerCut(.losingSome(seed: UInt64(seed)))
        case .inputOutputError, .diskFull, .short, .lostReply: store.plan()
        }
    }
}
