/// How the modules of a file are encrypted, and what identifies the file.
///
/// ```
/// EncryptionAlgorithm   union: 1 AES_GCM_V1 | 2 AES_GCM_CTR_V1, each { 1 aad_prefix, 2 aad_file_unique, 3 supply_aad_prefix }
/// FileCryptoMetaData    { 1 EncryptionAlgorithm, 2 key_metadata }
/// ColumnCryptoMetaData  union: 1 with the footer's key {} | 2 with its own { 1 path_in_schema, 2 key_metadata }
/// ```
/// Source: the Parquet format's Encryption page and `parquet.thrift`.
struct EncryptionAlgorithm: Sendable, Equatable {
    /// Which cipher the pages have; everything else has GCM in both.
    var cipher = ParquetCipher.galoisCounter
    /// What the writer added to every module's associated data and stored.
    var prefix: [UInt8] = []
    /// Random bytes that no other file has.
    var fileUnique: [UInt8] = []
    /// Whether the writer had a prefix that the reader must know.
    var needsPrefix = false

    init() {}

    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result = EncryptionAlgorithm()
        var isKnown = false
        try reader.structure { reader, field, kind throws(ParquetError) in
            guard case .structure = kind, let cipher = ParquetCipher(rawValue: field) else {
                return try reader.skip(kind)
            }
            isKnown = true
            result.cipher = cipher
            try reader.structure { reader, field, kind throws(ParquetError) in
                switch (field, kind) {
                case (1, .binary): result.prefix = try reader.binary()
                case (2, .binary): result.fileUnique = try reader.binary()
                case (3, .bool(let needed)): result.needsPrefix = needed
                default: try reader.skip(kind)
                }
            }
        }
        guard isKnown else { throw ParquetError(.unsupported, "an encryption algorithm that is not known here") }
        self = result
    }

    func write(_ writer: inout CompactWriter) {
        writer.structure(cipher.rawValue) { writer in
            if !prefix.isEmpty { writer.binary(1, prefix) }
            writer.binary(2, fileUnique)
            if needsPrefix { writer.bool(3, true) }
        }
    }
}

/// The ciphers of encrypted files, numbered as the format's union does.
package enum ParquetCipher: Int16, Sendable, CaseIterable {
    /// AES-GCM for everything: no byte can be changed unnoticed.
    case galoisCounter = 1
    /// AES-CTR for the content of pages, which nothing vouches for then; AES-GCM for all else.
    case galoisCounterAndCounter = 2
}

/// What lies before an encrypted footer, for all to see.
struct FileCryptoMetadata: Sendable {
    var algorithm = EncryptionAlgorithm()
    var keyMetadata: [UInt8]?

    init(_ algorithm: EncryptionAlgorithm, keyMetadata: [UInt8]?) {
        self.algorithm = algorithm
        self.keyMetadata = keyMetadata
    }

    /// Reads it from the beginning of bytes; gives also how many bytes it had.
    static func read(_ bytes: [UInt8]) throws(ParquetError) -> (metadata: FileCryptoMetadata, byteCount: Int) {
        var reader = CompactReader(bytes)
        var algorithm: EncryptionAlgorithm?
        var keyMetadata: [UInt8]?
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .structure): algorithm = try EncryptionAlgorithm(&reader)
            case (2, .binary): keyMetadata = try reader.binary()
            default: try reader.skip(kind)
            }
        }
        guard let algorithm else { throw .corrupt("an encrypted footer without an algorithm") }
        return (FileCryptoMetadata(algorithm, keyMetadata: keyMetadata), reader.position)
    }

    func encoded() -> [UInt8] {
        var writer = CompactWriter()
        writer.element { writer in
            writer.structure(1, algorithm.write)
            writer.binary(2, keyMetadata)
        }
        return writer.bytes
    }
}

/// Which key a column chunk is encrypted with.
enum ColumnCrypto: Sendable, Equatable {
    case footerKey
    case columnKey(path: [String], metadata: [UInt8]?)

    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result: ColumnCrypto?
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .structure):
                result = .footerKey
                try reader.skip(kind)
            case (2, .structure):
                var (path, metadata): ([String], [UInt8]?) = ([], nil)
                try reader.structure { reader, field, kind throws(ParquetError) in
                    switch (field, kind) {
                    case (1, .list):
                        path = try reader.list { reader throws(ParquetError) in try reader.text() }
                    case (2, .binary): metadata = try reader.binary()
                    default: try reader.skip(kind)
                    }
                }
                result = .columnKey(path: path, metadata: metadata)
            default: try reader.skip(kind)
            }
        }
        guard let result else { throw .corrupt("a column is encrypted in a way that is not known here") }
        self = result
    }

    func write(_ writer: inout CompactWriter) {
        switch self {
        case .footerKey: writer.structure(1) { _ in }
        case .columnKey(let path, let metadata):
            writer.structure(2) { writer in
                writer.list(1, of: .binary, path) { $0.element(Array($1.utf8)) }
                writer.binary(2, metadata)
            }
        }
    }
}
