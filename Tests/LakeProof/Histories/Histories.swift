import Foundation

/// Many histories, and what came of them.
enum Histories {
    static func run(_ seeds: Range<Int>) throws {
        var total = HistoryCounts()
        for seed in seeds {
            let history = History(seed: UInt64(seed))
            let counts = history.run()
            total.add(counts)
            for failure in counts.failures { FileHandle.standardError.write(Data("seed \(seed): \(failure)\n".utf8)) }
        }
        let object: [String: Any] = [
            "tried": seeds.count, "lost": total.lost, "doubled": total.doubled, "failed": total.failures.count,
            "changes": total.acknowledged, "crashes": total.crashes, "power_cuts": total.powerCuts,
            "reads": total.reads, "upkeep": total.upkeep,
        ]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }
}

/// What happened in a history.
struct HistoryCounts {
    /// Changes that were told to be there and were not.
    var lost = 0
    /// Changes that are there twice.
    var doubled = 0
    var failures: [String] = []
    /// Changes that were told to be there.
    var acknowledged = 0
    var crashes = 0
    var powerCuts = 0
    var reads = 0
    /// Compactions, vacuums, checkpoints and restores that went through.
    var upkeep = 0

    mutating func add(_ other: HistoryCounts) {
        lost += other.lost
        doubled += other.doubled
        failures += other.failures
        acknowledged += other.acknowledged
        crashes += other.crashes
        powerCuts += other.powerCuts
        reads += other.reads
        upkeep += other.upkeep
    }
}
