import Effects
import Foundation
import Lake
import SystemPackage

/// Looks at tables in which something went wrong, one a line of the input: `FOLDER LOW HIGH RECOVER`.
///
/// The table must be what it was after one of the steps LOW to HIGH: its rows, its transactions, the version that a
/// vacuum had to keep, and clean. With RECOVER the steps up to HIGH are made then, and it is looked at again.
/// The answer is a line of JSON: `step`, `problems`, and `rows` for other readers.
enum StateCheck {
    static func run(policy: PartitionPolicy) {
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard words.count == 4, let low = Int(words[1]), let high = Int(words[2]) else { continue }
            let proof = Script.table(FilePath(String(words[0])), policy)
            var answer = Answer()
            do {
                try answer.look(proof, low...high)
                if words[3] == "1", high >= 0 {
                    for step in max(0, answer.step ?? low)...high { try Script.apply(step, to: proof) }
                    try answer.look(proof, high...high)
                }
            } catch {
                answer.problems.append("\(error)")
            }
            answer.tell()
        }
    }

    private struct Answer {
        var step: Int?
        var problems: [String] = []
        var rows: RowChange.Rows = [:]

        mutating func look(_ proof: ProofTable, _ steps: ClosedRange<Int>) throws {
            guard try proof.table.exists() else {
                if steps.lowerBound >= 0 { problems.append("the table is gone") }
                step = -1
                return
            }
            let snapshot = try proof.table.snapshot()
            rows = try ProofTable.rows(snapshot)
            let fitting = steps.filter { $0 >= 0 && Script.rows(after: $0) == rows }
            step = fitting.last
            if fitting.isEmpty { problems.append("the rows are those of no step from \(steps)") }
            let last = Int(snapshot.transactions[ProofTable.application]?.version ?? -1)
            // Steps that make no version have no transaction: what counts is that the last one is not lost or ahead.
            if last > steps.upperBound || Self.lastTransaction(steps.lowerBound) > last {
                problems.append("its last transaction is \(last), which is not of steps \(steps)")
            }
            problems += try proof.problems()
            if let pinned = Script.pinnedStep(at: steps.upperBound) {
                let version = try Script.version(of: pinned, proof.table)
                if try proof.rows(at: .version(version)) != Script.rows(after: pinned) {
                    problems.append("version \(version), which a receipt names, has other rows")
                }
            }
        }

        private static func lastTransaction(_ step: Int) -> Int {
            var step = step
            while step >= 0 {
                switch Script.step(step) {
                case .change, .restore: return step
                case .compact, .checkpoint, .vacuum: step -= 1
                }
            }
            return -1
        }

        func tell() {
            let sorted = rows.sorted { $0.key < $1.key }.map { [$0.key, $0.value] as [Any] }
            let object: [String: Any] = ["step": step ?? -2, "problems": problems, "rows": sorted]
            let data = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
            FileHandle.standardOutput.write(data + Data("\n".utf8))
        }
    }
}
