internal import Configuration
internal import Dispatch
internal import PostgresCopy
internal import Synchronization

/// Connections that are kept for the next session of the same URL: a new one costs more than reading a small tenant.
///
/// A connection is kept only after its session has finished, and is reset (`DISCARD ALL`) before it is, so that nothing
/// of one tenant is left for the next. Used from any thread; each connection by one at a time.
///
/// There are never more connections to one URL than allowed: a session waits for its `Permit` before it connects, and a kept
/// connection is somebody's before it is anybody's, so that every open one belongs to a permit or waits for one. A session
/// has one permit of its own; further ones, to read a large table side by side, are never waited for: nobody holds one
/// connection while waiting for another.
package final class SourceConnections: Sendable {
    /// Connections of one URL are alike: the same role with the same rights.
    private struct Place: Hashable {
        let url: Secret
        let options: SessionOptions
    }

    /// Nobody uses an idle connection, so that it can go from one thread to another.
    private struct Idle: @unchecked Sendable {
        let connection: PostgresConnection
    }

    /// A connection that a session has open, from `opened` on until nobody holds this any more.
    final class Opened: Sendable {
        private let place: String
        private let connections: SourceConnections

        fileprivate init(_ place: String, _ connections: SourceConnections) {
            self.place = place
            self.connections = connections
            connections.notes.withLock { notes in
                notes.count[place, default: 0] += 1
                notes.openedCount += 1
            }
        }

        deinit {
            connections.notes.withLock { notes in
                let left = (notes.count[place] ?? 1) - 1
                notes.count[place] = left > 0 ? left : nil
            }
        }
    }

    private struct Notes {
        /// How many there are of each process: a kept connection may be taken while the session before has its note.
        var count: [String: Int] = [:]
        var openedCount = 0
        var connectingCount = 0
    }

    /// The right to have one connection to a source; given back when nobody holds this any more.
    final class Permit: Sendable {
        private let gate: DispatchSemaphore

        fileprivate init(_ gate: DispatchSemaphore) { self.gate = gate }

        deinit { gate.signal() }
    }

    private let gates = Mutex<[Secret: DispatchSemaphore]>([:])
    private let connectionCountMax: Int
    private let isStopped: @Sendable () -> Bool
    private let notes = Mutex(Notes())
    private let idle = Mutex<[Place: [Idle]]>([:])
    private let idleCountMax: Int

    /// - Parameters:
    ///   - idleCountMax: how many are kept of one URL.
    ///   - connectionCountMax: how many there may be to one URL, those that are kept among them; at least 1.
    ///   - isStopped: asked while a session waits for its turn; true ends the wait.
    package init(
        idleCountMax: Int = 4, connectionCountMax: Int = .max, isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.idleCountMax = min(idleCountMax, max(1, connectionCountMax))
        self.connectionCountMax = max(1, min(connectionCountMax, 100_000))
        self.isStopped = isStopped
    }

    private func gate(_ url: Secret) -> DispatchSemaphore {
        gates.withLock { gates in
            if let gate = gates[url] { return gate }
            // A semaphore must not have less than at its making when it goes: it begins with nothing.
            let gate = DispatchSemaphore(value: 0)
            for _ in 0..<connectionCountMax { gate.signal() }
            gates[url] = gate
            return gate
        }
    }

    /// Waits for the right to have a connection.
    ///
    /// - Throws: `cancelled` where the wait was stopped.
    func permit(url: Secret) throws(PostgresError) -> Permit {
        let gate = gate(url)
        while gate.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
            guard !isStopped() else {
                throw PostgresError(.cancelled, "stopped while waiting for one of the source's connections")
            }
        }
        return Permit(gate)
    }

    /// Rights to have further connections, as many as there are now.
    func permits(url: Secret, countMax: Int) -> [Permit] {
        let gate = gate(url)
        var permits: [Permit] = []
        while permits.count < countMax, gate.wait(timeout: .now()) == .success { permits.append(Permit(gate)) }
        return permits
    }

    /// Closes all connections that nobody uses.
    package func close() { idle.withLock { $0 = [:] } }

    /// Opens a connection and notes that a session of ours has it.
    func open(url: Secret, options: SessionOptions) throws(PostgresError) -> (PostgresConnection, Opened?) {
        notes.withLock { $0.connectingCount += 1 }
        defer { notes.withLock { $0.connectingCount -= 1 } }
        let connection = try PostgresConnection(url.reveal(), options: options)
        return (connection, try opened(connection))
    }

    /// The note of a session of ours: it only reads, so no row can come late from it. Nil behind a pooler, where the
    /// process serves others in the next moment, who may write.
    private func opened(_ connection: PostgresConnection) throws(PostgresError) -> Opened? {
        connection.isPooled ? nil : Opened(Self.place(connection.target) + String(try connection.backend()), self)
    }

    /// Sessions of ours at one moment: they only read.
    struct Readers {
        /// The server's processes that serve them.
        var backends: Set<String> = []
        fileprivate var openedCount = 0
        fileprivate var connectingCount = 0

        /// Whether none was opened or being opened from this moment to a later one.
        func isSame(_ later: Readers) -> Bool {
            openedCount == later.openedCount && connectingCount == 0 && later.connectingCount == 0
        }
    }

    /// The sessions of ours at a server.
    func readers(at target: ConnectionTarget) -> Readers {
        let prefix = Self.place(target)
        return notes.withLock { notes in
            let backends = notes.count.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            return Readers(
                backends: Set(backends), openedCount: notes.openedCount, connectingCount: notes.connectingCount)
        }
    }

    private static func place(_ target: ConnectionTarget) -> String { "\(target.host):\(target.port) " }

    /// One that nobody uses, with its note; nil if there is none. It may have died meanwhile.
    func take(url: Secret, options: SessionOptions) throws(PostgresError) -> (PostgresConnection, Opened?)? {
        guard let kept = idle.withLock({ $0[Place(url: url, options: options)]?.popLast() })?.connection else {
            return nil
        }
        return (kept, try opened(kept))
    }

    /// Keeps a connection that its session is done with, if it can be reset.
    func keep(_ connection: PostgresConnection, url: Secret) {
        guard (try? connection.reset()) != nil else { return }
        let kept = Idle(connection: connection)
        let place = Place(url: url, options: connection.options)
        idle.withLock { idle in
            guard idle[place, default: []].count < idleCountMax else { return }
            idle[place, default: []].append(kept)
        }
    }
}
