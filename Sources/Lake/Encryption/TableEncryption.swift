package import Cryptography
internal import Effects
internal import Parquet
internal import SystemPackage

// How a tenant's tables are encrypted.
//
// (1) Every module of a data file is sealed with the tenant's key by AES-GCM, the footer too: names, types and bounds of
//     columns are no plaintext.
// (2) What is sealed is bound to the tenant, the table and the file's name, which the file does not store: one that took
//     another's place, of this or of another tenant, is refused.
// (3) The log keeps what is needed to plan: paths, sizes, counts, days and hashes of the sealed bytes. Bounds of values
//     are left out of it, and so is a division by values.
// (4) The tenant's key lies wrapped by the master key: see `TenantKeys`. Without it nothing of the rows can be read.

/// The key that a table's files are encrypted with.
package struct TableEncryption: Sendable {
    private let key: AESKey
    /// What the key is called in the files: the tenant's id.
    private let name: String

    package init(_ key: AESKey, name: String) {
        self.key = key
        self.name = name
    }

    /// How a file is written.
    func writing(_ file: String, _ table: DeltaTable) -> EncryptionProperties {
        var properties = EncryptionProperties(
            footerKey: EncryptionProperties.EncryptionKey(key, metadata: Array(name.utf8)), random: table.random)
        properties.aadPrefix = Self.identity(file, table.address)
        properties.storesAADPrefix = false
        return properties
    }

    /// How a file is read.
    func reading(_ file: String, _ address: TableAddress) -> DecryptionProperties {
        DecryptionProperties(KnownKeys(footer: key), aadPrefix: Self.identity(file, address))
    }

    /// What a file is bound to. The last name is unique: a table may be moved, its files keep theirs.
    private static func identity(_ file: String, _ address: TableAddress) -> [UInt8] {
        let name = DeltaPath.key(file).split(separator: "/").last.map(String.init) ?? file
        let table = address.tenant == nil ? "" : address.name
        return Array("\(address.tenant ?? "")/\(table)/\(name)".utf8)
    }
}
