internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// Starts programs on this machine.
package struct SystemProcessRunner: ProcessRunner {
    package init() {}

    package func run(_ command: ProcessCommand) throws(ProcessError) -> ProcessResult {
        guard let path = Self.find(command.program) else {
            throw ProcessError(program: command.program, reason: "no such program on the PATH")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = command.arguments
        process.environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
        // Files and not pipes: a server that the program starts may keep its output open for ever.
        let output = Scratch()
        let errors = Scratch()
        let input = Scratch(command.input)
        process.standardInput = input.handle
        process.standardOutput = output.handle
        process.standardError = errors.handle
        do {
            try process.run()
        } catch {
            throw ProcessError(program: command.program, reason: "\(error.localizedDescription)")
        }
        process.waitUntilExit()
        let code = process.terminationStatus
        return ProcessResult(
            exitCode: process.terminationReason == .uncaughtSignal ? 128 + code : code, output: output.text(),
            errors: errors.text())
    }

    private static func find(_ program: String) -> String? {
        if program.contains("/") { return program }
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.lazy.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// An unnamed file that holds what a program reads or writes.
private struct Scratch {
    let handle: FileHandle

    init(_ bytes: [UInt8] = []) {
        if let file = unsafe tmpfile() {
            handle = FileHandle(fileDescriptor: dup(unsafe fileno(file)), closeOnDealloc: true)
            unsafe fclose(file)
        } else {
            handle = FileHandle.nullDevice
        }
        if !bytes.isEmpty {
            try? handle.write(contentsOf: Data(bytes))
            try? handle.seek(toOffset: 0)
        }
    }

    func text() -> String {
        try? handle.seek(toOffset: 0)
        return String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    }
}
