import Query
import Testing

/// Identities that hold whatever the rows are: on random tables, from one seed each.
@Suite struct IdentityTests {
    /// Numbers without a pattern in SQL: of a row and a seed, from 0 to `below` − 1.
    private static func number(_ row: String, _ seed: Int, _ salt: Int, below: Int) -> String {
        "((\(row) * 1103515245 + \(seed) * 12345 + \(salt) * 2654435 + \(row) * \(row) % 7919 * 104729) % 1000003 % \(below))"
    }

    private static func activity(_ seed: Int) -> String {
        """
        (SELECT \(number("i", seed, 1, below: 60)) AS k, DATE '2025-01-01' + cast(\(number("i", seed, 2, below: 200)) AS integer)
          AS d FROM generate_series(1, 700) s(i))
        """
    }

    @Test(
        "Growth: active = retained + new + resurrected, and the bucket before = retained + churned",
        arguments: 1...5, ["day", "week", "month"])
    func growth(_ seed: Int, _ grain: String) throws {
        let rows = try AnalyticsSession.rows(
            """
            WITH g AS (SELECT *, lag(active) OVER (ORDER BY bucket_start) AS before FROM growth_accounting(
              TABLE \(Self.activity(seed)), actor => k, day => d, grain => '\(grain)'))
            SELECT count(*) > 5, count(*) FILTER (WHERE active <> new + retained + resurrected), count(*) FILTER (WHERE before
              <> retained + churned), sum(new) FROM g
            """)
        let actors = try AnalyticsSession.rows("SELECT count(DISTINCT k) FROM \(Self.activity(seed)) a")
        #expect(rows == ["true|0|0|\(actors[0])"])
    }

    @Test("Recurring revenue: closing = opening + the five movements, and is the next opening", arguments: 1...8)
    func recurring(_ seed: Int) throws {
        let table = """
            (SELECT \(Self.number("i", seed, 3, below: 40)) AS k, at, CASE WHEN i % 5 > 0 THEN at + (1 + i % 11) * INTERVAL '17 days'
              END AS until, \(Self.number("i", seed, 4, below: 90_000)) AS price, CASE i % 5 WHEN 0 THEN 'year' WHEN 1 THEN 'week'
              WHEN 2 THEN 'quarter' WHEN 3 THEN 'day' ELSE 'month' END AS unit, CASE i % 2 WHEN 0 THEN 'NGN' ELSE 'KES' END AS cur
            FROM (SELECT i, TIMESTAMPTZ '2024-01-01' + \(Self.number("i", seed, 5, below: 500)) * INTERVAL '1 day' AS at
              FROM generate_series(1, 300) s(i)) e)
            """
        let rows = try AnalyticsSession.rows(
            """
            WITH b AS (SELECT *, lead(opening_minor) OVER (PARTITION BY currency ORDER BY bucket_start) AS next FROM mrr_bridge(
              TABLE \(table), currency => cur, customer => k, start => at, "end" => until, price => price, interval => unit,
              to => DATE '2026-01-01'))
            SELECT count(*) > 40, count(*) FILTER (WHERE closing_minor <> opening_minor + new_minor + reactivation_minor +
              expansion_minor + contraction_minor + churn_minor + fx_minor), count(*) FILTER (WHERE next <> closing_minor),
              count(*) FILTER (WHERE contraction_minor > 0 OR churn_minor > 0 OR new_minor < 0 OR expansion_minor < 0) FROM b
            """)
        #expect(rows == ["true|0|0|0"])
    }

    @Test(
        "Statements: each opening is the closing before, the last closing the balance, in every zone and grain",
        arguments: 1...4, ["day", "week", "month"])
    func statements(_ seed: Int, _ grain: String) throws {
        let table = """
            (SELECT \(Self.number("i", seed, 6, below: 9)) AS k, CASE i % 3 WHEN 0 THEN 'NGN' ELSE 'KES' END AS cur,
              \(Self.number("i", seed, 7, below: 100_000)) - 50000 AS m, TIMESTAMPTZ '2024-02-20' +
              \(Self.number("i", seed, 8, below: 900_000)) * INTERVAL '17 seconds' AS at FROM generate_series(1, 500) s(i))
            """
        for zone in ["UTC", "America/New_York", "Australia/Lord_Howe"] {
            let rows = try AnalyticsSession.rows(
                """
                WITH s AS (SELECT *, lag(closing_minor) OVER (PARTITION BY account, currency ORDER BY bucket_start) AS before,
                    row_number() OVER (PARTITION BY account, currency ORDER BY bucket_start DESC) AS last FROM statement(
                    TABLE \(table), account => k, currency => cur, at => at, amount => m, grain => '\(grain)',
                    to => DATE '2024-12-01')),
                  b AS (SELECT * FROM balance_at(TABLE \(table), account => k, currency => cur, at => at, amount => m))
                SELECT count(*) FILTER (WHERE opening_minor + credits_minor - debits_minor <> closing_minor),
                  count(*) FILTER (WHERE before <> opening_minor), sum(s.n),
                  count(*) FILTER (WHERE last = 1 AND closing_minor <> balance_minor)
                FROM s JOIN b ON b.account = s.account AND b.currency = s.currency
                """, zone: zone)
            #expect(rows == ["0|0|500|0"], "\(zone)")
        }
    }

    @Test(
        "Circles: net positions add up to less the pot and the fees; no round pays more than it scheduled",
        arguments: 1...6)
    func circles(_ seed: Int) throws {
        let table = """
            (SELECT i % 12 AS k, cast(1 + i / 12 AS integer) AS round, kind, amount, fee, TIMESTAMPTZ '2025-01-01' + i * INTERVAL
              '1 hour' AS at, i FROM (
              SELECT i, 'due' AS kind, 5000 AS amount, 0 AS fee FROM generate_series(0, 143) s(i)
              UNION ALL SELECT i, 'payment', \(Self.number("i", seed, 9, below: 5_000)), 0 FROM generate_series(0, 143) s(i)
              UNION ALL SELECT i, 'payout', 20000, \(Self.number("i", seed, 10, below: 500)) FROM generate_series(0, 143, 13) s(i)) e)
            """
        let members = """
            SELECT sum(net_position_minor), sum(contributed_minor), min(exposure_minor) >= 0 FROM member_position(TABLE \(table),
              circle => 1, member => k, due => kind = 'due', payment => kind = 'payment', payout => kind = 'payout',
              amount => amount, fee => fee, at => at)
            """
        let rounds = """
            SELECT sum(fee_minor), sum(paid_minor), count(*) FILTER (WHERE scheduled_minor - paid_minor <> shortfall_minor
              OR paid_minor - fee_minor <> net_minor) FROM rotation(TABLE \(table), circle => 1, member => k::text, round => round,
              due => kind = 'due', payout => kind = 'payout', amount => amount, fee => fee, at => at, seq => i)
            """
        let own = try AnalyticsSession.rows(members)[0].split(separator: "|").map(String.init)
        let paid = try AnalyticsSession.rows(rounds)[0].split(separator: "|").map(String.init)
        let (net, contributed) = (try #require(Int(own[0])), try #require(Int(own[1])))
        let (fees, gross) = (try #require(Int(paid[0])), try #require(Int(paid[1])))
        // What is left in the pot is what was paid in and not paid out.
        #expect(net == -((contributed - gross) + fees) && own[2] == "true" && paid[2] == "0")
    }

    @Test(
        "Attribution: total = credited + unattributed in every model and currency; credits are the ledger's",
        arguments: 1...6)
    func attribution(_ seed: Int) throws {
        let call = """
            attribution(TABLE (SELECT i AS id, \(Self.number("i", seed, 11, below: 50)) AS k, TIMESTAMPTZ '2025-01-01' +
              \(Self.number("i", seed, 12, below: 90)) * INTERVAL '1 day' AS at, i % 4 AS kind, 'c' ||
              \(Self.number("i", seed, 13, below: 6)) AS channel, \(Self.number("i", seed, 14, below: 3000)) - 100 AS m,
              CASE \(Self.number("i", seed, 11, below: 50)) % 2 WHEN 0 THEN 'NGN' ELSE 'JPY' END AS cur
              FROM generate_series(1, 900) s(i)), journey => k, at => at, seq => id, touch => kind > 1, channel => channel,
              conversion => kind = 0, conversion_id => id, value => m, currency => cur, window => INTERVAL '20 days'
            """
        for models in [
            "['first', 'last', 'last_non_direct', 'linear', 'position_based', 'time_decay', 'markov', 'shapley']",
            "'markov_journey'",
        ] {
            let check = try AnalyticsSession.rows(
                """
                SELECT count(*) >= 2, count(*) FILTER (WHERE diff_minor <> 0 OR total_minor <> credited_minor + unattributed_minor)
                FROM \(call), model => \(models), by => 'check')
                """)
            #expect(check == ["true|0"])
        }
        let ledger = try AnalyticsSession.rows(
            """
            WITH c AS (SELECT model, currency, sum(credit_minor) AS m FROM \(call), model => ['linear', 'time_decay'], by =>
                'credit') GROUP BY 1, 2),
              h AS (SELECT model, currency, sum(value_minor) AS m FROM \(call), model => ['linear', 'time_decay']) GROUP BY 1, 2)
            SELECT count(*), count(*) FILTER (WHERE c.m <> h.m) FROM c JOIN h ON c.model = h.model AND c.currency = h.currency
            """)
        #expect(ledger == ["4|0"])
    }
}
