import AlmanacTesting
import Extract
import Testing

@Suite("Retries")
struct SourceRetryTests {
    private static let passing = ExtractError(.sourceUnreachable, tenant: nil, reason: "too many clients")
    private static let lasting = ExtractError(.notAuthenticated, tenant: nil, reason: "no")

    @Test func whatPassesIsTriedAgainAndWaitedFor() throws {
        let clock = SimulatedClock()
        let retry = SourceRetry(clock: clock, random: SeededRandom(seed: 1))
        var count = 0
        let value = try retry.perform { () throws(ExtractError) in
            count += 1
            if count < 4 { throw Self.passing }
            return count
        }
        #expect(value == 4)
        // Three waits, each of at least a quarter of a second.
        #expect(clock.monotonicNanoseconds() >= 750_000_000)
    }

    @Test func whatLastsIsNotTriedAgain() {
        let clock = SimulatedClock()
        var count = 0
        #expect(throws: ExtractError.self) {
            try SourceRetry(clock: clock, random: SeededRandom(seed: 1)).perform { () throws(ExtractError) in
                count += 1
                throw Self.lasting
            }
        }
        #expect(count == 1 && clock.monotonicNanoseconds() == 0)
    }

    @Test(arguments: 0..<200) func triesAndWaitsStayWithinTheBudget(seed: UInt64) {
        let clock = SimulatedClock()
        let budget = SourceRetry.Budget(
            tryCountMax: 3 + Int(seed % 8), firstWaitMilliseconds: 100, waitMillisecondsMax: 5_000,
            totalMilliseconds: 20_000)
        var moments: [UInt64] = []
        var toldCount = 0
        #expect(throws: ExtractError.self) {
            try SourceRetry(budget, clock: clock, random: SeededRandom(seed: seed)).retrying(
                onFailure: { _ in toldCount += 1 }
            ) {
                moments.append(clock.monotonicNanoseconds())
                throw Self.passing
            }
        }
        #expect((2...budget.tryCountMax).contains(moments.count))
        // The last error is thrown, and not told as one that is tried again.
        #expect(toldCount == moments.count - 1)
        #expect(clock.monotonicNanoseconds() <= 20_000_000_000)
        for (earlier, later) in zip(moments, moments.dropFirst()) {
            #expect((100_000_000...5_000_000_000).contains(later - earlier))
        }
    }

    @Test func waitsDifferFromRunToRun() {
        func total(_ seed: UInt64) -> UInt64 {
            let clock = SimulatedClock()
            _ = try? SourceRetry(clock: clock, random: SeededRandom(seed: seed)).perform { () throws(ExtractError) in
                throw Self.passing
            }
            return clock.monotonicNanoseconds()
        }
        #expect(Set((0..<50).map { total($0) }).count > 45)
    }

    @Test func aStopEndsTheTries() {
        var count = 0
        #expect(throws: ExtractError.self) {
            try SourceRetry(clock: SimulatedClock(), random: SeededRandom(seed: 1)).perform(isStopped: { count == 2 }) {
                () throws(ExtractError) in
                count += 1
                throw Self.passing
            }
        }
        #expect(count == 2)
    }
}
