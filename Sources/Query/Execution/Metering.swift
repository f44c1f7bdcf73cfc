internal import Columnar
package import Effects
internal import Synchronization

/// What reading a table took, gathered over all parts and threads.
package final class ScanMeter: Sendable {
    private let state = Mutex(Totals())

    /// The sums.
    package struct Totals: Sendable, Equatable {
        /// Files of which something was read, and files that were ruled out.
        package var filesRead = 0
        package var filesSkipped = 0
        package var rowGroupsRead = 0
        package var rowGroupsSkipped = 0
        package var pagesRead = 0
        package var pagesSkipped = 0
        package var bytesRead: Int64 = 0

        package init() {}

        static func += (left: inout Totals, right: Totals) {
            left.filesRead += right.filesRead
            left.filesSkipped += right.filesSkipped
            left.rowGroupsRead += right.rowGroupsRead
            left.rowGroupsSkipped += right.rowGroupsSkipped
            left.pagesRead += right.pagesRead
            left.pagesSkipped += right.pagesSkipped
            left.bytesRead += right.bytesRead
        }
    }

    package init() {}

    /// Adds what one part took.
    package func add(_ change: (inout Totals) -> Void) { state.withLock { change(&$0) } }

    /// The sums so far.
    package var totals: Totals { state.withLock { $0 } }
}

/// What one operator took: rows that it gave, and time with that of its inputs, summed over threads.
final class OperatorMeter: Sendable {
    private let rowCount = Atomic<Int>(0)
    private let spent = Atomic<UInt64>(0)
    private let spilled = Atomic<Int>(0)
    /// Of a scan.
    let scan = ScanMeter()

    func add(spilledBytes: Int) { spilled.add(spilledBytes, ordering: .relaxed) }
    var spilledBytes: Int { spilled.load(ordering: .relaxed) }

    func add(rows: Int) { rowCount.add(rows, ordering: .relaxed) }
    func add(nanoseconds: UInt64) { spent.add(nanoseconds, ordering: .relaxed) }
    var rows: Int { rowCount.load(ordering: .relaxed) }
    var nanoseconds: UInt64 { spent.load(ordering: .relaxed) }
}

/// The meters of all operators of a plan that is analysed.
final class QueryMeters: Sendable {
    private let clock: any WallClock
    private let known = Mutex<[ObjectIdentifier: OperatorMeter]>([:])

    init(clock: any WallClock) { self.clock = clock }

    func meter(of plan: LogicalPlan) -> OperatorMeter {
        known.withLock { known in
            let id = ObjectIdentifier(plan)
            if let meter = known[id] { return meter }
            let meter = OperatorMeter()
            known[id] = meter
            return meter
        }
    }

    func now() -> UInt64 { clock.monotonicNanoseconds() }

    /// The pipeline with its rows and time counted: the time of a part without what is done with its rows.
    func metered(_ pipeline: Pipeline, _ meter: OperatorMeter) -> Pipeline {
        let clock = self.clock
        return Pipeline(columns: pipeline.columns, partCount: pipeline.partCount) { part, next in
            let start = clock.monotonicNanoseconds()
            var elsewhere: UInt64 = 0
            try pipeline.run(part) { rows in
                meter.add(rows: rows.count)
                let left = clock.monotonicNanoseconds()
                try next(rows)
                elsewhere += clock.monotonicNanoseconds() - left
            }
            meter.add(nanoseconds: clock.monotonicNanoseconds() - start - elsewhere)
        }
    }
}
