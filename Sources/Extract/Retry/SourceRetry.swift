package import Effects

/// Tries again what may succeed later, so that a source that restarts, or has no connection free, does not end a run, and
/// so that many runs do not come back at the same moment.
///
/// The wait before each further try is random between the first wait and three times the last one ("decorrelated jitter",
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), at most the greatest; tries end by their
/// number or when the next wait would go beyond the budget.
package struct SourceRetry: Sendable {
    /// How often and how long is tried.
    package struct Budget: Sendable, Hashable {
        /// Tries in all, the first among them.
        package var tryCountMax: Int
        /// The least wait, in milliseconds.
        package var firstWaitMilliseconds: UInt64
        /// The greatest wait, in milliseconds.
        package var waitMillisecondsMax: UInt64
        /// All waits together, in milliseconds.
        package var totalMilliseconds: UInt64

        package init(
            tryCountMax: Int = 5, firstWaitMilliseconds: UInt64 = 250, waitMillisecondsMax: UInt64 = 8_000,
            totalMilliseconds: UInt64 = 20_000
        ) {
            self.tryCountMax = tryCountMax
            self.firstWaitMilliseconds = firstWaitMilliseconds
            self.waitMillisecondsMax = waitMillisecondsMax
            self.totalMilliseconds = totalMilliseconds
        }
    }

    private let budget: Budget
    private let clock: any WallClock
    private let random: any RandomSource

    package init(_ budget: Budget = Budget(), clock: any WallClock, random: any RandomSource) {
        self.budget = budget
        self.clock = clock
        self.random = random
    }

    /// Does something, and again where its error is transient.
    ///
    /// - Parameters:
    ///   - isStopped: asked before each wait; true ends the tries.
    ///   - onFailure: is told each error that is tried again, before the wait.
    ///   - body: must leave nothing behind when it throws.
    /// - Throws: the last error.
    package func perform<Value>(
        isStopped: () -> Bool = { false }, onFailure: (ExtractError) -> Void = { _ in },
        _ body: () throws(ExtractError) -> Value
    ) throws(ExtractError) -> Value {
        var last = budget.firstWaitMilliseconds
        var waited: UInt64 = 0
        var tryCount = 1
        while true {
            do throws(ExtractError) {
                return try body()
            } catch {
                guard error.isTransient, tryCount < budget.tryCountMax, !isStopped() else { throw error }
                let wait = self.wait(after: last)
                guard waited + wait <= budget.totalMilliseconds else { throw error }
                onFailure(error)
                clock.sleep(nanoseconds: wait * 1_000_000)
                (last, waited, tryCount) = (wait, waited + wait, tryCount + 1)
            }
        }
    }

    /// As `perform`, for what can fail of other causes than the source; those end the tries.
    package func retrying<Value>(
        isStopped: () -> Bool = { false }, onFailure: (ExtractError) -> Void = { _ in }, _ body: () throws -> Value
    ) throws -> Value {
        var other: (any Error)?
        let value = try perform(isStopped: isStopped, onFailure: onFailure) { () throws(ExtractError) -> Value? in
            do { return try body() } catch {
                if let error = error as? ExtractError { throw error }
                other = error
                return nil
            }
        }
        if let other { throw other }
        guard let value else { throw ExtractError(.other, tenant: nil, reason: "a try that neither ended nor failed") }
        return value
    }

    private func wait(after last: UInt64) -> UInt64 {
        let first = budget.firstWaitMilliseconds
        let greatest = min(budget.waitMillisecondsMax, max(first, last) * 3)
        guard greatest > first else { return first }
        return first + random.nextBits() % (greatest - first + 1)
    }
}
