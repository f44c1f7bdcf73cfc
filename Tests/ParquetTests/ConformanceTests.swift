import Checksum
import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// The shared set of files with their oracles lies beside the project, or where ALMANAC_SHARED says.
let sharedFolder = ProcessInfo.processInfo.environment["ALMANAC_SHARED"] ?? "../shared"
private let setFolder = sharedFolder + "/parquet-testing"

/// Every file of the shared conformance set: its rows as canonical text have the oracle's SHA-256, or it is refused
/// where that is right; never a crash, never other rows. `check_parquet.py` there adds limits of time and memory.
@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: setFolder + "/MANIFEST.json"),
        "needs the shared conformance set, which ALMANAC_SHARED names"))
struct ConformanceTests {
    private struct Oracle: Decodable {
        let file: String
        let expect: String
        let rowsDigest: String?

        enum CodingKeys: String, CodingKey {
            case file, expect
            case rowsDigest = "rows_sha256"
        }
    }

    private static func oracles(_ part: String) throws -> [Oracle] {
        let folder = "\(setFolder)/\(part)/oracle"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
        }
    }

    /// The SHA-256 of the rows; stops behind 64 MB of text, for the files that hold gigabytes.
    private static func digest(_ path: String) throws -> String {
        struct Enough: Error {}
        var hasher = SHA256Hasher()
        var byteCount = 0
        let reader = try ParquetFileReader(try DiskFileStore().open(FilePath(path)))
        try CanonicalRows(reader).forEachPiece { text in
            hasher.update(text.span)
            byteCount += text.count
            if byteCount > 64 << 20 { throw Enough() }
        }
        return hasher.finish().description
    }

    @Test(arguments: ["upstream", "interop", "hostile", "fuzz"])
    func rowsAreRightOrRefused(part: String) throws {
        let oracles = try Self.oracles(part)
        #expect(!oracles.isEmpty)
        for oracle in oracles {
            let result = Result { try Self.digest("\(setFolder)/\(part)/\(oracle.file)") }
            switch (oracle.expect, result) {
            case ("read", .success(let digest)), ("filter", .success(let digest)), ("verify", .success(let digest)):
                #expect(digest == oracle.rowsDigest, "\(oracle.file)")
            case ("read", .failure(let error)), ("filter", .failure(let error)), ("verify", .failure(let error)):
                Issue.record("\(oracle.file) is refused: \(error)")
            case ("crc", .failure(let error)): #expect("\(error)".contains("checksum"), "\(oracle.file)")
            case ("crc", .success), ("error", .success): Issue.record("\(oracle.file) is read as if it were sound")
            case ("either", .success(let digest)):
                if let expected = oracle.rowsDigest { #expect(digest == expected, "\(oracle.file)") }
            default: #expect(throws: (any Error).self, "\(oracle.file)") { try result.get() }
            }
        }
    }

    private struct Lie: Decodable {
        struct Place: Decodable {
            let rowGroup: Int
            let column: String

            enum CodingKeys: String, CodingKey {
                case rowGroup = "row_group"
                case column
            }
        }

        let verify: Place
    }

    /// A deep check names the one column chunk whose statistics lie, and finds nothing in sound files.
    @Test func deepChecksFindWhatStatisticsClaim() throws {
        let data = try Data(
            contentsOf: URL(fileURLWithPath: "\(setFolder)/hostile/oracle/hostile-stats-lie.parquet.json"))
        let lie = try JSONDecoder().decode(Lie.self, from: data).verify
        let path = "\(setFolder)/hostile/hostile-stats-lie.parquet"
        let found = try ParquetFileReader(try DiskFileStore().open(FilePath(path))).problems()
        #expect(found.map(\.rowGroup) == [lie.rowGroup] && found.map(\.column) == [lie.column])
        for oracle in try Self.oracles("interop") {
            let reader = try ParquetFileReader(
                try DiskFileStore().open(FilePath("\(setFolder)/interop/\(oracle.file)")))
            #expect(try reader.problems() == [], "\(oracle.file)")
        }
    }
}
