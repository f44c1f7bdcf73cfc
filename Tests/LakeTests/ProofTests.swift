import Effects
import Foundation
import SystemPackage
import Testing

/// The short forms of the lake's proofs: processes that are killed, refused and raced, simulated histories. Their long forms
/// are `scripts/prove lake-…`.
@Suite(.serialized, .enabled(if: program != nil, "needs ALMANAC_PROGRAM, beside which LakeProof lies"))
struct ProofTests {
    private struct Answer: Decodable {
        let tried, lost, doubled, failed: Int
        let readers: [String]?
    }

    private static func run(_ name: String, _ arguments: [String]) throws -> ProcessResult {
        let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let proof = tests.appendingPathComponent("../../Proofs/\(name)").standardizedFileURL
        return try SystemProcessRunner().run(
            ProcessCommand(
                "python3", [proof.path] + arguments,
                environment: [
                    "ALMANAC_LAKE_PROOF": program ?? "", "ALMANAC_ORACLE_PYTHON": DeltaOracle.python ?? "",
                ]))
    }

    private static let canMount = program != nil && (try? run("lake-power", ["--count", "0"]))?.exitCode == 0

    private func prove(_ name: String, _ arguments: String...) throws -> Answer {
        let result = try Self.run(name, arguments)
        #expect(result.exitCode == 0, "\(result.errors)")
        let line = try #require(result.output.split(separator: "\n").last)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        #expect(answer.lost == 0 && answer.doubled == 0 && answer.failed == 0, "\(result.errors)")
        return answer
    }

    @Test func racesOfTwoAndEightProcesses() throws {
        #expect(try prove("lake-races", "--count", "30").tried == 60)
    }

    /// On machines that break their word the proofs have to find it: links that replace, syncs that do nothing.
    @Test func racesFindWhatALinkThatReplacesLoses() throws {
        #expect(try Self.run("lake-races", ["--count", "100", "--broken"]).exitCode == 1)
    }

    @Test(.enabled(if: canMount, "volumes can't be mounted: that needs root and loop devices"))
    func powerCutsFindWhatWasNotSynced() throws {
        #expect(try Self.run("lake-power", ["--count", "12", "--broken"]).exitCode == 1)
    }

    @Test func killsAndKillsInTheRecovery() throws {
        let answer = try prove("lake-crashes", "--count", "60")
        #expect(answer.tried == 120)
        #expect(DeltaOracle.python == nil || answer.readers?.contains("delta-rs") == true)
    }

    @Test func callsThatFail() throws {
        #expect(try prove("lake-faults", "--count", "120").tried == 120)
    }

    @Test func fullDisks() throws {
        #expect(try prove("lake-full", "--count", "24").tried == 24)
    }

    @Test(.enabled(if: canMount, "volumes can't be mounted: that needs root and loop devices")) func powerCuts() throws
    {
        #expect(try prove("lake-power", "--count", "12").tried == 12)
    }

    @Test func histories() throws {
        #expect(try prove("lake-histories", "--count", "200").tried == 200)
    }
}

/// The program of the proofs, which lies beside the one that the tests use.
private let program: String? = {
    guard let known = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"], !known.isEmpty else { return nil }
    let path = FilePath(known).removingLastComponent().appending("LakeProof").string
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
}()
