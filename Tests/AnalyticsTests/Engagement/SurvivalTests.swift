import AlmanacTesting
import Analytics
import Query
import Testing

@Suite struct SurvivalTests {
    private static let times: [Double] = [5, 6, 6, 2, 4, 4, 8, 8, 10, 10]
    private static let events = [true, false, true, true, true, true, false, true, false, false]
    private static let quantile = KaplanMeier.normalQuantile(0.975)

    @Test("The curve, interval and median of the oracle")
    func worked() {
        let curve = KaplanMeier(zip(Self.times, Self.events).map { ($0, $1) }, quantile: Self.quantile)
        let points = curve.points
        #expect(points.map(\.time) == [0, 2, 4, 5, 6, 8, 10])
        #expect(points.map(\.atRisk) == [10, 10, 9, 7, 6, 4, 2])
        #expect(points.map(\.events) == [0, 1, 2, 1, 1, 1, 0])
        let survival = [1, 0.9, 0.7, 0.6, 0.5, 0.375, 0.375]
        let low = [
            1, 0.47300927136205084, 0.3287165932797348, 0.2526688970038936, 0.18360559061901463, 0.09948961762075474,
            0.09948961762075474,
        ]
        let high = [
            1, 0.985281393367343, 0.8919490412248441, 0.8272209670285114, 0.7531740769982297, 0.6591025149266403,
            0.6591025149266403,
        ]
        #expect(AttributionCoreTests.isNear(points.map(\.survival), survival))
        #expect(AttributionCoreTests.isNear(points.compactMap(\.low), low))
        #expect(AttributionCoreTests.isNear(points.compactMap(\.high), high))
        #expect(curve.median == 6)
    }

    @Test("In SQL: groups, dates, censoring on the day of the answer")
    func sql() throws {
        let rows = zip(Self.times, Self.events).map { "(\(Int($0)), \($1))" }.joined(separator: ", ")
        let table = "WITH d(t, e) AS (VALUES \(rows)) "
        #expect(
            try AnalyticsSession.rows(
                table + "SELECT n, events, median FROM survival_median(TABLE d, duration => t, event => e)")
                == ["10|6|6"])
        let dated = """
            WITH s(plan, began, cancelled) AS (VALUES ('b', DATE '2024-01-01', DATE '2024-01-03'),
              ('b', DATE '2024-01-01', NULL), ('a', DATE '2024-01-01', DATE '2024-02-01'), (NULL, DATE '2024-01-05', NULL),
              ('a', DATE '2024-02-01', NULL), ('a', NULL, NULL))
            SELECT "group", t, at_risk, events, s FROM survival(TABLE s, group => plan, start => began, end => cancelled,
              as_of => DATE '2024-01-11')
            """
        #expect(
            try AnalyticsSession.rows(dated) == [
                "(none)|0|1|0|1", "(none)|6|1|0|1", "a|0|1|0|1", "a|10|1|0|1", "b|0|2|0|1", "b|2|2|1|0.5",
                "b|10|1|0|0.5",
            ])
    }

    @Test("Random durations: the product over the definition; never reached gives no median")
    func random() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let own = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                (time: Double(Int.random(in: 0...8, using: &random)), isEvent: Bool.random(using: &random))
            }
            let curve = KaplanMeier(own, quantile: Self.quantile)
            for point in curve.points {
                var survival = 1.0
                for time in Set(own.map(\.time)) where time <= point.time {
                    let atRisk = own.count { $0.time >= time }
                    survival *= 1 - Double(own.count { $0.time == time && $0.isEvent }) / Double(atRisk)
                }
                #expect(abs(point.survival - survival) < 1e-12)
                if let low = point.low, let high = point.high {
                    #expect(low <= point.survival + 1e-12 && high >= point.survival - 1e-12)
                }
            }
            #expect(curve.median == curve.points.first { $0.survival <= 0.5 + 1e-12 }?.time)
        }
        #expect(KaplanMeier([], quantile: 1).points.isEmpty)
    }

    @Test("Wrong durations and calls are refused")
    func edges() throws {
        for call in [
            "duration => t", "duration => t, event => e, start => DATE '2024-01-01'", "start => DATE '2024-01-01'",
            "duration => -t, event => e", "duration => t / 0.0, event => e",
            "start => DATE '2024-01-02', end => DATE '2024-01-01'",
        ] {
            #expect(throws: QueryError.self) {
                _ = try AnalyticsSession.rows(
                    "WITH d(t, e) AS (VALUES (1.0, true)) SELECT * FROM survival(TABLE d, \(call))")
            }
        }
        #expect(
            try AnalyticsSession.rows(
                "WITH d(t, e) AS (VALUES (CAST('NaN' AS double), true), (NULL, true)) SELECT * FROM survival(TABLE d, "
                    + "duration => t, event => e)"
            ).isEmpty)
    }
}
