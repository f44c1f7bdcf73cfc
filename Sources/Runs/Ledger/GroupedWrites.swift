internal import Foundation
internal import GRDB

/// Writes of several threads that come while another is being made durable: they are made in one transaction then, so that
/// many wait for the disk once.
///
/// Each is whole or not at all by a savepoint of its own, and returns when the transaction is durable. What fails the
/// transaction itself fails all of its writes.
final class GroupedWrites: @unchecked Sendable {
    /// One write. Its outcome is written by the thread that makes the transaction, before the write's own goes on.
    private final class Entry {
        /// Makes the write; never throws, so that others' go on.
        let make: (Database) throws -> Void
        var isSettled = false
        /// Why the transaction failed.
        var failure: (any Error)?

        init(_ make: @escaping (Database) throws -> Void) { self.make = make }
    }

    // All that varies is guarded by the condition.
    private let condition = NSCondition()
    private var waiting: [Entry] = []
    private var isWriting = false

    /// Makes a write, durably.
    ///
    /// - Throws: what `body` throws, nothing being written then; `DatabaseError`.
    func write<Value>(to database: DatabaseQueue, _ body: (Database) throws -> Value) throws -> Value {
        try withoutActuallyEscaping(body) { body in
            var result: Result<Value, any Error>?
            let entry = Entry { database in
                do {
                    var value: Value?
                    try database.inSavepoint {
                        value = try body(database)
                        return .commit
                    }
                    result = value.map { .success($0) }
                } catch {
                    // A transaction that is lost takes the others' writes with it.
                    guard database.isInsideTransaction else { throw error }
                    result = .failure(error)
                }
            }
            settle(entry, database)
            if let failure = entry.failure { throw failure }
            guard let result else { throw LedgerError.store(reason: "a write was not made") }
            return try result.get()
        }
    }

    private func settle(_ entry: Entry, _ database: DatabaseQueue) {
        condition.lock()
        defer { condition.unlock() }
        waiting.append(entry)
        while !entry.isSettled {
            if isWriting {
                condition.wait()
                continue
            }
            isWriting = true
            let entries = waiting
            waiting = []
            condition.unlock()
            let failure = Self.failure(of: entries, database)
            condition.lock()
            for entry in entries {
                entry.failure = failure
                entry.isSettled = true
            }
            isWriting = false
            condition.broadcast()
        }
    }

    private static func failure(of entries: [Entry], _ database: DatabaseQueue) -> (any Error)? {
        do {
            try database.write { database in
                for entry in entries { try entry.make(database) }
            }
            return nil
        } catch {
            return error
        }
    }
}
