internal import Foundation

/// A thread of a test's helper.
enum TestThread {
    static func start(_ work: @escaping @Sendable () -> Void) {
        let thread = Thread { work() }
        thread.stackSize = 1 << 20
        thread.start()
    }
}
