import Query
import Testing

@Suite struct StreakTests {
    /// The worked log of the specification: instants near New York's midnight and its 23-hour day.
    private static let log = """
        WITH events(id, actor, at) AS (VALUES
          ('e01', 'a', TIMESTAMPTZ '2024-03-09T04:59:59Z'), ('e02', 'a', TIMESTAMPTZ '2024-03-09T05:00:00Z'),
          ('e03', 'a', TIMESTAMPTZ '2024-03-10T04:59:59Z'), ('e04', 'a', TIMESTAMPTZ '2024-03-10T05:00:00Z'),
          ('e05', 'a', TIMESTAMPTZ '2024-03-11T03:59:59Z'), ('e06', 'a', TIMESTAMPTZ '2024-03-11T04:00:00Z'),
          ('e07', 'b', TIMESTAMPTZ '2024-03-01T12:00:00Z'), ('e08', 'b', TIMESTAMPTZ '2024-03-08T12:00:00Z'),
          ('e09', 'b', TIMESTAMPTZ '2024-03-10T12:00:00Z'), ('e10', 'c', TIMESTAMPTZ '2024-03-10T13:00:00Z'),
          ('e11', 'c', TIMESTAMPTZ '2024-03-11T13:00:00Z'), ('e12', 'c', TIMESTAMPTZ '2024-03-11T14:00:00Z'),
          ('e13', 'd', TIMESTAMPTZ '2024-03-05T23:00:00Z'), ('e14', NULL, TIMESTAMPTZ '2024-03-10T15:00:00Z'),
          ('e15', 'e', TIMESTAMPTZ '2024-03-12T03:30:00Z'), ('e16', 'e', TIMESTAMPTZ '2024-03-13T03:30:00Z'))
        """

    private func runs(_ zone: String) throws -> [String] {
        try AnalyticsSession.rows(
            Self.log + " SELECT user_id, current, longest FROM streaks(TABLE events, actor => actor, day => at, "
                + "as_of => DATE '2024-03-12') ORDER BY user_id", zone: zone)
    }

    @Test("Days are those of the zone: UTC would break a run and make others")
    func zones() throws {
        #expect(try runs("America/New_York") == ["a|4|4", "b|0|1", "c|2|2", "d|0|1", "e|2|2"])
        #expect(try runs("UTC") == ["a|3|3", "b|0|1", "c|2|2", "d|0|1", "e|1|1"])
    }

    @Test(
        "Runs of the specification",
        arguments: [
            ([1, 2, 3, 4, 5], 5, 0, "5|5|2024-03-01|2024-03-05"), ([1, 2, 3, 4, 5], 6, 0, "5|5|2024-03-01|2024-03-05"),
            ([1, 2, 3, 4, 5], 7, 0, "0|5|2024-03-01|2024-03-05"), ([1, 1, 2, 2], 2, 0, "2|2|2024-03-01|2024-03-02"),
            ([1, 2, 4, 5, 6], 6, 1, "5|5|2024-03-01|2024-03-06"), ([1, 2, 9], 2, 0, "2|2|2024-03-01|2024-03-02"),
        ])
    func worked(_ days: [Int], _ today: Int, _ grace: Int, _ expected: String) throws {
        let values = days.map { "('u', DATE '2024-03-0\($0)')" }.joined(separator: ", ")
        let rows = try AnalyticsSession.rows(
            "WITH d(u, day) AS (VALUES \(values)) SELECT current, longest, longest_start, last_active FROM streaks("
                + "TABLE d, actor => u, day => day, grace => \(grace), as_of => DATE '2024-03-0\(today)')")
        #expect(rows == [expected])
    }

    @Test("A frozen day keeps a run and does not count")
    func freezes() throws {
        let sql = """
            WITH d(day, frozen) AS (VALUES (DATE '2024-03-01', false), (DATE '2024-03-02', true),
              (DATE '2024-03-02', true), (DATE '2024-03-03', false), (DATE '2024-03-03', true),
              (DATE '2024-03-05', false), (DATE '2024-03-06', true), (NULL, false))
            SELECT current, longest, longest_start FROM streaks(TABLE d, actor => 1, day => day, freeze => frozen,
              as_of => DATE '2024-03-
            """
        #expect(try AnalyticsSession.rows(sql + "04')") == ["2|2|2024-03-01"])
        #expect(try AnalyticsSession.rows(sql + "07')") == ["1|2|2024-03-01"])
        #expect(try AnalyticsSession.rows(sql + "08')") == ["0|2|2024-03-01"])
    }

    @Test("Without rows there is an answer without rows; wrong arguments are named")
    func edges() throws {
        let empty = "FROM streaks(TABLE (SELECT 1 AS u, DATE '2024-01-01' AS d WHERE false), actor => u, day => d"
        #expect(try AnalyticsSession.rows("SELECT * \(empty))").isEmpty)
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows("SELECT * \(empty), grace => -1)")
        }
        #expect(error?.message.contains("'grace' is a whole number from 0 to 366") == true)
    }

    @Test("DESCRIBE FUNCTION says what it takes, gives and means")
    func described() throws {
        let rows = try AnalyticsSession.rows("DESCRIBE FUNCTION streaks")
        #expect(rows.contains { $0.hasPrefix("argument|actor|any column|") })
        #expect(rows.contains { $0.hasPrefix("column|longest|int32|days|") })
        #expect(rows.contains { $0.hasPrefix("formula|") } && rows.contains { $0.hasPrefix("source|") })
        let error = #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows("DESCRIBE FUNCTION streak") }
        #expect(error?.code == .unknownName)
    }
}
