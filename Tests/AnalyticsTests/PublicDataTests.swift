import Columnar
import Foundation
import Query
import Testing

/// nycflights13: an aircraft is the actor, its departures the activity; local dates are known.
@Suite(
    .enabled(if: PublicData.has("flights.csv"), "needs ALMANAC_DATASETS, which scripts/test sets where PyPI is reached")
)
struct FlightsTests {
    private static func ask(_ questions: [String]) throws -> [[String]] {
        let source = ["f": "\(PublicData.folder ?? "")/flights.csv"]
        let sql =
            "SELECT nullif(tailnum, 'NA') AS tailnum, time_hour, row_number() OVER (ORDER BY time_hour, tailnum, "
            + "carrier, flight, origin) AS id, make_date(year, month, day) AS day FROM f"
        return try PublicData.withParquet(of: sql, tables: source) { path in
            let session = try AnalyticsSession.make(tables: ["f": path], zone: "America/New_York")
            return try questions.map { AnalyticsSession.text(try session.rows($0).rows) }
        }
    }

    @Test("Active aircraft, cohorts and runs are those of the oracle, through Parquet")
    func oracle() throws {
        let days = "DATE '2013-01-01', DATE '2013-03-10', DATE '2013-06-30', DATE '2013-11-03', DATE '2013-12-31'"
        let active = "active_users(TABLE f, actor => tailnum, day => time_hour)"
        let answers = try Self.ask([
            "SELECT dau, wau7, mau30 FROM \(active) WHERE bucket_start IN (\(days)) ORDER BY bucket_start",
            "SELECT sum(dau), sum(anon_events), count(*), count(*) FILTER (WHERE is_warmup) FROM \(active)",
            "SELECT avg(stickiness) FROM \(active) WHERE bucket_start >= DATE '2013-12-01'",
            "SELECT active FROM growth_accounting(TABLE f, actor => tailnum, day => time_hour, grain => 'month') "
                + "ORDER BY bucket_start",
            "SELECT cohort_start, k, size, retained_bounded FROM retention(TABLE f, actor => tailnum, day => "
                + "time_hour, "
                + "grain => 'month') WHERE cohort_start IN (DATE '2013-01-01', DATE '2013-11-01') ORDER BY 1, 2",
            "SELECT user_id, longest, longest_start FROM streaks(TABLE f, actor => tailnum, day => time_hour) "
                + "ORDER BY longest DESC LIMIT 5",
            "SELECT count(*) FROM f WHERE cast(time_hour AS date) <> day",
            "SELECT count(*) FROM f WHERE cast(time_hour AT TIME ZONE 'UTC' AS date) <> day",
        ])
        #expect(answers[0] == ["649|649|649", "685|2066|3126", "692|2120|3164", "679|2119|3147", "609|1991|3098"])
        #expect(answers[1] == ["251411|2512|365|29"])
        #expect(abs((Double(answers[2][0]) ?? 0) - 0.21896410200768826) < 1e-12)
        let months = [3148, 3071, 3186, 3184, 3194, 3164, 3215, 3219, 3201, 3163, 3118, 3113]
        #expect(answers[3] == months.map(String.init))
        let january = [3148, 2795, 2841, 2805, 2794, 2758, 2782, 2761, 2744, 2747, 2691, 2678]
        let cohorts = january.enumerated().map { "2013-01-01|\($0.offset)|3148|\($0.element)" }
        #expect(answers[4] == cohorts + ["2013-11-01|0|38|38", "2013-11-01|1|38|23"])
        #expect(
            answers[5] == [
                "N338AA|86|2013-04-15", "N320AA|80|2013-03-07", "N557UA|75|2013-02-10", "N335AA|68|2013-07-08",
                "N595UA|62|2013-06-24",
            ])
        #expect(answers[6] == ["0"] && answers[7] == ["38444"])
    }
}

@Suite(.enabled(if: PublicData.has("waltons_dataset.csv"), "needs ALMANAC_DATASETS with the flies of lifelines"))
struct WaltonsTests {
    @Test("The survival of 163 flies is that of lifelines")
    func curve() throws {
        let session = try AnalyticsSession.make(tables: ["w": "\(PublicData.folder ?? "")/waltons_dataset.csv"])
        let call = "(TABLE w, duration => \"T\", event => \"E\" = 1)"
        #expect(
            AnalyticsSession.text(try session.rows("SELECT n, events, median FROM survival_median\(call)").rows)
                == ["163|156|56"])
        let expected = [
            10: 0.9692101226993866, 20: 0.9136503067484664, 33: 0.802530674846626, 50: 0.6168168456032719,
            56: 0.4299026499659169, 70: 0.014340509102144797,
        ]
        for (time, survival) in expected {
            let rows = try session.rows("SELECT s FROM survival\(call) WHERE t <= \(time) ORDER BY t DESC LIMIT 1").rows
            guard case .double(let found)? = rows.first?.first else { throw QueryError(.type, "no survival") }
            #expect(abs(found - survival) < 1e-12)
        }
    }
}

/// The 88,387 journeys of ChannelAttribution's Data.csv.
@Suite(.enabled(if: PublicData.has("Data.csv"), "needs ALMANAC_DATASETS with the journeys of ChannelAttribution"))
struct JourneysTests {
    /// The journeys as an event log of (j, id, channel, value): a row without a channel is a conversion, in millionths.
    private static func events() throws -> [ColumnBatch] {
        var (journeys, channels, values): ([Int64], [Scalar], [Int64]) = ([], [], [])
        var journey: Int64 = 0
        for record in try PublicData.records("Data.csv", separator: ";") {
            let path = record[0].split(separator: ">").map { $0.trimmingCharacters(in: .whitespaces) }
            let (conversions, nulls) = (Int64(record[1]) ?? 0, Int64(record[3]) ?? 0)
            let total = Int64(((Double(record[2]) ?? 0) * 1e6).rounded())
            for number in 0..<(conversions + nulls) {
                journey += 1
                for channel in path {
                    journeys.append(journey)
                    channels.append(.text(channel))
                    values.append(0)
                }
                if number < conversions {
                    journeys.append(journey)
                    channels.append(.null)
                    values.append(total / conversions + (number < total % conversions ? 1 : 0))
                }
            }
        }
        let fields = [Field("j", .int64), Field("id", .int64), Field("channel", .text), Field("value", .int64)]
        var text = ColumnBuilder(fields[2])
        for channel in channels { try text.append(channel) }
        let columns = [
            Column(.int64, .int64(Buffer(journeys))),
            Column(.int64, .int64(Buffer((0..<Int64(journeys.count)).map { $0 }))),
            try text.finish(), Column(.int64, .int64(Buffer(values))),
        ]
        return [try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: journeys.count)]
    }

    /// The value of all conversions.
    private static func total(_ events: [ColumnBatch]) -> Int64? {
        guard case .int64(let values)? = events.first?.columns[3].values else { return nil }
        return values.array.reduce(0, +)
    }

    private static let channels = [
        "alpha", "beta", "delta", "epsilon", "eta", "gamma", "iota", "kappa", "lambda", "mi", "theta", "zeta",
    ]

    @Test("Every model is that of the oracle: heuristics, removal effects, Shapley, each journey's own split")
    func oracle() throws {
        let expected: [String: [Double]] = [
            "first": [6308, 2831, 1, 99, 3164, 165, 4606, 74, 902, 2, 1606, 27],
            "last": [8447, 989, 5, 531, 4167, 92, 3355, 230, 1207, 2, 653, 107],
            "linear": [
                7574.718593751175, 2083.500144589048, 1.7249999999999999, 272.17043772045923, 3539.9511571005764,
                121.04163902026706, 3857.096221017706, 137.96407792227836, 1035.257572285534, 2.2222222222222223,
                1022.8013939042202, 136.55154046644455,
            ],
            "position_based": [
                7444.823759233388, 1969.7661789685692, 2.5866666666666664, 301.0502327824374, 3618.7961487619173,
                125.24091092382908, 3944.9481656554203, 147.45955651693913, 1046.9039013853771, 2.057142857142857,
                1092.7444717568865, 88.6228644916078,
            ],
            "markov": [
                5344.9476820851605, 2527.3521665203875, 4.613618311101984, 599.5706504632118, 3340.84740150087,
                171.14544269372757, 3884.6147018750917, 274.36325595479894, 1282.8472233943617, 1.7224245562817795,
                1971.9128798869226, 381.0625527580851,
            ],
            "shapley": [
                7627.944047619047, 1982.7392857142868, 2.2928571428571427, 374.6773809523811, 3613.6559523809506,
                138.18571428571428, 3505.0440476190433, 159.0571428571426, 987.7821428571434, 2.6666666666666665,
                1190.9630952380967, 199.99166666666633,
            ],
            "markov_journey": [
                8285.48253, 1896.756372, 0.003706666017, 84.21163172, 3667.185547, 46.82235873, 4238.956632,
                28.64117165,
                808.307378, 2.000112817, 702.4935957, 24.13896285,
            ],
        ]
        let removal = [
            0.5583994895077468, 0.2640385357412366, 0.00048199575803853367, 0.0626385822754908, 0.34902633187114607,
            0.017879974419968914, 0.4058350044719442, 0.02866338665546586, 0.1340221228097006, 0.00017994581989400071,
            0.20601046277277002, 0.03981051781738343,
        ]
        let linearValue = [
            24524.709568833507, 8954.266716607803, 4.404050000000001, 1106.2700652665453, 13783.497050920105,
            569.4173578910572, 15988.988995023583, 599.7477862552665, 4430.316169428445, 6.081444444444444,
            4295.743619487193, 539.5287630528435,
        ]
        let call =
            "attribution(TABLE e, journey => j, at => TIMESTAMPTZ '2024-01-01', seq => id, touch => channel IS NOT "
            + "NULL, "
            + "channel => channel, conversion => channel IS NULL, conversion_id => id, value => value, model => "
        let events = try Self.events()
        let total = try #require(Self.total(events))
        // The file's 74,802.97158721, each record rounded to a millionth.
        #expect(abs(total - 74_802_971_587) < 10)
        try PublicData.withParquet(events) { path in
            let session = try AnalyticsSession.make(tables: ["e": path])
            for (models, tolerance) in [
                ("['first', 'last', 'linear', 'position_based', 'markov', 'shapley'])", 1e-9),
                ("'markov_journey')", 1e-7),
            ] {
                let rows = try session.rows(
                    "SELECT model, channel, conversions, value_minor, removal_effect FROM \(call)\(models)")
                #expect(rows.rows.count == (tolerance < 1e-8 ? 72 : 12))
                for row in rows.rows {
                    guard case .text(let model) = row[0], case .text(let channel) = row[1],
                        case .double(let conversions) = row[2], let index = Self.channels.firstIndex(of: channel),
                        let own = expected[model]?[index]
                    else { throw QueryError(.type, "another row") }
                    #expect(abs(conversions - own) <= tolerance * max(1, own), "\(model) \(channel)")
                    if case .double(let effect) = row[4] {
                        #expect(abs(effect - removal[index]) <= 1e-9)
                    }
                    // Values are in millionths, split to the last of them: the package splits doubles.
                    if model == "linear", case .int(let value) = row[3] {
                        #expect(abs(Double(value) / 1e6 - linearValue[index]) < 0.02)
                    }
                }
            }
            let check = try session.rows(
                "SELECT DISTINCT total_minor, credited_minor, diff_minor, unattributed_minor, null_paths FROM "
                    + "\(call)['linear', 'markov', 'shapley', 'time_decay'], by => 'check')")
            #expect(
                Set(AnalyticsSession.text(check.rows)) == [
                    "\(total)|\(total)|0|0|NULL", "\(total)|\(total)|0|0|68602",
                ], "\(AnalyticsSession.text(check.rows))")
        }
    }
}
