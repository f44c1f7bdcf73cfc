import AlmanacTesting
import Analytics
import Columnar
import Query
import Testing

@Suite struct CircleTests {
    /// Dues, payments and payouts of the journal's circle, whose members pay 5,000.00 on three Mondays.
    private static let entries = """
        WITH m(member, place) AS (VALUES ('ada', 1), ('bayo', 2), ('chi', 3)),
        d AS (SELECT member, r AS round, TIMESTAMPTZ '2025-01-05T23:00:00Z' + (r - 1) * INTERVAL '7 days' AS at
          FROM m CROSS JOIN generate_series(1, 3) g(r)),
        e AS (
          SELECT 'due' AS kind, member, round, at, 500000 AS amount, 0 AS fee, 1000 + round AS seq FROM d
          UNION ALL SELECT 'payment', replace(account, 'wallet:', ''), NULL::bigint, effective_at, -amount_minor, 0,
          seq FROM j
            WHERE account LIKE 'wallet:%' AND ref ~ '^c[0-9]+-'
          UNION ALL SELECT 'payout', 'ada', 1, effective_at, -amount_minor, 15000, seq FROM j
            WHERE account = 'circle:1:pot' AND ref = 'p1'
          UNION ALL SELECT 'payout', 'bayo', 2, effective_at, -amount_minor, CASE ref WHEN 'p2' THEN 15000 ELSE 0
          END, seq
            FROM j WHERE account = 'circle:1:pot' AND ref IN ('p2', 'p2b')
          UNION ALL SELECT 'payout', 'chi', 3, effective_at, -amount_minor, 15000, seq FROM j
            WHERE account = 'circle:1:pot' AND ref = 'p3')
        """

    private func statuses(_ asOf: String) throws -> String {
        "contribution_status(TABLE e, circle => 1, member => member, round => round, due => kind = 'due', "
            + "payment => kind = 'payment', amount => amount, at => at, seq => seq, as_of => DATE '\(asOf)')"
    }

    private func rates(_ asOf: String, _ by: String = "1") throws -> [String] {
        try Journal.rows(
            Self.entries + """
                 SELECT count(*), sum(CASE WHEN status = 'on_time' THEN 1 ELSE 0 END),
                sum(CASE WHEN status = 'late' THEN 1 ELSE 0 END), sum(CASE WHEN status = 'missed_recovered' THEN 1
                ELSE 0 END),
                sum(CASE WHEN status IN ('missed', 'partial_missed') THEN 1 ELSE 0 END),
                sum(CASE WHEN status LIKE '%pending' OR status LIKE '%overdue' THEN 1 ELSE 0 END), sum(paid_minor),
                sum(CASE WHEN due_date < as_of THEN due_minor - paid_minor ELSE 0 END)
                FROM \(try statuses(asOf)) WHERE due_date <= as_of GROUP BY \(by) ORDER BY \(by)
                """)
    }

    @Test("Statuses on five days are those of the specification")
    func worked() throws {
        #expect(try rates("2025-01-05", "as_of") == [])
        #expect(try rates("2025-01-07", "as_of") == ["3|2|1|0|0|0|1500000|0"])
        #expect(try rates("2025-01-14", "as_of") == ["6|3|1|0|0|2|2200000|800000"])
        #expect(try rates("2025-01-22", "as_of") == ["9|5|2|0|1|1|3500000|1000000"])
        #expect(try rates("2025-01-31", "as_of") == ["9|5|2|2|0|0|4500000|0"])
        let rows = try Journal.rows(
            Self.entries + "SELECT member_id, round, due_date, paid_minor, completed_on, days_late, status FROM "
                + "\(try statuses("2025-01-22")) ORDER BY member_id, round")
        #expect(
            rows == [
                "ada|1|2025-01-06|500000|2025-01-06|0|on_time", "ada|2|2025-01-13|500000|2025-01-13|0|on_time",
                "ada|3|2025-01-20|500000|2025-01-20|0|on_time", "bayo|1|2025-01-06|500000|2025-01-06|0|on_time",
                "bayo|2|2025-01-13|500000|2025-01-15|2|late", "bayo|3|2025-01-20|500000|2025-01-20|0|on_time",
                "chi|1|2025-01-06|500000|2025-01-07|1|late", "chi|2|2025-01-13|0|NULL|9|missed",
                "chi|3|2025-01-20|0|NULL|2|overdue",
            ])
    }

    @Test("Payments that name a round settle it first; too much settles the next; waived dues take nothing")
    func links() throws {
        func due(_ round: Int32, _ amount: Int64 = 100, waived: Bool = false) -> ContributionSchedule.Due {
            ContributionSchedule.Due(round: round, date: round * 10, amount: amount, isWaived: waived)
        }
        var schedule = try ContributionSchedule([due(2), due(1), due(3)])
        try schedule.pay(150, on: 5, round: 2)
        #expect(schedule.dues.map(\.paid) == [50, 100, 0])
        try schedule.pay(200, on: 31)
        #expect(schedule.dues.map(\.paid) == [100, 100, 100] && schedule.surplus == 50)
        #expect(schedule.dues.map(\.completedOn) == [31, 5, 31])
        var waived = try ContributionSchedule([due(1, waived: true), due(2), due(3, 0)])
        try waived.pay(100, on: 20, round: 1)
        #expect(waived.dues.map(\.paid) == [0, 100, 0])
        let statuses = waived.dues.map { ContributionSchedule.status($0, asOf: 25, grace: 7) }
        #expect(statuses == [.waived, .onTime, .onTime])
        #expect(throws: OperatorError.self) { try schedule.pay(-1, on: 1) }
        #expect(throws: OperatorError.self) { try ContributionSchedule([due(1), due(1)]) }
        #expect(throws: OperatorError.self) { try ContributionSchedule([due(1, -5)]) }
        var full = try ContributionSchedule([due(1, .max)])
        for _ in 0..<3 { try full.pay(.max, on: 1) }
        #expect(full.surplus == 2 * Int128(Int64.max))
    }

    @Test("Random payments: dues are settled as a plain queue would", arguments: 1...20)
    func queue(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let amounts = (1...12).map { _ in Int64.random(in: 1...100, using: &generator) }
        var schedule = try ContributionSchedule(
            amounts.enumerated().map { ContributionSchedule.Due(round: Int32($0), date: Int32($0) * 7, amount: $1) })
        var units: [Int32] = []
        for day in 0..<Int32.random(in: 0...40, using: &generator) {
            let amount = Int64.random(in: 0...60, using: &generator)
            try schedule.pay(amount, on: day)
            units += repeatElement(day, count: Int(amount))
        }
        var start = 0
        for (index, amount) in amounts.enumerated() {
            let end = min(units.count, start + Int(amount))
            #expect(schedule.dues[index].paid == Int64(max(0, end - start)))
            #expect(schedule.dues[index].completedOn == (end - start == Int(amount) ? units[end - 1] : nil))
            start = min(units.count, start + Int(amount))
        }
        #expect(schedule.surplus == Int128(units.count - start))
    }

    @Test("Who was paid in each round, at the payout and in the end")
    func rotation() throws {
        func rounds(_ asOf: String) throws -> [String] {
            try Journal.rows(
                Self.entries + """
                     SELECT round, recipient, scheduled_minor, paid_minor, shortfall_minor, fee_minor, net_minor FROM
                     rotation(
                    TABLE e, circle => 1, member => member, round => round, due => kind = 'due', payout => kind =
                    'payout',
                    amount => amount, fee => fee, at => at, seq => seq, as_of => DATE '\(asOf)') ORDER BY round
                    """)
        }
        #expect(
            try rounds("2025-01-21") == [
                "1|ada|1500000|1500000|0|15000|1485000", "2|bayo|1500000|1000000|500000|15000|985000",
                "3|NULL|1500000|0|1500000|0|0",
            ])
        #expect(
            try rounds("2025-01-31") == [
                "1|ada|1500000|1500000|0|15000|1485000", "2|bayo|1500000|1500000|0|15000|1485000",
                "3|chi|1500000|1500000|0|15000|1485000",
            ])
    }

    @Test("Positions sum to less the pot and the fees")
    func positions() throws {
        func members(_ asOf: String) throws -> [String] {
            try Journal.rows(
                Self.entries + """
                     SELECT member_id, contributed_minor, received_minor, net_position_minor, exposure_minor FROM
                    member_position(TABLE e, circle => 1, member => member, due => kind = 'due', payment => kind =
                    'payment',
                    payout => kind = 'payout', amount => amount, fee => fee, at => at, as_of => DATE '\(asOf)') ORDER
                    BY 1
                    """)
        }
        #expect(
            try members("2025-01-07") == [
                "ada|500000|1485000|985000|1000000", "bayo|500000|0|-500000|0", "chi|500000|0|-500000|0",
            ])
        #expect(
            try members("2025-01-21") == [
                "ada|1500000|1485000|-15000|0", "bayo|1500000|985000|-515000|0", "chi|500000|0|-500000|0",
            ])
        #expect(try members("2025-01-31").allSatisfy { $0.hasSuffix("|1500000|1485000|-15000|0") })
    }

    @Test("Random circles: net positions are less pot and fees", arguments: 1...8)
    func conservation(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var values: [String] = []
        for id in 0..<200 {
            let kind = ["due", "payment", "payout"].randomElement(using: &generator) ?? "due"
            let fee = kind == "payout" ? Int.random(in: 0...9, using: &generator) : 0
            values.append(
                "(\(Int.random(in: 0...4, using: &generator)), \(Int.random(in: 0...6, using: &generator)), "
                    + "'\(kind)', \(id), "
                    + "DATE '2025-01-01' + \(Int.random(in: 0...60, using: &generator)), "
                    + "\(Int.random(in: 10...900, using: &generator)), \(fee))")
        }
        let rows = try AnalyticsSession.rows(
            """
            WITH e(c, m, kind, id, at, amount, fee) AS (VALUES \(values.joined(separator: ", "))),
            p AS (SELECT circle_id, sum(net_position_minor) AS net FROM member_position(TABLE e, circle => c, member
            => m,
              due => kind = 'due', payment => kind = 'payment', payout => kind = 'payout', amount => amount, fee => fee,
              at => at, as_of => DATE '2025-02-01') GROUP BY 1),
            s AS (SELECT c, sum(CASE kind WHEN 'payment' THEN amount WHEN 'payout' THEN -amount ELSE 0 END) AS pot,
              sum(fee) AS fees FROM e WHERE at <= DATE '2025-02-01' GROUP BY c)
            SELECT count(*) FROM p JOIN s ON p.circle_id = s.c WHERE p.net <> -(s.pot + s.fees)
            """)
        #expect(rows == ["0"])
    }

    @Test(
        "What has no order or no meaning is refused",
        arguments: [
            ("payment => kind = 'p', seq => 1", "same 'at' and 'seq'"),
            (
                "payment => true, seq => id",
                "both a due "
                    + "and a payment"
            ),
            ("payment => kind = 'p', seq => id, currency => cur", "more than one currency"),
            ("payment => kind = 'p', seq => id, round => NULL", "no round"), ("payment => kind = 'p'", "needs 'seq'"),
        ])
    func refused(_ more: String, _ message: String) throws {
        let round = more.contains("round") ? "" : "round => 1, "
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                """
                WITH e(id, kind, cur) AS (VALUES (1, 'd', 'NGN'), (2, 'p', 'NGN'), (3, 'p', 'KES'))
                SELECT * FROM contribution_status(TABLE e, circle => 1, member => 1, \(round)due => kind = 'd',
                amount => 5, at => DATE '2025-01-01', as_of => DATE '2025-02-01', \(more))
                """)
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}

@Suite struct ScoreAndLoanTests {
    private static let scores = """
        WITH s(id, u, at, score, tier) AS (VALUES
          (0, 'u1', TIMESTAMPTZ '2025-01-01T00:00:00Z', 500, 'bronze'), (1, 'u1', TIMESTAMPTZ '2025-01-11T12:00:00Z',
          560, 'silver'),
          (2, 'u1', TIMESTAMPTZ '2025-01-21T00:00:00Z', 540, 'silver'), (3, 'u2', TIMESTAMPTZ '2025-01-16T00:00:00Z',
          700, 'gold'),
          (4, 'u2', TIMESTAMPTZ '2025-01-25T00:00:00Z', 590, 'silver'), (5, 'u2', TIMESTAMPTZ '2025-01-25T00:00:00Z',
          610, 'silver'))
        """

    @Test("Scores as of instants: the last at or before, the highest seq of one instant")
    func scores() throws {
        func asOf(_ instant: String) throws -> [String] {
            try AnalyticsSession.rows(
                Self.scores + "SELECT user_id, score, tier FROM score_history(TABLE s, user => u, at => at, seq "
                    + "=> id, score => "
                    + "score, tier => tier, as_of => TIMESTAMPTZ '\(instant)Z') ORDER BY 1")
        }
        #expect(try asOf("2024-12-31T00:00:00") == ["u1|NULL|NULL", "u2|NULL|NULL"])
        #expect(try asOf("2025-01-11T11:59:59") == ["u1|500|bronze", "u2|NULL|NULL"])
        #expect(try asOf("2025-01-11T12:00:00") == ["u1|560|silver", "u2|NULL|NULL"])
        #expect(try asOf("2025-01-20T00:00:00") == ["u1|560|silver", "u2|700|gold"])
        #expect(try asOf("2025-01-31T00:00:00") == ["u1|540|silver", "u2|610|silver"])
        let rows = try AnalyticsSession.make().rows(
            Self.scores + "SELECT tw_mean, delta, days_in_tier FROM score_history(TABLE s, user => u, at => at, "
                + "seq => id, "
                + "score => score, tier => tier, from => DATE '2025-01-01', as_of => DATE '2025-02-01') ORDER BY "
                + "user_id"
        ).rows
        #expect(Numbers.isClose(rows[0][0], 532.5806451612904, 1e-12) && Numbers.isClose(rows[1][0], 660.625, 1e-12))
        #expect(rows.map { $0[1] } == [.int(40), .int(-90)] && rows.map { $0[2] } == [.int(21), .int(7)])
    }

    @Test("Loans: repayments cover the oldest dues; what is more than 30 days late is at risk")
    func loans() throws {
        let with = """
            WITH e(loan, kind, at, amount) AS (VALUES ('a', 'out', DATE '2025-01-01', 900), ('a', 'due', DATE
            '2025-02-01', 300),
              ('a', 'due', DATE '2025-03-01', 300), ('a', 'due', DATE '2025-04-01', 300), ('a', 'in', DATE
              '2025-02-03', 400),
              ('b', 'out', DATE '2025-01-01', 500), ('b', 'due', DATE '2025-02-01', 500), ('b', 'in', DATE
              '2025-02-01', 500),
              ('c', 'out', DATE '2025-03-20', 100), ('c', 'due', DATE '2025-05-01', 100)) SELECT
            """
        let from = """
             FROM loan_book(TABLE e, loan => loan, currency => 'NGN', disbursed => kind = 'out', repaid => kind = 'in',
            due => kind = 'due', amount => amount, at => at, as_of => DATE '2025-04-05')
            """
        let rows = try AnalyticsSession.rows(
            with + " loan_id, outstanding_minor, due_minor, arrears_minor, at_risk_minor, oldest_due, days_late "
                + "\(from) ORDER BY 1")
        #expect(rows == ["a|500|900|500|500|2025-03-01|35", "b|0|500|0|0|NULL|0", "c|100|0|0|0|NULL|0"])
        let risk = try AnalyticsSession.rows(
            with + " sum(at_risk_minor)::double / sum(outstanding_minor)::double, sum(least(repaid_minor, "
                + "due_minor))::double / "
                + "sum(due_minor)::double \(from)")
        #expect(risk == ["0.8333333333333334|0.6428571428571429"])
    }
}
