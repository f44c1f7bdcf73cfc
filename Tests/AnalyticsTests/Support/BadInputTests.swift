import Foundation
import Query
import Testing

/// What every operator says to bad rows: no row, one, missing values, ties, doubled rows, zeros, NaN and infinity, times
/// before 1900 and after 2100, amounts below 0, two currencies, sums beyond 64 bits.
///
/// The outcomes are in bad-input.json beside the rows and calls; they were read through against the specification.
@Suite struct BadInputTests {
    struct Fixture: Decodable {
        /// Rows of (at, id, k, cur, kind, x, m) by what is wrong with them.
        let tables: [String: String]
        /// Arguments by operator.
        let calls: [String: String]
        /// Rows, or one text that begins with `error: `, by operator and table.
        let outcomes: [String: [String: [String]]]
    }

    static let fixture: Fixture? = {
        let data = FileManager.default.contents(atPath: AnalyticsFixtures.path("bad-input.json"))
        return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }
    }()

    @Test("The outcome that is defined, and never a trap", arguments: (fixture?.calls.keys).map { $0.sorted() } ?? [""])
    func outcome(_ name: String) throws {
        let fixture = try #require(Self.fixture)
        let arguments = try #require(fixture.calls[name])
        let expected = try #require(fixture.outcomes[name])
        #expect(expected.count == fixture.tables.count)
        let session = try AnalyticsSession.make(now: "2026-03-20T00:00:00Z")
        for (table, rows) in fixture.tables.sorted(by: { $0.key < $1.key }) {
            var found: [String]
            do {
                found = AnalyticsSession.text(
                    try session.rows("SELECT * FROM \(name)(TABLE (\(rows)), \(arguments))").rows)
            } catch let error as QueryError {
                found = ["error: \(error.message)"]
            }
            #expect(found == expected[table], "\(name), \(table)")
        }
    }

    @Test("Every operator is asked")
    func complete() throws {
        let known = try AnalyticsSession.rows("SELECT 1")
        #expect(known == ["1"])
        let names = try #require(Self.fixture).calls.keys
        #expect(names.count == 32)
        for name in names {
            #expect(try AnalyticsSession.rows("DESCRIBE FUNCTION \(name)").contains { $0.hasPrefix("example|") })
        }
    }
}
