internal import CivilTime
package import SystemPackage

/// Loads the tenants of the demonstration into a private cluster.
///
/// The shops get the CDNOW purchase log (69,659 rows) and the airlines the `nycflights13` flights (336,776 rows), each
/// from `CDNOW_master.txt`, and from `flights.csv` and `airlines.csv`, in the folder of data sets. What is not there is
/// replaced by made-up tenants. Those of the five platforms are always made up (`PlatformCollection`). All that a collection needs is loaded in one transaction together with a note of what
/// it was made from, so that a later run on the same cluster finds it whole, or not at all.
package enum DemoTenants {
    /// The database that is made.
    package static let database = "demo"

    /// Loads what is not there yet, gives the readers new passwords and says what there is.
    ///
    /// - Parameters:
    ///   - datasets: the folder with the public data sets, nil where there is none.
    ///   - platforms: of which platforms made-up tenants are loaded beside them.
    ///   - report: called with a line of text for each finished step.
    /// - Throws: `datasetInvalid` for a file that is not as published, `statementFailed`, `serverUnavailable`.
    package static func load(
        into cluster: RunningCluster, datasets: FilePath?, platforms: [GeneratedPlatform] = [], report: (String) -> Void
    ) throws -> DemoInventory {
        let shops = try ShopCollection(datasets: datasets, on: cluster.machine)
        let events = try EventCollection(datasets: datasets, on: cluster.machine)
        try makeDatabase(in: cluster)
        let loader = CollectionLoader(cluster: cluster)
        let shopsLoaded = try loader.load(
            "shops", fingerprint: shops.fingerprint, counted: shops.countQuery, script: shops.script, report: report)
        let eventsLoaded = try loader.load(
            "events", fingerprint: events.fingerprint, counted: events.countQuery, script: events.script, report: report
        )
        let members = PlatformCollection(platforms)
        let membersLoaded = try members.load(into: cluster, report: report)
        let tenants = try shops.tenants(in: cluster) + events.tenants(in: cluster) + members.tenants
        return DemoInventory(
            tenants: tenants.sorted { $0.id < $1.id },
            environment: try environment(of: cluster, shops: shops.shops, members: members.members),
            shops: shops.origin, events: events.origin,
            wasReused: !shopsLoaded && !eventsLoaded && !membersLoaded)
    }

    private static func makeDatabase(in cluster: RunningCluster) throws {
        let found = try cluster.rows("SELECT 1 FROM pg_database WHERE datname = '\(database)'", database: "postgres")
        if found.isEmpty {
            try cluster.executeAlone(
                "CREATE DATABASE \(database) TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
                database: "postgres", to: "make the demo's database")
        }
        try cluster.execute(
            """
            CREATE SCHEMA IF NOT EXISTS demonstration;
            CREATE TABLE IF NOT EXISTS demonstration.loaded (
              collection text PRIMARY KEY, fingerprint text NOT NULL, rows bigint NOT NULL);
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            """, database: database, to: "prepare the demo's database")
    }

    /// Gives every reader a new password and answers the URLs that hold them.
    private static func environment(
        of cluster: RunningCluster, shops: [ShopCollection.Shop], members: [PlatformCollection.Member]
    ) throws -> [String: String] {
        var readers = Dictionary(uniqueKeysWithValues: shops.map { ($0.urlVariable, $0.reader) })
        readers[EventCollection.urlVariable] = EventCollection.reader
        for member in members {
            readers[member.urlVariable] = member.reader
            if let answerer = member.answerer { readers[member.answererVariable] = answerer }
        }
        var script = ""
        let urls = readers.mapValues { reader in
            let password = cluster.machine.token()
            script += "ALTER ROLE \(reader) PASSWORD '\(password)';\n"
            return cluster.url(role: reader, password: password, database: database)
        }
        try cluster.execute(script, database: database, to: "set the passwords of the demo's readers")
        return urls
    }
}

/// Loads a collection unless the same rows are there.
private struct CollectionLoader {
    let cluster: RunningCluster

    /// Answers whether anything had to be loaded.
    func load(
        _ collection: String, fingerprint: String, counted: String, script: () throws -> [UInt8],
        report: (String) -> Void
    ) throws -> Bool {
        let noted = try cluster.rows(
            "SELECT fingerprint, rows FROM demonstration.loaded WHERE collection = '\(collection)'",
            database: DemoTenants.database)
        if let note = noted.first, note.count == 2, note[0] == fingerprint,
            try cluster.rows(counted, database: DemoTenants.database) == [[note[1]]]
        {
            report("Found the \(collection): \(note[1]) rows from an earlier run")
            return false
        }
        let note = """
            INSERT INTO demonstration.loaded SELECT '\(collection)', '\(fingerprint)', (\(counted))
              ON CONFLICT (collection) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, rows = EXCLUDED.rows;

            """
        try cluster.execute(
            try script() + Array(note.utf8), database: DemoTenants.database, to: "load the demo's \(collection)")
        let rows = try cluster.rows(counted, database: DemoTenants.database).first?.first ?? "0"
        report("Loaded the \(collection): \(rows) rows")
        return true
    }
}

extension ShopCollection {
    /// Counts the rows of all shops; fails where a table is missing.
    var countQuery: String {
        "SELECT " + shops.map { "(SELECT count(*) FROM \($0.schema).orders)" }.joined(separator: " + ")
    }

    func tenants(in cluster: RunningCluster) throws -> [DemoTenant] {
        try shops.map { shop in
            let found = try cluster.rows(
                """
                SELECT count(*), min((placed_at AT TIME ZONE '\(shop.timeZone)')::date),
                  max((placed_at AT TIME ZONE '\(shop.timeZone)')::date) FROM \(shop.schema).orders
                """, database: DemoTenants.database)
            let extent = try TenantExtent(found.first ?? [], of: shop.id)
            return DemoTenant(
                id: shop.id, name: shop.name, platform: "retail", timeZone: shop.timeZone, currency: shop.currency,
                isolation: .schema(shop.schema), urlVariable: shop.urlVariable, rowCount: extent.rowCount,
                firstDay: extent.firstDay, lastDay: extent.lastDay)
        }
    }
}

extension EventCollection {
    /// Counts the rows of the shared table; fails where it is missing.
    var countQuery: String { "SELECT count(*) FROM flights.events" }

    func tenants(in cluster: RunningCluster) throws -> [DemoTenant] {
        let found = try cluster.rows(
            "SELECT tenant_id, count(*), min(local_date), max(local_date) FROM flights.events GROUP BY tenant_id",
            database: DemoTenants.database)
        let extents = try Dictionary(
            found.map { ($0[0], try TenantExtent(Array($0.dropFirst()), of: $0[0])) },
            uniquingKeysWith: { first, _ in first })
        return try airlines.map { airline in
            guard let extent = extents[airline.id] else {
                throw DemonstrationError(
                    .datasetInvalid, "load the demo's events", why: "the airline '\(airline.id)' has no flight")
            }
            return DemoTenant(
                id: airline.id, name: airline.name, platform: "flights", timeZone: Self.timeZone, currency: "USD",
                isolation: .rowSecurity(setting: Self.setting, key: airline.id), urlVariable: Self.urlVariable,
                rowCount: extent.rowCount, firstDay: extent.firstDay, lastDay: extent.lastDay)
        }
    }
}

/// How many rows a tenant has, and the local dates that they span.
private struct TenantExtent {
    let rowCount: Int64
    let firstDay: LocalDate
    let lastDay: LocalDate

    /// - Throws: `datasetInvalid` where there are no rows.
    init(_ row: [String], of tenant: String) throws {
        guard row.count == 3, let count = Int64(row[0]), count > 0, let first = try? LocalDate(parsing: row[1]),
            let last = try? LocalDate(parsing: row[2])
        else {
            throw DemonstrationError(.datasetInvalid, "load the demo's tenants", why: "'\(tenant)' has no rows")
        }
        (rowCount, firstDay, lastDay) = (count, first, last)
    }
}
