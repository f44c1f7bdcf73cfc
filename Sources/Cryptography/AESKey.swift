internal import CCrypto

/// A key of AES-128, AES-192 or AES-256. Its bytes are never printed, and are wiped when nobody holds it any more.
package struct AESKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    private final class Storage: Sendable {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        deinit {
            // The array is only ours unless a caller of `bytes` still holds it.
            unsafe bytes.withUnsafeBytes { raw in
                unsafe OPENSSL_cleanse(UnsafeMutableRawPointer(mutating: raw.baseAddress), raw.count)
            }
        }
    }

    private let storage: Storage

    /// - Throws: `CryptographyError.keyLength` unless there are 16, 24 or 32 bytes.
    package init(_ bytes: [UInt8]) throws(CryptographyError) {
        guard [16, 24, 32].contains(bytes.count) else { throw .keyLength(byteCount: bytes.count) }
        // A copy of our own: the caller's array is the caller's to wipe.
        storage = Storage(bytes.map { $0 })
    }

    /// The bytes of the key, for the cipher.
    var bytes: [UInt8] { storage.bytes }

    /// Lends the bytes, to wrap the key with another one.
    package func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(storage.bytes) }

    /// The number of its bytes.
    package var byteCount: Int { storage.bytes.count }

    package static func == (left: AESKey, right: AESKey) -> Bool {
        left.byteCount == right.byteCount
            && zip(left.bytes, right.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package var description: String { "AES-\(byteCount * 8) key" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
