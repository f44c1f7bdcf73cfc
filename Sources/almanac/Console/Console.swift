internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// Where the words go: the answer to standard output, everything else to standard error.
struct Console: Sendable {
    /// When colour is used.
    enum ColorChoice: String, Sendable, CaseIterable {
        case auto, always, never
    }

    /// How much is said on standard error.
    enum Loudness: Int, Sendable, Comparable {
        case errorsOnly, normal, stages, everything

        static func < (left: Loudness, right: Loudness) -> Bool { left.rawValue < right.rawValue }
    }

    /// Whether the answer is JSON: then nothing else is on standard output, and there is no progress.
    let isJSON: Bool
    /// How much is said on standard error.
    let loudness: Loudness
    /// Whether standard error may be coloured.
    let hasColor: Bool
    /// Whether the terminal shows more than ASCII.
    let isUnicode: Bool

    init(isJSON: Bool = false, loudness: Loudness = .normal, color: ColorChoice = .auto) {
        let environment = ProcessInfo.processInfo.environment
        self.isJSON = isJSON
        self.loudness = loudness
        let mayColor = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        hasColor = color == .always || (color == .auto && mayColor && isatty(STDERR_FILENO) == 1)
        let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? ""
        isUnicode = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }

    /// Writes a line of the answer.
    func answer(_ line: String) { Self.write(line + "\n", to: STDOUT_FILENO) }

    /// Writes bytes of the answer as they are.
    func answer(bytes: [UInt8]) { Self.write(bytes[...], to: STDOUT_FILENO) }

    /// Writes bytes of the answer as they are.
    func answer(bytes: Span<UInt8>) {
        let copy = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        Self.write(copy[...], to: STDOUT_FILENO)
    }

    /// Writes the answer as one JSON object, keys sorted, with `"schema": 1`.
    func answer(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        answer(String(decoding: try encoder.encode(Versioned(value: value)), as: UTF8.self))
    }

    /// Says what happens, unless only errors are wanted or the answer is JSON.
    func note(_ line: String, from loudness: Loudness = .normal) {
        guard !isJSON, self.loudness >= loudness else { return }
        Self.write(line + "\n", to: STDERR_FILENO)
    }

    /// Says what the answer does not, in JSON as well.
    func warn(_ line: String) {
        guard loudness > .errorsOnly else { return }
        Self.write("\(caution("note:")) \(line)\n", to: STDERR_FILENO)
    }

    /// Says an error.
    func error(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

    /// Bold red, where there is colour.
    func alarm(_ text: String) -> String { hasColor ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text }

    /// Green, where there is colour.
    func calm(_ text: String) -> String { hasColor ? "\u{1B}[32m\(text)\u{1B}[0m" : text }

    /// Yellow, where there is colour.
    func caution(_ text: String) -> String { hasColor ? "\u{1B}[33m\(text)\u{1B}[0m" : text }

    private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8)[...], to: descriptor) }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
        var bytes = bytes
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return  // A reader that went away (| head) wants no more.
            }
        }
    }
}

/// A JSON answer with the version of its shape.
private struct Versioned<Value: Encodable>: Encodable {
    let value: Value

    private enum Keys: CodingKey { case schema }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(1, forKey: .schema)
    }
}
