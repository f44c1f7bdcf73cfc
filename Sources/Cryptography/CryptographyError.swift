/// What a cipher refused. Never holds keys or content.
package enum CryptographyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A key of a length that AES does not have.
    case keyLength(byteCount: Int)
    /// The key, the associated data or the bytes are not those that were sealed.
    case notAuthentic
    /// The bytes are too few, or too many for one call.
    case size(byteCount: Int)
    /// The library refused; its own words.
    case library(reason: String)

    package var description: String {
        switch self {
        case .keyLength(let byteCount): "a key of \(byteCount) bytes; AES has keys of 16, 24 and 32"
        case .notAuthentic: "the key is wrong, or the bytes are not those that were encrypted"
        case .size(let byteCount): "\(byteCount) bytes can't be encrypted or decrypted at once"
        case .library(let reason): "libcrypto: \(reason)"
        }
    }
}
