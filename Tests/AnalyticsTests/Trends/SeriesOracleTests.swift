import Analytics
import Foundation
import Testing

/// Random series beside statsmodels, scipy and pymannkendall.
@Suite struct SeriesOracleTests {
    private struct Parts: Decodable {
        let trend: [Double]
        let seasonal: [Double]
        let weights: [Double]
    }

    private struct Smoothing: Decodable {
        let parameters: [Double]
        let level: Double
        let slope: Double
        let season: [Double]
        let fitted: [Double]
        let forecast: [Double]
    }

    private struct Case: Decodable {
        let period: Int
        let seasonal: Int
        let values: [Double]
        let plain: Parts
        let robust: Parts?
        let original: [Double]
        let hamedRao: [Double]
        let seasonalTest: [Double]
        let interval: [Double]
        let ets: Smoothing
    }

    private static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]

    private static func output(_ arguments: [String]) throws -> (status: Int32, data: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }

    static let canAsk: Bool = {
        python != nil && (try? output(["-c", "import statsmodels, pymannkendall"]))?.status == 0
    }()

    /// Distances are measured by the spread of what is expected: sums cancel near 0.
    private func expectSame(_ ours: [Double], _ theirs: [Double], _ tolerance: Double, _ what: String) {
        let scale = max(1, theirs.reduce(0) { max($0, abs($1)) })
        let worst = zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(ours.count == theirs.count && worst <= tolerance * scale, "\(what): \(worst) of \(scale)")
    }

    @Test(
        "Components, tests, intervals and recursions are theirs",
        .enabled(if: SeriesOracleTests.canAsk, "needs ALMANAC_ORACLE_PYTHON with statsmodels and pymannkendall"),
        arguments: [1, 2, 3])
    func random(seed: Int) throws {
        let script = AnalyticsFixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Oracles/series.py").path
        let answer = try Self.output([script, "\(seed)"])
        try #require(answer.status == 0)
        let cases = try JSONDecoder().decode([Case].self, from: answer.data)
        #expect(cases.count == 60 && cases.count { $0.robust != nil } >= 30)
        for own in cases {
            for (isRobust, answer) in [(false, own.plain), (true, own.robust)] {
                guard let theirs = answer else { continue }
                let parameters = try SeasonalTrendParameters(
                    period: own.period, seasonal: own.seasonal, isRobust: isRobust)
                let decomposition = try #require(SeasonalTrendDecomposition(count: own.values.count, parameters))
                let parts = decomposition.components(of: own.values.span)
                let tolerance = isRobust ? 1e-6 : 1e-9
                expectSame(parts.trend, theirs.trend, tolerance, "trend")
                expectSame(parts.seasonal, theirs.seasonal, tolerance, "seasonal")
                expectSame(parts.weights, theirs.weights, isRobust ? 1e-4 : 0, "weights")
            }
            let methods: [(TrendTest.Method, [Double])] = [
                (.original, own.original), (.hamedRao(lag: nil), own.hamedRao),
                (.seasonal(period: own.period), own.seasonalTest),
            ]
            for (method, theirs) in methods {
                let test = try MannKendall.test(own.values.span, method: method)
                let numbers = [
                    Double(test.score), test.variance, test.z, test.probability, test.slope, test.intercept ?? .nan,
                ]
                // A variance that the correction made negative has no z there.
                guard theirs[1] > 0 else { continue }
                for (mine, their) in zip(numbers, theirs) {
                    #expect(abs(mine - their) <= 1e-9 * max(1, abs(their)), "\(method): \(mine), \(their)")
                }
            }
            let plain = try MannKendall.test(own.values.span)
            if let low = plain.slopeLow, let high = plain.slopeHigh {
                expectSame([low, high], own.interval, 1e-12, "interval")
            }
            let model = SmoothingModel(.additive, .additive, .additive, period: own.period)
            let parameters = SmoothingParameters(
                alpha: own.ets.parameters[0], beta: own.ets.parameters[1], gamma: own.ets.parameters[2])
            let run = model.run(
                own.values.span, parameters,
                from: SmoothingState(level: own.ets.level, slope: own.ets.slope, season: own.ets.season))
            expectSame(run.fitted, own.ets.fitted, 1e-9, "fitted")
            expectSame(
                model.forecast(own.ets.forecast.count, parameters, from: run.state), own.ets.forecast, 1e-9, "forecast")
        }
    }
}
