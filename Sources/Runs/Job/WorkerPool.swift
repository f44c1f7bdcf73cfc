internal import Dispatch
internal import Effects
internal import Synchronization

/// Runs pieces of work on a few threads, each piece whole on one thread.
package enum WorkerPool {
    /// Calls `work` once for each index below `count`; returns when all are through.
    ///
    /// - Parameters:
    ///   - workers: how many threads take part, at least one.
    ///   - work: must not throw: each piece keeps its own result or failure.
    package static func run(count: Int, workers: Int, _ work: @escaping @Sendable (Int) -> Void) {
        let next = Atomic<Int>(0)
        let take = { @Sendable () -> Int? in
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            return index < count ? index : nil
        }
        let done = DispatchGroup()
        for _ in 0..<max(1, min(workers, count)) {
            done.enter()
            WorkerThread.start {
                while let index = take() { work(index) }
                done.leave()
            }
        }
        done.wait()
    }
}
