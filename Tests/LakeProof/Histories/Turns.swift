import AlmanacTesting
import Dispatch
import Effects

/// Lets one of several threads run at a time, and decides by a seed who runs next: the same seed, the same history.
///
/// All that varies is touched by the thread whose turn it is, and handed on by a semaphore.
final class Turns: @unchecked Sendable {
    private let semaphores: [DispatchSemaphore]
    private let isOver = DispatchSemaphore(value: 0)
    private var running: [Int]
    private var generator: SeededGenerator
    private var callCount = 0
    private let powerCutAt: Int?

    /// Whether the power is gone: nobody's call gets through.
    var isPowerOff: Bool { powerCutAt.map { callCount >= $0 } ?? false }

    /// - Parameters:
    ///   - count: how many threads.
    ///   - powerCutAt: after how many calls of all of them the power goes.
    init(count: Int, powerCutAt: Int?, seed: UInt64) {
        semaphores = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        running = Array(0..<count)
        generator = SeededGenerator(seed: seed)
        self.powerCutAt = powerCutAt
    }

    /// Runs the bodies to their end, each on a thread of its own.
    func run(_ body: @escaping @Sendable (Int) -> Void, on start: (@escaping @Sendable () -> Void) -> Void) {
        for index in semaphores.indices {
            start { [self] in
                semaphores[index].wait()
                body(index)
                leave(index)
            }
        }
        semaphores[running.randomElement(using: &generator) ?? 0].signal()
        isOver.wait()
    }

    /// Called before each call of a thread: another may come first.
    func pass(_ index: Int) {
        callCount += 1
        guard Int.random(in: 0..<4, using: &generator) == 0, let next = running.randomElement(using: &generator),
            next != index
        else { return }
        semaphores[next].signal()
        semaphores[index].wait()
    }

    private func leave(_ index: Int) {
        running.removeAll { $0 == index }
        if let next = running.randomElement(using: &generator) {
            semaphores[next].signal()
        } else {
            isOver.signal()
        }
    }
}
