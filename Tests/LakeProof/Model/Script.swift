import CivilTime
import Effects
import Lake
import SystemPackage

/// What happens to a table, step by step, for ever: every operation, and what each leaves.
struct Script {
    enum Step {
        case change(RowChange)
        case compact
        /// Back to what the table was after a step.
        case restore(step: Int)
        case checkpoint
        case vacuum
    }

    /// After so many steps it begins anew, with other rows.
    static let round = 12
    /// The step of a round whose version a receipt names: a vacuum keeps it.
    private static let pinned = 5

    /// The table of the script: its vacuum cuts the log too.
    static func table(_ path: FilePath, _ policy: PartitionPolicy) -> ProofTable {
        var proof = ProofTable(path)
        proof.policy = policy
        proof.properties["delta.logRetentionDuration"] = "interval 0 seconds"
        return proof
    }

    static func step(_ number: Int) -> Step {
        let first = Int64(number / round * 60)
        func rows(_ ids: some Sequence<Int64>) -> [RowChange.Row] { ids.map { (first + $0, "step \(number)") } }
        switch number % round {
        case 0: return .change(number == 0 ? .append(rows(0..<20)) : .overwrite(rows(0..<20)))
        case 1: return .change(.append(rows((20..<30).reversed())))
        case 2: return .change(.append(rows(30..<40)))
        case 3: return .change(.merge(rows([3, 35, 50]), deletes: [first + 31]))
        case 4: return .compact
        case 5: return .change(.merge([(first + 4, "superseded")] + rows([4, 51]), deletes: []))
        case 6: return .change(.delete(first + 10...first + 14))
        case 7: return .restore(step: number - 2)
        case 8: return .change(.delete(first + 10...first + 12))
        case 9: return .change(.replaceDay(RowChange.day(of: first + 24) ?? 0, rows([24, 26])))
        case 10: return .checkpoint
        default: return .vacuum
        }
    }

    /// The rows after a step; none before the first.
    static func rows(after number: Int) -> RowChange.Rows {
        var rows: RowChange.Rows = [:]
        guard number >= 0 else { return rows }
        for step in 0...number {
            switch Self.step(step) {
            case .change(let change): change.apply(to: &rows)
            case .restore(let earlier): rows = self.rows(after: earlier)
            case .compact, .checkpoint, .vacuum: break
            }
        }
        return rows
    }

    /// The step that a vacuum of the step, or of one before it, has to keep; nil where there was none.
    static func pinnedStep(at number: Int) -> Int? {
        let rounds = (number + 1) / round
        return rounds == 0 ? nil : (rounds - 1) * round + pinned
    }

    static func transaction(_ step: Int) -> DeltaTransaction {
        DeltaTransaction(application: ProofTable.application, version: Int64(step))
    }

    /// Makes a step; a step that was made already is not made again.
    static func apply(_ number: Int, to proof: ProofTable) throws {
        switch step(number) {
        case .change(let change): try proof.apply(change, transaction(number))
        case .compact: try proof.table.compact(proof.info)
        case .checkpoint: try proof.table.writeCheckpoint(at: try proof.table.snapshot().version)
        case .restore(let earlier):
            var info = proof.info
            info.transaction = transaction(number)
            try proof.table.restore(to: .version(try version(of: earlier, proof.table)), info)
        case .vacuum:
            let pins = VacuumPins(versions: [try version(of: pinnedStep(at: number) ?? 0, proof.table)])
            // No grace: the proof is its only writer, and all that is not needed shall go.
            let plan = try proof.table.vacuumPlan(graceMilliseconds: 0, pins: pins)
            try proof.table.vacuum(plan, graceMilliseconds: 0, pins: pins)
        }
    }

    /// The version that a step made.
    static func version(of step: Int, _ table: DeltaTable) throws -> Int64 {
        for record in try table.history().reversed() where record.transactions.contains(where: { $0.version == step }) {
            return record.version
        }
        throw ProofFailure("no version has step \(step)")
    }
}

/// What must not be.
struct ProofFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
