internal import Dispatch
internal import Foundation
internal import Synchronization

/// Cuts computation that does not block into pieces for several cores: fork, join, first error by index.
///
/// For the columns of a row group, the row groups of a scan, the partitions of a join. Runs that wait for disks and
/// databases have threads of their own (decision 0004); this is for the processor.
package enum ParallelWork {
    /// How many cores this process may use. Asked once: the answer takes several files of the kernel's.
    package static let coreCount: Int = ProcessInfo.processInfo.activeProcessorCount

    /// Calls `body` once for each index below `count` on at most `threads` threads, and returns when all are through.
    ///
    /// Pieces are taken in the order of their indices, so the largest should come first. After an error no further
    /// piece is begun; the error thrown is that of the lowest index that failed, whatever the threads did.
    ///
    /// - Parameters:
    ///   - threads: 1 runs everything on the caller's thread, in order.
    ///   - body: gets the piece's index and the worker's index, below `threads`: a key for scratch memory.
    package static func run<Failure: Error>(
        count: Int, threads: Int = Self.coreCount,
        _ body: @Sendable (_ piece: Int, _ worker: Int) throws(Failure) -> Void
    ) throws(Failure) {
        let workers = max(1, min(threads, count))
        if workers == 1 {
            for piece in 0..<max(0, count) { try body(piece, 0) }
            return
        }
        let next = Atomic<Int>(0)
        let failure = Mutex<(piece: Int, error: Failure)?>(nil)
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard piece < count else { return }
                do throws(Failure) {
                    try body(piece, worker)
                } catch {
                    failure.withLock { known in
                        if piece < known?.piece ?? .max { known = (piece, error) }
                    }
                    next.store(count, ordering: .relaxed)
                    return
                }
            }
        }
        if let failed = failure.withLock({ $0 }) { throw failed.error }
    }
}
