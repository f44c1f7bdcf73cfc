internal import Columnar
internal import Kernels
internal import Synchronization

/// How much memory a query may hold at once; operators reserve what they keep, and give it back by letting go of the
/// reservation.
final class MemoryBudget: Sendable {
    /// Bytes; nil without a limit.
    let limit: Int?
    private let state = Mutex((used: 0, peak: 0))

    init(limit: Int?) { self.limit = limit }

    /// The most bytes that were reserved at once.
    var peak: Int { state.withLock { $0.peak } }

    /// Takes bytes for rows that can be put away instead: no more than two fifths of the budget, since what is computed of
    /// them takes memory besides. Nil where that is used up.
    func tryReserve(_ bytes: Int) -> MemoryReservation? {
        let fits = state.withLock { state in
            if let limit, state.used + bytes > limit / 5 * 2 { return false }
            state.used += bytes
            state.peak = max(state.peak, state.used)
            return true
        }
        return fits ? MemoryReservation(self, bytes) : nil
    }

    /// The error of a query that needs more than it may have.
    var exceeded: QueryError {
        QueryError(
            .budget, "the query needs more than the \((limit ?? 0) >> 20) MiB of memory that it may have",
            try: "--memory with more, or fewer rows and columns")
    }

    /// Takes bytes for as long as the reservation is held.
    /// - Throws: `QueryError.budget`.
    func reserve(_ bytes: Int) throws(QueryError) -> MemoryReservation {
        let fits = state.withLock { state in
            if let limit, state.used + bytes > limit { return false }
            state.used += bytes
            state.peak = max(state.peak, state.used)
            return true
        }
        guard fits else { throw exceeded }
        return MemoryReservation(self, bytes)
    }

    fileprivate func release(_ bytes: Int) { state.withLock { $0.used -= bytes } }
}

/// Bytes of a budget, given back when the last holder lets go.
final class MemoryReservation: Sendable {
    private let budget: MemoryBudget
    private let bytes: Int

    fileprivate init(_ budget: MemoryBudget, _ bytes: Int) {
        self.budget = budget
        self.bytes = bytes
    }

    deinit { budget.release(bytes) }
}

extension Rows {
    /// About how many bytes the rows take.
    var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}
