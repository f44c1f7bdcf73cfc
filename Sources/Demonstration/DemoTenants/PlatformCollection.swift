internal import CivilTime
internal import PostgresCopy

/// The made-up tenants of the five platforms, with a schema each: as large as a look at all reports needs.
struct PlatformCollection {
    /// A tenant with its rows.
    struct Member {
        let platform: GeneratedPlatform
        let source: GeneratedSource

        /// The role that reads the tenant's schema and no other.
        var reader: String { "reader_\(source.schema)" }
        /// The variable of its URL.
        var urlVariable: String { "ALMANAC_DEMO_\(source.schema.uppercased())_URL" }
        /// The role that answers the tenant's requests: it reads and changes their table and nothing else.
        var answerer: String? { platform.requestTable.map { _ in "requests_\(source.schema)" } }
        /// The variable of its URL.
        var answererVariable: String { "ALMANAC_DEMO_\(source.schema.uppercased())_REQUESTS_URL" }
        /// What tells whether the rows that are there are these.
        var fingerprint: String { "platforms 1 \(source.tenant) \(source.rowCount)" }
    }

    let members: [Member]
    /// How many tenants each platform has.
    static let tenantCount = 2
    /// How large the first is, beside what `almanac generate` makes.
    static let scale = 0.25
    /// The day on which the made-up data ends.
    static let lastDay = LocalDate(daysSinceEpoch: 20_634)

    init(_ platforms: [GeneratedPlatform]) {
        members = platforms.flatMap { platform in
            (1...Self.tenantCount).map { index in
                Member(platform: platform, source: platform.source(index: index, scale: Self.scale, seed: 1))
            }
        }
    }

    /// Loads those that are not there yet, each in one transaction; what it was made from is noted behind it.
    ///
    /// - Returns: whether anything had to be loaded.
    func load(into cluster: RunningCluster, report: (String) -> Void) throws -> Bool {
        guard !members.isEmpty else { return false }
        let known = try Set(
            cluster.rows(
                "SELECT fingerprint FROM demonstration.loaded JOIN pg_namespace ON nspname = collection",
                database: DemoTenants.database
            ).compactMap(\.first))
        let missing = members.filter { !known.contains($0.fingerprint) }
        guard !missing.isEmpty else {
            report("Found the tenants of \(platformCount) platforms from an earlier run")
            return false
        }
        let connection = try PostgresConnection(cluster.socketURL(database: DemoTenants.database))
        for member in missing { try load(member, over: connection, cluster) }
        report("Loaded \(missing.count) tenants of \(platformCount) platforms: \(rowCount(of: missing)) rows")
        return true
    }

    private var platformCount: Int { Set(members.map(\.platform)).count }

    private func rowCount(of members: [Member]) -> Int64 { members.reduce(0) { $0 + $1.source.rowCount } }

    private func load(_ member: Member, over connection: PostgresConnection, _ cluster: RunningCluster) throws {
        do {
            try member.source.load(into: connection, replaces: true)
        } catch let error as PostgresError {
            throw DemonstrationError(
                .statementFailed, "load tenant '\(member.source.tenant)'", why: "\(error)")
        }
        let schema = member.source.schema
        var script = """
            \(DemoRoles.create(member.reader))
            GRANT USAGE ON SCHEMA \(schema) TO \(member.reader);
            GRANT SELECT ON ALL TABLES IN SCHEMA \(schema) TO \(member.reader);

            """
        if let answerer = member.answerer, let table = member.platform.requestTable {
            script += """
                DO $$ BEGIN
                  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(answerer)') THEN
                    CREATE ROLE \(answerer) LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                  END IF;
                END $$;
                GRANT USAGE ON SCHEMA \(schema) TO \(answerer);
                GRANT SELECT, UPDATE ON \(schema).\(table) TO \(answerer);

                """
        }
        script += """
            INSERT INTO demonstration.loaded VALUES ('\(schema)', '\(member.fingerprint)', \(member.source.rowCount))
              ON CONFLICT (collection) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, rows = EXCLUDED.rows;
            """
        try cluster.execute(script, database: DemoTenants.database, to: "let tenant '\(member.source.tenant)' be read")
    }

    /// The tenants as their files describe them.
    var tenants: [DemoTenant] {
        members.map { member in
            let source = member.source
            // "Africa/Lagos" is called by its city.
            let city = source.timezone.split(separator: "/").last.map { $0.replacing("_", with: " ") } ?? ""
            return DemoTenant(
                id: source.tenant, name: "\(member.platform.title) \(city)", platform: member.platform.rawValue,
                timeZone: source.timezone, currency: source.currency, isolation: .schema(source.schema),
                urlVariable: member.urlVariable, requestsVariable: member.answerer.map { _ in member.answererVariable },
                rowCount: source.rowCount, firstDay: Self.lastDay.adding(months: -18), lastDay: Self.lastDay)
        }
    }
}

extension GeneratedPlatform {
    /// The name for people.
    var title: String {
        switch self {
        case .hustlex: "HustleX"
        case .mrbill: "Mr Bill"
        case .nexus: "NEXUS"
        case .usta: "Usta"
        case .upcoach: "UpCoach"
        }
    }

    /// The table whose rows ask for reports.
    var requestTable: String? { self == .mrbill ? "content_requests" : nil }
}
