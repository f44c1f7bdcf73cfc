import Columnar
import Cryptography
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// pyarrow reads our encrypted files, and we read its: every cipher, footer, length of key, AAD prefix, and keys of
/// columns through pyarrow's key management.
@Suite(.enabled(if: oraclePython != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
struct EncryptedInterchangeTests {
    private static let program = "Tests/Oracles/encrypted_parquet.py"

    /// What a file's name says, as the oracle's program explains it.
    private struct Settings {
        let hasColumnKeys: Bool
        let cipher: ParquetCipher
        let hasPlaintextFooter: Bool
        let key: AESKey
        let prefix: String

        init(_ name: String) throws {
            let parts = name.split(separator: ".")
            hasColumnKeys = parts[0] == "columns"
            cipher = parts[1] == "ctr" ? .galoisCounterAndCounter : .galoisCounter
            hasPlaintextFooter = parts[2] == "plain"
            key = try AESKey(Array("0123456789abcdef0123456789abcdef".utf8.prefix(Int(parts[3].dropFirst()) ?? 0)))
            prefix = String(parts[4])
        }

        var encryption: EncryptionProperties {
            get throws {
                let metadata = hasColumnKeys ? try PyarrowKeys.material(of: key, "footer", isFooter: true) : nil
                var result = EncryptionProperties(footerKey: .init(key, metadata: metadata), random: SystemRandom())
                result.cipher = cipher
                result.hasPlaintextFooter = hasPlaintextFooter
                if prefix != "none" { result.aadPrefix = Array("acme/raw/orders".utf8) }
                result.storesAADPrefix = prefix == "stored"
                if hasColumnKeys {
                    let first = try AESKey(Array("first of the keys".utf8.prefix(16)))
                    let second = try AESKey(Array("second of the keys of columns, OK".utf8.prefix(32)))
                    result.columnKeys["name"] = .init(
                        first, metadata: try PyarrowKeys.material(of: first, "first", isFooter: false))
                    result.columnKeys["tags"] = .init(
                        second, metadata: try PyarrowKeys.material(of: second, "second", isFooter: false))
                    result.encryptsOtherColumns = hasPlaintextFooter
                }
                return result
            }
        }

        var decryption: DecryptionProperties {
            DecryptionProperties(
                hasColumnKeys ? PyarrowKeys() : KnownKeys(footer: key),
                aadPrefix: prefix == "supplied" ? Array("acme/raw/orders".utf8) : nil)
        }
    }

    /// The key material that pyarrow's key management puts into files, with the oracle's way to wrap a key.
    private struct PyarrowKeys: KeyRetriever {
        private struct Material: Codable {
            var keyMaterialType = "PKMT1"
            var internalStorage = true
            var isFooterKey: Bool
            var kmsInstanceID: String?
            var kmsInstanceURL: String?
            let masterKeyID: String
            let wrappedDEK: String
            var doubleWrapping = false
        }

        func key(for request: DecryptionProperties.KeyRequest) throws -> AESKey? {
            let metadata =
                switch request {
                case .footer(let metadata), .column(_, let metadata): metadata
                }
            let material = try JSONDecoder().decode(Material.self, from: Data(metadata ?? []))
            let bytes = Array(Data(base64Encoded: material.wrappedDEK) ?? Data())
            return try AESKey(bytes.dropFirst(material.masterKeyID.utf8.count + 1).reversed())
        }

        static func material(of key: AESKey, _ name: String, isFooter: Bool) throws -> [UInt8] {
            let wrapped = Data(Array("\(name):".utf8) + key.withBytes { Array($0.reversed()) }).base64EncodedString()
            return Array(
                try JSONEncoder().encode(
                    Material(
                        isFooterKey: isFooter, kmsInstanceID: "DEFAULT", kmsInstanceURL: "DEFAULT", masterKeyID: name,
                        wrappedDEK: wrapped)))
        }
    }

    private struct Answer: Decodable, Equatable {
        let rows: Int?
        let hash: String?
        let error: String?
    }

    private static func oracle(_ arguments: [String]) throws -> Data {
        let result = try SystemProcessRunner().run(
            ProcessCommand(try #require(oraclePython), [program] + arguments))
        #expect(result.exitCode == 0, "\(result.errors)")
        return Data(result.output.utf8)
    }

    @Test func pyarrowReadsOursAndWeReadItsOwn() throws {
        try withTemporaryFolder { folder in
            let store = DiskFileStore()
            let (theirs, ours) = (folder.appending("theirs"), folder.appending("ours"))
            try store.makeFolder(theirs)
            try store.makeFolder(ours)
            let names = try JSONDecoder().decode(
                [String].self, from: try Self.oracle(["write", theirs.string]))
            #expect(names.count == 48)
            for name in names {
                let settings = try Settings(name)
                var options = ParquetReaderOptions()
                options.decryption = settings.decryption
                let reader = try ParquetFileReader(try store.open(theirs.appending(name)), options: options)
                let file = try store.create(ours.appending(name))
                var writing = ParquetWriterOptions()
                writing.rowGroupRowCount = 1_300
                writing.pageRowCount = 200
                writing.encryption = try settings.encryption
                let writer = try ParquetFileWriter(schema: reader.schema, options: writing, file: file)
                try reader.forEachBatch { try writer.write($0) }
                _ = try writer.finish()
                try file.close()
                #expect(try reader.problems() == [], "\(name)")
            }
            func answers(_ folder: FilePath) throws -> [String: Answer] {
                try JSONDecoder().decode(
                    [String: Answer].self,
                    from: try Self.oracle(["read"] + names.map { folder.appending($0).string }))
            }
            let (expected, got) = (try answers(theirs), try answers(ours))
            for name in names {
                #expect(expected[name]?.rows == 3_000, "\(name)")
                #expect(got[name] == expected[name], "\(name)")
            }
        }
    }
}
