import AlmanacTesting
import Effects
import Synchronization
import Testing

/// The numbered promises of `OrderedPipeline`.
struct OrderedPipelineTests {
    struct Refused: Error, Equatable { let piece: Int }

    @Test(arguments: [1, 2, 5], [1, 7, 1_000_000])
    func `Values come in order whatever the threads and the room`(threads: Int, weightMax: Int) throws {
        var seen: [Int] = []
        let left = Atomic<Int>(0)
        try OrderedPipeline.run(pieceCount: 50, threads: threads, weightMax: weightMax) { piece, _, emit in
            for value in 0..<(piece % 7) { try emit(piece * 10 + value, 1 + piece % 3) }
        } leave: { _ in
            left.wrappingAdd(1, ordering: .relaxed)
        } consume: {
            seen.append($0)
        }
        #expect(seen == (0..<50).flatMap { piece in (0..<(piece % 7)).map { piece * 10 + $0 } })
        #expect(left.load(ordering: .relaxed) == threads)
    }

    @Test(arguments: [1, 3])
    func `What comes before the piece that fails is handed over, and nothing after it`(threads: Int) {
        var seen: [Int] = []
        #expect(throws: Refused(piece: 20)) {
            try OrderedPipeline.run(pieceCount: 1_000, threads: threads, weightMax: 100) { piece, _, emit in
                if piece >= 20 && piece.isMultiple(of: 10) { throw Refused(piece: piece) }
                try emit(piece, 1)
            } consume: {
                seen.append($0)
            }
        }
        #expect(seen == Array(0..<20))
    }

    @Test(arguments: [1, 4])
    func `A consumer that throws ends all threads`(threads: Int) {
        let interrupted = Atomic<Int>(0)
        let produced = Atomic<Int>(0)
        #expect(throws: Refused(piece: 5)) {
            try OrderedPipeline.run(pieceCount: 100_000, threads: threads, weightMax: 10) { piece, _, emit in
                produced.wrappingAdd(1, ordering: .relaxed)
                try emit(piece, 1)
            } interrupt: {
                interrupted.wrappingAdd(1, ordering: .relaxed)
            } consume: {
                if $0 == 5 { throw Refused(piece: 5) }
            }
        }
        #expect(interrupted.load(ordering: .relaxed) == 1)
        #expect(produced.load(ordering: .relaxed) < 50)
    }

    @Test func `What a thread says when it leaves is heard`() {
        #expect(throws: Refused(piece: -1)) {
            try OrderedPipeline.run(pieceCount: 3, threads: 2, weightMax: 10) { piece, _, emit in
                try emit(piece, 1)
            } leave: { _ in
                throw Refused(piece: -1)
            } consume: { _ in
            }
        }
    }

    @Test func `No more waits than there is room for`() throws {
        let waiting = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        try OrderedPipeline.run(pieceCount: 40, threads: 4, weightMax: 8) { piece, _, emit in
            for _ in 0..<100 {
                try emit(piece, 1)
                most.max(waiting.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue, ordering: .relaxed)
            }
        } consume: { _ in
            waiting.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        }
        // Each thread may have put one value over the bound, and have counted it late.
        #expect(most.load(ordering: .relaxed) <= 8 + 4 + 4 + 1)
    }
}
