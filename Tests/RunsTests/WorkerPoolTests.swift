import Effects
import Runs
import Synchronization
import Testing

/// Each piece once, after those it waits for, and no piece behind a slow one.
@Suite("Worker pool")
struct WorkerPoolTests {
    private final class Notes: Sendable {
        let state = Mutex<(begun: [Int], done: [Int], active: Int, most: Int)>(([], [], 0, 0))

        func begin(_ piece: Int) {
            state.withLock {
                $0.begun.append(piece)
                $0.active += 1
                $0.most = max($0.most, $0.active)
            }
        }

        func end(_ piece: Int) {
            state.withLock {
                $0.done.append(piece)
                $0.active -= 1
            }
        }
    }

    private static let clock = SystemClock()
    private static func sleep(_ milliseconds: UInt64) { clock.sleep(nanoseconds: milliseconds * 1_000_000) }

    @Test(arguments: [1, 2, 5]) func everyPieceRunsOnceAfterThoseItWaitsFor(workers: Int) {
        let notes = Notes()
        let isOrdered = Atomic<Bool>(true)
        // 0 and 1 first, then 2 to 9 after both of them and 10 to 99 after one of these.
        let after = (0..<100).map { piece -> [Int] in
            piece < 2 ? [] : piece < 10 ? [0, 1] : [2 + piece % 8]
        }
        WorkerPool.run(count: 100, workers: workers, after: after) { piece in
            let done = notes.state.withLock { Set($0.done) }
            if !after[piece].allSatisfy(done.contains) { isOrdered.store(false, ordering: .relaxed) }
            notes.begin(piece)
            Self.sleep(UInt64(piece % 3))
            notes.end(piece)
        }
        let wasOrdered = isOrdered.load(ordering: .relaxed)
        #expect(wasOrdered)
        #expect(notes.state.withLock { $0.done }.sorted() == Array(0..<100))
        #expect(notes.state.withLock { $0.most } <= workers)
    }

    @Test func slowPiecesHoldUpNoOthers() {
        let notes = Notes()
        let isReleased = Atomic<Bool>(false)
        // As many slow pieces as there are workers, first of all; they end when the last of the others has.
        WorkerPool.run(count: 40, workers: 2, patienceSeconds: 0.3) { piece in
            notes.begin(piece)
            if piece < 2 {
                var waited = 0
                while !isReleased.load(ordering: .acquiring), waited < 20_000 {
                    Self.sleep(5)
                    waited += 5
                }
            }
            notes.end(piece)
            if notes.state.withLock({ $0.done.count { $0 >= 2 } }) == 38 {
                isReleased.store(true, ordering: .releasing)
            }
        }
        let order = notes.state.withLock { $0.done }
        #expect(order.count == 40 && Set(order.suffix(2)) == [0, 1], "\(order)")
    }

    @Test func slowPiecesAreBounded() {
        let notes = Notes()
        WorkerPool.run(count: 40, workers: 2, patienceSeconds: 0) { piece in
            notes.begin(piece)
            Self.sleep(300)
            notes.end(piece)
        }
        let (done, most) = notes.state.withLock { ($0.done.count, $0.most) }
        #expect(done == 40)
        #expect((3...2 * WorkerPool.threadsPerWorkerMax).contains(most), "\(most)")
    }

    @Test func othersGoOnWhileAPieceWaits() {
        let notes = Notes()
        let waiting = Mutex((now: 0, most: 0))
        WorkerPool.run(
            count: 60, workers: 2,
            pausing: { piece, pause in
                notes.begin(piece)
                let value = pause { () -> Int in
                    waiting.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    Self.sleep(20)
                    waiting.withLock { $0.now -= 1 }
                    return piece
                }
                #expect(value == piece)
                notes.end(piece)
            })
        #expect(notes.state.withLock { $0.done }.sorted() == Array(0..<60))
        let most = waiting.withLock { $0.most }
        #expect((3...WorkerPool.pausedCountMax + 2).contains(most), "\(most)")
    }

    @Test func nothingIsDoneOfNothing() {
        WorkerPool.run(count: 0, workers: 4) { _ in Issue.record("a piece of nothing") }
    }
}
