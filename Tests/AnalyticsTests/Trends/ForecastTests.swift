import Analytics
import Columnar
import Foundation
import Query
import Testing

@Suite struct ForecastTests {
    /// What R made of a series with one model.
    private struct Fixture {
        let name: String
        let parameters: SmoothingParameters
        let variance: Double
        let start: SmoothingState
        let forecast: [Double]
        let fitted: [Double]
        let residuals: [Double]

        var model: SmoothingModel { get throws { try #require(SmoothingModel(name, period: 4)) } }

        /// Fitted values and residuals give the series; those of multiplicative errors are relative.
        var values: [Double] {
            zip(fitted, residuals).map { name.hasPrefix("M") ? $0 * (1 + $1) : $0 + $1 }
        }

        init(_ row: [String]) {
            func list(_ index: Int) -> [Double] { row[index].split(separator: " ").map { Double($0) ?? .nan } }
            name = row[0]
            parameters = SmoothingParameters(
                alpha: Double(row[1]) ?? .nan, beta: Double(row[2]) ?? 0, gamma: Double(row[3]) ?? 0,
                phi: Double(row[4]) ?? 1)
            variance = Double(row[5]) ?? .nan
            let states = list(6)
            let hasTrend = !row[0].dropFirst().hasPrefix("N")
            // R keeps the season of the value before first; ours is that of the next value, the oldest.
            start = SmoothingState(
                level: states[0], slope: hasTrend ? states[1] : 0, season: states.dropFirst(hasTrend ? 2 : 1).reversed()
            )
            forecast = list(7)
            fitted = list(8)
            residuals = list(9)
        }
    }

    @Test("Every model's recursion, forecasts and variance are those of R's forecast::ets")
    func recursions() throws {
        let fixtures = try AnalyticsFixtures.rows("ets.csv").map(Fixture.init)
        #expect(fixtures.count >= 12)
        for fixture in fixtures {
            let model = try fixture.model
            let run = model.run(fixture.values.span, fixture.parameters, from: fixture.start)
            let scale = fixture.fitted.map(abs).max() ?? 1
            for (ours, theirs) in zip(run.fitted, fixture.fitted) {
                #expect(abs(ours - theirs) < 5e-5 * max(1, scale / 100), "\(fixture.name): \(ours), \(theirs)")
            }
            var end = run.state
            // R damps the forecasts of these a step later than its own definition (and fitted values) do.
            if fixture.name == "MAdM" { end.slope /= fixture.parameters.phi }
            let ahead = model.forecast(fixture.forecast.count, fixture.parameters, from: end)
            for (ours, theirs) in zip(ahead, fixture.forecast) {
                #expect(abs(ours - theirs) < 2e-4 * max(1, scale / 100), "\(fixture.name): \(ours), \(theirs)")
            }
            let freedom = Double(fixture.fitted.count - model.parameterCount)
            let squares = fixture.residuals.reduce(0) { $0 + $1 * $1 }
            #expect(abs(squares / freedom / fixture.variance - 1) < 1e-6, "\(fixture.name)")
        }
    }

    @Test("The intervals of quarterly visitors, with R's parameters")
    func intervals() throws {
        let fixture = try #require(try AnalyticsFixtures.rows("ets.csv").map(Fixture.init).first { $0.name == "AAA" })
        let values = try AnalyticsFixtures.doubles("austourists.csv")
        let model = try fixture.model
        let run = model.run(values.span, fixture.parameters, from: fixture.start)
        let mean = model.forecast(4, fixture.parameters, from: run.state)
        let fit = SmoothingFit(
            model: model, parameters: fixture.parameters, start: fixture.start, end: run.state, fitted: run.fitted,
            squaredError: run.squaredError, variance: 6.20560506, criterion: 0)
        let bounds = ForecastInterval.bounds(fit, mean)
        let low = [70.46206752698996, 45.776401465857205, 57.9703882685775, 62.30801268211091]
        let high = [80.22702042917666, 55.74050438102367, 68.13006170098456, 72.65988027821074]
        for step in 0..<4 {
            #expect(abs(bounds[2][step] - low[step]) < 1e-6 && abs(bounds[3][step] - high[step]) < 1e-6)
            #expect(bounds[0][step] > bounds[2][step] && bounds[1][step] < bounds[3][step])
        }
    }

    @Test("Simple smoothing and damped trends with parameters that are given")
    func given() throws {
        let values = [446.7, 454.5, 455.7, 423.6, 456.3, 440.6, 425.3, 485.1, 506.0, 526.8, 514.3, 494.2]
        let simple = SmoothingModel(.additive, .none, .none)
        let half = SmoothingParameters(alpha: 0.5)
        let run = simple.run(values.span, half, from: SmoothingState(level: 446.7))
        #expect(simple.forecast(1, half, from: run.state) == [501.89169921875])
        #expect(Numbers.isClose(run.squaredError, 8600.185819587703, 1e-9))
        let damped = SmoothingModel(.additive, .damped, .none)
        // β = α b*.
        let parameters = SmoothingParameters(alpha: 0.8, beta: 0.8 * 0.2, phi: 0.9)
        let end = damped.run(values.span, parameters, from: SmoothingState(level: 446.7, slope: 7.8))
        let ahead = damped.forecast(5, parameters, from: end.state)
        let theirs = [502.1706146009818, 503.75649477365295, 505.18378692905696, 506.46834986892054, 507.6244565147978]
        for (own, their) in zip(ahead, theirs) { #expect(Numbers.isClose(own, their, 1e-9)) }
        #expect(Numbers.isClose(end.squaredError, 8394.00700179649, 1e-9))
    }

    @Test("What is found fits at least as well as what statsmodels finds")
    func optimum() throws {
        let values = try AnalyticsFixtures.doubles("austourists.csv")
        let fit = try #require(SmoothingFitter.fit(SmoothingModel(.additive, .additive, .additive, period: 4), values))
        #expect(fit.squaredError <= 1.001 * 332.762764)
        let ahead = fit.model.forecast(4, fit.parameters, from: fit.end)
        // The fourth is ETSModel's for the parameters that ExponentialSmoothing found: the latter forecasts the last season of
        // a period with what it was a period before (66.8133).
        for (own, their) in zip(ahead, [75.73757500658749, 51.199453936807274, 63.437199086797996, 67.72485839915899]) {
            #expect(abs(own / their - 1) < 1e-4, "\(own), \(their)")
        }
        let product = try #require(
            SmoothingFitter.fit(SmoothingModel(.additive, .additive, .multiplicative, period: 4), values))
        #expect(product.squaredError <= 1.001 * 308.008849105353)
        for (own, their) in zip(
            product.model.forecast(4, product.parameters, from: product.end),
            [78.32359628658556, 49.34094960397347, 62.405263895374596, 67.13211909877712])
        {
            #expect(abs(own / their - 1) < 0.03, "\(own), \(their)")
        }
        #expect(SmoothingFitter.best(values, period: 4)?.model.season == .additive)
    }

    @Test("Accuracy of forecasts, also where values are 0")
    func accuracy() {
        let own = ForecastAccuracy(actual: [10, 0, 12], forecast: [9, 1, 15], history: [5, 7, 6, 9, 8, 11])
        #expect(Numbers.isClose(own.meanAbsolute ?? 0, 1.6666666666666667, 1e-12))
        #expect(Numbers.isClose(own.weighted ?? 0, 0.22727272727272727, 1e-12))
        #expect(Numbers.isClose(own.symmetric ?? 0, 0.7758284600389864, 1e-12))
        #expect(Numbers.isClose(own.scaled ?? 0, 0.8333333333333334, 1e-12))
        let none = ForecastAccuracy(actual: [0], forecast: [0], history: [1, 1])
        #expect(none.weighted == nil && none.symmetric == nil && none.scaled == nil && none.meanAbsolute == 0)
        #expect(ForecastAccuracy(actual: [], forecast: [], history: []).meanAbsolute == nil)
    }

    private func rows(_ values: String, _ more: String) throws -> [String] {
        try AnalyticsSession.rows(
            "WITH t(d, v) AS (SELECT DATE '2025-01-01' + x, \(values) FROM generate_series(0, 59) g(x)) SELECT "
                + "h, bucket_start, "
                + "round(mean::decimal(18,6), 4), model, clamped, lo95 <= lo80 AND lo80 <= mean AND mean <= hi80 "
                + "AND hi80 <= hi95 FROM "
                + "forecast(TABLE t, at => d, value => v, \(more)) ORDER BY h")
    }

    @Test("In SQL: straight lines go on, few values are not forecast, counts stay above 0")
    func function() throws {
        #expect(
            try rows("5", "h => 2") == ["1|2025-03-02|5.0000|ANN|false|true", "2|2025-03-03|5.0000|ANN|false|true"])
        let line = try rows("3 * x", "h => 2, model => 'AAN'")
        #expect(line == ["1|2025-03-02|180.0000|AAN|false|true", "2|2025-03-03|183.0000|AAN|false|true"])
        #expect(try rows("CASE WHEN x < 51 THEN NULL ELSE x END", "h => 1, period => 1").count == 1)
        let weekly = try rows("CASE WHEN x % 7 = 0 THEN 50 ELSE 20 END + x", "h => 7")
        #expect(weekly.count == 7 && weekly.allSatisfy { $0.contains("A|false") })
        let falling = try rows("60 - x + x % 2", "h => 9, model => 'AAN', counts => true")
        #expect(falling[8].contains("|AAN|true|"))
        let product = try rows("(10 + x) * (1 + 0.5 * (x % 7))", "h => 3, model => 'MAM'")
        #expect(product.count == 3 && product.allSatisfy { $0.hasSuffix("|MAM|false|true") })
        let short = try AnalyticsSession.rows(
            "SELECT mean, model FROM forecast(TABLE (SELECT DATE '2025-01-01' + x AS d FROM generate_series(0, "
                + "8) g(x)), "
                + "at => d, value => 1, h => 1)")
        #expect(short == ["NULL|none"])
        let refused = #expect(throws: QueryError.self) { _ = try rows("x", "h => 1, model => 'MAM'") }
        #expect(refused?.message.contains("above 0") == true)
        for wrong in ["h => 0", "h => 1, model => 'XYZ'", "h => 1, period => 61"] {
            #expect(throws: QueryError.self) { _ = try rows("x", wrong) }
        }
    }
}
