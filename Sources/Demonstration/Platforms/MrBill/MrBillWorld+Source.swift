internal import CivilTime

extension MrBillWorld {
    /// The tenant's tables and truths.
    func source() -> GeneratedSource {
        var rows = MrBillRows(world: self)
        var requests = MrBillRequests(world: self)
        let tables = rows.people() + rows.pocs() + requests.tables()
        return GeneratedSource(
            tenant: tenant, timezone: clock.zone, currency: currency, statements: MrBillSchema.statements,
            tables: tables + MrBillDojos(world: self).tables(), finishing: [],
            truths: MrBillTruths(world: self, pending: requests.pending).values)
    }
}

/// Writes a tenant's developers and their POCs.
private struct MrBillRows {
    private var bits: SeededBits
    private let world: MrBillWorld

    init(world: MrBillWorld) {
        self.world = world
        bits = world.bits
    }

    mutating func people() -> [GeneratedTable] {
        var tenants = GeneratedTable("tenants", ["tenant_id", "name", "tz", "created_at"])
        let start = world.clock.instant(MrBillWorld.days.lowerBound, minute: 0)
        tenants.row(world.id, "Guild of \(world.clock.zone)", world.clock.zone, start.instantText)
        var users = GeneratedTable(
            "users",
            [
                "user_id", "email", "password_hash", "full_name", "role", "created_at", "updated_at", "last_login_at",
                "status",
            ])
        var members = GeneratedTable("tenant_users", ["tenant_id", "user_id", "joined_at", "left_at"])
        for (index, developer) in world.developers.enumerated() {
            let isGone = developer.leftAt != nil && developer.returnedAt == nil
            let until = developer.returnedAt == nil ? developer.leftAt ?? world.asOf : world.asOf
            let login = max(developer.joinedAt, until - Int64(1 + bits.below(20_000)) * .minute)
            users.row(
                developer.id, "developer\(index + 1)@example.org", "not-a-hash", developer.name,
                index == 0 ? "ADMIN" : "USER", developer.joinedAt.instantText, login.instantText, login.instantText,
                isGone ? "INACTIVE" : "ACTIVE")
            members.row(
                world.id, developer.id, developer.joinedAt.instantText, developer.leftAt.map(\.instantText))
            if let returned = developer.returnedAt { members.row(world.id, developer.id, returned.instantText, nil) }
        }
        return [tenants, users, members]
    }

    mutating func pocs() -> [GeneratedTable] {
        var pocs = GeneratedTable(
            "pocs",
            [
                "poc_id", "user_id", "name", "description", "repository_url", "language", "is_public", "created_at",
                "updated_at", "deleted_at",
            ])
        var tags = GeneratedTable("poc_tags", ["poc_id", "tag", "created_at"])
        var frameworks = GeneratedTable("poc_frameworks", ["poc_id", "framework", "created_at"])
        for (number, poc) in world.pocs.enumerated() {
            let created = poc.createdAt.instantText
            pocs.row(
                poc.id, world.developers[poc.owner].id, poc.name, bits.percent(70) ? "What came of \(poc.name)" : nil,
                "https://git.example.org/\(poc.owner + 1)/poc-\(number + 1)", poc.language,
                bits.percent(30) ? "t" : "f", created, poc.updatedAt.instantText, poc.deletedAt.map(\.instantText))
            // They come with the POC's row, also where that comes late.
            let entered = poc.enteredAt.instantText
            for tag in poc.tags { tags.row(poc.id, tag, entered) }
            for framework in poc.frameworks { frameworks.row(poc.id, framework, entered) }
        }
        return [pocs, tags, frameworks]
    }
}
