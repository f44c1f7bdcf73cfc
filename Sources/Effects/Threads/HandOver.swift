internal import Foundation

/// Takes values on a thread of its own, while the caller's thread makes the next ones.
///
/// For a source that waits while nobody reads on, such as a database, and work on its rows that takes a while.
///
/// (1) The values are taken in order and one at a time: first on the caller's thread, so that few of them cost no thread.
/// (2) What waits to be taken weighs at most about `weightMax`.
/// (3) It returns or throws when nothing is being taken any more: what the two bodies share needs no lock.
package enum HandOver {
    /// - Parameters:
    ///   - inlineCount: how many values are taken on the caller's thread.
    ///   - weightMax: how much may wait, in the unit of the weights.
    ///   - produce: is given where to put values with their weights, which throws what `consume` has thrown.
    ///   - consume: takes the values.
    /// - Returns: what `produce` returned, once all values were taken.
    /// - Throws: what `produce` throws, else what `consume` throws.
    package static func run<Value: Sendable, Result>(
        inlineCount: Int, weightMax: Int,
        produce: (_ emit: (Value, Int) throws -> Void) throws -> Result, consume: (Value) throws -> Void
    ) throws -> Result {
        try withoutActuallyEscaping(consume) { consume in
            let lane = Lane(weightMax: weightMax, consume)
            var count = 0
            var isStarted = false
            // Nobody holds the consumer when this returns.
            defer { lane.forget() }
            let result: Result
            do {
                result = try produce { value, weight in
                    count += 1
                    if count <= inlineCount { return try consume(value) }
                    if !isStarted {
                        isStarted = true
                        WorkerThread.start { lane.takeAll() }
                    }
                    try lane.put(value, weight)
                }
            } catch {
                if isStarted { lane.join(isCancelled: true) }
                throw error
            }
            if isStarted {
                lane.join(isCancelled: false)
                if let failure = lane.failure { throw failure }
            }
            return result
        }
    }
}

/// The values on their way. All that varies is guarded by the condition.
private final class Lane<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let weightMax: Int
    // A handful at most, so that taking the first is cheap.
    private var values: [(value: Value, weight: Int)] = []
    private var weight = 0
    private var isClosed = false
    private var isCancelled = false
    private var isThrough = false
    private(set) var failure: (any Error)?
    /// Used by the other thread alone, between its start and its end.
    private var consumer: ((Value) throws -> Void)?

    init(weightMax: Int, _ consumer: @escaping (Value) throws -> Void) {
        self.weightMax = weightMax
        self.consumer = consumer
    }

    /// After the other thread is through, or where there was none.
    func forget() { consumer = nil }

    func put(_ value: Value, _ weight: Int) throws {
        condition.lock()
        defer { condition.unlock() }
        while failure == nil, !values.isEmpty, self.weight + weight > weightMax { condition.wait() }
        if let failure { throw failure }
        values.append((value, weight))
        self.weight += weight
        condition.signal()
    }

    /// The way of the taking thread.
    func takeAll() {
        while let taken = next() {
            do {
                try take(taken)
            } catch {
                withLock {
                    failure = error
                    values = []
                }
                break
            }
        }
        withLock { isThrough = true }
    }

    /// Not inlined: whatever it holds of the consumer is let go when it returns.
    @inline(never) private func take(_ value: Value) throws { try consumer?(value) }

    /// What waits, nil after the last.
    private func next() -> Value? {
        condition.lock()
        defer { condition.unlock() }
        while values.isEmpty, !isClosed { condition.wait() }
        if isCancelled || values.isEmpty { return nil }
        let taken = values.removeFirst()
        weight -= taken.weight
        condition.signal()
        return taken.value
    }

    /// Waits until the other thread is through.
    func join(isCancelled: Bool) {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        if isCancelled {
            self.isCancelled = true
            values = []
        }
        condition.broadcast()
        while !isThrough { condition.wait() }
    }

    private func withLock(_ body: () -> Void) {
        condition.lock()
        body()
        condition.broadcast()
        condition.unlock()
    }
}
