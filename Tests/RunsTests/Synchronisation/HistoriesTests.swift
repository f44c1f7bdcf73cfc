import AlmanacTesting
import Foundation
import Testing

/// No row is lost or doubled, whenever it was committed. `scripts/prove histories` runs more of them.
@Suite struct HistoriesTests {
    private static let count = ProcessInfo.processInfo.environment["ALMANAC_HISTORIES"].flatMap { Int($0) }
    private static let seed = ProcessInfo.processInfo.environment["ALMANAC_HISTORIES_SEED"].flatMap { UInt64($0) } ?? 1

    @Test func theLakeIsTheSourceAfterEveryExtraction() throws {
        var total = CommitHistory.Verdict()
        let kinds = CommitHistory.Kind.all
        let count = Self.count ?? kinds.count
        for number in 0..<count {
            let kind = kinds[number % kinds.count]
            var history = try CommitHistory(kind, seed: Self.seed &+ UInt64(number))
            try history.run(steps: 40)
            let verdict = history.verdict
            total.extractions += verdict.extractions
            total.lost += verdict.lost
            total.doubled += verdict.doubled
            total.problems += verdict.problems
            #expect(
                verdict.problems.isEmpty, "seed \(Self.seed &+ UInt64(number)), \(kind): \(verdict.problems.prefix(3))")
        }
        if Self.count != nil {
            print(
                #"{"name":"histories","tried":\#(count),"extractions":\#(total.extractions),"lost":\#(total.lost),"#
                    + #""doubled":\#(total.doubled),"failed":\#(total.problems.count)}"#)
        }
    }
}
