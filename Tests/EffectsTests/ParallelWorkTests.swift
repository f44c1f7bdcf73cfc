import Effects
import Synchronization
import Testing

/// Each piece once, errors by index, scratch memory by worker.
struct ParallelWorkTests {
    struct Refused: Error, Equatable { let piece: Int }

    @Test(arguments: [0, 1, 2, 3, 1_000], [1, 2, 7])
    func `Every piece is done once`(count: Int, threads: Int) {
        let seen = Mutex([Int](repeating: 0, count: count))
        ParallelWork.run(count: count, threads: threads) { piece, worker in
            #expect(worker < max(1, min(threads, count)))
            seen.withLock { $0[piece] += 1 }
        }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test(arguments: [1, 2, 4])
    func `The first failed piece is told and no further one is begun`(threads: Int) {
        let begun = Atomic<Int>(0)
        #expect(throws: Refused(piece: 3)) {
            try ParallelWork.run(count: 100_000, threads: threads) { (piece, _) throws(Refused) in
                begun.wrappingAdd(1, ordering: .relaxed)
                if piece >= 3 { throw Refused(piece: piece) }
            }
        }
        #expect(begun.load(ordering: .relaxed) <= 3 + threads)
    }
}
