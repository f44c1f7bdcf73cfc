internal import CCrypto

/// AES in its two stream-like modes, with one key whose schedule is kept from call to call.
///
/// | mode | source | what it gives |
/// | --- | --- | --- |
/// | GCM | NIST SP 800-38D | as many bytes as there were, and a tag of 16 that vouches for them and for the associated data |
/// | CTR | NIST SP 800-38A | as many bytes as there were; nothing vouches for them |
///
/// (1) A nonce is of 12 bytes and must not be used twice with a key: the caller draws it at random for each call, and
///     makes fewer than 2^32 calls with a key (SP 800-38D, 8.3).
/// (2) The counter of CTR begins with 1 behind the nonce.
@safe
package struct AES: ~Copyable {
    /// The bytes of a nonce.
    package static let nonceByteCount = 12
    /// The bytes of a tag.
    package static let tagByteCount = 16

    private let key: AESKey
    private let context: OpaquePointer
    private var prepared = Preparation.nothing

    private enum Preparation { case nothing, sealing, opening, counting }

    package init(_ key: AESKey) throws(CryptographyError) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .library(reason: "out of memory") }
        unsafe self.context = context
        self.key = key
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    // MARK: GCM

    /// Encrypts bytes.
    /// - Returns: the bytes, encrypted, and the tag behind them.
    package mutating func seal(
        _ bytes: Span<UInt8>, nonce: Span<UInt8>, associatedData: Span<UInt8>
    ) throws(CryptographyError) -> [UInt8] {
        try begin(.sealing, nonce)
        try associate(associatedData)
        var sealed = [UInt8](repeating: 0, count: bytes.count + Self.tagByteCount)
        try transform(bytes, into: &sealed)
        // There is nothing left to encrypt, but only this makes the tag.
        var written: Int32 = 0
        var rest: UInt8 = 0
        guard unsafe EVP_EncryptFinal_ex(context, &rest, &written) == 1 else { throw Self.refusal() }
        let tag = Self.tagByteCount
        let status = unsafe sealed.withUnsafeMutableBytes { target in
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(tag), target.baseAddress.map { unsafe $0 + bytes.count })
        }
        guard status == 1 else { throw Self.refusal() }
        return sealed
    }

    /// Decrypts bytes behind which their tag lies.
    /// - Throws: `CryptographyError.notAuthentic` where the tag does not vouch for them; nothing of them is given then.
    package mutating func open(
        _ sealed: Span<UInt8>, nonce: Span<UInt8>, associatedData: Span<UInt8>
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= Self.tagByteCount else { throw .size(byteCount: sealed.count) }
        let count = sealed.count - Self.tagByteCount
        try begin(.opening, nonce)
        try associate(associatedData)
        var bytes = [UInt8](repeating: 0, count: count)
        try transform(sealed.extracting(0..<count), into: &bytes)
        var tag = unsafe sealed.extracting(count..<sealed.count).withUnsafeBufferPointer { unsafe Array($0) }
        let given = unsafe tag.withUnsafeMutableBytes { tag in
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), tag.baseAddress)
        }
        guard given == 1 else { throw Self.refusal() }
        var written: Int32 = 0
        var rest: UInt8 = 0
        guard unsafe EVP_DecryptFinal_ex(context, &rest, &written) == 1 else {
            ERR_clear_error()
            throw .notAuthentic
        }
        return bytes
    }

    // MARK: CTR

    /// Encrypts or decrypts bytes, which are the same thing; nobody notices if they were changed.
    package mutating func count(
        _ bytes: Span<UInt8>, nonce: Span<UInt8>
    ) throws(CryptographyError) -> [UInt8] {
        try begin(.counting, nonce)
        var result = [UInt8](repeating: 0, count: bytes.count)
        try transform(bytes, into: &result)
        return result
    }

    // MARK: Steps

    private mutating func begin(_ purpose: Preparation, _ nonce: Span<UInt8>) throws(CryptographyError) {
        guard nonce.count == Self.nonceByteCount else { throw .size(byteCount: nonce.count) }
        var vector = unsafe nonce.withUnsafeBufferPointer { unsafe Array($0) }
        if purpose == .counting { vector += [0, 0, 0, 1] }
        let isNew = purpose != prepared
        prepared = .nothing
        let bytes = isNew ? key.bytes : []
        let direction: Int32 = purpose == .opening ? 0 : 1
        let status = unsafe bytes.withUnsafeBufferPointer { key in
            unsafe EVP_CipherInit_ex(
                context, isNew ? Self.cipher(purpose, byteCount: key.count) : nil, nil, isNew ? key.baseAddress : nil,
                vector, direction)
        }
        guard status == 1 else { throw Self.refusal() }
        prepared = purpose
    }

    private static func cipher(_ purpose: Preparation, byteCount: Int) -> OpaquePointer? {
        switch (purpose == .counting, byteCount) {
        case (true, 16): unsafe EVP_aes_128_ctr()
        case (true, 24): unsafe EVP_aes_192_ctr()
        case (true, _): unsafe EVP_aes_256_ctr()
        case (false, 16): unsafe EVP_aes_128_gcm()
        case (false, 24): unsafe EVP_aes_192_gcm()
        case (false, _): unsafe EVP_aes_256_gcm()
        }
    }

    private func associate(_ bytes: Span<UInt8>) throws(CryptographyError) {
        if bytes.count == 0 { return }
        guard let count = Int32(exactly: bytes.count) else { throw .size(byteCount: bytes.count) }
        var written: Int32 = 0
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe EVP_CipherUpdate(context, nil, &written, source.baseAddress, count)
        }
        guard status == 1 else { throw Self.refusal() }
    }

    /// - Precondition: `target` has room for as many bytes.
    private func transform(_ bytes: Span<UInt8>, into target: inout [UInt8]) throws(CryptographyError) {
        if bytes.count == 0 { return }
        guard let count = Int32(exactly: bytes.count) else { throw .size(byteCount: bytes.count) }
        var written: Int32 = 0
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                unsafe EVP_CipherUpdate(context, target.baseAddress, &written, source.baseAddress, count)
            }
        }
        guard status == 1, written == count else { throw Self.refusal() }
    }

    private static func refusal() -> CryptographyError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return .library(reason: "it refused") }
        return .library(reason: unsafe String(cString: text))
    }
}
