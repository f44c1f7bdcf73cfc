import AlmanacTesting
import Columnar
import Cryptography
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// A way to encrypt a file, and what reads it.
struct EncryptionCase: Sendable, CustomTestStringConvertible {
    static let footerKey = Array("0123456789abcdef".utf8)
    static let nameKey = Array("name-key-of-24-bytes-ok!".utf8)
    static let priceKey = Array("price-key-of-32-bytes-is-long-ok".utf8)

    var cipher = ParquetCipher.galoisCounter
    var hasPlaintextFooter = false
    var hasColumnKeys = false
    var encryptsOtherColumns = true
    var prefix = ""
    var storesPrefix = true
    var key = footerKey

    var testDescription: String {
        "\(cipher) AES-\(key.count * 8) \(hasPlaintextFooter ? "plaintext" : "encrypted") footer, prefix '\(prefix)'"
            + " \(storesPrefix ? "stored" : "supplied"), column keys \(hasColumnKeys), others \(encryptsOtherColumns)"
    }

    static let all: [EncryptionCase] = {
        var cases: [EncryptionCase] = []
        for cipher in ParquetCipher.allCases {
            for hasPlaintextFooter in [false, true] {
                for (prefix, stores) in [("", true), ("acme/raw/orders", true), ("acme/raw/orders", false)] {
                    var one = EncryptionCase()
                    one.cipher = cipher
                    one.hasPlaintextFooter = hasPlaintextFooter
                    (one.prefix, one.storesPrefix) = (prefix, stores)
                    cases.append(one)
                    one.hasColumnKeys = true
                    cases.append(one)
                    one.encryptsOtherColumns = false
                    cases.append(one)
                }
            }
            for key in [nameKey, priceKey] {
                var one = EncryptionCase()
                (one.cipher, one.key) = (cipher, key)
                cases.append(one)
            }
        }
        return cases
    }()

    func properties(_ random: any RandomSource = SeededRandom(seed: 1)) throws -> EncryptionProperties {
        var properties = EncryptionProperties(
            footerKey: .init(try AESKey(key), metadata: Array("footer".utf8)), random: random)
        properties.cipher = cipher
        properties.hasPlaintextFooter = hasPlaintextFooter
        properties.aadPrefix = Array(prefix.utf8)
        properties.storesAADPrefix = storesPrefix
        properties.encryptsOtherColumns = encryptsOtherColumns
        if hasColumnKeys {
            properties.columnKeys = [
                "name": .init(try AESKey(Self.nameKey), metadata: Array("name".utf8)),
                "price": .init(try AESKey(Self.priceKey), metadata: nil),
            ]
        }
        return properties
    }

    func keys(footer: [UInt8]? = nil, name: [UInt8]? = nameKey, prefix: String? = nil) throws -> DecryptionProperties {
        var columns = ["price": try AESKey(Self.priceKey)]
        columns["name"] = try name.map { try AESKey($0) }
        let given = prefix ?? (storesPrefix ? nil : self.prefix)
        return DecryptionProperties(
            KnownKeys(footer: try AESKey(footer ?? key), columns: columns), aadPrefix: given.map { Array($0.utf8) })
    }
}

@Suite struct EncryptionTests {
    private func write(
        _ rows: [[Scalar]], schema: Schema = RandomTable.schema, _ encryption: EncryptionProperties?, to path: FilePath
    ) throws {
        let file = try DiskFileStore().create(path)
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = 1_000
        options.pageRowCount = 300
        options.encryption = encryption
        let writer = try ParquetFileWriter(schema: schema, options: options, file: file)
        try writer.write(try ColumnBatch(schema: schema, rows: rows))
        _ = try writer.finish()
        try file.close()
    }

    private func read(_ path: FilePath, _ keys: DecryptionProperties?, columns: [String]? = nil) throws -> [[Scalar]] {
        var options = ParquetReaderOptions()
        options.decryption = keys
        let reader = try ParquetFileReader(try DiskFileStore().open(path), options: options)
        var rows: [[Scalar]] = []
        try reader.forEachBatch(columns: columns) { rows += $0.rows }
        return rows
    }

    private func refused(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch let error as ParquetError {
            return error.code == .key
        } catch {
            return false
        }
    }

    @Test(arguments: EncryptionCase.all)
    func rowsComeBackWithTheKeysAndOnlyWithThem(_ one: EncryptionCase) throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: 21)
            let rows = table.rows(2_300)
            let path = folder.appending("a.parquet")
            try write(rows, try one.properties(), to: path)
            #expect(try read(path, try one.keys()) == rows)

            let other = Array("another key that has 32 bytes ok".utf8.prefix(one.key.count))
            #expect(refused { _ = try read(path, try one.keys(footer: other)) })
            #expect(refused { _ = try read(path, try one.keys(prefix: "initech/raw/orders")) })
            if !one.storesPrefix {
                #expect(refused { _ = try read(path, DecryptionProperties(KnownKeys(footer: try AESKey(one.key)))) })
            }
            #expect(refused { _ = try read(path, nil) })
            if one.hasColumnKeys {
                #expect(refused { _ = try read(path, try one.keys(name: other)) })
                #expect(refused { _ = try read(path, try one.keys(name: nil)) })
                // The other columns are there without it.
                #expect(
                    try read(path, try one.keys(name: nil), columns: ["id", "price"]) == rows.map { [$0[0], $0[11]] })
            }
            if one.hasPlaintextFooter && !one.encryptsOtherColumns {
                #expect(try read(path, nil, columns: ["id"]) == rows.map { [$0[0]] })
            }
        }
    }

    /// No text, name, bound or count of an encrypted column is in the file.
    @Test(arguments: EncryptionCase.all)
    func nothingOfItCanBeSeen(_ one: EncryptionCase) throws {
        try withTemporaryFolder { folder in
            let rows = (0..<500).map { row -> [Scalar] in
                var values = [Scalar](repeating: .null, count: RandomTable.schema.fields.count)
                values[0] = .int(Int64(row))
                values[15] = .text("canary-\(row % 3)")
                values[16] = .binary(Array("kanari-\(row)".utf8))
                return values
            }
            try write(rows, try one.properties(), to: folder.appending("a.parquet"))
            let bytes = try DiskFileStore().contents(of: folder.appending("a.parquet"))
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("canary"))
            #expect(text.contains("props") == one.hasPlaintextFooter)
            #expect(Array(bytes[..<4]) == Array((one.hasPlaintextFooter ? "PAR1" : "PARE").utf8))
            for key in [one.key, EncryptionCase.nameKey, EncryptionCase.priceKey] {
                #expect(!text.contains(String(decoding: key, as: UTF8.self)))
            }
            #expect(text.contains("acme/raw/orders") == (one.storesPrefix && !one.prefix.isEmpty))
        }
    }

    /// With AES-GCM every byte of the file is authenticated, or is the length of an authenticated part; with CTR the
    /// checksums of the pages, whose headers are authenticated, stand in.
    @Test(arguments: [0, 1], [false, true])
    func everyFlippedByteIsAnError(_ cipher: Int, _ hasPlaintextFooter: Bool) throws {
        try withTemporaryFolder { folder in
            var one = EncryptionCase()
            one.cipher = ParquetCipher.allCases[cipher]
            one.hasPlaintextFooter = hasPlaintextFooter
            one.hasColumnKeys = true
            var table = RandomTable(seed: 3)
            let rows = table.rows(12)
            try write(rows, try one.properties(), to: folder.appending("whole"))
            let store = DiskFileStore()
            let bytes = try store.contents(of: folder.appending("whole"))
            let path = folder.appending("damaged")
            let keys = try one.keys()
            let generator = SeededRandom(seed: 5)
            // A read of all rows does not look at the page indexes.
            var options = ParquetReaderOptions()
            options.decryption = keys
            let groups = try ParquetFileReader(try store.open(folder.appending("whole")), options: options).metadata
                .rowGroups
            let pageEnd = groups.flatMap(\.columns).reduce(4) { $0 + Int($1.compressedByteCount) }
            let indexes = hasPlaintextFooter ? pageEnd..<indexEnd(of: bytes) : 0..<0
            for index in bytes.indices {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(generator.nextBits() % 8)
                try? store.remove(path)
                let file = try store.create(path)
                try file.write(damaged.span)
                try file.close()
                // The names of keys beside an encrypted footer are not authenticated, nor needed by these keys.
                guard let got = try? read(path, keys) else { continue }
                #expect(got == rows, "byte \(index)")
                #expect(!hasPlaintextFooter || indexes.contains(index), "byte \(index)")
            }
        }
    }

    /// A page that is put in another's place does not open, although it was encrypted with the same key.
    @Test func filesWithTheSameKeyDoNotExchangeParts() throws {
        try withTemporaryFolder { folder in
            let rows = (0..<100).map { [Scalar.int($0 * $0)] }
            let store = DiskFileStore()
            var files: [[UInt8]] = []
            for seed in 1...40 {
                let path = folder.appending("\(seed)")
                try write(
                    rows, schema: Schema([Field("id", .int64)]),
                    try EncryptionCase().properties(SeededRandom(seed: UInt64(seed))), to: path)
                files.append(try store.contents(of: path))
                #expect(try read(path, try EncryptionCase().keys()) == rows)
            }
            // A checksum has one to five bytes: two files of the same size differ in nothing but their random parts.
            let pair = try #require(
                Dictionary(grouping: files, by: \.count).values.first { $0.count > 1 && $0[0] != $0[1] })
            let half = pair[0].count / 4
            let file = try store.create(folder.appending("mixed"))
            try file.write((Array(pair[0][..<half]) + Array(pair[1][half...])).span)
            try file.close()
            #expect(refused { _ = try read(folder.appending("mixed"), try EncryptionCase().keys()) })
        }
    }

    @Test func aPlainFileIsNotTakenForAnEncryptedOne() throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: 8)
            let rows = table.rows(10)
            try write(rows, nil, to: folder.appending("a"))
            var keys = try EncryptionCase().keys()
            #expect(refused { _ = try read(folder.appending("a"), keys) })
            keys.allowsPlaintextFiles = true
            #expect(try read(folder.appending("a"), keys) == rows)
        }
    }

    @Test func keysOfColumnsThatAreNotThereAreRefused() throws {
        var properties = try EncryptionCase().properties()
        properties.columnKeys["nmae"] = .init(try AESKey(EncryptionCase.nameKey))
        try withTemporaryFolder { folder in
            #expect(throws: ParquetError.self) { try write([], properties, to: folder.appending("a")) }
        }
    }

    /// More pages than the associated data can number make more row groups.
    @Test func manySmallPagesAreSpreadOverRowGroups() throws {
        try withTemporaryFolder { folder in
            let schema = Schema([Field("id", .int64)])
            let file = try DiskFileStore().create(folder.appending("a"))
            var options = ParquetWriterOptions()
            options.pageRowCount = 1
            options.encryption = try EncryptionCase().properties()
            let writer = try ParquetFileWriter(schema: schema, options: options, file: file)
            let rows = (0..<40_000).map { [Scalar.int($0)] }
            try writer.write(try ColumnBatch(schema: schema, rows: rows))
            _ = try writer.finish()
            try file.close()
            #expect(try read(folder.appending("a"), try EncryptionCase().keys()) == rows)
        }
    }

    @Test func noncesAreNeverRepeated() {
        var seen: Set<[UInt64]> = []
        let random = SystemRandom()
        for _ in 0..<1_000_000 { seen.insert([random.nextBits(), random.nextBits() & 0xFFFF_FFFF]) }
        #expect(seen.count == 1_000_000)
    }
}
