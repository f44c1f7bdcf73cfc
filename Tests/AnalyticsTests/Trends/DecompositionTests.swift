import AlmanacTesting
import Analytics
import Foundation
import Testing

@Suite struct DecompositionTests {
    /// The parameters of netlib's scenarios.
    private static func parameters(_ scenario: String) throws -> SeasonalTrendParameters {
        var own = try SeasonalTrendParameters(period: 12, seasonal: 35, trend: 19, lowPass: 13)
        (own.innerPasses, own.outerPasses) = (1, 2)
        (own.seasonalJump, own.trendJump, own.lowPassJump) = (4, 2, 2)
        switch scenario {
        case "nljump-1": own.lowPassJump = 1
        case "ntjump-1": own.trendJump = 1
        case "nljump-1-ntjump-1": (own.lowPassJump, own.trendJump) = (1, 1)
        case "stlez", "stlez-robust":
            // What its procedure for casual users chooses from period and season.
            own.trend = 19
            own.seasonalJump = 4
            (own.trendJump, own.lowPassJump) = (2, 2)
            (own.innerPasses, own.outerPasses) = scenario == "stlez" ? (2, 0) : (1, 15)
            own.stopsWhenSteady = true
        default: break
        }
        return own
    }

    @Test(
        "Seasons, trends and weights are those of netlib's Fortran",
        arguments: ["baseline", "short", "nljump-1", "ntjump-1", "nljump-1-ntjump-1", "stlez", "stlez-robust"])
    func netlib(_ scenario: String) throws {
        var values = try AnalyticsFixtures.doubles("co2.csv")
        if scenario == "short" { values.removeLast() }
        let expected = try AnalyticsFixtures.rows("stl.csv").filter { $0[0] == scenario }
        let decomposition = try #require(
            SeasonalTrendDecomposition(count: values.count, try Self.parameters(scenario)))
        let parts = decomposition.components(of: values.span)
        #expect(expected.count == values.count)
        for (row, line) in expected.enumerated() {
            let numbers = line[2...].map { Double($0) ?? .nan }
            for (ours, theirs) in zip([parts.seasonal[row], parts.trend[row], parts.weights[row]], numbers) {
                #expect(abs(ours - theirs) <= 1e-7 * max(abs(theirs), 1e-3), "row \(row): \(ours), \(theirs)")
            }
        }
    }

    @Test("The defaults, robust and not", arguments: [false, true])
    func defaults(isRobust: Bool) throws {
        let values = try AnalyticsFixtures.doubles("co2.csv")
        let parameters = try SeasonalTrendParameters(period: 12, isRobust: isRobust)
        #expect(parameters.trend == 23 && parameters.lowPass == 13)
        let parts = try #require(SeasonalTrendDecomposition(count: 348, parameters)).components(of: values.span)
        let rows = [0, 1, 11, 12, 100, 347]
        let seasonal =
            isRobust
            ? [
                -0.12314286580391691, 0.5782124371918084, -0.8252253387476747, -0.1248076819647892, 2.744917288551068,
                -0.8101687521033832,
            ]
            : [
                -0.1376787299401116, 0.5503083772942112, -0.9570909826878896, -0.16690759602769253, 2.7510730272264854,
                -0.8193099138635535,
            ]
        let trend =
            isRobust
            ? [
                315.68521434244843, 315.7622717786614, 316.51924406085453, 316.57598227494424, 321.7962236184564,
                349.4459140488054,
            ]
            : [
                315.5737912131794, 315.66775316776443, 316.6216898968182, 316.71542681719234, 321.7643316313845,
                349.4590938594804,
            ]
        for (index, row) in rows.enumerated() {
            #expect(Numbers.isClose(parts.seasonal[row], seasonal[index], 1e-9))
            #expect(Numbers.isClose(parts.trend[row], trend[index], 1e-9))
        }
        let rest = values.indices.reduce(0) { $0 + abs(values[$1] - parts.trend[$1] - parts.seasonal[$1]) }
        #expect(Numbers.isClose(rest, isRobust ? 53.8015841270377 : 53.72952855426888, 1e-9))
        if isRobust {
            let left = values.indices.map { values[$0] - parts.trend[$0] - parts.seasonal[$0] }
            let scores = Outliers.modifiedZ(left)
            let flagged = scores.indices.filter { abs(scores[$0]) > 3.5 }
            #expect(
                flagged == [
                    15, 16, 17, 18, 44, 52, 80, 82, 93, 96, 102, 146, 147, 158, 161, 162, 163, 175, 176, 180, 194, 195,
                    290,
                    295, 308, 314,
                ])
            #expect(Numbers.isClose(scores.map(abs).max() ?? 0, 7.0803223781269695, 1e-9))
        }
    }

    @Test("The parts sum to the values; nothing, and too little, is no trap", arguments: [2, 3, 7, 12, 24])
    func sums(period: Int) throws {
        var generator = SeededGenerator(seed: UInt64(period))
        for isRobust in [false, true] {
            for count in [2 * period - 1, 2 * period, 2 * period + 1, 5 * period + 2, 97] where count >= 2 * period {
                let parameters = try SeasonalTrendParameters(period: period, isRobust: isRobust)
                let decomposition = try #require(SeasonalTrendDecomposition(count: count, parameters))
                let zeros = decomposition.components(of: [Double](repeating: 0, count: count).span)
                #expect(zeros.trend.allSatisfy { $0 == 0 } && zeros.seasonal.allSatisfy { $0 == 0 })
                let line = (0..<count).map { Double($0) * 3 - 7 }
                let straight = decomposition.components(of: line.span)
                for row in 0..<count {
                    #expect(Numbers.isClose(straight.trend[row] + straight.seasonal[row], line[row], 1e-6))
                }
                let noise = (0..<count).map { _ in Double.random(in: -1e300...1e300, using: &generator) }
                _ = decomposition.components(of: noise.span)
            }
            let parameters = try SeasonalTrendParameters(period: period, isRobust: isRobust)
            #expect(SeasonalTrendDecomposition(count: 2 * period - 1, parameters) == nil)
        }
    }

    @Test("Windows are odd and wide enough")
    func parameters() {
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 1) }
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 7, seasonal: 8) }
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 7, seasonal: 1) }
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 7, trend: 7) }
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 7, trend: 14) }
        #expect(throws: OperatorError.self) { try SeasonalTrendParameters(period: 7, lowPass: 7) }
    }

    @Test("Gaps are bridged by lines, long ones by the season")
    func gaps() {
        func filled(_ values: [Double], _ period: Int) -> [Double]? {
            GapFilling.filled(values.span, period: period)?.values
        }
        let no = Double.nan
        #expect(filled([1, no, 3], 7) == [1, 2, 3])
        #expect(filled([1, no, no, no, 5], 2) == [1, 2, 3, 4, 5])
        #expect(filled([1, 2, 3, no, no, no, no, 8], 3) == [1, 2, 3, 1, 2, 3, 1, 8])
        #expect(filled([no, no, 3, 4], 2) == [3, 4, 3, 4])
        #expect(filled([1, 2, no, no], 2) == [1, 2, 1, 2])
        let line = filled([1, no, no, no, no, 6], 1) ?? []
        #expect(line.count == 6 && zip(line, [1, 2, 3, 4, 5, 6]).allSatisfy { Numbers.isClose($0, $1, 1e-15) })
        #expect(filled([no, .infinity, 3, no], 1) == [3, 3, 3, 3])
        #expect(filled([no, no], 2) == nil && filled([], 2) == nil)
    }
}
