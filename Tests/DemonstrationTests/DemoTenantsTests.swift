import CivilTime
import Demonstration
import Effects
import SystemPackage
import Testing

/// The rows that the demo's database holds, asked of Postgres itself.
@Suite(.enabled(if: Fixtures.hasPostgres, "no Postgres server is installed"), .serialized)
struct DemoTenantsTests {
    private let database = DemoTenants.database

    /// The figures of the data sets' own literature and of an analysis in Python; none of them was counted by us.
    @Test(.enabled(if: Fixtures.hasDatasets, "ALMANAC_DATASETS does not hold the public data sets"))
    func publishedRowsAreWhole() throws {
        let home = Fixtures.scratch()
        let cluster = try SandboxCluster(home: home, retention: .kept)
        defer { try? cluster.remove() }
        try cluster.withRunning { running throws in
            var lines: [String] = []
            let inventory = try DemoTenants.load(into: running, datasets: Fixtures.datasets) { lines.append($0) }
            #expect(inventory.shops == .published && inventory.events == .published && !inventory.wasReused)
            #expect(inventory.tenants.count == 19)
            #expect(inventory.rowCount == 69_659 + 336_776)
            #expect(lines == ["Loaded the shops: 69659 rows", "Loaded the events: 336776 rows"])
            try checkShops(running)
            try checkFlights(running)
            try checkExtents(inventory)
        }
        // Again, on the data that was kept: nothing is loaded, the passwords are new.
        try cluster.withRunning { running throws in
            let inventory = try DemoTenants.load(into: running, datasets: Fixtures.datasets) { _ in }
            #expect(inventory.wasReused)
            #expect(inventory.rowCount == 69_659 + 336_776)
            // Without the files, the made-up tenants take their place, and nothing of the old ones stays.
            let generated = try DemoTenants.load(into: running, datasets: nil) { _ in }
            #expect(!generated.wasReused && generated.shops == .generated)
            #expect(
                try running.rows("SELECT to_regclass('harbour_records.orders') IS NULL", database: database) == [["t"]])
        }
    }

    private func checkShops(_ running: RunningCluster) throws {
        let all = ["harbour_records", "northside_music", "lakeview_discs"]
            .map { "SELECT * FROM \($0).orders" }.joined(separator: " UNION ALL ")
        let totals = try running.rows(
            """
            WITH o AS (\(all))
            SELECT count(*), count(DISTINCT customer_id), sum(revenue_minor), count(*) FILTER (WHERE revenue_minor = 0),
              count(*) - count(DISTINCT (customer_id, placed_at, items, revenue_minor)), count(DISTINCT id),
              min(currency) = 'USD' AND max(currency) = 'USD' FROM o
            """, database: database)
        #expect(totals == [["69659", "23570", "250031563", "80", "255", "69659", "t"]])
        // Local noon in the shop's own zone: in January New York's is at 17:00 UTC.
        let zones = [
            ("harbour_records", "America/New_York"), ("northside_music", "America/Chicago"),
            ("lakeview_discs", "America/Los_Angeles"),
        ]
        for (index, (schema, zone)) in zones.enumerated() {
            let odd = try running.rows(
                """
                SELECT count(*) FROM \(schema).orders
                WHERE (placed_at AT TIME ZONE '\(zone)')::time <> '12:00' OR customer_id % 3 <> \(index)
                """, database: database)
            #expect(odd == [["0"]])
        }
        let cohort = try running.rows(
            """
            WITH o AS (\(all)), m AS (SELECT DISTINCT customer_id, date_trunc('month', placed_at) AS month FROM o),
              f AS (SELECT customer_id, min(month) AS first FROM m GROUP BY 1)
            SELECT count(*) FROM m JOIN f USING (customer_id) WHERE first = '1997-01-01' GROUP BY month ORDER BY month LIMIT 4
            """, database: database)
        #expect(cohort == [["7846"], ["1157"], ["964"], ["810"]])
    }

    private func checkFlights(_ running: RunningCluster) throws {
        let totals = try running.rows(
            """
            SELECT count(*), count(*) FILTER (WHERE actor_id IS NULL),
              count(*) FILTER (WHERE (occurred_at AT TIME ZONE 'UTC')::date <> local_date),
              count(*) FILTER (WHERE (occurred_at AT TIME ZONE 'America/New_York')::date <> local_date),
              count(DISTINCT actor_id), count(DISTINCT (local_date, actor_id)) FILTER (WHERE actor_id IS NOT NULL),
              count(*) FILTER (WHERE event_type = 'cancelled') FROM flights.events
            """, database: database)
        #expect(totals == [["336776", "2512", "38444", "0", "4043", "251411", "8255"]])
    }

    private func checkExtents(_ inventory: DemoInventory) throws {
        let united = try #require(inventory.tenants.first { $0.id == "ua" })
        #expect(united.name == "United Air Lines Inc." && united.rowCount == 58_665)
        #expect(united.isolation == .rowSecurity(setting: "app.tenant_id", key: "ua"))
        #expect(united.firstDay.description == "2013-01-01" && united.lastDay.description == "2013-12-31")
        let shop = try #require(inventory.tenants.first { $0.id == "harbour-records" })
        #expect(shop.platform == "retail" && shop.isolation == .schema("harbour_records"))
        #expect(shop.firstDay.description == "1997-01-01" && shop.lastDay.description == "1998-06-30")
    }

    @Test func generatedRowsHoldTheAwkwardCases() throws {
        try Fixtures.withCluster { running throws in
            let inventory = try DemoTenants.load(into: running, datasets: nil) { _ in }
            #expect(inventory.shops == .generated && inventory.events == .generated)
            #expect(
                inventory.tenants.map(\.platform) == ["flights", "retail", "flights", "flights", "retail", "flights"])
            #expect(inventory.tenants.allSatisfy { $0.rowCount > 1_500 })
            let shop = try running.rows(
                """
                SELECT count(*) FILTER (WHERE revenue_minor = 0) > 0,
                  count(*) > count(DISTINCT (customer_id, placed_at, items, revenue_minor)),
                  count(DISTINCT customer_id) > 100, count(*) = max(id) FROM sample_bookshop.orders
                """, database: database)
            #expect(shop == [["t", "t", "t", "t"]])
            let events = try running.rows(
                """
                SELECT count(*) FILTER (WHERE actor_id IS NULL) > 0,
                  count(*) FILTER (WHERE (occurred_at AT TIME ZONE 'America/New_York')::date <> local_date),
                  count(*) FILTER (WHERE (occurred_at AT TIME ZONE 'UTC')::date <> local_date) > 0,
                  count(DISTINCT occurred_at) FILTER (WHERE local_date = '2025-11-02'
                    AND to_char(occurred_at AT TIME ZONE 'America/New_York', 'HH24:MI') = '01:30') FROM flights.events
                """, database: database)
            #expect(events == [["t", "0", "t", "2"]])
            // The same on every machine: the sums were taken once and must not move.
            let sums = try running.rows(
                """
                SELECT (SELECT sum(revenue_minor) FROM sample_bookshop.orders),
                  (SELECT sum(revenue_minor) FROM sample_toyshop.orders),
                  (SELECT count(*) FROM flights.events), (SELECT sum(distance) FROM flights.events)
                """, database: database)
            #expect(sums == [["16641875", "15872962", "10835", "14983842"]])
        }
    }

    @Test func readersSeeTheirOwnTenantOnly() throws {
        try Fixtures.withCluster { running throws in
            let inventory = try DemoTenants.load(into: running, datasets: nil) { _ in }
            let events = try #require(inventory.environment["ALMANAC_DEMO_EVENTS_URL"])
            let count = "SELECT count(*), count(DISTINCT tenant_id) FROM flights.events"
            // No tenant, and an empty one, are errors that say so: never an empty answer.
            for setting in ["", "SET app.tenant_id = ''; "] {
                let answer = try Fixtures.ask(events, setting + count)
                #expect(!answer.isAnswered && answer.text.contains("app.tenant_id is not set"))
            }
            let tenant = try #require(inventory.tenants.first { $0.id == "sample-jet" })
            let own = try Fixtures.ask(events, "SET app.tenant_id = 'sample-jet'; " + count)
            #expect(own.text == "\(tenant.rowCount)|1\n")
            #expect(try Fixtures.ask(events, "SET app.tenant_id = 'nobody'; " + count).text == "0|0\n")
            // A shop's reader has no right on the other shop.
            let books = try #require(inventory.environment["ALMANAC_DEMO_SAMPLE_BOOKSHOP_URL"])
            #expect(try Fixtures.ask(books, "SELECT count(*) > 0 FROM sample_bookshop.orders").text == "t\n")
            #expect(try !Fixtures.ask(books, "SELECT count(*) FROM sample_toyshop.orders").isAnswered)
            #expect(try !Fixtures.ask(books, "DELETE FROM sample_bookshop.orders").isAnswered)
            let roles = try running.rows(
                """
                SELECT count(*) FROM pg_roles WHERE (rolname = 'almanac_reader' OR rolname LIKE 'reader_%')
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
                """, database: database)
            #expect(roles == [["0"]])
        }
    }

    @Test(arguments: [
        ("CDNOW_master.txt", " customer_id  date number_of_cds  dollar_value\n 00001 19970101  1   11.7\n"),
        ("CDNOW_master.txt", "header\n 00001 19970101  1\n"),
        ("CDNOW_master.txt", "header\n 00001 1997-01-01 1 11.77\n"),
        ("CDNOW_master.txt", "header\n 00001 19970101 x 11.77\n"),
        ("CDNOW_master.txt", "header\n 1234567890123456789 19970101 1 11.77\n"),
    ])
    func unreadableFilesAreRefusedByLine(name: String, text: String) throws {
        let folder = Fixtures.scratch()
        let files = DiskFileStore()
        try files.makeFolder(folder)
        defer { try? files.removeFolder(folder) }
        try CommittedFile(store: files, random: SystemRandom()).commit(Array(text.utf8), to: folder.appending(name))
        try Fixtures.withCluster { running throws in
            let error = #expect(throws: DemonstrationError.self) {
                try DemoTenants.load(into: running, datasets: folder) { _ in }
            }
            #expect(error?.code == .datasetInvalid)
            #expect(error?.why.hasPrefix("line 2:") == true)
        }
    }
}
