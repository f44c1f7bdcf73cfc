import Effects
import Foundation
import Lake
import SystemPackage

// The program of the lake's proofs; Proofs/lake-* say what they do with it.
//
//   LakeProof steps FOLDER FROM TO [POLICY]                        makes steps of the script; tells each when it is done
//   LakeProof check [POLICY]                                       looks at tables: StateCheck
//   LakeProof race FOLDER WRITER WRITERS FROM TO SEED              one of several writer processes: Race
//   LakeProof race-check FOLDER WRITERS FROM TO SEED               what they left
//   LakeProof histories FROM TO                                    one simulated history for each seed: History

func fail(_ text: String, _ status: Int32) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(status)
}

let words = Array(CommandLine.arguments.dropFirst())

/// A line of the answer, at once.
func tell(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func number(_ index: Int) -> Int {
    guard index < words.count, let number = Int(words[index]) else { fail("argument \(index) is no number", 64) }
    return number
}

func policy(_ index: Int) -> PartitionPolicy {
    index < words.count ? PartitionPolicy(rawValue: words[index]) ?? .none : .none
}

do {
    switch words.first {
    case "steps" where words.count >= 4:
        let proof = Script.table(FilePath(words[1]), policy(4))
        for step in number(2)...max(number(2), number(3)) {
            try Script.apply(step, to: proof)
            tell("\(step)")
        }
    case "check": StateCheck.run(policy: policy(1))
    case "race" where words.count == 7:
        let race = Race(
            FilePath(words[1]), writers: number(3), rounds: number(4)..<number(5), seed: UInt64(number(6)))
        try race.write(as: number(2))
    case "race-check" where words.count == 6:
        let race = Race(
            FilePath(words[1]), writers: number(2), rounds: number(3)..<number(4), seed: UInt64(number(5)))
        try race.check()
    case "histories" where words.count == 3: try Histories.run(number(1)..<number(2))
    default: fail("usage: see Proofs", 64)
    }
} catch let error as LakeError where error.code == .outcomeUnknown {
    fail("\(error)", 75)
} catch {
    fail("\(error)", 74)
}
