import Effects
import Testing

struct SystemProcessRunnerTests {
    private let runner = SystemProcessRunner()

    private func shell(_ script: String, input: [UInt8] = [], environment: [String: String] = [:]) throws
        -> ProcessResult
    {
        try runner.run(ProcessCommand("sh", ["-c", script], environment: environment, input: input))
    }

    @Test func answersOutputErrorsAndExitCode() throws {
        let result = try shell("echo out; echo err >&2; exit 7")
        #expect(result.exitCode == 7 && result.output == "out\n" && result.errors == "err\n")
    }

    @Test func aSignalIsAnExitCodeAbove128() throws {
        #expect(try shell("kill -KILL $$").exitCode == 137)
    }

    @Test func handsOnInputAndVariables() throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        #expect(try shell("wc -c", input: input).output.contains("\(3 << 20)"))
        #expect(try shell("echo $COLOUR", environment: ["COLOUR": "blue"]).output == "blue\n")
    }

    /// A server outlives the program that starts it; we wait for the program alone.
    @Test func doesNotWaitForWhatTheProgramLeavesBehind() throws {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let result = try shell("sleep 20 & echo $!")
        #expect(clock.monotonicNanoseconds() - start < 10_000_000_000)
        let left = result.output.prefix { $0 != "\n" }
        #expect(try shell("kill \(left)").exitCode == 0)
    }

    @Test func givesNoOpenFileAway() throws {
        #expect(try shell("ls /proc/self/fd | wc -l").output == "4\n")
    }

    @Test func aMissingProgramIsAnError() {
        #expect(throws: ProcessError.self) { try runner.run(ProcessCommand("no-such-program-here", [])) }
        #expect(throws: ProcessError.self) { try runner.run(ProcessCommand("/nonexistent/program", [])) }
    }
}
