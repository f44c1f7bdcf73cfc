import Configuration
import Extract
import PostgresCopy
import Tenancy
import Testing

@Suite struct DatasetCatalogTests {
    private func catalog(_ text: String) throws -> DatasetCatalog {
        try DatasetCatalog(text: text, file: "Reports/nexus/datasets.yaml")
    }

    private func errors(_ text: String) -> [ConfigurationError] {
        do {
            _ = try catalog(text)
            return []
        } catch {
            return (error as? ConfigurationErrors)?.errors ?? []
        }
    }

    @Test func everyKeyIsRead() throws {
        let catalog = try catalog(
            """
            version: 1
            datasets:
              orders:
                from: nexus.orders
                sync: append
                key: [id, line]
                cursor: placed_at
                event_time: placed_at
                partition: month
                naive_timestamps: local
                contract: discard_row
                columns:
                  items_minor: { unit: money, currency: currency }
                  weight: { type: "decimal(20, 4)", unit: kg }
                  place: { type: text }
                  phone: { pii: drop }
                  name: { pii: keep }
                  city: { pii: mask }
                  customer: { pii: pseudonymise }
                overlap: 2h
              visits:
                sql: |
                  SELECT day, count(*) AS visits
                  FROM visits GROUP BY day
                sync: snapshot
            """)
        #expect(catalog.datasets.map(\.name.text) == ["orders", "visits"])
        let orders = try #require(catalog["orders"])
        #expect(orders.source == .table(QualifiedName(schema: "nexus", name: "orders")))
        #expect(orders.sync == .append && orders.key == ["id", "line"] && orders.cursor == "placed_at")
        #expect(orders.eventTime == "placed_at" && orders.partition == .month && orders.naiveTimes == .local)
        #expect(orders.contract == .discardRow && orders.droppedColumns == ["phone"])
        #expect(orders.columns["weight"]?.declaration == .decimal(precision: 20, scale: 4))
        #expect(orders.columns["weight"]?.unit == "kg" && orders.columns["items_minor"]?.currency == "currency")
        #expect(orders.position?.line == 4 && orders.overlap == .seconds(7_200) && orders.findDeletesSeconds == 86_400)
        #expect(orders.columns["city"]?.personalData == .mask)
        #expect(orders.columns["customer"]?.personalData == .pseudonymise)
        let visits = try #require(catalog["visits"])
        #expect(visits.source == .query("SELECT day, count(*) AS visits\nFROM visits GROUP BY day\n"))
        #expect(visits.partition == .auto && visits.contract == .evolve && visits.naiveTimes == nil)
        #expect(catalog["nothing"] == nil)
    }

    /// A dataset with some lines; the first is line 4 of the file.
    private func dataset(_ lines: String...) -> String {
        "version: 1\ndatasets:\n  orders:\n" + lines.map { "    \($0)\n" }.joined()
    }

    @Test(arguments: [
        (["from: orders", "sync: snapshot", "colums: {}"], "unknown key 'colums'", 6),
        (["from: orders", "sync: nightly"], "'sync' can't be 'nightly'", 5),
        (["from: orders", "sync: history"], "'sync: history' needs a key", 4),
        (["from: orders", "sync: append", "cursor: at"], "'sync: append' needs a key", 4),
        (["from: orders", "sync: snapshot", "overlap: 1h"], "means nothing without a cursor", 4),
        (["from: orders", "sync: append", "cursor: at", "key: [a]", "overlap: soon"], "'soon' is no time", 8),
        (["from: orders", "sync: append", "cursor: at", "key: [a]", "soft_delete: gone"], "never deleted", 4),
        (["from: orders", "sync: merge", "key: [a]", "find_deletes: often"], "'often' is no time", 7),
        (["sync: snapshot"], "needs 'from' or 'sql'", 4),
        (["from: orders", "sql: SELECT 1", "sync: snapshot"], "not both", 5),
        (["from: a.b.c", "sync: snapshot"], "must name a table", 4),
        (["from: orders; drop", "sync: snapshot"], "must name a table", 4),
        (["from: orders"], "the key 'sync' is missing", 4),
        (["from: orders", "sync: append"], "needs a cursor", 4),
        (["from: orders", "sync: merge"], "needs a key", 4),
        (["from: orders", "sync: snapshot", "naive_timestamps: lagos"], "'naive_timestamps' can't be 'lagos'", 6),
        (["from: orders", "sync: snapshot", "contract: lax"], "'contract' can't be 'lax'", 6),
        (["from: orders", "sync: snapshot", "partition: week"], "'partition' can't be 'week'", 6),
        (["from: orders", "sync: snapshot", "columns: { a: { type: decimal(39,2) } }"], "'type' can't be", 6),
        (["from: orders", "sync: snapshot", "columns: { a: { type: float } }"], "'type' can't be", 6),
        (["from: orders", "sync: snapshot", "columns: { a: { kind: x } }"], "unknown key 'kind'", 6),
        (["from: orders", "sync: snapshot", "columns: { a: { pii: hide } }"], "'pii' can't be 'hide'", 6),
        (["from: orders", "sync: snapshot", "key: [a]", "columns: { a: { pii: mask } }"], "relies on it", 4),
        (["from: orders", "sync: snapshot", "key: [a]", "columns: { a: { pii: drop } }"], "relies on it", 4),
        (["from: orders", "sync: snapshot", "key: a"], "'key' must be a list", 6),
    ])
    func whatIsWrongIsToldWithItsPlace(_ lines: [String], _ message: String, _ line: Int) {
        let text = "version: 1\ndatasets:\n  orders:\n" + lines.map { "    \($0)\n" }.joined()
        let errors = errors(text)
        #expect(errors.contains { $0.message.contains(message) && $0.position.line == line }, "\(errors)")
    }

    @Test func aNameThatIsNoNameIsRefused() {
        let text = "version: 1\ndatasets:\n  ../x:\n    from: orders\n    sync: snapshot\n"
        #expect(errors(text).contains { $0.message.contains("can't be the name of a dataset") })
        #expect(errors("version: 1\n").contains { $0.message.contains("'datasets' is missing") })
    }

    @Test func declarationsAreReadStrictly() {
        #expect(ColumnDeclaration("decimal(18,2)") == .decimal(precision: 18, scale: 2))
        #expect(ColumnDeclaration("decimal(18)") == .decimal(precision: 18, scale: 0))
        #expect(ColumnDeclaration("Text") == .text)
        for bad in [
            "decimal(0,0)", "decimal(39,0)", "decimal(5,6)", "decimal(5,-1)", "decimal(5,2,1)", "decimal(,)", "decimal",
            "int",
        ] {
            #expect(ColumnDeclaration(bad) == nil, "\(bad)")
        }
    }
}
