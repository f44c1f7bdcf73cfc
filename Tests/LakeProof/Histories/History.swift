import AlmanacTesting
import CivilTime
import Effects
import Foundation
import Lake
import SystemPackage

/// A history of one table, decided by a seed: two or three writers, a keeper and a reader whose calls take turns; one of
/// them dies or sees an error, or the power goes; then they go on, and at the end nobody is disturbed.
///
/// (1) What a writer was told is in the log, once, at the version that it was told, whatever happens afterwards.
/// (2) What it was not told is there as a whole or not at all, and at most once however often it is tried again.
/// (3) The rows of each version are those of the changes in the order of their versions: also what a reader saw.
/// (4) The table is clean.
final class History: @unchecked Sendable {
    private let seed: UInt64
    private var generator: SeededGenerator
    private let clock = SimulatedClock()
    private let disk: SimulatedFileStore
    private let policy: PartitionPolicy
    private let writerCount: Int
    private var counts = HistoryCounts()
    /// For each writer the version that each change was told to have.
    private var told: [[Int64]]
    /// What readers saw since the last check.
    private var seen: [(version: Int64, rows: RowChange.Rows)] = []

    private static let path: FilePath = "/lake/table"

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        disk = SimulatedFileStore(clock: clock)
        policy = [.none, .day, .month][Int.random(in: 0..<3, using: &generator)]
        writerCount = Int.random(in: 2...3, using: &generator)
        told = Array(repeating: [], count: writerCount)
    }

    func run() -> HistoryCounts {
        do {
            try disk.makeFolder("/lake")
            for _ in 0..<Int.random(in: 1...2, using: &generator) { try part(isDisturbed: true) }
            try part(isDisturbed: false)
        } catch {
            counts.failures.append("\(error)")
        }
        return counts
    }

    private func proof(_ store: any FileStore, seed: UInt64) -> ProofTable {
        var proof = ProofTable(Self.path, store: store, random: SeededRandom(seed: seed), clock: clock)
        proof.policy = policy
        return proof
    }

    // MARK: One part: until all have done their work, or died, or the power went

    private func part(isDisturbed: Bool) throws {
        let isCut = isDisturbed && Int.random(in: 0..<3, using: &generator) == 0
        // Behind the writers: a keeper and a reader.
        let count = writerCount + 2
        let turns = Turns(
            count: count, powerCutAt: isCut ? Int.random(in: 1...600, using: &generator) : nil,
            seed: generator.next())
        let victim = isDisturbed ? Int.random(in: 0..<count, using: &generator) : -1
        let processes = (0..<count).map { index in
            var trouble: (Int, SimulatedProcess.Trouble)?
            if index == victim, let kind = SimulatedProcess.Trouble.allCases.randomElement(using: &generator) {
                trouble = (Int.random(in: 1...250, using: &generator), kind)
            }
            return SimulatedProcess(disk, turns, index, trouble: trouble)
        }
        let seeds = processes.map { _ in generator.next() }
        turns.run { [self] index in
            work(index, processes[index], seed: seeds[index])
        } on: { body in
            WorkerThread.start(body)
        }
        counts.crashes += processes.count { $0.isDead && !turns.isPowerOff }
        disk.restart()
        try check()
        if turns.isPowerOff {
            counts.powerCuts += 1
            disk.powerCut(.losingSome(seed: generator.next()))
            seen = []
            try check()
        }
        // What was removed becomes old enough for the vacuum.
        clock.advance(nanoseconds: 7_200_000_000_000)
    }

    private func work(_ index: Int, _ process: SimulatedProcess, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let proof = proof(process, seed: generator.next())
        do {
            switch index - writerCount {
            case 0: try keep(proof, &generator)
            case 1: try read(proof, &generator)
            default: for _ in 0..<Int.random(in: 1...2, using: &generator) { try write(index, proof) }
            }
        } catch {
            // Whoever was disturbed may give up; its work is done again in the next part.
            if !process.isDead, !process.hasFailed { counts.failures.append("process \(index): \(error)") }
        }
    }

    // MARK: What they do

    /// A writer's change: the same however often it is made.
    private func change(_ writer: Int, _ sequence: Int) -> RowChange {
        var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(writer * 1_000 + sequence))
        _ = generator.next()
        let note = "\(writer).\(sequence)"
        let first = Int64(writer * 400 + sequence * 3)
        let rows = (first...first + Int64.random(in: 0...2, using: &generator)).map { ($0, note) }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<5: return .append(rows)
        case 5..<7: return .merge(rows + [(Int64(-1 - writer), note), (-100, note)], deletes: [first - 3])
        case 7: return .delete(first - 6...first - 1)
        case 8: return .overwrite(rows)
        default:
            guard let day = RowChange.day(of: first) else { return .append(rows) }
            return .replaceDay(day, rows.filter { RowChange.day(of: $0.0) == day })
        }
    }

    private func write(_ writer: Int, _ proof: ProofTable) throws {
        let sequence = told[writer].count
        let transaction = DeltaTransaction(application: "writer \(writer)", version: Int64(sequence))
        for _ in 0..<100 {
            do {
                let commit = try proof.apply(change(writer, sequence), transaction)
                told[writer].append(commit.version)
                counts.acknowledged += 1
                return
            } catch let error as LakeError where error.code == .conflict {
                continue
            } catch let error as LakeError where error.code == .noTable {
                // A deletion, and nobody has made the table yet: its turn comes in another part.
                return
            }
        }
        throw ProofFailure("writer \(writer) never got through")
    }

    private func keep(_ proof: ProofTable, _ generator: inout SeededGenerator) throws {
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            do {
                switch Int.random(in: 0..<7, using: &generator) {
                case 0...2: try proof.table.compact(proof.info)
                case 3: try proof.table.writeCheckpoint(at: try proof.table.snapshot().version)
                case 4:
                    let version = try proof.table.snapshot().version
                    try proof.table.restore(
                        to: .version(Int64.random(in: max(0, version - 3)...version, using: &generator)), proof.info)
                default:
                    let (grace, pins) = (Int64(3_600_000), VacuumPins())
                    let plan = try proof.table.vacuumPlan(graceMilliseconds: grace, pins: pins)
                    try proof.table.vacuum(plan, graceMilliseconds: grace, pins: pins)
                }
                counts.upkeep += 1
            } catch let error as LakeError where [.noTable, .conflict, .damaged].contains(error.code) {
                // Damaged: a version whose files are gone cannot be restored, and says so.
                continue
            }
        }
    }

    private func read(_ proof: ProofTable, _ generator: inout SeededGenerator) throws {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            do {
                let snapshot = try proof.table.snapshot()
                seen.append((snapshot.version, try ProofTable.rows(snapshot)))
                counts.reads += 1
            } catch let error as LakeError where error.code == .noTable {
                continue
            }
        }
    }

    // MARK: What must be true

    private func check() throws {
        let proof = proof(disk, seed: 1)
        guard try proof.table.exists() else {
            if told.contains(where: { !$0.isEmpty }) { counts.lost += 1 }
            return
        }
        var versions: [RowChange.Rows] = []
        var places: [String: [Int64]] = [:]
        for record in try proof.table.history() {
            var rows = versions.last ?? [:]
            if record.operation == "RESTORE", let version = record.parameters["version"].flatMap({ Int($0) }),
                versions.indices.contains(version)
            {
                rows = versions[version]
            }
            for transaction in record.transactions {
                let words = transaction.application.split(separator: " ")
                guard words.count == 2, let writer = Int(words[1]) else { continue }
                places["\(writer).\(transaction.version)", default: []].append(record.version)
                change(writer, Int(transaction.version)).apply(to: &rows)
            }
            versions.append(rows)
        }
        for (writer, changes) in told.enumerated() {
            for (sequence, version) in changes.enumerated() {
                let found = places["\(writer).\(sequence)"] ?? []
                if found.isEmpty { counts.lost += 1 }
                if found.count == 1, found != [version] {
                    counts.failures.append("change \(writer).\(sequence) is not where it was told")
                }
            }
        }
        counts.doubled += places.values.count { $0.count > 1 }
        let snapshot = try proof.table.snapshot()
        if try ProofTable.rows(snapshot) != versions.last || snapshot.version != Int64(versions.count) - 1 {
            counts.failures.append("version \(snapshot.version) has other rows than its changes")
        }
        for (version, rows) in seen where versions.indices.contains(Int(version)) && versions[Int(version)] != rows {
            counts.failures.append("a reader saw other rows of version \(version)")
        }
        seen = []
        counts.failures += try proof.problems()
    }
}
