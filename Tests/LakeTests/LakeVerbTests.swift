import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Foundation
import Lake
import SystemPackage
import Testing

private let program = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"].flatMap { $0.isEmpty ? nil : $0 }

/// The lake's verbs as their users call them, on the folder of a table.
@Suite(.enabled(if: program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct LakeVerbTests {
    private let folder: TestFolder
    private var path: String { folder.path.appending("table").string }

    init() throws {
        folder = try TestFolder()
        let table = DeltaTable(
            at: TableAddress(path: folder.path.appending("table")), store: DiskFileStore(), random: SystemRandom(),
            clock: SystemClock())
        let orders = OrderTable(table, zone: .utc)
        try orders.append(0..<20)
        try orders.append(20..<40)
        try orders.merge([(3, "b")], deletes: [30])
    }

    private func lake(_ words: String...) throws -> ProcessResult {
        try SystemProcessRunner().run(
            ProcessCommand(try #require(program), ["lake"] + words, environment: ["NO_COLOR": "1"]))
    }

    private func object(_ result: ProcessResult) throws -> [String: Any] {
        #expect(result.exitCode == 0, "\(result.errors)")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let object = try #require(value as? [String: Any])
        #expect(object["schema"] as? Int == 1)
        return object
    }

    @Test func helpHasExamplesAndJSON() throws {
        for verb in ["tables", "history", "files", "schema", "cat", "diff", "verify", "compact", "vacuum", "restore"] {
            let page = try lake(verb, "--help")
            #expect(
                page.exitCode == 0 && page.output.contains("Examples:") && page.output.contains("--json"), "\(verb)")
        }
    }

    @Test func whatChangedIsTold() throws {
        let diff = try object(try lake("diff", path, "--from", "1", "--json"))
        #expect(diff["rows_before"] as? Int == 40 && diff["rows_after"] as? Int == 39)
        #expect(diff["days"] as? String == "2026-09-01..2026-09-03")
        let versions = try #require(try object(try lake("history", path, "--json"))["versions"] as? [[String: Any]])
        #expect(versions.map { $0["operation"] as? String } == ["MERGE", "WRITE", "WRITE"])
        #expect(try lake("cat", "\(path)@1", "--format", "csv").output.split(separator: "\n").count == 41)
        #expect(try lake("cat", "\(path)@9").exitCode == 64)
    }

    @Test func tablesAreKeptInOrder() throws {
        let planned = try object(try lake("compact", path, "--dry-run", "--json"))
        let compacted = try object(try lake("compact", path, "--json"))
        #expect(planned["files_before"] as? Int == compacted["files_before"] as? Int)
        #expect(compacted["files_after"] as? Int == 1 && compacted["rows"] as? Int == 39)
        #expect(try object(try lake("vacuum", path, "--json"))["removed"] as? Bool == false)
        #expect(try lake("vacuum", path, "--grace-hours", "0").exitCode == 64)
        #expect(try object(try lake("restore", "\(path)@1", "--json"))["version"] as? Int == 4)
        #expect(try lake("restore", path).exitCode == 64)
        let verified = try object(try lake("verify", path, "--json"))
        #expect(verified["clean"] as? Bool == true && verified["rows"] as? Int == 40)
    }

    @Test func damageIsNamedWithExit65() throws {
        #expect(try lake("verify", path).exitCode == 0)
        let table = DeltaTable(
            at: TableAddress(path: folder.path.appending("table")), store: DiskFileStore(), random: SystemRandom(),
            clock: SystemClock())
        let file = try #require(try table.snapshot().files.first)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.path.string))
        try handle.seek(toOffset: 100)
        try handle.write(contentsOf: Data([0xFF, 0x00, 0xFF]))
        try handle.close()
        let result = try lake("verify", path)
        #expect(result.exitCode == 65 && result.output.contains(file.name))
        let wrong = try lake("verify", folder.path.appending("nothing").string)
        #expect(wrong.exitCode == 64)
    }
}
