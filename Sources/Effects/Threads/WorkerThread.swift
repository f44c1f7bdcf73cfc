internal import Foundation
internal import Synchronization

/// Threads of our own, with room for the stacks of C libraries: Dispatch's pool is not to be blocked.
package enum WorkerThread {
    /// Runs `body` on a new thread, and lets it go, with all that it holds, while that thread still runs.
    ///
    /// Foundation lets go of a thread's block when the thread's own variables are destroyed. Libdispatch has freed its
    /// by then: where the block is the last to hold a dispatch queue, as that of a database, the queue is disposed of in
    /// memory that is not there any more. So Foundation's block holds nothing but an empty place.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        let place = Place(body)
        let thread = Thread { place.take()?() }
        thread.stackSize = 8 << 20
        thread.start()
    }

    private final class Place: Sendable {
        private let body: Mutex<(@Sendable () -> Void)?>

        init(_ body: @escaping @Sendable () -> Void) { self.body = Mutex(body) }

        func take() -> (@Sendable () -> Void)? {
            body.withLock { body in
                defer { body = nil }
                return body
            }
        }
    }
}
