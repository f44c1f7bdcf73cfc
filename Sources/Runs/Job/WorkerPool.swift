internal import Dispatch
internal import Effects
internal import Synchronization

/// Runs pieces of work on a few threads, each piece whole on one thread.
package enum WorkerPool {
    /// How many threads there may be for each worker, when pieces are slow.
    package static let threadsPerWorkerMax = 4

    /// How many pieces may wait for something outside at once, beside those of the workers.
    package static let pausedCountMax = 24

    /// Lets a piece wait for something outside, such as the disk: meanwhile another piece has its turn.
    package struct Pause: Sendable {
        fileprivate let pool: Pool?

        /// A pause that nobody else makes use of.
        package static let alone = Pause(pool: nil)

        /// Waits. Pieces that wait are work that is begun: not for waits of unknown length.
        package func callAsFunction<Result, Failure: Error>(
            _ wait: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pool?.beginPause()
            defer { pool?.endPause() }
            return try wait()
        }
    }

    /// Calls `work` once for each index below `count`; returns when all are through.
    ///
    /// A piece that takes longer than `patienceSeconds` no longer counts as one of the `workers`: it waits for somebody, so
    /// that a further thread takes the next piece, up to `threadsPerWorkerMax` times as many. So a few slow pieces hold up
    /// no others.
    ///
    /// - Parameters:
    ///   - workers: how many pieces are under way at once, slow ones aside; at least one.
    ///   - after: for each piece those that must be through before it begins, without circles; nil for none.
    ///   - patienceSeconds: nil for endless patience.
    ///   - tick: is called about four times a second meanwhile, on the caller's thread.
    ///   - work: must not throw: each piece keeps its own result or failure.
    package static func run(
        count: Int, workers: Int, after: [[Int]]? = nil, patienceSeconds: Double? = nil, tick: () -> Void = {},
        _ work: @escaping @Sendable (_ piece: Int) -> Void
    ) {
        run(
            count: count, workers: workers, after: after, patienceSeconds: patienceSeconds, tick: tick,
            pausing: { piece, _ in work(piece) })
    }

    /// As above; `work` is given what it needs to let others go on while it waits.
    package static func run(
        count: Int, workers: Int, after: [[Int]]? = nil, patienceSeconds: Double? = nil, tick: () -> Void = {},
        pausing work: @escaping @Sendable (_ piece: Int, Pause) -> Void
    ) {
        guard count > 0 else { return }
        let pool = Pool(count: count, workers: max(1, workers), after: after, patienceSeconds: patienceSeconds, work)
        for _ in 0..<max(1, min(workers, count)) { pool.startThread() }
        while pool.threads.wait(timeout: .now() + .milliseconds(250)) == .timedOut {
            tick()
            pool.replaceSlowThreads()
        }
    }

    /// The pieces of one call, and who works on them.
    fileprivate final class Pool: Sendable {
        private struct State {
            /// Those that may begin, in order; those before `first` have.
            var ready: [Int] = []
            var first = 0
            /// For each piece how many it waits for.
            var waitsFor: [Int]
            /// For each piece those that wait for it.
            var followers: [[Int]]
            var left: Int
            /// When the pieces that are under way have begun.
            var begun: [Int: UInt64] = [:]
            var threadCount = 0
            var pausedCount = 0
        }

        let threads = DispatchGroup()
        private let wake = DispatchSemaphore(value: 0)
        private let state: Mutex<State>
        private let workers: Int
        private let patience: UInt64?
        private let work: @Sendable (Int, Pause) -> Void
        private let clock = SystemClock()

        init(
            count: Int, workers: Int, after: [[Int]]?, patienceSeconds: Double?,
            _ work: @escaping @Sendable (Int, Pause) -> Void
        ) {
            var state = State(
                waitsFor: Array(repeating: 0, count: count), followers: Array(repeating: [], count: count), left: count)
            for (piece, others) in (after ?? []).enumerated() {
                state.waitsFor[piece] = others.count
                for other in others { state.followers[other].append(piece) }
            }
            state.ready = (0..<count).filter { state.waitsFor[$0] == 0 }
            self.state = Mutex(state)
            self.workers = workers
            self.work = work
            patience = patienceSeconds.map { UInt64(max(0, $0) * 1e9) }
        }

        func startThread() {
            threads.enter()
            state.withLock { $0.threadCount += 1 }
            WorkerThread.start { [self] in
                while let piece = take() {
                    work(piece, Pause(pool: self))
                    guard finish(piece) else { break }
                }
                threads.leave()
            }
        }

        /// The next piece, as soon as there is one; nil when all are through.
        private func take() -> Int? {
            while true {
                let (piece, isOver) = state.withLock { state -> (Int?, Bool) in
                    guard state.first < state.ready.count else { return (nil, state.left == 0) }
                    let piece = state.ready[state.first]
                    state.first += 1
                    state.begun[piece] = clock.monotonicNanoseconds()
                    return (piece, false)
                }
                if let piece { return piece }
                if isOver { return nil }
                wake.wait()
            }
        }

        /// Whether the thread goes on: not where it was slow and another has taken its place.
        private func finish(_ piece: Int) -> Bool {
            let (wakes, goesOn) = state.withLock { state -> (Int, Bool) in
                let begun = state.begun.removeValue(forKey: piece)
                state.left -= 1
                var freed = 0
                for follower in state.followers[piece] {
                    state.waitsFor[follower] -= 1
                    if state.waitsFor[follower] == 0 {
                        state.ready.append(follower)
                        freed += 1
                    }
                }
                let running = state.threadCount - state.pausedCount
                // A thread that was slow goes where another has its place; one too many since a pause goes too.
                let goesOn =
                    running <= workers
                    || !isSlow(begun) && running - state.begun.values.count { isSlow($0) } <= workers
                if !goesOn { state.threadCount -= 1 }
                return (state.left == 0 ? state.threadCount : freed, goesOn)
            }
            for _ in 0..<wakes { wake.signal() }
            return goesOn
        }

        private func isSlow(_ begun: UInt64?) -> Bool {
            guard let begun, let patience else { return false }
            return clock.monotonicNanoseconds() &- begun >= patience
        }

        func beginPause() {
            let starts = state.withLock { state -> Bool in
                state.pausedCount += 1
                return state.first < state.ready.count && state.pausedCount <= WorkerPool.pausedCountMax
                    && state.threadCount - state.pausedCount < workers
            }
            if starts { startThread() }
        }

        func endPause() { state.withLock { $0.pausedCount -= 1 } }

        /// Starts threads in the place of those whose pieces are slow, where others wait.
        func replaceSlowThreads() {
            let missing = state.withLock { state -> Int in
                guard state.first < state.ready.count else { return 0 }
                let slow = state.begun.values.count { isSlow($0) }
                let most = min(workers + slow, workers * WorkerPool.threadsPerWorkerMax) + state.pausedCount
                return min(most - state.threadCount, state.ready.count - state.first)
            }
            for _ in 0..<max(0, missing) { startThread() }
        }
    }
}
