internal import Cryptography
internal import Effects

/// The keys of one encrypted file, once its footer was opened.
struct FileDecryption: Sendable {
    private let properties: DecryptionProperties
    private let algorithm: EncryptionAlgorithm
    private let footerKey: AESKey?
    /// The AAD prefix and the file's unique bytes.
    private let fileData: [UInt8]

    init(
        _ properties: DecryptionProperties, _ algorithm: EncryptionAlgorithm, footerKeyMetadata: [UInt8]?
    ) throws(ParquetError) {
        self.properties = properties
        self.algorithm = algorithm
        fileData = try Self.prefix(properties, algorithm) + algorithm.fileUnique
        footerKey = try Self.key(properties, .footer(metadata: footerKeyMetadata))
    }

    /// The prefix of all associated data: the file's own, which must be the expected one, or the supplied one.
    private static func prefix(
        _ properties: DecryptionProperties, _ algorithm: EncryptionAlgorithm
    ) throws(ParquetError) -> [UInt8] {
        guard let expected = properties.aadPrefix else {
            guard !algorithm.needsPrefix else {
                throw ParquetError(
                    .key, "it was encrypted with an AAD prefix that is not stored in it and must be given")
            }
            return algorithm.prefix
        }
        guard algorithm.needsPrefix || algorithm.prefix == expected else {
            throw ParquetError(.key, "its AAD prefix is not the one that is expected of it")
        }
        return expected
    }

    private static func key(
        _ properties: DecryptionProperties, _ request: DecryptionProperties.KeyRequest
    ) throws(ParquetError) -> AESKey? {
        do {
            return try properties.retriever.key(for: request)
        } catch {
            throw ParquetError(.key, "its key can't be had: \(error)")
        }
    }

    /// What opens the footer, or verifies its signature.
    func footerCipher() throws(ParquetError) -> ModuleCipher {
        guard let footerKey else { throw ParquetError(.key, "its footer is encrypted or signed, and there is no key") }
        return try ModuleCipher(ModuleKey(key: footerKey, cipher: algorithm.cipher, fileData: fileData))
    }

    /// What opens the modules of a column chunk.
    func cipher(
        _ crypto: ColumnCrypto, leaf: LeafColumn, rowGroup: Int, column: Int
    ) throws(ParquetError) -> ModuleCipher {
        let key: AESKey?
        switch crypto {
        case .footerKey: key = footerKey
        case .columnKey(_, let metadata):
            key = try Self.key(properties, .column(leaf.name, metadata: metadata))
        }
        guard let key else { throw ParquetError(.key, "it is encrypted, and there is no key") }
        return try ModuleCipher(
            ModuleKey(
                key: key, cipher: algorithm.cipher, fileData: fileData, rowGroup: rowGroup, column: column))
    }

    /// Decrypts the metadata of column chunks. A chunk whose key is not there, or not the right one, keeps the error
    /// for those who want to read it.
    func reveal(_ metadata: inout ParquetFileMetadata, _ leaves: [LeafColumn]) {
        for group in metadata.rowGroups.indices where metadata.rowGroups[group].columns.count == leaves.count {
            for (column, leaf) in leaves.enumerated() {
                let chunk = metadata.rowGroups[group].columns[column]
                guard let crypto = chunk.crypto, let module = chunk.encryptedMetadata else { continue }
                do throws(ParquetError) {
                    let cipher = try cipher(crypto, leaf: leaf, rowGroup: group, column: column)
                    var revealed = chunk
                    var reader = CompactReader(try cipher.open(module.span, .columnMetadata))
                    try revealed.readMetadata(&reader)
                    metadata.rowGroups[group].columns[column] = revealed
                } catch {
                    metadata.rowGroups[group].columns[column].failure = error.at(column: leaf.name, rowGroup: group)
                }
            }
        }
    }
}
