import AlmanacTesting
import ChartGrammar
import CivilTime
import Formatting
import Testing

@Suite struct ScaleTests {
    @Test func ticksAreRound() {
        #expect(NiceTicks(enclosing: 0, 7.3, unit: .number(decimals: 1)).values == [0, 2, 4, 6, 8])
        #expect(NiceTicks(enclosing: 0, 0, unit: .count).values == [0, 1])
        #expect(NiceTicks(enclosing: -1.1, 0.8, unit: .number(decimals: 1)).values == [-1.5, -1, -0.5, 0, 0.5, 1])
        #expect(NiceTicks(enclosing: 0, 100, unit: .percent).values == [0, 25, 50, 75, 100])
        // A count has no halves.
        #expect(NiceTicks(enclosing: 0, 3, unit: .count).values == [0, 1, 2, 3])
        // Hours, not 2,500 seconds.
        #expect(
            NiceTicks(enclosing: 0, 4 * 3_600_000, unit: .milliseconds).values.map { $0 / 3_600_000 } == [
                0, 1, 2, 3, 4,
            ])
        // One amount is no range.
        #expect(NiceTicks(enclosing: 5, 5, unit: .count).values == [0, 5])
    }

    @Test func ticksEncloseTheDataInAtMostFiveIntervals() {
        let random = SeededRandom(seed: 1)
        for _ in 0..<5_000 {
            let magnitude = Self.power(Int(random.nextBits() % 31) - 10)
            let one = (Double(random.nextBits() % 20_001) - 10_000) * magnitude
            let other = (Double(random.nextBits() % 20_001) - 10_000) * magnitude
            let (low, high) = (min(one, other), max(one, other))
            guard low < high else { continue }
            let ticks = NiceTicks(enclosing: low, high, unit: .number(decimals: 2))
            let slack = (high - low) * 1e-6
            #expect(ticks.lower <= low + slack && ticks.upper >= high - slack, "\(low) \(high)")
            #expect((2...6).contains(ticks.values.count), "\(low) \(high)")
            #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test(arguments: [
        (Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude), (.leastNonzeroMagnitude, 0), (1e300, 1e299),
        (1.0000000000000002, 1),
    ]) func ticksOfExtremesAreFinite(high: Double, low: Double) {
        let ticks = NiceTicks(enclosing: low, high, unit: .count)
        #expect(ticks.values.allSatisfy { $0.isFinite })
        #expect(ticks.values.count >= 2)
    }

    @Test func datesStandAtNaturalStarts() throws {
        let october = try LocalDate(year: 2026, month: 10, day: 1)
        let days = (0..<31).map { october.adding(days: $0) }
        #expect(DateTicks(for: days).ticks.map(\.date.day) == [1, 8, 15, 22, 29])
        // Two months of days from a Tuesday: Mondays.
        let spring = (0..<45).map { october.adding(days: 5 + $0) }
        #expect(DateTicks(for: spring).ticks.allSatisfy { $0.date.weekday == .monday })
        // A year of months: every second, January with its year.
        let months = (0..<12).map { october.adding(months: $0) }
        let ticks = DateTicks(for: months).ticks
        #expect(ticks.map(\.date.month) == [11, 1, 3, 5, 7, 9])
        #expect(ticks[1].form == .monthYear)
        #expect(DateTicks(for: [october]).ticks.count == 1)
        #expect(DateTicks(for: []).ticks.isEmpty)
    }

    @Test func thereAreNeverMoreThanEightDates() throws {
        let random = SeededRandom(seed: 2)
        for _ in 0..<2_000 {
            let first = LocalDate(daysSinceEpoch: Int32(random.nextBits() % 40_000))
            let span = Int(random.nextBits() % 20_000) + 1
            let ticks = DateTicks(for: [first, first.adding(days: span / 2), first.adding(days: span)]).ticks
            #expect((1...8).contains(ticks.count), "\(first) \(span)")
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.date < $1.date })
        }
    }

    @Test func labelsArePushedApartAndStayInside() {
        let random = SeededRandom(seed: 3)
        for _ in 0..<1_000 {
            let count = Int(random.nextBits() % 6) + 1
            let middles = (0..<count).map { _ in Double(random.nextBits() % 200) }
            let heights = (0..<count).map { _ in Double(random.nextBits() % 2) * 10 + 10 }
            let tops = LabelSpreading.tops(middles: middles, heights: heights, gap: 1, lower: 0, upper: 200)
            let order = tops.indices.sorted { tops[$0] < tops[$1] }
            for (above, below) in zip(order, order.dropFirst()) {
                #expect(tops[above] + heights[above] <= tops[below] + 0.001)
            }
            #expect(tops.indices.allSatisfy { tops[$0] >= 0 && tops[$0] + heights[$0] <= 200 })
        }
    }

    private static func power(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }
}
