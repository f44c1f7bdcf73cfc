internal import Columnar
internal import Effects
internal import PostgresCopy
internal import Synchronization

/// The connections that read ranges of one table, one for each thread; those that are lost are replaced.
final class RangeReaders: Sendable {
    private let readers = Mutex<[Int: SourceReader]>([:])
    private let open: @Sendable () throws -> SourceReader
    /// How many connections may still be replaced, of all threads together.
    private let replacementsLeft = Mutex(RangeReaders.replacementCountMax)

    /// A server that ends connection after connection is to be left alone for a while: by the caller's own tries, in a new
    /// snapshot.
    private static let replacementCountMax = 6
    /// For each range: the caller has waits of its own.
    private static let budget = SourceRetry.Budget(
        tryCountMax: 4, firstWaitMilliseconds: 50, waitMillisecondsMax: 1_000, totalMilliseconds: 3_000)

    /// - Parameter open: makes one more reader, on its own thread.
    init(_ open: @escaping @Sendable () throws -> SourceReader) { self.open = open }

    /// Reads a range; where the connection is lost, on another one in the same snapshot.
    ///
    /// - Parameter consume: takes each batch, each row once.
    /// - Throws: the loss of the first connection, where the range cannot be read in this snapshot any more.
    func read(
        _ plan: CopyPlan, by thread: Int, consume: (ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        var handedOver = 0
        var loss: (any Error)?
        var isHopeless = false
        let retry = SourceRetry(Self.budget, clock: SystemClock(), random: SystemRandom())
        do {
            return try retry.retrying(isStopped: { isHopeless }) {
                do {
                    let reader = try reader(thread)
                    let summary = try reader.connection.copy(plan, handedOver: &handedOver, consume: consume)
                    // Now: a connection that is lost later cannot be asked what it has looked at.
                    try reader.check()
                    return summary
                } catch {
                    guard let transient = Self.loss(error) else { throw error }
                    lose(thread)
                    loss = loss ?? error
                    isHopeless = transient.cause?.isOfGoneSnapshot == true || !takeReplacement()
                    throw transient
                }
            }
        } catch is ExtractError where loss != nil {
            // That no further connection could be had says less than how the first was lost.
            throw loss ?? PostgresError(.connectionLost, "a connection was lost")
        }
    }

    /// The error as one that is tried again; nil where another connection would not help.
    private static func loss(_ error: any Error) -> ExtractError? {
        let error = (error as? PostgresError).map { ExtractError($0, tenant: nil) } ?? error as? ExtractError
        guard let error, [.sourceLost, .sourceUnreachable].contains(error.code) else { return nil }
        return error
    }

    private func takeReplacement() -> Bool {
        replacementsLeft.withLock { left in
            left -= 1
            return left >= 0
        }
    }

    private func reader(_ thread: Int) throws -> SourceReader {
        if let known = readers.withLock({ $0[thread] }) { return known }
        let reader = try open()
        try reader.enter()
        readers.withLock { $0[thread] = reader }
        return reader
    }

    private func lose(_ thread: Int) { _ = readers.withLock { $0.removeValue(forKey: thread) } }

    /// Makes what a thread has read count.
    func finish(_ thread: Int) throws { try readers.withLock { $0[thread] }?.finish() }

    /// Ends what all connections are doing, from any thread.
    func interrupt() { for reader in readers.withLock({ Array($0.values) }) { reader.interrupt() } }
}

extension PostgresConnection {
    /// As `copy`, without the rows that an earlier try has handed over.
    ///
    /// - Parameter handedOver: how many those are; counts on.
    fileprivate func copy(
        _ plan: CopyPlan, handedOver: inout Int, consume: (ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        let known = handedOver
        var seen = 0
        let summary = try copy(plan) { batch in
            let first = min(max(0, known - seen), batch.rowCount)
            seen += batch.rowCount
            guard first < batch.rowCount else { return }
            try consume(first == 0 ? copy batch : batch.slice(first..<batch.rowCount))
            handedOver = seen
        }
        guard seen >= known else {
            throw PostgresError(
                .malformedStream, "a part of the table has fewer rows than when it was first read in the same snapshot")
        }
        return summary
    }
}
