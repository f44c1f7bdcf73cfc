package import Checksum

/// A file of a report, whole, before it is committed under its final name.
package struct Artefact: Sendable {
    /// The file's name in the output folder: `report.pdf`, `top-customers.csv`.
    package let name: String
    /// Its bytes.
    package let bytes: [UInt8]
    /// The SHA-256 of the bytes.
    package let sha256: SHA256Digest

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        sha256 = SHA256Digest(of: bytes.span)
    }

    /// The size in bytes.
    package var size: Int64 { Int64(bytes.count) }

    /// As receipts name it.
    package var receipt: Receipt.File { Receipt.File(name: name, sha256: sha256.description, bytes: size) }
}
