internal import Effects
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// A TCP proxy on the loopback in front of a server's Unix socket, which does what bad networks do.
///
/// Faults are counted in bytes from the server, over each connection by itself, so that the same fault hits the same place
/// of a stream at every run. Two threads for each connection; stopped and closed by `stop`.
package final class FaultyProxy: Sendable {
    /// What goes wrong on the way from the server.
    package enum Fault: Sendable, Equatable {
        /// Nothing.
        case none
        /// After so many bytes the connection is closed in good order.
        case cut(afterByteCount: Int)
        /// After so many bytes the connection is reset (RST).
        case reset(afterByteCount: Int)
        /// After so many bytes nothing goes either way any more, and nobody is told: the connection is half-open.
        case silence(afterByteCount: Int)
        /// Bytes come in small pieces, so many a second in all.
        case slow(bytesPerSecond: Int)
        /// Bytes come one at a time, so many a second.
        case drip(bytesPerSecond: Int)
    }

    private struct State {
        var fault = Fault.none
        /// Connections from this one on go through whole.
        var faultyConnectionCount = Int.max
        var acceptedCount = 0
        var isStopped = false
        var open: Set<Int32> = []
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let listener: Int32
    private let socketPath: String
    private let state = Mutex(State())

    /// - Parameter socketPath: the server's socket: `<folder>/.s.PGSQL.5432`.
    package init(socketPath: String) throws {
        self.socketPath = socketPath
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                unsafe bind(descriptor, socketAddress, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, socketAddress, &length) == 0
            }
        }
        guard listener >= 0, isBound else { throw TestPostgresError("the proxy can't listen: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        WorkerThread.start { [self] in acceptConnections() }
    }

    /// Says what goes wrong, also on connections that are open.
    ///
    /// - Parameter connectionCount: with how many further connections; those after them go through whole.
    package func set(_ fault: Fault, connectionCount: Int = .max) {
        state.withLock {
            $0.fault = fault
            let (sum, isOverflow) = $0.acceptedCount.addingReportingOverflow(connectionCount)
            $0.faultyConnectionCount = isOverflow ? .max : sum
        }
    }

    /// How many connections there were.
    package var acceptedCount: Int { state.withLock { $0.acceptedCount } }

    /// Closes everything.
    package func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptConnections() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            let number = state.withLock { state in
                state.acceptedCount += 1
                return state.acceptedCount
            }
            guard let server = connectToServer(), register(client, server) else {
                close(client)
                continue
            }
            let pair = ConnectionPair(client: client, server: server)
            WorkerThread.start { [self] in forward(from: client, to: server, pair) { _ in fault(number) } }
            WorkerThread.start { [self] in
                forward(from: server, to: client, pair, isFromServer: true) { _ in fault(number) }
            }
        }
    }

    private func fault(_ number: Int) -> Fault {
        state.withLock { number > $0.faultyConnectionCount ? .none : $0.fault }
    }

    private func register(_ client: Int32, _ server: Int32) -> Bool {
        state.withLock { state in
            guard !state.isStopped else { return false }
            state.open.formUnion([client, server])
            return true
        }
    }

    private func connectToServer() -> Int32? {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard server >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        if isConnected { return server }
        close(server)
        return nil
    }
}

// The bytes.
extension FaultyProxy {
    /// The two ends of a connection, closed when both directions are done with them.
    private final class ConnectionPair: Sendable {
        let client: Int32
        let server: Int32
        private let users = Mutex(2)

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        /// Whether the last user is done.
        func leave() -> Bool {
            users.withLock { count in
                count -= 1
                return count == 0
            }
        }
    }

    private func forward(
        from source: Int32, to target: Int32, _ pair: ConnectionPair, isFromServer: Bool = false,
        _ fault: (Int) -> Fault
    ) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var passed = 0
        forwarding: while true {
            let wanted: Int
            switch fault(passed) {
            case .none: wanted = buffer.count
            case .drip(let bytesPerSecond) where isFromServer:
                usleep(UInt32(1_000_000 / max(1, bytesPerSecond)))
                wanted = 1
            case .slow(let bytesPerSecond) where isFromServer:
                usleep(20_000)
                wanted = max(1, min(buffer.count, bytesPerSecond / 50))
            case .drip, .slow: wanted = buffer.count
            case .cut(let limit) where isFromServer, .reset(let limit) where isFromServer,
                .silence(let limit) where isFromServer:
                wanted = min(buffer.count, limit - passed)
            case .cut, .reset: wanted = buffer.count
            case .silence:
                // What the client says goes on until the server's side is silent; it then gets no answer.
                wanted = buffer.count
            }
            if wanted <= 0 {
                guard end(fault(passed), pair) else { break forwarding }
                usleep(10_000)
                if state.withLock({ $0.isStopped }) { break forwarding }
                continue
            }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, wanted) }
            guard count > 0, write(buffer[..<count], to: target) else { break forwarding }
            passed += count
        }
        shutdown(pair.client, Int32(SHUT_RDWR))
        shutdown(pair.server, Int32(SHUT_RDWR))
        guard pair.leave() else { return }
        state.withLock { $0.open.subtract([pair.client, pair.server]) }
        close(pair.client)
        close(pair.server)
    }

    /// Whether the connection stays open, silent.
    private func end(_ fault: Fault, _ pair: ConnectionPair) -> Bool {
        switch fault {
        case .silence: return true
        case .reset:
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                pair.client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            // A socket that is closed with bytes unread, or with linger 0, is reset: connecting it to nowhere does so
            // while the other thread still holds it.
            var nowhere = sockaddr()
            nowhere.sa_family = sa_family_t(AF_UNSPEC)
            unsafe connect(pair.client, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
            return false
        default: return false
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
        var bytes = bytes
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}
