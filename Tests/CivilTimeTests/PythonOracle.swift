import Foundation

/// A Python that was made for the tests, with its zone database and croniter: code that we did not write.
enum PythonOracle {
    /// The interpreter of `ALMANAC_ORACLE_PYTHON`; nil where the variable is not set.
    static let path = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

    static var isThere: Bool { path != nil }

    struct Failure: Error { let status: Int32 }

    /// Runs a script with a text on its standard input and gives what it writes on its standard output.
    static func run(_ script: String, input: String) throws -> [UInt8] {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "almanac-oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (inputFile, outputFile) = (folder.appending(path: "input"), folder.appending(path: "output"))
        try Data(input.utf8).write(to: inputFile)
        try Data().write(to: outputFile)
        let process = Process()
        process.executableURL = URL(filePath: path ?? "/nonexistent")
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return Array(try Data(contentsOf: outputFile))
    }

    /// Runs a script whose output is lines of words.
    static func lines(_ script: String, input: String) throws -> [[Substring]] {
        String(decoding: try run(script, input: input), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: " ") }
    }
}
