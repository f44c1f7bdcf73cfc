internal import CCrypto

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1) under one key, whose state is kept from call to call.
@safe
package struct MessageAuthenticator: ~Copyable {
    /// The bytes of a code.
    package static let byteCount = 32

    private let context: OpaquePointer

    /// - Parameter key: any bytes; at least 32 of them, drawn at random, keep the promise.
    package init(key: [UInt8]) throws(CryptographyError) {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { throw .library(reason: "no HMAC") }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { throw .library(reason: "out of memory") }
        guard unsafe Self.begin(context, key) else {
            unsafe EVP_MAC_CTX_free(context)
            throw .library(reason: "HMAC takes no such key")
        }
        unsafe self.context = context
    }

    private static func begin(_ context: OpaquePointer, _ key: [UInt8]) -> Bool {
        var digest = Array("SHA256".utf8CString)
        return unsafe digest.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe key.withUnsafeBufferPointer { key in
                unsafe EVP_MAC_init(context, key.baseAddress, key.count, parameters) == 1
            }
        }
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// The code of a message: 32 bytes.
    package mutating func code(of message: Span<UInt8>) throws(CryptographyError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Self.byteCount)
        var written = 0
        // Without a key the context begins again with the one that it has.
        var status = unsafe EVP_MAC_init(context, nil, 0, nil)
        if status == 1 {
            status = unsafe message.withUnsafeBufferPointer { bytes in
                unsafe EVP_MAC_update(context, bytes.baseAddress, bytes.count)
            }
        }
        if status == 1 {
            status = unsafe code.withUnsafeMutableBufferPointer { target in
                unsafe EVP_MAC_final(context, target.baseAddress, &written, target.count)
            }
        }
        guard status == 1, written == Self.byteCount else { throw .library(reason: "HMAC failed") }
        return code
    }
}
