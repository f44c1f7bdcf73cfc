package import Effects
internal import Synchronization

/// The twin of `SystemProcessRunner`: a closure answers in the program's place, and the commands are noted.
package final class SimulatedProcessRunner: ProcessRunner {
    /// Answers a command in place of the program.
    package typealias Answer = @Sendable (ProcessCommand) throws(ProcessError) -> ProcessResult

    private let answer: Answer
    private let noted = Mutex<[ProcessCommand]>([])

    /// - Parameter answer: the program's place is taken by this; without one, no program is there.
    package init(
        _ answer: @escaping Answer = { command throws(ProcessError) in
            throw ProcessError(program: command.program, reason: "no such program on the PATH")
        }
    ) {
        self.answer = answer
    }

    /// The commands so far, in their order.
    package var commands: [ProcessCommand] { noted.withLock { $0 } }

    package func run(_ command: ProcessCommand) throws(ProcessError) -> ProcessResult {
        noted.withLock { $0.append(command) }
        return try answer(command)
    }
}
