import Checksum
import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Odd and hostile files, among them all that fuzzing found: each has an expectation beside it, or the suite fails.
@Suite struct CorpusTests {
    private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("Corpus")
    private static let files = folder.appending("Parquet")

    private struct Oracle: Decodable {
        let expect: String
        let rowsDigest: String?

        enum CodingKeys: String, CodingKey {
            case expect
            case rowsDigest = "rows_sha256"
        }
    }

    private static func names() throws -> [String] {
        try DiskFileStore().names(in: files).filter { $0 != "oracle" }
    }

    private static func oracle(_ name: String) throws -> Oracle {
        let path = files.appending("oracle").appending("\(name).json")
        return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: URL(fileURLWithPath: path.string)))
    }

    /// The SHA-256 of the rows; nil behind 16 MB of text, for the files that hold more.
    private static func digest(_ name: String) throws -> String? {
        struct Enough: Error {}
        var hasher = SHA256Hasher()
        var byteCount = 0
        let reader = try ParquetFileReader(try DiskFileStore().open(files.appending(name)))
        do {
            try CanonicalRows(reader).forEachPiece { text in
                hasher.update(text.span)
                byteCount += text.count
                if byteCount > 16 << 20 { throw Enough() }
            }
        } catch is Enough {
            return nil
        }
        return hasher.finish().description
    }

    @Test func everyFileHasAnExpectation() throws {
        let names = try Self.names()
        #expect(names.count > 150)
        for name in names {
            let expect = try? Self.oracle(name).expect
            #expect(["read", "error", "either", "limit"].contains(expect), "\(name) has no expectation")
        }
    }

    @Test func rowsAreRightOrRefused() throws {
        for name in try Self.names() {
            let oracle = try Self.oracle(name)
            let result = Result { try Self.digest(name) }
            switch (oracle.expect, result) {
            case ("read", .success(let digest)): #expect(digest == oracle.rowsDigest, "\(name)")
            case ("read", .failure(let error)): Issue.record("\(name) is refused: \(error)")
            case ("error", .success): Issue.record("\(name) is read as if it were sound")
            case ("limit", .success(let digest)): #expect(digest == nil, "\(name) ended early without an error")
            case (_, .success(let digest)):
                if let expected = oracle.rowsDigest { #expect(digest == expected, "\(name)") }
            case (_, .failure(let error)): #expect(error is ParquetError, "\(name): \(error)")
            }
        }
    }

    /// Batches and the deep check meet the same files: they end, with an error of ours or without.
    @Test func noFileBreaksAnotherWayToRead() throws {
        struct Enough: Error {}
        for name in try Self.names() where try Self.oracle(name).expect != "limit" {
            guard let reader = try? ParquetFileReader(try DiskFileStore().open(Self.files.appending(name))) else {
                continue
            }
            var rowCount = 0
            do {
                try reader.forEachBatch {
                    rowCount += $0.rowCount
                    if rowCount > 1_000_000 { throw Enough() }
                }
                #expect(Int64(rowCount) == reader.metadata.rowCount, "\(name)")
            } catch {
                #expect(error is ParquetError || error is Enough, "\(name): \(error)")
            }
            if reader.metadata.rowCount <= 1_000_000 { _ = try? reader.problems() }
        }
    }
}

/// The program under the checker of the shared conformance set, with its limits of time and memory: on the set itself,
/// and on our own corpus with the files that are too large to keep.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"] != nil
            && FileManager.default.fileExists(atPath: sharedFolder + "/parquet-testing/check_parquet.py"),
        "needs ALMANAC_PROGRAM, which scripts/test sets, and the shared conformance set, which ALMANAC_SHARED names"),
    .serialized)
struct ConformanceProgramTests {
    private static func check(_ folder: String) throws -> [String] {
        let program = try #require(ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"])
        let result = try SystemProcessRunner().run(
            ProcessCommand(
                "python3",
                [
                    "\(sharedFolder)/parquet-testing/check_parquet.py", folder,
                    "--where-cmd", "\(program) parquet cat --canon --where '{where}' {file}",
                    "--verify-cmd", "\(program) parquet verify --json {file}",
                    "--", program, "parquet", "cat", "--canon", "{file}",
                ]))
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(result.exitCode == 0, "\(lines.joined(separator: "\n")) \(result.errors)")
        return lines
    }

    @Test func theSharedSetIsReadAsItsOraclesSay() throws {
        let lines = try Self.check(sharedFolder + "/parquet-testing")
        #expect(lines.suffix(2) == ["must read: 99 of 99", "233 passed, 0 failed"])
    }

    @Test func ourOwnCorpusIsReadAsItsOraclesSay() throws {
        try withTemporaryFolder { folder in
            let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
                .appending("Corpus/make_parquet.py")
            let made = try SystemProcessRunner().run(
                ProcessCommand("python3", [script.string, folder.string, "--large"]))
            #expect(made.exitCode == 0, "\(made.errors)")
            let lines = try Self.check(folder.string)
            #expect(lines.last?.hasSuffix(" passed, 0 failed") == true)
        }
    }
}
