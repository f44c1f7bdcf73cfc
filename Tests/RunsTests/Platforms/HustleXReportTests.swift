import AlmanacTesting
import Demonstration
import Foundation
import Runs
import SystemPackage
import Testing

/// What HustleX's statements say, computed a second time by Postgres on the source tables: tenants in two zones and
/// currencies.
@Suite("HustleX reports", .serialized, .enabled(if: TestPostgres.isInstalled, "needs a Postgres server's programs"))
struct HustleXReportTests {
    private static let zones = ["Africa/Lagos", "Africa/Nairobi"]

    private static func made(_ report: String, scale: Double) throws -> PlatformWorld {
        let world = try PlatformWorld(.hustlex, scale: scale)
        for outcome in try world.run([report], period: "2026-06", formats: ["csv"]) {
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            #expect(!outcome.editions.isEmpty)
        }
        return world
    }

    /// The lines of a table of all editions of a report, each behind the subject's key, without the columns that are
    /// words for people.
    private func lines(
        _ world: PlatformWorld, _ source: GeneratedSource, _ report: String, _ table: String, without columns: Set<Int>
    ) throws -> [String] {
        let folder = world.folder.appending("out").appending(source.tenant).appending(report).appending("2026-06")
        return try FileManager.default.contentsOfDirectory(atPath: folder.string).flatMap { subject -> [String] in
            let path = folder.appending(subject).appending("\(table).csv").string
            let text = try String(contentsOfFile: path, encoding: .utf8)
            return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
                let cells = line.split(separator: ",", omittingEmptySubsequences: false).enumerated()
                    .filter { !columns.contains($0.offset) }.map { $0.element.isEmpty ? "-" : String($0.element) }
                return ([subject] + cells).joined(separator: "|")
            }
        }.sorted()
    }

    @Test("Every posting of every wallet, and the balance after it")
    func postings() throws {
        let world = try Self.made("wallet-statement", scale: 0.15)
        for (source, zone) in zip(world.sources, Self.zones) {
            #expect(source.timezone == zone)
            let expected = try world.rows(
                source,
                """
                SELECT * FROM (
                  SELECT w.user_id, (t.effective_at AT TIME ZONE '\(zone)')::date AS day, t.reference,
                    greatest(t.amount, 0), greatest(-t.amount, 0),
                    sum(t.amount) OVER (PARTITION BY t.wallet_id ORDER BY t.effective_at, t.seq), t.seq
                  FROM transactions t JOIN wallets w ON w.id = t.wallet_id WHERE t.status = 'completed') p
                WHERE day >= '2026-06-01' AND day < '2026-07-01'
                """
            ).sorted()
            let found = try lines(world, source, "wallet-statement", "postings", without: [1])
            #expect(found == expected)
            #expect(expected.count > 100)
        }
    }

    @Test("Who has wallets in two currencies gets one statement of both, and who has another one alone a statement too")
    func currencies() throws {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        let source = world.sources[0]
        let owners = try world.rows(source, "SELECT DISTINCT user_id::text FROM wallets ORDER BY 1")
        let (both, other) = (owners[0], owners[1])
        try world.execute(
            source,
            """
            INSERT INTO wallets VALUES ('00000000-0000-4000-8000-000000000001', '\(both)', 4000, 0, 'USD', now());
            INSERT INTO transactions(id, wallet_id, type, amount, reference, status, created_at, effective_at)
            VALUES ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'deposit', 4000,
              'in-dollars', 'completed', '2026-06-10T12:00:00Z', '2026-06-10T12:00:00Z');
            UPDATE wallets SET currency = 'USD' WHERE user_id = '\(other)';
            """)
        let outcomes = try world.run(["wallet-statement"], period: "2026-06", formats: ["csv"])
        #expect(outcomes.flatMap(\.failures).isEmpty, "\(outcomes.flatMap(\.failures))")
        func count(_ owner: String, _ table: String) throws -> Int {
            let path = "wallet-statement/2026-06/\(owner)/\(table).csv"
            return try world.text(source, path).split(whereSeparator: \.isNewline).count - 1
        }
        func known(_ owner: String, _ currency: String) throws -> Int {
            let counted = try world.rows(
                source,
                """
                SELECT count(*) FROM transactions t JOIN wallets w ON w.id = t.wallet_id WHERE w.user_id = '\(owner)'
                AND w.currency = '\(currency)' AND t.status = 'completed' AND effective_at >= '2026-05-31T23:00:00Z'
                AND effective_at < '2026-06-30T23:00:00Z'
                """)
            return try #require(Int(counted[0]))
        }
        #expect(try count(both, "postings") == known(both, "NGN") && count(both, "postings-usd") == 1)
        #expect(try count(other, "postings") == 0)
        #expect(try count(other, "postings-usd") == known(other, "USD"))
    }

    @Test("Rounds, members and dues of every circle")
    func circles() throws {
        let world = try Self.made("circle-statement", scale: 1)
        for (source, zone) in zip(world.sources, Self.zones) {
            let circles = """
                (SELECT DISTINCT m.circle_id FROM contributions c JOIN circle_members m ON m.id = c.member_id
                 WHERE c.due_date >= '2026-06-01' AND c.due_date < '2026-07-01')
                """
            let members = try world.rows(
                source,
                """
                SELECT m.circle_id, m.position, u.full_name,
                  coalesce((SELECT sum(c.paid_amount) FROM contributions c WHERE c.member_id = m.id AND c.paid_at IS NOT NULL), 0),
                  coalesce((SELECT sum(p.gross - p.fee) FROM circle_payouts p WHERE p.member_id = m.id
                    AND p.paid_at IS NOT NULL), 0),
                  coalesce((SELECT sum(c.amount - c.paid_amount) FROM contributions c WHERE c.member_id = m.id), 0)
                FROM circle_members m JOIN users u ON u.id = m.user_id WHERE m.circle_id IN \(circles)
                """
            ).sorted()
            // Of a circle that others than its dues of June brought into the month nothing is expected here.
            let known = Set(members.map { $0.prefix { $0 != "|" } })
            let found = try lines(world, source, "circle-statement", "members", without: [2, 3, 4, 8])
                .filter { known.contains($0.prefix { $0 != "|" }) }
            #expect(found == members)
            #expect(!members.isEmpty)
            let dues = try world.rows(
                source,
                """
                SELECT m.circle_id, c.due_date, c.round, m.position, u.full_name, c.amount, c.paid_amount,
                  c.amount - c.paid_amount, CASE WHEN c.paid_amount >= c.amount
                    THEN (c.paid_at AT TIME ZONE '\(zone)')::date END
                FROM contributions c JOIN circle_members m ON m.id = c.member_id JOIN users u ON u.id = m.user_id
                WHERE c.due_date >= '2026-06-01' AND c.due_date < '2026-07-01'
                """
            ).sorted()
            #expect(try lines(world, source, "circle-statement", "dues", without: [4, 9]) == dues)
            let payouts = try world.rows(
                source,
                """
                SELECT p.circle_id, p.round, sum(p.gross), min((p.paid_at AT TIME ZONE '\(zone)')::date)
                FROM circle_payouts p WHERE p.paid_at IS NOT NULL AND p.circle_id IN \(circles) GROUP BY 1, 2
                """
            ).sorted()
            let rounds = try lines(world, source, "circle-statement", "rounds", without: [1, 2, 3, 4, 5, 7])
                .filter { !$0.hasSuffix("|-") && known.contains($0.prefix { $0 != "|" }) }
            #expect(rounds == payouts)
        }
    }
}
