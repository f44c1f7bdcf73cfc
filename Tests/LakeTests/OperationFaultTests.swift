import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import Parquet
import SystemPackage
import Testing

/// Faults at every mutating call of each operation: the old rows or the new, and the operation again makes the new.
@Suite struct OperationFaultTests {
    enum Operation: CaseIterable, Sendable {
        case merge, mergeWithRepeatedKeys, mergeIntoDays, replace, replaceInBatch, delete, compact, compactWithRuns,
            restore,
            vacuum

        var policy: PartitionPolicy { self == .mergeIntoDays ? .day : .none }

        private static let replaced = ReplaceScope.days(
            LocalDate(daysSinceEpoch: 20_698)..<LocalDate(daysSinceEpoch: 20_699))

        func apply(_ lake: TestLake) throws {
            let orders = try lake.orders()
            var info = orders.info
            switch self {
            case .merge, .mergeIntoDays:
                try orders.merge([(3, "b"), (30, "b"), (300, "b")], deletes: [31], sequence: 9)
            case .mergeWithRepeatedKeys:
                try orders.merge([(3, "x"), (3, "b"), (30, "b"), (300, "b")], deletes: [31], sequence: 9)
            case .replace:
                try orders.table.replace(Self.replaced, orders.change(sequence: 9)) {
                    try $0.write(try OrderTable.batch([(25, "b")]))
                }
            case .replaceInBatch:
                let group = SyncGroup(store: lake.store, volumeOf: "/project", oneByOneMax: 0)
                let batch = CommitBatch { paths throws(FileError) in try group.sync(paths) }
                _ = try orders.table.stage(Self.replaced, orders.change(sequence: 9), in: batch) {
                    try $0.write(try OrderTable.batch([(25, "b")]))
                }
                try batch.commit()
            case .delete:
                info.transaction = DeltaTransaction(application: "orders", version: 9)
                try orders.table.delete(where: .between("id", .int(10), .int(40)), info)
            case .compact: try orders.table.compact(info)
            case .compactWithRuns:
                info.limits.sortBytes = 600
                try orders.table.compact(info)
            case .restore: try orders.table.restore(to: .version(1), info)
            case .vacuum:
                let pins = VacuumPins(versions: [2])
                try orders.table.vacuum(
                    try orders.table.vacuumPlan(graceMilliseconds: 1_000, pins: pins), graceMilliseconds: 1_000,
                    pins: pins)
            }
        }
    }

    private func prepared(_ operation: Operation) throws -> TestLake {
        let lake = try TestLake()
        let orders = try lake.orders()
        try orders.append(0..<20, partition: operation.policy)
        try orders.append((20..<40).reversed())
        try orders.append(40..<60)
        try orders.merge([(50, "c")])
        lake.clock.advance(nanoseconds: 86_400_000_000_000)
        lake.store.plan()
        return lake
    }

    @Test(arguments: Operation.allCases, SimulatedTrouble.allCases)
    func theOldRowsOrTheNew(operation: Operation, trouble: SimulatedTrouble) throws {
        let image = try prepared(operation)
        let before = try image.orders().notes()
        let undisturbed = image.copy(seed: 2)
        undisturbed.store.plan()
        try operation.apply(undisturbed)
        let calls = undisturbed.store.mutatingCallCount
        let after = try undisturbed.orders().notes()
        #expect(calls > 0)
        for call in 1...calls {
            let lake = image.copy(seed: UInt64(1_000 + call))
            lake.store.plan([trouble.fault(at: call)])
            let orders = try lake.orders()
            let isTold = (try? operation.apply(lake)) != nil
            trouble.recover(lake.store, seed: call)
            #expect(lake.store.openFileCount == 0, "call \(call)")
            let found = try orders.notes()
            #expect(isTold ? found == after : found == before || found == after, "call \(call)")
            try operation.apply(lake)
            lake.store.powerCut(.losingAll)
            #expect(try orders.notes() == after, "call \(call)")
            let verification = try orders.table.verify()
            #expect(verification.isClean, "call \(call): \(verification.findings)")
            #expect(try orders.notes(at: .version(2)).count == 60, "call \(call): a version that is kept")
        }
    }

    /// A second writer at each call of the first.
    @Test(arguments: [Operation.merge, .mergeIntoDays, .replace, .replaceInBatch, .delete, .compact])
    func racesLoseAndDoubleNothing(operation: Operation) throws {
        let image = try prepared(operation)
        let undisturbed = image.copy(seed: 2)
        undisturbed.store.plan()
        try operation.apply(undisturbed)
        let after = try undisturbed.orders().notes()
        for (number, second) in ["append", "merge", "delete", "compact"].enumerated() {
            for call in 1...undisturbed.store.mutatingCallCount {
                let lake = image.copy(seed: UInt64(1_000 + call))
                lake.store.plan()
                let orders = try lake.orders()
                let other = OrderTable(
                    DeltaTable(
                        at: try lake.address("orders", of: "acme"), store: lake.store,
                        random: SeededRandom(seed: UInt64(900 + number)), clock: lake.clock),
                    zone: orders.eventTime.zone)
                lake.store.interrupt { now in
                    guard now == call else { return }
                    #expect(throws: Never.self) {
                        switch second {
                        case "append": try other.append(500..<505, "other")
                        case "merge": try other.merge([(55, "other"), (501, "other")])
                        case "delete": try other.table.delete(where: .compare("id", .equal, .int(58)), other.info)
                        default: try other.table.compact(other.info)
                        }
                    }
                }
                try operation.apply(lake)
                lake.store.interrupt(nil)
                var expected = after
                switch second {
                case "append": for id in 500..<Int64(505) { expected[id] = "other" }
                case "merge": for id in [Int64(55), 501] { expected[id] = "other" }
                case "delete": expected[58] = nil
                default: break
                }
                if lake.store.mutatingCallCount < call { expected = after }
                #expect(try orders.notes() == expected, "\(second) at \(call)")
                #expect(try orders.table.verify().isClean)
            }
        }
    }
}
