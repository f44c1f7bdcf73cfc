import AlmanacTesting
import Effects
import Foundation
import Lake
import SystemPackage

/// Several processes that write to one table at once, and what the table must be then.
///
/// In a round each process makes one change: it appends rows of its own, merges into a row of its own and into one that
/// all share, deletes what it wrote before, and compacts now and then. Every tenth change is made twice, as by a process
/// that died before it was told. A new table every `tableRounds` rounds.
struct Race {
    private let folder: FilePath
    private let writers: Int
    private let rounds: Range<Int>
    private let seed: UInt64

    /// The rounds of one table.
    private static let tableRounds = 100

    init(_ folder: FilePath, writers: Int, rounds: Range<Int>, seed: UInt64) {
        self.folder = folder
        self.writers = writers
        self.rounds = rounds
        self.seed = seed
    }

    // MARK: What a writer does

    private func generator(_ writer: Int, _ round: Int) -> SeededGenerator {
        var generator = SeededGenerator(seed: seed &+ UInt64(writer * 1_000_003 + round))
        _ = generator.next()
        return generator
    }

    private func change(_ writer: Int, _ round: Int) -> RowChange {
        var generator = generator(writer, round)
        let note = "\(writer).\(round)"
        let first = Int64((writer * 10_000 + round) * 4)
        let rows = (first..<first + Int64.random(in: 1...3, using: &generator)).map { ($0, note) }
        // The first change makes the table, whoever is first.
        switch round % Self.tableRounds == 0 ? 0 : Int.random(in: 0..<10, using: &generator) {
        case 0..<6: return .append(rows)
        case 6..<9: return .merge(rows + [(Int64(-1 - writer), note), (-100, note)], deletes: [first - 4])
        default: return .delete(first - 8...first - 1)
        }
    }

    private static func application(_ writer: Int) -> String { "writer \(writer)" }

    private func table(_ round: Int) -> ProofTable {
        ProofTable(folder.appending("table-\(round / Self.tableRounds)"))
    }

    /// Makes the changes of one writer; a conflict is tried again, as the ledger would.
    func write(as writer: Int) throws {
        for round in rounds {
            if round % Self.tableRounds == 0 || round == rounds.lowerBound { try meet(writer, round) }
            var generator = generator(writer, round + 500_000)
            let proof = table(round)
            let transaction = DeltaTransaction(application: Self.application(writer), version: Int64(round))
            try untilItGoesThrough { try proof.apply(change(writer, round), transaction) }
            if Int.random(in: 0..<10, using: &generator) == 0 {
                guard try proof.apply(change(writer, round), transaction).isRepeated else {
                    throw ProofFailure("writer \(writer) made round \(round) twice")
                }
            }
            if Int.random(in: 0..<50, using: &generator) == 0 {
                try untilItGoesThrough { try proof.table.compact(proof.info) }
            }
        }
    }

    private func untilItGoesThrough(_ body: () throws -> Void) throws {
        for _ in 0..<10_000 {
            do {
                return try body()
            } catch let error as LakeError where error.code == .conflict {
                continue
            }
        }
        throw ProofFailure("a change never went through")
    }

    /// Waits until all writers have come to a table, so that they make it at once.
    private func meet(_ writer: Int, _ round: Int) throws {
        let store = DiskFileStore()
        let path = folder.appending("meeting-\(round)")
        try store.makeFolder(path)
        try store.create(path.appending("\(writer)")).close()
        while try store.names(in: path).count < writers { SystemClock().sleep(nanoseconds: 200_000) }
    }

    // MARK: What they left

    /// Replays the changes in the order of the versions that have them, and compares.
    func check() throws {
        var (lost, doubled, versions) = (0, 0, 0)
        var failures: [String] = []
        var last: RowChange.Rows = [:]
        for first in stride(from: rounds.lowerBound, to: rounds.upperBound, by: Self.tableRounds) {
            let own = first..<min(rounds.upperBound, first / Self.tableRounds * Self.tableRounds + Self.tableRounds)
            let proof = table(first)
            var rows: RowChange.Rows = [:]
            var seen: [String: Int] = [:]
            for record in try proof.table.history() {
                versions += 1
                for transaction in record.transactions {
                    let words = transaction.application.split(separator: " ")
                    guard words.count == 2, let writer = Int(words[1]) else { continue }
                    seen["\(writer).\(transaction.version)", default: 0] += 1
                    change(writer, Int(transaction.version)).apply(to: &rows)
                }
            }
            for writer in 0..<writers {
                for round in own {
                    let count = seen["\(writer).\(round)"] ?? 0
                    if count == 0 { lost += 1 }
                    if count > 1 { doubled += 1 }
                }
            }
            let found = try proof.rows()
            last = found
            lost += rows.count { found[$0.key] == nil }
            doubled += found.count { rows[$0.key] == nil || $0.value == "twice" }
            if found != rows { failures.append("table \(first / Self.tableRounds) has other rows than its log") }
            failures += try proof.problems()
        }
        let rows = last.sorted { $0.key < $1.key }.map { [$0.key, $0.value] as [Any] }
        let object: [String: Any] = [
            "lost": lost, "doubled": doubled, "versions": versions, "problems": failures, "rows": rows,
        ]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }
}
