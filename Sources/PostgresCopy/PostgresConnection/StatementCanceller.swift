internal import CLibPQ
internal import Synchronization

/// Ends the statement that a connection is running, from any thread.
@safe
package final class StatementCanceller: @unchecked Sendable {
    private let handle: OpaquePointer
    private let isRevoked = Mutex(false)

    init?(_ connection: OpaquePointer) {
        guard let handle = unsafe PQgetCancel(connection) else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe PQfreeCancel(handle) }

    /// Asks the server to end the statement; the running call then throws `cancelled`. False if it could not be asked.
    @discardableResult
    package func cancel() -> Bool {
        isRevoked.withLock { isRevoked in
            guard !isRevoked else { return false }
            var reason = [CChar](repeating: 0, count: 256)
            return unsafe PQcancel(handle, &reason, Int32(reason.count)) == 1
        }
    }

    /// Makes `cancel` do nothing from now on: what the connection runs next is somebody else's.
    package func revoke() { isRevoked.withLock { $0 = true } }
}
