import CivilTime
import Columnar
import Configuration
import Formatting
import Report
import Testing

/// Reports for subjects: each person's has that person's rows alone.
struct SubjectTests {
    private static let report = """
        version: 1
        slug: habits
        title: Habits
        audience: subject
        for_each: { model: clients, key: user_id, name: name, timezone: tz }
        period: { grain: month }
        formats: [csv]
        sections:
          - kpis: [sales]
          - table: { data: daily, title: Days, columns: [day, kind, revenue_minor], total: [revenue_minor] }
        """
    private static let clients = """
        version: 1
        description: Clients.
        grain: [user_id]
        subject: user_id
        columns:
          user_id: { type: id, description: Key. }
          name: { type: text, description: Name. }
          tz: { type: text, description: Zone. }
          age: { type: integer, description: Age. }
        """

    private static func files(_ report: String = report, subject: Bool = true) -> [String: String] {
        var files = SmallShop.files(subject: subject ? "owner" : nil)
        files.merge(modelFile("clients", clients)) { $1 }
        files["reports/habits.yaml"] = report
        return files
    }

    private static func clientsTable(_ rows: [[Scalar]]) throws -> ModelTable {
        let schema = Schema([Field("user_id", .int64), Field("name", .text), Field("tz", .text), Field("age", .int64)])
        return ModelTable(batches: [try ColumnBatch(schema: schema, rows: rows)], version: 7)
    }

    private static let rows: [[Scalar]] = [
        [.int(1), .text("Ada"), .text("Africa/Lagos"), .int(30)], [.int(2), .text("Bayo"), .null, .int(31)],
        [.int(3), .text("Chi"), .text(""), .int(32)],
    ]

    private func prepared(_ tables: [String: ModelTable]) throws -> (PlatformDefinitions, ReportTables) {
        let platform = try platform(Self.files())
        return (platform, try ReportTables(try platform.report("habits"), platform, tables: tables))
    }

    @Test("People are listed once, by key, with their names and zones; the last row of one wins")
    func people() throws {
        let more: [[Scalar]] =
            Self.rows + [[.int(1), .text("Ada L."), .null, .int(30)], [.null, .text("Nobody"), .null, .int(1)]]
        let (_, tables) = try prepared(["clients": try Self.clientsTable(more), "daily": try SmallShop.table()])
        let people = tables.people(in: try request().period)
        #expect(people.map(\.key) == ["1", "2", "3"])
        #expect(people.map(\.name) == ["Ada L.", "Bayo", "Chi"])
        #expect(people.map(\.zone) == [nil, nil, nil])
    }

    @Test("A person's document has that person's rows, sums and row counts, and nobody else's")
    func isolated() throws {
        let (platform, tables) = try prepared([
            "clients": try Self.clientsTable(Self.rows), "daily": try SmallShop.table(),
        ])
        let report = try platform.report("habits")
        var sum: Int64 = 0
        for person in tables.people(in: try request().period) {
            let document = try ReportAssembler(definitions: platform).assemble(
                report, try request(), tables: tables, subject: person)
            guard case .int(let value)? = document.tiles.first?.value else {
                Issue.record("no sum")
                continue
            }
            sum += value
            let kinds = Set(document.tables[0].rows.map { $0[1] })
            #expect(kinds == Set(SmallShop.kinds(of: person.key).map(Scalar.text)), "\(person.key)")
            #expect(document.tables[0].totals?[2] == .int(value))
            #expect(document.sources.first { $0.name == "clients" }?.rowCount == 1)
            #expect(document.sources.first { $0.name == "daily" }?.rowCount == Int64(document.tables[0].rows.count))
        }
        // Every row that has an owner is somebody's; those without are nobody's.
        #expect(sum == SmallShop.ownedSum)
    }

    @Test("A report for subjects is never made for the whole tenant, and no other for one of them")
    func audience() throws {
        let (platform, tables) = try prepared([
            "clients": try Self.clientsTable(Self.rows), "daily": try SmallShop.table(),
        ])
        let assembler = ReportAssembler(definitions: platform)
        let report = try platform.report("habits")
        #expect(throws: ReportError.needsSubject(report: "habits")) {
            try assembler.assemble(report, try request(), tables: tables)
        }
        // Somebody who has no rows gets an empty report, not all rows.
        let nobody = ReportSubject(key: "99", name: "Nobody", zone: nil)
        let document = try assembler.assemble(report, try request(), tables: tables, subject: nobody)
        #expect(document.tables[0].rows.isEmpty && document.sources.allSatisfy { $0.rowCount == 0 })
    }

    @Test(
        "Mistakes are told with their place",
        arguments: [
            ("for_each: {", "for_eech: {", ":5", "unknown key 'for_eech'"),
            ("audience: subject", "audience: tenant", ":5", "only for 'audience: subject'"),
            ("model: clients", "model: client", ":5:20", "did you mean 'clients'?"),
            ("key: user_id", "key: user", ":5", "unknown column 'user'"),
            ("name: name", "name: age", ":5", "is integer"), ("timezone: tz", "timezone: age", ":5", "must be text"),
            ("key: user_id", "key: name", ":5", "the subject of 'clients' is 'user_id', not 'name'"),
        ])
    func mistakes(old: String, new: String, place: String, words: String) throws {
        let text = Self.report.replacing(old, with: new)
        #expect(text != Self.report)
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.files(text)) }
        let message = try #require(error).description
        #expect(message.contains("habits.yaml\(place)"), "\(message)")
        #expect(message.contains(words), "\(message)")
    }

    @Test("A model that does not say whose its rows are is refused, in tiles and in tables")
    func modelsWithoutSubject() throws {
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.files(subject: false)) }
        let message = try #require(error).description
        #expect(
            message.contains("habits.yaml:9:12") && message.contains("does not say whose its rows are"), "\(message)")
        #expect(message.contains("add 'subject: user_id' to the model"))
    }
}
