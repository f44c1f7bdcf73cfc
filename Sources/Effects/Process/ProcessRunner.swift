/// Starts other programs: the demo's private Postgres, and nothing in a report's run.
package protocol ProcessRunner: Sendable {
    /// Runs a program to its end.
    ///
    /// - Throws: `ProcessError` if it cannot be started. A non-zero exit is a result, not an error.
    func run(_ command: ProcessCommand) throws(ProcessError) -> ProcessResult
}

/// A program to run: no shell is between.
package struct ProcessCommand: Sendable {
    /// The program: a path, or a name that is looked for on the PATH.
    package var program: String
    /// Its arguments.
    package var arguments: [String]
    /// Variables that are set in addition to our own environment.
    package var environment: [String: String]
    /// Bytes for its standard input.
    package var input: [UInt8]

    package init(_ program: String, _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = []) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }
}

/// How a program ended.
package struct ProcessResult: Sendable {
    /// Its exit code; 128 + n when signal n ended it.
    package let exitCode: Int32
    /// What it wrote to standard output.
    package let output: String
    /// What it wrote to standard error.
    package let errors: String

    package init(exitCode: Int32, output: String, errors: String) {
        self.exitCode = exitCode
        self.output = output
        self.errors = errors
    }
}

/// A program that could not be started.
package struct ProcessError: Error, Sendable, CustomStringConvertible {
    /// The program.
    package let program: String
    /// Why it could not be started.
    package let reason: String

    package init(program: String, reason: String) {
        self.program = program
        self.reason = reason
    }

    package var description: String { "can't start \(program): \(reason)" }
}
