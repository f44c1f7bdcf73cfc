internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// Starts programs on this machine, with posix_spawn(3).
///
/// Foundation's `Process` is no choice here: it takes a program for ended when a socket that all its descendants
/// inherit is closed, and so waits for ever for a program that leaves a server behind. We wait for the program alone.
package struct SystemProcessRunner: ProcessRunner {
    package init() {}

    package func run(_ command: ProcessCommand) throws(ProcessError) -> ProcessResult {
        guard let path = Self.find(command.program) else {
            throw ProcessError(program: command.program, reason: "no such program on the PATH")
        }
        // Files and not pipes: a server that the program starts may keep its output open for ever.
        guard let input = Scratch(command.input), let output = Scratch(), let errors = Scratch() else {
            throw ProcessError(program: command.program, reason: "there is no room for its input and output")
        }
        let environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
        let child = try Self.spawn(
            path, [command.program] + command.arguments, environment: environment.map { "\($0)=\($1)" },
            descriptors: [input.descriptor, output.descriptor, errors.descriptor])
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) == -1 {
            if errno != EINTR { throw ProcessError(program: command.program, reason: "waiting for it failed") }
        }
        // As WIFSIGNALED and WEXITSTATUS of <sys/wait.h>, which are macros.
        let signal = status & 0x7f
        return ProcessResult(
            exitCode: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output.text(), errors: errors.text())
    }

    /// Starts a program with three descriptors as its standard input, output and errors and no other, all signals as
    /// they are by default.
    private static func spawn(_ path: String, _ arguments: [String], environment: [String], descriptors: [Int32])
        throws(ProcessError) -> pid_t
    {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // What we have open is our own: a server would hold it for as long as it lives.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let descriptor = Int32(name), descriptor >= descriptors.count else { continue }
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let (words, variables) = unsafe (cStrings(arguments), cStrings(environment))
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let number = unsafe posix_spawn(&child, path, &actions, &attributes, words, variables)
        guard number == 0 else {
            throw ProcessError(program: path, reason: unsafe String(cString: strerror(number)))
        }
        return child
    }

    /// Copies of texts as C wants them: ended by a null pointer, to be freed by the caller.
    private static func cStrings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }

    private static func find(_ program: String) -> String? {
        if program.contains("/") { return program }
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.lazy.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// An unnamed file that holds what a program reads or writes.
private final class Scratch {
    /// Beyond the standard three, so that giving it to a program overwrites none of its fellows.
    let descriptor: Int32

    /// A file with some bytes, to be read from its start; nil where none can be made.
    init?(_ bytes: [UInt8] = []) {
        guard let file = unsafe tmpfile() else { return nil }
        descriptor = unsafe fcntl(fileno(file), F_DUPFD_CLOEXEC, 3)
        unsafe fclose(file)
        guard descriptor >= 0 else { return nil }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR {
                close(descriptor)
                return nil
            }
            written += max(count, 0)
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    /// All that was written; bytes that are not UTF-8 become U+FFFD.
    func text() -> String {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 0)) { buffer, filled in
            while filled < buffer.count, let base = buffer.baseAddress {
                let got = unsafe pread(descriptor, base + filled, buffer.count - filled, off_t(filled))
                if got == 0 || (got < 0 && errno != EINTR) { break }
                filled += max(got, 0)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
