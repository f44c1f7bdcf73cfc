import Columnar
import Query
import Testing

/// `attribution` in SQL.
@Suite struct AttributionTests {
    /// The oracle's tiny case as an event log: each journey a day apart, touches a second apart.
    private static let tiny: String = {
        let paths = [("ABC", 3, 5), ("A", 1, 9), ("BC", 2, 4), ("CB", 0, 6), ("AAC", 1, 1), ("B", 2, 8)]
        var rows: [String] = []
        var journey = 0
        for (path, conversions, nulls) in paths {
            for number in 0..<(conversions + nulls) {
                journey += 1
                for (second, channel) in path.enumerated() {
                    rows.append("(\(journey), \(second), \(rows.count), 'touch', '\(channel)', NULL, 'NGN')")
                }
                if number < conversions {
                    rows.append(
                        "(\(journey), \(path.count), \(rows.count), 'order', NULL, \(100 + 7 * journey), 'NGN')")
                }
            }
        }
        return "WITH e(j, s, id, kind, channel, amount, currency) AS (VALUES \(rows.joined(separator: ", "))), "
            + "events AS (SELECT *, TIMESTAMPTZ '2024-01-01T00:00:00Z' + j * INTERVAL '1 day' + s * INTERVAL '1 "
            + "second' "
            + "AS at FROM e) "
    }()

    private static let call =
        "attribution(TABLE events, journey => j, at => at, seq => id, touch => kind = 'touch', channel => channel, "
        + "conversion => kind = 'order', conversion_id => id, value => amount, currency => currency, refund => kind = "
        + "'refund'"

    /// Rows of model, channel and a number.
    private static func numbers(_ sql: String) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for row in try AnalyticsSession.make().rows(sql).rows {
            guard case .text(let model) = row[0], case .text(let channel) = row[1] else { continue }
            if case .double(let number) = row[2] { found["\(model) \(channel)"] = number }
        }
        return found
    }

    @Test("The table of the specification: six models on the tiny case")
    func tinyCase() throws {
        let found = try Self.numbers(
            Self.tiny + "SELECT model, channel, conversions FROM \(Self.call), window => INTERVAL '30 days')")
        let expected: [String: [Double]] = [
            "first": [5, 4, 0], "last": [1, 2, 6], "last_non_direct": [1, 2, 6],
            "linear": [2.666666666666667, 4, 2.3333333333333335], "position_based": [2.8, 3.6, 2.6],
            "markov": [1.9792338449632403, 3.3432219785889337, 3.6775441764478263], "shapley": [2.5, 4, 2.5],
        ]
        for (model, values) in expected {
            for (channel, value) in zip(["A", "B", "C"], values) {
                #expect(abs((found["\(model) \(channel)"] ?? 0) - value) < 1e-9, "\(model) \(channel)")
            }
        }
        let effects = try Self.numbers(
            Self.tiny + "SELECT model, channel, removal_effect FROM \(Self.call), model => 'markov')")
        #expect(
            AttributionCoreTests.isNear(
                ["A", "B", "C"].map { effects["markov \($0)"] ?? 0 },
                [0.3827160493827161, 0.6464646464646465, 0.711111111111111], 1e-9))
        // Each journey's own split by removal effects: another question, with other numbers.
        let journeys = try Self.numbers(
            Self.tiny + "SELECT model, channel, conversions FROM \(Self.call), model => 'markov_journey')")
        #expect(
            AttributionCoreTests.isNear(
                ["A", "B", "C"].map { journeys["markov_journey \($0)"] ?? 0 }, [2.178139264, 4.066788279, 2.755072458],
                1e-9))
    }

    @Test("Credits add up in every slice and grain; the check says so", arguments: [1, 2])
    func addsUp(threads: Int) throws {
        let events = """
            WITH x AS (SELECT x, x * 31 % 4001 AS j, x * 7919 % 100003 AS r FROM generate_series(1, 60000) g(x)),
            events AS (SELECT j, TIMESTAMPTZ '2024-01-01' + (r % 200) * INTERVAL '11 hours' AS at, x AS id,
              CASE WHEN x % 5 = 0 THEN 'order' ELSE 'touch' END AS kind,
              CASE WHEN x % 23 > 0 THEN 'c' || (r % 7) ELSE '(direct)' END AS channel, 'k' || (r % 3) AS campaign,
              cast(r * 37 % 100000 - 20000 AS bigint) AS amount, CASE WHEN j % 3 = 0 THEN 'KES' ELSE 'NGN' END AS currency
              FROM x),
            refunds AS (SELECT j, at + INTERVAL '3 days' AS at, id, 'refund' AS kind, NULL AS channel, NULL AS campaign,
              cast(amount / 3 AS bigint) AS amount, currency FROM events WHERE kind = 'order' AND id % 4 = 0),
            more AS (SELECT j, at + INTERVAL '9 days' AS at, id, 'refund' AS kind, NULL AS channel, NULL AS campaign,
              cast(amount / 7 AS bigint) AS amount, currency FROM events WHERE kind = 'order' AND id % 8 = 0),
            lone AS (SELECT 5000 AS j, TIMESTAMPTZ '2024-05-05' AS at, cast(-1 AS bigint) AS id, 'refund' AS kind,
              NULL AS channel, NULL AS campaign, cast(11 AS bigint) AS amount, 'NGN' AS currency),
            a AS (SELECT * FROM events UNION ALL SELECT * FROM refunds UNION ALL SELECT * FROM more UNION ALL SELECT *
              FROM lone)
            """
        let all = Self.call.replacing("TABLE events", with: "TABLE a").replacing(
            "channel => channel", with: "channel => channel, campaign => campaign")
        let session = try AnalyticsSession.make(threads: threads)
        func ask(_ sql: String) throws -> [String] { AnalyticsSession.text(try session.rows(events + sql).rows) }
        let models =
            "model => ['first', 'last', 'last_non_direct', 'linear', 'position_based', 'time_decay', 'shapley', "
        let truth = try ask(
            " SELECT currency, sum(CASE WHEN kind = 'order' THEN amount WHEN kind = 'refund' AND id >= 0 THEN -(CASE "
                + "WHEN "
                + "amount < 0 THEN amount ELSE amount END) END), count(*) FILTER (WHERE kind = 'order') FROM a GROUP "
                + "BY 1 "
                + "ORDER BY 1")
        for (model, level) in [("markov", "channel"), ("markov_journey", "channel"), ("markov_journey", "campaign")] {
            let more = ", \(models)'\(model)'], level => '\(level)'"
            let check = try ask(
                " SELECT count(*), sum(abs(diff_minor)), sum(unattributed_minor), min(null_paths) > 100 FROM "
                    + "\(all), by => 'check'\(more)) c")
            #expect(check == ["16|0|-88|true"])
            let channels = try ask(
                " SELECT model, currency, sum(value_minor), cast(round(sum(conversions)) AS bigint) FROM "
                    + "\(all)\(more)) c "
                    + "GROUP BY 1, 2 ORDER BY 1, 2")
            #expect(channels.count == 16)
            for row in channels {
                #expect(truth.contains(row.split(separator: "|").dropFirst().joined(separator: "|")), "\(row)")
            }
        }
        // Credits by touch add up to each conversion, reversals to each refund, in every model.
        let sums = try ask(
            ", c AS (SELECT model, conversion_id, entry, sum(credit_minor) AS credit FROM "
                + "\(all), by => 'credit', \(models)'markov']) x GROUP BY 1, 2, 3), "
                + "t AS (SELECT id, CASE WHEN kind = 'order' THEN 'credit' ELSE 'reversal' END AS entry, "
                + "sum(CASE WHEN kind = 'order' THEN amount ELSE -amount END) AS total FROM a WHERE kind <> 'touch' "
                + "AND id > 0 "
                + "GROUP BY 1, 2) "
                + "SELECT count(*), count(*) FILTER (WHERE coalesce(credit, 0) <> total), count(DISTINCT model) FROM t "
                + "LEFT JOIN c ON c.conversion_id = t.id AND c.entry = t.entry WHERE total <> 0")
        #expect(sums.first?.hasSuffix("|0|8") == true, "\(sums)")
        // By conversion and by channel are the same money.
        let byConversion = try ask(
            " SELECT model, channel, currency, sum(value_minor) FROM \(all), by => 'conversion', \(models)"
                + "'markov_journey']) c GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        let byChannel = try ask(
            " SELECT model, channel, currency, value_minor FROM \(all), \(models)'markov_journey']) c ORDER BY 1, 2, 3")
        #expect(byConversion.count > 100 && byConversion == byChannel)
    }

    private static let few = """
        WITH events(j, at, id, kind, channel, amount) AS (VALUES
          ('u', TIMESTAMPTZ '2024-01-01T00:00:00Z', 1, 'touch', 'ads', NULL),
          ('u', TIMESTAMPTZ '2024-01-20T00:00:00Z', 2, 'touch', 'mail', NULL),
          ('u', TIMESTAMPTZ '2024-01-31T00:00:00Z', 3, 'order', NULL, 1001),
          ('u', TIMESTAMPTZ '2024-01-31T00:00:00Z', 4, 'order', NULL, 50),
          ('u', TIMESTAMPTZ '2024-02-10T00:00:00Z', 3, 'refund', NULL, 500),
          ('u', TIMESTAMPTZ '2024-02-11T00:00:00Z', 3, 'refund', NULL, 501),
          ('v', TIMESTAMPTZ '2024-01-01T00:00:00Z', 5, 'touch', NULL, NULL),
          ('v', TIMESTAMPTZ '2024-01-31T00:00:00.000001Z', 6, 'order', NULL, NULL),
          (NULL, TIMESTAMPTZ '2024-01-01T00:00:00Z', 7, 'touch', 'ads', NULL),
          (NULL, TIMESTAMPTZ '2024-01-02T00:00:00Z', 8, 'order', NULL, 9),
          ('w', NULL, 9, 'order', NULL, 4))
        """

    private static let fewCall =
        "attribution(TABLE events, journey => j, at => at, seq => id, touch => kind = 'touch', channel => channel, "
        + "conversion => kind = 'order', conversion_id => id, value => amount, refund => kind = 'refund', model => "
        + "'linear'"

    @Test("Windows are inclusive, a touch belongs to one conversion, none is dropped, refunds reverse with its weights")
    func credits() throws {
        let sql =
            Self.few
            + " SELECT conversion_id, entry, booked_at, channel, position, weight, credit_minor FROM \(Self.fewCall), "
            + "by => 'credit') ORDER BY conversion_id, booked_at, position"
        #expect(
            try AnalyticsSession.rows(sql) == [
                "3|credit|2024-01-31T00:00:00Z|ads|1|0.5|501", "3|credit|2024-01-31T00:00:00Z|mail|2|0.5|500",
                "3|reversal|2024-02-10T00:00:00Z|ads|1|0.5|-250", "3|reversal|2024-02-10T00:00:00Z|mail|2|0.5|-250",
                "3|reversal|2024-02-11T00:00:00Z|ads|1|0.5|-251", "3|reversal|2024-02-11T00:00:00Z|mail|2|0.5|-250",
                "4|credit|2024-01-31T00:00:00Z|(direct)|NULL|1|50",
                "6|credit|2024-01-31T00:00:00.000001Z|(direct)|NULL|1|0",
                "8|credit|2024-01-02T00:00:00Z|(direct)|NULL|1|9", "9|credit|NULL|(direct)|NULL|1|4",
            ])
        let wider = try AnalyticsSession.rows(
            Self.few + " SELECT channel, conversions, value_minor, touches, assisted FROM \(Self.fewCall), window => "
                + "INTERVAL '31 days') ORDER BY channel")
        #expect(wider == ["(direct)|3|63|0|0", "(none)|1|0|1|0", "ads|0.5|0|1|1", "mail|0.5|0|1|0"])
    }

    @Test("Touches of one session and channel in a row are one")
    func sessions() throws {
        let sql = """
            WITH events(j, at, id, kind, channel, s, amount) AS (VALUES
              (1, TIMESTAMPTZ '2024-01-01', 1, 'touch', 'ads', 1, NULL), (1, TIMESTAMPTZ '2024-01-02', 2, 'touch', 'ads', 1, NULL),
              (1, TIMESTAMPTZ '2024-01-03', 3, 'touch', 'mail', 1, NULL), (1, TIMESTAMPTZ '2024-01-04', 4, 'touch', 'mail', 2, NULL),
              (1, TIMESTAMPTZ '2024-01-05', 5, 'order', NULL, 2, 100))
            SELECT channel, value_minor, touches FROM \(Self.fewCall)
            """
        #expect(try AnalyticsSession.rows(sql + ") ORDER BY 1") == ["ads|50|2", "mail|50|2"])
        #expect(try AnalyticsSession.rows(sql + ", session => s) ORDER BY 1") == ["ads|34|1", "mail|66|2"])
    }

    @Test("What goes to nobody is said: removal effects without conversions of touches")
    func nobody() throws {
        let empty =
            "WITH events AS (SELECT 1 AS j, TIMESTAMPTZ '2024-01-01' AS at, 1 AS id, 'x' AS kind, 'c' AS channel, "
            + "1 AS amount WHERE false) SELECT * FROM \(Self.fewCall)"
        for grain in ["channel", "check", "credit", "conversion"] {
            #expect(try AnalyticsSession.rows(empty + ", by => '\(grain)')").isEmpty)
            let journeys = empty.replacing("'linear'", with: "'markov_journey'")
            #expect(try AnalyticsSession.rows(journeys + ", by => '\(grain)')").isEmpty)
        }
    }

    @Test(
        "Wrong calls are refused",
        arguments: [
            (", model => 'best'", "'model' is of first"),
            (", model => ['markov', 'markov_journey']", "do not go in one table"),
            (", position => [0.5, 0.2, 0.4]", "their sum is 1"), (", level => 'campaign'", "needs 'campaign'"),
            (", half_life => INTERVAL '0 days'", "longer than nothing"), (", by => 'day'", "'by' is one of"),
            (", window => INTERVAL '1 month'", "span of days"),
        ])
    func refused(_ more: String, _ message: String) throws {
        let call = Self.fewCall.replacing(", model => 'linear'", with: "")
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(Self.few + " SELECT * FROM \(call)\(more))")
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A conversion that comes twice in a journey is refused, and a refund of another currency")
    func twice() throws {
        let twice = """
            WITH events(j, at, id, kind, channel, amount, currency) AS (VALUES (1, TIMESTAMPTZ '2024-01-01', 1, 'order', 'c', 5, 'NGN'),
              (1, TIMESTAMPTZ '2024-01-02', 1, '
            """
        for (row, message) in [
            ("order', 'c', 5, 'NGN'", "comes twice"), ("refund', 'c', 5, 'KES'", "another currency"),
        ] {
            let error = #expect(throws: QueryError.self) {
                _ = try AnalyticsSession.rows(
                    twice + row + ")) SELECT * FROM \(Self.fewCall), currency => currency)")
            }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }
}
