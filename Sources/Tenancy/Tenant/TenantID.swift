/// The name of a tenant in every path, table, artefact and log: `[a-z0-9][a-z0-9_-]{0,62}`.
///
/// A value of this type is safe as a component of a path, in a URL and in a log line.
package struct TenantID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The id's letters.
    package let text: String

    /// - Throws: `invalidName` for anything else, such as `../x`, `Acme` or an empty text.
    package init(_ text: String) throws(TenancyError) {
        guard ResourceName.isValid(text) else {
            throw TenancyError(
                .invalidName,
                "'\(ResourceName.shown(text))' can't be a tenant id: up to 63 lower-case letters, digits, '-' and '_', "
                    + "the first a letter or digit")
        }
        self.text = text
    }

    package static func < (left: TenantID, right: TenantID) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package var description: String { text }
}

/// The name of a dataset, model, report, platform or run, where it becomes a part of a path: the same letters as ids.
package struct ResourceName: Sendable, Hashable, CustomStringConvertible {
    /// The name's letters.
    package let text: String

    /// - Parameter kind: what is named, for the message: `report`.
    /// - Throws: `invalidName` for anything that is not `[a-z0-9][a-z0-9_-]{0,62}`.
    package init(_ text: String, kind: String = "name") throws(TenancyError) {
        guard Self.isValid(text) else {
            throw TenancyError(
                .invalidName,
                "'\(Self.shown(text))' can't be the name of a \(kind): up to 63 lower-case letters, digits, '-' and "
                    + "'_', the first a letter or digit")
        }
        self.text = text
    }

    package var description: String { text }

    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, isLetterOrDigit(first) else { return false }
        return bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// A hostile name as an error may show it: printable ASCII, at most 40 letters.
    static func shown(_ text: String) -> String {
        String(text.unicodeScalars.prefix(40).map { $0.value >= 0x20 && $0.value < 0x7F ? Character($0) : "?" })
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
