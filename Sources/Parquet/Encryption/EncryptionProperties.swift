package import Cryptography
package import Effects

/// How a file is encrypted as it is written: Parquet Modular Encryption.
///
/// ```swift
/// var encryption = EncryptionProperties(footerKey: EncryptionKey(key, metadata: Array("tenant-key-7".utf8)), random: random)
/// encryption.aadPrefix = Array("acme/raw/orders".utf8)
/// options.encryption = encryption
/// ```
/// Nonces are drawn from `random`, so that two encrypted files of the same rows have different bytes. A key must encrypt
/// fewer than 2^32 modules in all: a file has two for each page and three for each column chunk.
package struct EncryptionProperties: Sendable {
    /// A key with what the file notes about it.
    package struct EncryptionKey: Sendable {
        /// The key.
        package var key: AESKey
        /// What a reader needs to find the key, such as its name; stored in the file for all to see.
        package var metadata: [UInt8]?

        package init(_ key: AESKey, metadata: [UInt8]? = nil) {
            self.key = key
            self.metadata = metadata
        }
    }

    /// The key of the footer, and of columns without one of their own.
    package var footerKey: EncryptionKey
    /// Keys of columns by their path, joined by dots; that of a nested column holds for all below it.
    package var columnKeys: [String: EncryptionKey] = [:]
    /// Whether columns without a key of their own are encrypted with the footer's; otherwise they are not encrypted.
    package var encryptsOtherColumns = true
    /// Whether the footer can be read without a key: it is signed then, and says the names and types of all columns.
    package var hasPlaintextFooter = false
    /// The cipher of pages.
    package var cipher = ParquetCipher.galoisCounter
    /// What a reader must expect of the file's identity, such as the table it belongs to; none where empty.
    package var aadPrefix: [UInt8] = []
    /// Whether the prefix is stored in the file; otherwise readers must be given it.
    package var storesAADPrefix = true
    /// Where nonces come from: the operating system's generator, or its twin in tests.
    package var random: any RandomSource

    package init(footerKey: EncryptionKey, random: any RandomSource) {
        self.footerKey = footerKey
        self.random = random
    }
}

/// How an encrypted file is opened.
package struct DecryptionProperties: Sendable {
    /// Whose key is asked for.
    package enum KeyRequest: Sendable, Equatable {
        /// The footer's, which columns may have too; with what the file notes about it.
        case footer(metadata: [UInt8]?)
        /// A column's, by its path joined by dots.
        case column(String, metadata: [UInt8]?)
    }

    /// Finds keys. Nil where there is none: a column without a key can't be read, the others can.
    package var retriever: any KeyRetriever
    /// The prefix that the file must have been written with; nil takes the one that the file stores.
    package var aadPrefix: [UInt8]?
    /// Whether files that are not encrypted are read as well; else one that took an encrypted file's place is refused.
    package var allowsPlaintextFiles = false

    package init(_ retriever: any KeyRetriever, aadPrefix: [UInt8]? = nil) {
        self.retriever = retriever
        self.aadPrefix = aadPrefix
    }
}

/// Finds the keys of encrypted files.
package protocol KeyRetriever: Sendable {
    /// The key that is asked for, nil where there is none.
    /// - Throws: what the key's keeper says when it does not give it, as after an erasure. Reading fails with its words.
    func key(for request: DecryptionProperties.KeyRequest) throws -> AESKey?
}

/// Keys that are known beforehand.
package struct KnownKeys: KeyRetriever {
    private let footer: AESKey?
    private let columns: [String: AESKey]

    /// - Parameter columns: keys by path, joined by dots; that of a nested column holds for all below it.
    package init(footer: AESKey?, columns: [String: AESKey] = [:]) {
        self.footer = footer
        self.columns = columns
    }

    package func key(for request: DecryptionProperties.KeyRequest) -> AESKey? {
        switch request {
        case .footer: footer
        case .column(let path, _): columns.nearest(path)
        }
    }
}

extension Dictionary where Key == String {
    /// What is noted for a path joined by dots, or else for the nearest column above it.
    func nearest(_ path: String) -> Value? {
        var rest = path[...]
        while true {
            if let value = self[String(rest)] { return value }
            guard let dot = rest.lastIndex(of: ".") else { return nil }
            rest = rest[..<dot]
        }
    }
}
