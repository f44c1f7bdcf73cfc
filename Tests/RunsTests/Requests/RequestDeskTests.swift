import AlmanacTesting
import Demonstration
import Effects
import Foundation
import PostgresCopy
import Runs
import SystemPackage
import Testing

/// Requests of Mr Bill's people, in a real Postgres, by a role of its own: claimed, made, answered in their rows.
@Suite("Requests", .serialized, .enabled(if: TestPostgres.isInstalled, "needs a Postgres server's programs"))
struct RequestDeskTests {
    /// A tenant of Mr Bill with a role that answers requests, and a log of every change of a request.
    static func world(grants: String = "") throws -> PlatformWorld {
        let world = try PlatformWorld(
            .mrbill, tenants: [1], scale: 0.1,
            keys: "requests: { url: env:REQUESTS_URL, results: \"https://files.example.org/\" }")
        try world.execute(
            world.sources[0],
            """
            SELECT pg_advisory_lock(3);
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'requests_answerer') THEN
                CREATE ROLE requests_answerer LOGIN;
              END IF;
            END $$;
            GRANT USAGE ON SCHEMA \(world.sources[0].schema) TO requests_answerer;
            GRANT SELECT, UPDATE ON content_requests TO requests_answerer;
            \(grants)
            CREATE TABLE changes (n bigint GENERATED ALWAYS AS IDENTITY, request_id uuid, status text, progress int);
            CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = \(world.sources[0].schema) AS
              $$ BEGIN INSERT INTO changes (request_id, status, progress) VALUES (new.request_id, new.status, new.progress);
              RETURN new; END $$;
            CREATE TRIGGER note AFTER UPDATE ON content_requests FOR EACH ROW EXECUTE FUNCTION note_change();
            """)
        return world
    }

    private static func answer(_ world: PlatformWorld) throws -> [AnsweredRequest] {
        let project = try world.project()
        let desk = RequestDesk(in: project, ledger: try project.openLedger(), holder: "a test", progress: { _ in })
        var answered: [AnsweredRequest] = []
        try desk.answer(try world.scope(world.sources[0], in: project)) { answered.append($0) }
        return answered
    }

    private static let videos = "SELECT * FROM content_requests WHERE type = 'VIDEO' ORDER BY request_id"

    @Test("All that waits is made, and nothing else is touched")
    func everythingIsAnswered() throws {
        let world = try Self.world()
        let tenant = world.sources[0]
        let waiting = try world.rows(
            tenant, "SELECT request_id FROM content_requests WHERE type = 'REPORT' AND status = 'PENDING'")
        let others = "SELECT * FROM content_requests WHERE status <> 'PENDING' ORDER BY request_id"
        let before = (try world.rows(tenant, Self.videos), try world.rows(tenant, others))
        #expect(waiting.count == 3)
        let answered = try Self.answer(world)
        #expect(Set(answered.map(\.key)) == Set(waiting))
        for request in answered {
            guard case .completed(let address) = request.ending else {
                Issue.record("\(request.key): \(request.ending)")
                continue
            }
            try expectFile(address, of: request.key, world)
        }
        #expect(try world.rows(tenant, Self.videos) == before.0)
        #expect(try world.rows(tenant, others + " LIMIT \(before.1.count)").count == before.1.count)
        let wrong = """
            SELECT request_id FROM content_requests WHERE type = 'REPORT' AND request_id IN (SELECT request_id FROM changes)
              AND NOT (status = 'COMPLETED' AND progress = 100 AND error_message IS NULL AND result_url IS NOT NULL
                AND created_at <= completed_at AND completed_at <= updated_at + interval '1 second')
            """
        #expect(try world.rows(tenant, wrong).isEmpty)
        try expectOrder(world)
    }

    /// The file is there, and of the kind that was asked for.
    private func expectFile(_ address: String, of key: String, _ world: PlatformWorld) throws {
        let format = try world.rows(
            world.sources[0], "SELECT parameters->>'format' FROM content_requests WHERE request_id = '\(key)'")[0]
        #expect(address.hasPrefix("https://files.example.org/\(world.sources[0].tenant)/"))
        let path = world.folder.appending("out").pushing(
            FilePath(String(address.dropFirst("https://files.example.org/".count))))
        let bytes = try DiskFileStore().contents(of: path, limit: 16 << 20)
        let head = String(decoding: bytes.prefix(4), as: UTF8.self)
        switch format {
        case "PDF": #expect(head == "%PDF")
        case "EXCEL": #expect(head.hasPrefix("PK"))
        default: #expect(path.string.hasSuffix(".csv") && bytes.count > 20)
        }
    }

    /// Progress never falls, begins with 0 and ends with 100.
    private func expectOrder(_ world: PlatformWorld) throws {
        let histories = try world.rows(
            world.sources[0],
            "SELECT string_agg(status || progress, ' ' ORDER BY n) FROM changes GROUP BY request_id")
        for history in histories {
            let steps = history.split(separator: " ")
            let percents = steps.compactMap { Int($0.filter(\.isNumber)) }
            #expect(steps.first == "PROCESSING0" && steps.last == "COMPLETED100" && percents == percents.sorted())
            #expect(steps.count > 3, "\(history)")
        }
    }

    @Test("What a process left behind is taken up, what one works on is not")
    func leftBehind() throws {
        let world = try Self.world()
        let tenant = world.sources[0]
        try world.execute(
            tenant,
            "UPDATE content_requests SET status = 'PROCESSING', progress = 40 WHERE type = 'REPORT' AND status = 'PENDING'"
        )
        let keys = try world.rows(
            tenant,
            "SELECT request_id FROM content_requests WHERE status = 'PROCESSING' ORDER BY created_at, request_id")
        // The lock that another desk would hold, by the name that it has.
        let other = try world.connection(to: tenant)
        let number = try #require(try other.execute("SELECT 'content_requests'::regclass::oid::text").value)
        try other.execute(
            "SELECT pg_advisory_lock(hashtextextended($1, 0))", ["almanac request \(number)/\(keys[0])"])
        #expect(try Self.answer(world).map(\.key) == Array(keys.dropFirst()))
        try other.execute("SELECT pg_advisory_unlock_all()")
        #expect(try Self.answer(world).map(\.key) == [keys[0]])
    }

    @Test("What cannot be understood fails with a sentence for the person who asked")
    func refusals() throws {
        let world = try Self.world()
        let tenant = world.sources[0]
        try world.execute(
            tenant,
            """
            UPDATE content_requests SET status = 'CANCELLED' WHERE status = 'PENDING' AND type = 'REPORT';
            INSERT INTO content_requests (request_id, user_id, type, title, from_date, to_date, parameters)
            SELECT gen_random_uuid(), user_id, 'REPORT', title, from_date, to_date, parameters::jsonb
            FROM (SELECT user_id FROM users ORDER BY 1 LIMIT 1) u, (VALUES
              ('empty', timestamptz '2026-03-01', timestamptz '2026-02-01', '{}'),
              ('format', NULL, NULL, '{"format": "DOCX"}'),
              ('parameter', NULL, NULL, '{"groupBy": ["planet"]}'),
              ('list', NULL, NULL, '[1]'),
              ('format kind', NULL, NULL, '{"format": 3}')) v(title, from_date, to_date, parameters);
            """)
        let answered = try Self.answer(world)
        #expect(answered.count == 5)
        let messages = try world.rows(
            tenant,
            """
            SELECT title || ': ' || error_message FROM content_requests
            WHERE status = 'FAILED' AND completed_at > now() - interval '1 hour' AND result_url IS NULL ORDER BY title
            """)
        let wanted = [
            "empty: the period is empty", "format: 'format' must be one of", "format kind: 'format' is no text",
            "list: the parameters are no JSON object", "parameter: ",
        ]
        #expect(messages.count == 5)
        for (message, beginning) in zip(messages, wanted) { #expect(message.hasPrefix(beginning), "\(message)") }
    }

    @Test("A role that may write elsewhere is refused by name", arguments: [true, false])
    func rights(_ isSuperuser: Bool) throws {
        let world = try Self.world(grants: isSuperuser ? "" : "GRANT INSERT ON pocs TO requests_answerer;")
        if isSuperuser {
            let file = "tenants/\(world.sources[0].tenant).yaml"
            let text = try String(contentsOfFile: world.folder.pushing(FilePath(file)).string, encoding: .utf8)
            try world.write(text.replacing("env:REQUESTS_URL", with: "env:PLATFORM_URL"), to: file)
        }
        let failure = #expect(throws: Failure.self) { try Self.answer(world) }
        #expect(failure?.cause == .notPermitted)
        #expect(failure?.why?.contains(isSuperuser ? "superuser" : "pocs") == true, "\(failure?.description ?? "")")
        #expect(try world.rows(world.sources[0], "SELECT 1 FROM changes").isEmpty)
    }
}
