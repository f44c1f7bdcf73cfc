internal import Foundation
internal import Synchronization

/// Makes values on threads of their own and hands them over on the caller's thread, piece after piece, in order: what
/// comes out does not depend on the threads.
///
/// (1) Pieces are begun in the order of their indices, so the piece that is handed over is always under way.
/// (2) What waits to be handed over weighs at most about `weightMax`; the piece that is handed over now may always go
///     on, so nobody waits for ever.
/// (3) After an error nothing more is handed over, every thread comes to its end, and the error of the earliest piece
///     is thrown. No thread outlives the call.
///
/// For sources that block, such as several connections to one database; computation goes by `ParallelWork`.
package enum OrderedPipeline {
    /// Thrown into `produce` where its values are not wanted any more.
    package struct Cancelled: Error, Sendable {}

    /// - Parameters:
    ///   - pieceCount: how many pieces there are.
    ///   - threads: how many threads produce; the caller's consumes.
    ///   - weightMax: how much may wait, in the unit of the weights.
    ///   - produce: gets the piece's index, the thread's index and where to put values with their weights.
    ///   - leave: called once by each thread after its last piece, if nothing has failed.
    ///   - interrupt: called when something has failed: should wake threads that wait for the outside.
    ///   - consume: gets the values in order.
    package static func run<Value: Sendable>(
        pieceCount: Int, threads: Int, weightMax: Int,
        produce: @escaping @Sendable (_ piece: Int, _ thread: Int, _ emit: (Value, Int) throws -> Void) throws -> Void,
        leave: @escaping @Sendable (_ thread: Int) throws -> Void = { _ in },
        interrupt: () -> Void = {},
        consume: (Value) throws -> Void
    ) throws {
        guard pieceCount > 0 else { return }
        let count = max(1, min(threads, pieceCount))
        let exchange = Exchange<Value>(pieceCount: pieceCount, weightMax: weightMax, threads: count)
        let done = DispatchGroup()
        for index in 0..<count {
            done.enter()
            WorkerThread.start {
                exchange.work(index, produce, leave)
                done.leave()
            }
        }
        defer { done.wait() }
        do {
            while let value = try exchange.next() { try consume(value) }
        } catch {
            exchange.cancel()
            interrupt()
            throw error
        }
    }
}

/// What the threads of one pipeline share. All that varies is guarded by the condition.
private final class Exchange<Value: Sendable>: @unchecked Sendable {
    private struct Piece {
        var values: [(value: Value?, weight: Int)] = []
        /// The first value that was not handed over.
        var next = 0
        var weight = 0
        var isWhole = false
    }

    private let condition = NSCondition()
    private let pieceCount: Int
    private let weightMax: Int
    private var threadsLeft: Int
    private var begun = 0
    private var current = 0
    private var weight = 0
    private var open: [Int: Piece] = [:]
    private var isCancelled = false
    private var failure: (piece: Int, error: any Error)?

    init(pieceCount: Int, weightMax: Int, threads: Int) {
        self.pieceCount = pieceCount
        self.weightMax = weightMax
        threadsLeft = threads
    }

    /// The way of one thread: piece after piece until there is none.
    func work(
        _ thread: Int,
        _ produce: (_ piece: Int, _ thread: Int, _ emit: (Value, Int) throws -> Void) throws -> Void,
        _ leave: (_ thread: Int) throws -> Void
    ) {
        var last = pieceCount
        do {
            while let piece = takePiece() {
                last = piece
                try produce(piece, thread) { value, weight in try put(value, weight, piece) }
                end(piece)
            }
            last = pieceCount
            if !withLock({ isCancelled || failure != nil }) { try leave(thread) }
        } catch {
            fail(last, error)
        }
        withLock { threadsLeft -= 1 }
    }

    /// The next value in order; nil after the last, when all threads have left.
    func next() throws -> Value? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            // What came before the piece that failed is handed over first, so that the error is always the same.
            if let failure, failure.piece <= current || isCancelled { throw failure.error }
            if current == pieceCount {
                if let failure { throw failure.error }
                if threadsLeft == 0 { return nil }
            } else if let value = takeValue() {
                return value
            } else if open[current]?.isWhole == true {
                open[current] = nil
                current += 1
                condition.broadcast()
                continue
            }
            condition.wait()
        }
    }

    /// Tells all threads that nothing is wanted any more.
    func cancel() { withLock { isCancelled = true } }

    private func takeValue() -> Value? {
        guard var piece = open[current], piece.next < piece.values.count else { return nil }
        open[current] = nil
        let (value, weight) = piece.values[piece.next]
        piece.values[piece.next].value = nil
        piece.next += 1
        if piece.next == piece.values.count {
            piece.values.removeAll(keepingCapacity: true)
            piece.next = 0
        }
        piece.weight -= weight
        self.weight -= weight
        open[current] = piece
        condition.broadcast()
        return value
    }

    private func takePiece() -> Int? {
        withLock {
            guard !isCancelled, failure == nil, begun < pieceCount else { return nil }
            defer { begun += 1 }
            open[begun] = Piece()
            return begun
        }
    }

    private func put(_ value: Value, _ weight: Int, _ piece: Int) throws {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled && !isWanted(piece) && isFull(piece) { condition.wait() }
        // An earlier piece goes on after a later one has failed: its values are still handed over.
        guard !isCancelled, failure.map({ piece < $0.piece }) ?? true else { throw OrderedPipeline.Cancelled() }
        open[piece]?.values.append((value, weight))
        open[piece]?.weight += weight
        self.weight += weight
        condition.broadcast()
    }

    /// The piece that is handed over now and has nothing left to hand over.
    private func isWanted(_ piece: Int) -> Bool { piece == current && open[piece]?.values.isEmpty ?? true }

    /// The piece that is handed over now has a half for itself; the others wait for the whole.
    private func isFull(_ piece: Int) -> Bool {
        piece == current ? (open[piece]?.weight ?? 0) >= weightMax / 2 : weight >= weightMax
    }

    private func end(_ piece: Int) { withLock { open[piece]?.isWhole = true } }

    private func fail(_ piece: Int, _ error: any Error) {
        withLock {
            guard !(error is OrderedPipeline.Cancelled) else { return }
            if piece < failure?.piece ?? .max { failure = (piece, error) }
        }
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body()
    }
}
