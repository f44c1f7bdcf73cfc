/// Where a secret is kept: a variable of the environment or a file. Safe to print; resolved late, by `resolve`.
package struct SecretReference: Sendable, Hashable, CustomStringConvertible {
    /// The two places.
    package enum Place: Sendable, Hashable {
        /// A variable of the environment.
        case variable(String)
        /// A file whose text, without the newline at its end, is the secret.
        case file(String)
    }

    /// The place.
    package let place: Place

    /// Reads `env:NAME` or `file:PATH`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("env:") {
            let name = text.dropFirst(4)
            let isName = name.utf8.allSatisfy { byte in
                (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
            }
            guard let first = name.utf8.first, !(0x30...0x39).contains(first), isName else { return nil }
            place = .variable(String(name))
        } else if text.hasPrefix("file:"), text.utf8.count > 5, !text.utf8.contains(0) {
            place = .file(String(text.dropFirst(5)))
        } else {
            return nil
        }
    }

    package var description: String {
        switch place {
        case .variable(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        }
    }

    /// Fetches the secret.
    ///
    /// - Parameters:
    ///   - variable: the value of a variable of the environment, nil if it is not set.
    ///   - file: the text of a file.
    /// - Throws: `SecretError` if there is none; what `file` throws is told without the file's text.
    package func resolve(
        variable: (String) -> String?, file: (String) throws -> String
    ) throws(SecretError) -> Secret {
        var text: String
        switch place {
        case .variable(let name):
            guard let value = variable(name) else {
                throw SecretError(reference: self, reason: "the variable \(name) is not set")
            }
            text = value
        case .file(let path):
            do {
                text = try file(path)
            } catch {
                throw SecretError(reference: self, reason: "\(error)")
            }
            if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        }
        guard !text.isEmpty else { throw SecretError(reference: self, reason: "it is empty") }
        return Secret(text)
    }
}

/// A secret that could not be fetched.
package struct SecretError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where it was looked for.
    package let reference: SecretReference
    /// Why it is not there.
    package let reason: String

    package var description: String { "can't get the secret \(reference): \(reason)" }
}

/// A secret's value. Whatever prints it, dumps it or puts it into a message shows stars.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The value itself, for the library that needs it. Do not keep or print it.
    package func reveal() -> String { value }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
