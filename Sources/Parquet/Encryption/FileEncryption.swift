internal import Cryptography
internal import Effects

/// Encrypts one file as it is written.
///
/// ```
/// "PARE" | pages … | FileCryptoMetaData | footer module | length of both (4) | "PARE"        encrypted footer
/// "PAR1" | pages … | footer | signature (28) | length of both (4) | "PAR1"                   plaintext footer
/// ```
struct FileEncryption: Sendable {
    private let properties: EncryptionProperties
    private let algorithm: EncryptionAlgorithm
    private let fileData: [UInt8]

    /// - Throws: `ParquetError.mismatch` where a key is for a column that the file does not have.
    init(_ properties: EncryptionProperties, _ leaves: [LeafColumn]) throws(ParquetError) {
        self.properties = properties
        var algorithm = EncryptionAlgorithm()
        algorithm.cipher = properties.cipher
        algorithm.fileUnique = randomBytes(properties.random, count: 16)
        if properties.storesAADPrefix {
            algorithm.prefix = properties.aadPrefix
        } else {
            algorithm.needsPrefix = !properties.aadPrefix.isEmpty
        }
        self.algorithm = algorithm
        fileData = properties.aadPrefix + algorithm.fileUnique
        for path in properties.columnKeys.keys.sorted() {
            guard leaves.contains(where: { $0.name == path || $0.name.hasPrefix(path + ".") }) else {
                throw ParquetError(.mismatch, "there is a key for column '\(path)', which the file does not have")
            }
        }
    }

    /// The file's first and last four bytes.
    var magic: [UInt8] { Array((properties.hasPlaintextFooter ? "PAR1" : "PARE").utf8) }

    /// What encrypts a column chunk; nil where it is not encrypted.
    func chunkEncryption(_ leaf: LeafColumn, rowGroup: Int, column: Int) throws(ParquetError) -> ChunkEncryption? {
        let own = properties.columnKeys.nearest(leaf.name)
        guard let key = own ?? (properties.encryptsOtherColumns ? properties.footerKey : nil) else { return nil }
        let crypto: ColumnCrypto = own.map { .columnKey(path: leaf.path, metadata: $0.metadata) } ?? .footerKey
        let cipher = try ModuleCipher(
            ModuleKey(
                key: key.key, cipher: algorithm.cipher, fileData: fileData, rowGroup: rowGroup, column: column))
        return ChunkEncryption(crypto: crypto, cipher: cipher, random: properties.random)
    }

    /// Encrypts the metadata of the column chunks that are encrypted: all of their fields must have their values.
    ///
    /// With an encrypted footer those of columns under the footer's key stay as they are, within it. A plaintext footer
    /// keeps a copy without bounds of the values, so that readers without a key can pass over the chunk.
    func seal(_ metadata: inout ParquetFileMetadata, _ leaves: [LeafColumn]) throws(ParquetError) {
        for group in metadata.rowGroups.indices {
            for (column, leaf) in leaves.enumerated() {
                guard let encryption = try chunkEncryption(leaf, rowGroup: group, column: column) else { continue }
                metadata.rowGroups[group].columns[column].crypto = encryption.crypto
                if encryption.crypto == .footerKey && !properties.hasPlaintextFooter { continue }
                let chunk = metadata.rowGroups[group].columns[column]
                metadata.rowGroups[group].columns[column].encryptedMetadata = try encryption.seal(
                    chunk.encoded(), .columnMetadata)
                metadata.rowGroups[group].columns[column].statistics = nil
                metadata.rowGroups[group].columns[column].isSealed = !properties.hasPlaintextFooter
            }
        }
        for group in metadata.rowGroups.indices { metadata.rowGroups[group].ordinal = Int16(exactly: group) }
        guard properties.hasPlaintextFooter else { return }
        metadata.encryption = algorithm
        metadata.footerSigningKeyMetadata = properties.footerKey.metadata
    }

    /// What is written for the footer, in front of its length.
    func footer(_ plain: [UInt8]) throws(ParquetError) -> [UInt8] {
        let key = ModuleKey(key: properties.footerKey.key, cipher: algorithm.cipher, fileData: fileData)
        let cipher = try ModuleCipher(key)
        if properties.hasPlaintextFooter {
            return plain + (try cipher.signature(of: plain.span, properties.random))
        }
        let crypto = FileCryptoMetadata(algorithm, keyMetadata: properties.footerKey.metadata)
        return crypto.encoded() + (try cipher.seal(plain.span, .footer, properties.random))
    }
}

/// Encrypts the modules of one column chunk.
struct ChunkEncryption {
    let crypto: ColumnCrypto
    let cipher: ModuleCipher
    let random: any RandomSource

    /// The module of some content.
    /// - Parameter page: the number of the data page in the column chunk, counted from 0.
    func seal(_ content: [UInt8], _ kind: ModuleKind, page: Int = 0) throws(ParquetError) -> [UInt8] {
        try cipher.seal(content.span, kind, page: page, random)
    }
}
