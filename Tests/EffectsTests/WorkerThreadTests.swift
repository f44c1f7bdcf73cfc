import Dispatch
import Effects
import Foundation
import Synchronization
import Testing

struct WorkerThreadTests {
    /// Tells where it was let go.
    private final class Held: Sendable {
        let wasExecuting: Box

        final class Box: Sendable {
            let value = Mutex<Bool?>(nil)
            let isSet = DispatchSemaphore(value: 0)
        }

        init(_ box: Box) { wasExecuting = box }

        deinit {
            wasExecuting.value.withLock { $0 = Thread.current.isExecuting }
            wasExecuting.isSet.signal()
        }

        func use() {}
    }

    @Test func whatABodyHoldsIsLetGoWhileItsThreadRuns() {
        for _ in 0..<20 {
            let box = Held.Box()
            Self.start(Held(box))
            box.isSet.wait()
            #expect(box.value.withLock { $0 } == true)
        }
    }

    private static func start(_ held: consuming Held) {
        let held = held
        WorkerThread.start { held.use() }
    }
}
