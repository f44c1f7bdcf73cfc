internal import Checksum
package import Cryptography
package import Effects
internal import SystemPackage
package import Tenancy

/// A tenant's key, wrapped by the master key: `lake/<tenant>/_key.json`.
///
/// (1) The key is made once, of the system's random bits, and sealed by AES-GCM with the master key; the tenant's id is
///     bound to it, so that no tenant's key opens another's files.
/// (2) To destroy it is to put a tombstone in its place: whoever comes late finds that the tenant was erased, and makes no
///     new key. The tenant's files are noise then, in every backup that does not hold the old wrapped key.
package struct TenantKeys {
    private let scope: TenantScope
    private let layout: ProjectLayout
    private let masterKey: AESKey
    private let store: any FileStore
    private let random: any RandomSource

    package init(
        of scope: TenantScope, in layout: ProjectLayout, masterKey: AESKey, store: any FileStore,
        random: any RandomSource
    ) {
        self.scope = scope
        self.layout = layout
        self.masterKey = masterKey
        self.store = store
        self.random = random
    }

    private var path: FilePath { layout.lake(of: scope).appending("_key.json") }

    /// The tenant's key; nil where there is none.
    ///
    /// - Throws: `LakeError`: `unsupported` where it was destroyed, `damaged` where it cannot be unwrapped; `FileError`.
    package func encryption() throws -> TableEncryption? {
        guard try store.status(of: path) != nil else { return nil }
        guard let json = try? JSONValue(parsing: try store.contents(of: path, limit: 1 << 16)),
            json["tenant"]?.text == scope.id.text
        else { throw LakeError(.damaged, "the key of tenant '\(scope.id)' cannot be read") }
        if json["destroyed"]?.bool == true {
            throw LakeError(.unsupported, "the key of tenant '\(scope.id)' was destroyed: its tables cannot be read")
        }
        guard let nonce = json["nonce"]?.text.flatMap(Self.bytes),
            let wrapped = json["wrapped"]?.text.flatMap(Self.bytes)
        else { throw LakeError(.damaged, "the key of tenant '\(scope.id)' cannot be read") }
        do {
            return TableEncryption(try AESKey(try opened(wrapped, nonce)), name: scope.id.text)
        } catch {
            throw LakeError(.damaged, "the key of tenant '\(scope.id)' is not wrapped by this master key")
        }
    }

    /// The tenant's key, made where there is none.
    ///
    /// - Throws: as `encryption()`, and `CryptographyError`.
    package func makeEncryption() throws -> TableEncryption {
        if let encryption = try encryption() { return encryption }
        let key = bits(32)
        let nonce = bits(AES.nonceByteCount)
        let wrapped = try sealed(key, nonce)
        try store.makeFolder(layout.lake(of: scope))
        try putNew(["nonce": .text(Self.text(nonce)), "wrapped": .text(Self.text(wrapped))])
        guard let encryption = try encryption() else {
            throw LakeError(.damaged, "the key of tenant '\(scope.id)' is gone")
        }
        return encryption
    }

    /// Destroys the key: nothing of the tenant's encrypted files can be read any more.
    ///
    /// - Throws: `FileError`.
    package func destroy() throws(FileError) {
        try store.makeFolder(layout.lake(of: scope))
        try put(["destroyed": .bool(true)], replacing: true)
    }

    private func opened(_ wrapped: [UInt8], _ nonce: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var cipher = try AES(masterKey)
        let bound = Array(scope.id.text.utf8)
        return try cipher.open(wrapped.span, nonce: nonce.span, associatedData: bound.span)
    }

    private func sealed(_ key: [UInt8], _ nonce: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var cipher = try AES(masterKey)
        let bound = Array(scope.id.text.utf8)
        return try cipher.seal(key.span, nonce: nonce.span, associatedData: bound.span)
    }

    private func put(_ members: [String: JSONValue], replacing: Bool) throws(FileError) {
        let all = members.merging(["version": .integer(1), "tenant": .text(scope.id.text)]) { own, _ in own }
        try CommittedFile(store: store, random: random).commit(
            Array(JSONValue.object(all).canonicalText.utf8), to: path, replacing: replacing)
    }

    /// Of two who are at it, one makes the key: the other takes it.
    private func putNew(_ members: [String: JSONValue]) throws {
        do {
            try put(members, replacing: false)
        } catch let error as FileError {
            guard error.code == .exists else { throw error }
        }
    }

    private func bits(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = random.nextBits()
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (UInt64($0) * 8)) }
        }
        return Array(bytes.prefix(count))
    }

    private static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
