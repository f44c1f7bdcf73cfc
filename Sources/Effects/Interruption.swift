internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// Whether somebody asked this process to stop: Ctrl-C, SIGTERM or SIGHUP.
///
/// The first signal only sets a mark: work is left at the next safe place, with the lake consistent. A second one ends
/// the process at once, and the lake is consistent all the same, because publishing is a rename.
package enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// Begins to listen.
    package static func listen() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { number in
                Interruption.received.store(number, ordering: .relaxed)
            }
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
            unsafe sigaction(number, &action, nil)
        }
    }

    /// The signal that was received, nil as long as there was none.
    package static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}
