import AlmanacTesting
import Analytics
import Foundation
import Kernels
import Query
import Testing

/// Explaining single conversions from tables of touches, orders and refunds.
@Suite struct ConversionExplanationTests {
    /// A visitor with a click too old, two of one session and channel, two that count, an order before, and refunds.
    private static let touches = """
        SELECT * FROM (VALUES
        (1, 'v', 's0', TIMESTAMPTZ '2026-01-01T00:00:00Z', 'mail'), (2, 'v', 's1', TIMESTAMPTZ '2026-03-01T00:00:00Z', 'ads'),
        (3, 'v', 's2', TIMESTAMPTZ '2026-04-01T00:00:00Z', 'ads'), (4, 'v', 's3', TIMESTAMPTZ '2026-04-20T00:00:00Z', 'mail'),
        (5, 'v', 's3', TIMESTAMPTZ '2026-04-20T00:05:00Z', 'mail'), (6, 'v', 's4', TIMESTAMPTZ '2026-04-25T00:00:00Z', 'ads'),
        (10, 'v', 's5', TIMESTAMPTZ '2026-04-25T00:00:00Z', 'social'),
        (7, 'v', 's6', TIMESTAMPTZ '2026-05-02T00:00:00Z', 'late'), (8, 'w', 's7', TIMESTAMPTZ '2026-04-26T00:00:00Z', 'else'))
        AS t(id, visitor_id, session_id, occurred_at, channel)
        """
    private static let orders = """
        SELECT * FROM (VALUES ('o-1', 'v', TIMESTAMPTZ '2026-03-15T00:00:00Z', cast(500 AS bigint), 'NGN', 'paid'),
        ('o-2', 'v', TIMESTAMPTZ '2026-05-01T00:00:00Z', cast(1000 AS bigint), 'NGN', 'paid'),
        ('o-3', 'w', TIMESTAMPTZ '2026-05-01T00:00:00Z', cast(70 AS bigint), 'NGN', 'paid'),
        ('o-4', NULL, TIMESTAMPTZ '2026-05-02T00:00:00Z', cast(90 AS bigint), 'NGN', 'paid'),
        ('o-5', 'v', TIMESTAMPTZ '2026-04-22T00:00:00Z', cast(10 AS bigint), 'NGN', 'cancelled'))
        AS t(id, visitor_id, placed_at, items_minor, currency, status)
        """
    private static let refunds = """
        SELECT * FROM (VALUES ('r-1', 'o-2', TIMESTAMPTZ '2026-05-03T00:00:00Z', cast(334 AS bigint)),
        ('r-2', 'o-2', TIMESTAMPTZ '2026-05-04T00:00:00Z', cast(666 AS bigint)))
        AS t(id, order_id, refunded_at, items_minor)
        """

    /// Calls with a session that has the three tables.
    private static func withSession<Result>(
        _ touches: String = touches, _ orders: String = orders, _ refunds: String = refunds,
        _ body: (QuerySession) throws -> Result
    ) throws -> Result {
        try PublicData.withParquet(of: touches, tables: [:]) { events in
            try PublicData.withParquet(of: orders, tables: [:]) { orders in
                try PublicData.withParquet(of: refunds, tables: [:]) { refunds in
                    try body(
                        try AnalyticsSession.make(
                            tables: ["commerce_events": events, "orders": orders, "order_refunds": refunds]))
                }
            }
        }
    }

    private static var paid: JourneySources {
        var sources = JourneySources()
        sources.conversions.condition = "status = 'paid'"
        return sources
    }

    @Test("Touches with the reason why they do not count, by the names of NEXUS's tables")
    func touches() throws {
        let found = try Self.withSession {
            try ConversionExplainer($0, Self.paid).explanation(of: "o-2")
        }
        let explanation = try #require(found)
        #expect(
            explanation.journey == "v" && explanation.valueMinor == 1000 && explanation.currency == "NGN")
        #expect(explanation.windowSeconds == 30 * 86_400)
        let standing = Dictionary(
            uniqueKeysWithValues: explanation.touches.map { ($0.id, $0.standing) })
        // The click of 1 April is 30 days old to the second: inclusive.
        #expect(
            standing == [
                "1": .claimed, "2": .claimed, "3": .counted, "4": .merged, "5": .counted, "6": .counted,
                "10": .counted,
            ])
        #expect(explanation.touches.compactMap(\.position) == [1, 2, 3, 4])
        // Ids are numbers: 6 comes before 10 at one instant.
        #expect(explanation.touches.map(\.id) == ["1", "2", "3", "4", "5", "6", "10"])
        #expect(explanation.touches.last?.ageSeconds == 518_400)
    }

    @Test("Credits and reversals by the models' weights, to the last minor unit")
    func credits() throws {
        let found = try Self.withSession {
            try ConversionExplainer($0, Self.paid).explanation(of: "o-2")
        }
        let explanation = try #require(found)
        #expect(explanation.refunds.map(\.valueMinor) == [334, 666] && explanation.netMinor == 0)
        #expect(explanation.models.map(\.name) == ConversionExplainer.modelNames)
        for model in explanation.models {
            #expect(model.addsUp && model.netMinor == 0, "\(model.name)")
            #expect(
                model.credits.filter { $0.entry == "credit" }.reduce(0) { $0 + $1.creditMinor } == 1000)
        }
        let linear = try #require(explanation.models.first { $0.name == "linear" })
        #expect(
            linear.credits.filter { $0.entry == "credit" }.map(\.creditMinor) == [250, 250, 250, 250])
        // The split of 334 by four, then what is left of that of 1,000.
        #expect(
            linear.credits.filter { $0.entry == "reversal" }.map(\.creditMinor) == [
                -84, -84, -83, -83, -166, -166, -167, -167,
            ])
        #expect(
            linear.credits.filter { $0.entry == "reversal" }.map(\.at).first == "2026-05-03T00:00:00Z")
        let position = try #require(explanation.models.first { $0.name == "position_based" })
        #expect(position.credits.filter { $0.entry == "credit" }.map(\.weight) == [0.4, 0.1, 0.1, 0.4])
    }

    @Test("A window that leaves older touches out; models that are chosen; the path without sessions")
    func options() throws {
        try Self.withSession { session in
            let short = try #require(
                try ConversionExplainer(session, Self.paid, windowDays: 10, models: ["last", "markov"])
                    .explanation(
                        of: "o-2"))
            #expect(short.touches.filter { $0.standing == .tooOld }.map(\.id) == ["3", "4", "5"])
            #expect(short.models.map(\.name) == ["last", "markov_journey"])
            #expect(short.models[0].credits.first?.channel == "social")
            var sources = Self.paid
            sources.touches.session = nil
            let single = try #require(try ConversionExplainer(session, sources).explanation(of: "o-2"))
            #expect(
                single.touches.filter { $0.standing == .counted }.map(\.id) == ["3", "4", "5", "6", "10"])
        }
    }

    @Test("Nobody's conversion is direct; unknown keys are none; wrong names are refused")
    func edges() throws {
        try Self.withSession { session in
            let lone = try #require(try ConversionExplainer(session, Self.paid).explanation(of: "o-4"))
            #expect(lone.journey == nil && lone.touches.isEmpty)
            for model in lone.models {
                #expect(model.addsUp && model.credits.map(\.channel) == ["(direct)"])
            }
            #expect(try ConversionExplainer(session, Self.paid).explanation(of: "o-5") == nil)
            #expect(try ConversionExplainer(session, Self.paid).explanation(of: "' OR true --") == nil)
            #expect(throws: QueryError.self) { try ConversionExplainer(session, models: ["magic"]) }
            #expect(throws: QueryError.self) { try ConversionExplainer(session, windowDays: -1) }
            var sources = Self.paid
            sources.touches.table = "nothing"
            #expect(throws: QueryError.self) {
                try ConversionExplainer(session, sources).explanation(of: "o-2")
            }
        }
    }

    @Test(
        "Every conversion of random logs adds up in every model, and says what the ledger of all says")
    func random() throws {
        var random = SeededGenerator(seed: 11)
        func instant() -> String {
            let (day, hour) = (
                Int.random(in: 1...28, using: &random), Int.random(in: 0..<4, using: &random) * 6
            )
            return
                "TIMESTAMPTZ '2026-04-\(day < 10 ? "0" : "")\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z'"
        }
        let touches = (1...120).map { id in
            "(\(id), 'v\(Int.random(in: 0..<6, using: &random))', 's\(Int.random(in: 0..<9, using: &random))', "
                + "\(instant()), '\(["ads", "mail", "social"].randomElement(using: &random) ?? "")')"
        }
        let orders = (1...30).map { id in
            "(\(id), 'v\(Int.random(in: 0..<6, using: &random))', \(instant()), "
                + "cast(\(Int.random(in: -50...2000, using: &random)) AS bigint), 'NGN')"
        }
        let refunds = (1...20).map { id in
            "(\(id), \(Int.random(in: 1...30, using: &random)), \(instant()), "
                + "cast(\(Int.random(in: 0...300, using: &random)) AS bigint))"
        }
        try Self.withSession(
            "SELECT * FROM (VALUES \(touches.joined(separator: ", "))) t(id, visitor_id, session_id, occurred_at, channel)",
            "SELECT * FROM (VALUES \(orders.joined(separator: ", "))) t(id, visitor_id, placed_at, items_minor, currency)",
            "SELECT * FROM (VALUES \(refunds.joined(separator: ", "))) t(id, order_id, refunded_at, items_minor)"
        ) { session in
            let explainer = try ConversionExplainer(session, windowDays: 9)
            var net: [String: Int64] = [:]
            for id in 1...30 {
                let explanation = try #require(try explainer.explanation(of: "\(id)"))
                for model in explanation.models {
                    #expect(model.addsUp, "\(id) \(model.name)")
                    net[model.name, default: 0] += model.netMinor
                }
                let counted = explanation.touches.filter { $0.standing == .counted }
                #expect(counted.allSatisfy { $0.ageSeconds <= 9 * 86_400 })
            }
            let total = try session.rows("SELECT sum(items_minor) FROM orders").rows[0][0]
            let back = try session.rows(
                "SELECT sum(CASE WHEN o.items_minor < 0 THEN -r.items_minor ELSE r.items_minor END) FROM order_refunds r "
                    + "JOIN orders o ON o.id = r.order_id"
            ).rows[0][0]
            let sum = (Int64(TextValues.text(total)) ?? 0) - (Int64(TextValues.text(back)) ?? 0)
            #expect(Set(net.values) == [sum])
        }
    }

    @Test("As JSON it has the names that are documented")
    func json() throws {
        let found = try Self.withSession {
            try ConversionExplainer($0, Self.paid).explanation(of: "o-3")
        }
        let object =
            try JSONSerialization.jsonObject(with: try JSONEncoder().encode(try #require(found)))
            as? [String: Any]
        #expect(
            Set(object?.keys.map { $0 } ?? []) == [
                "id", "journey", "at", "valueMinor", "currency", "windowSeconds", "touches", "refunds",
                "netMinor", "models",
            ])
    }
}
