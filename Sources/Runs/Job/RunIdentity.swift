internal import Checksum

/// Names runs by what they are of: no clock, no attempt.
package enum RunIdentity {
    /// The id of a run: 32 hexadecimal digits of the SHA-256 over its parts.
    ///
    /// - Parameters:
    ///   - tenant: whose run it is.
    ///   - subject: the report's slug, or `datasets`.
    ///   - definition: SHA-256 of what defines it.
    ///   - period: the period's name, empty for an ingestion.
    ///   - edition: which one of these it is.
    ///   - variant: the person and the parameters that it is for; empty for the tenant's with nothing given.
    package static func id(
        tenant: String, subject: String, definition: String, period: String, edition: Int64, variant: String = ""
    ) -> String {
        // The parts hold no line feed, but the last, so that no two lists of parts make the same text.
        var parts = ["almanac-run-1", tenant, subject, definition, period, String(edition)]
        if !variant.isEmpty { parts.append(variant) }
        return String(SHA256Digest(of: parts.joined(separator: "\n")).description.prefix(32))
    }

    /// The SHA-256 of files under their names, in the order given.
    package static func hash(_ files: [(name: String, bytes: [UInt8])]) -> String {
        let lines = files.map { "\($0.name)\n\(SHA256Digest(of: $0.bytes.span))\n" }
        return SHA256Digest(of: lines.joined()).description
    }
}
