import Dispatch
import Effects
import Foundation
import Synchronization
import Testing

struct WorkerThreadTests {
    /// Tells where it was let go: by the thread that started the other, whose hold may be the last, or by one that runs.
    private final class Held: Sendable {
        let box: Box

        final class Box: Sendable {
            let starter = ObjectIdentifier(Thread.current)
            let wasRunning = Mutex<Bool?>(nil)
            let isSet = DispatchSemaphore(value: 0)
        }

        init(_ box: Box) { self.box = box }

        deinit {
            let thread = Thread.current
            box.wasRunning.withLock { $0 = ObjectIdentifier(thread) == box.starter || thread.isExecuting }
            box.isSet.signal()
        }

        func use() {}
    }

    @Test func whatABodyHoldsIsLetGoWhileItsThreadRuns() {
        for _ in 0..<20 {
            let box = Held.Box()
            Self.start(Held(box))
            box.isSet.wait()
            #expect(box.wasRunning.withLock { $0 } == true)
        }
    }

    private static func start(_ held: consuming Held) {
        let held = held
        WorkerThread.start { held.use() }
    }
}
