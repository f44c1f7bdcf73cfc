internal import CivilTime

extension NexusWorld {
    /// The tenant's tables and truths.
    func source() -> GeneratedSource {
        let commerce = NexusCommerce(world: self)
        let metrics = NexusMetrics(world: self)
        var rows = NexusRows(world: self, commerce: commerce, metrics: metrics)
        let tables = rows.people() + rows.products() + rows.contracts() + rows.content() + rows.shop() + rows.platform()
        return GeneratedSource(
            tenant: tenant, timezone: clock.zone, currency: currency, statements: NexusSchema.statements,
            tables: tables,
            finishing: ["select setval(pg_get_serial_sequence('commerce_events', 'id'), max(id)) from commerce_events"],
            truths: NexusTruths(world: self, commerce: commerce, metrics: metrics).values)
    }
}

/// Writes the tables of a tenant.
private struct NexusRows {
    private let world: NexusWorld
    private let commerce: NexusCommerce
    private let metrics: NexusMetrics
    private var bits: SeededBits

    init(world: NexusWorld, commerce: NexusCommerce, metrics: NexusMetrics) {
        self.world = world
        self.commerce = commerce
        self.metrics = metrics
        bits = SeededBits(seed: world.bits.peek ^ 0x726F_7773)
    }

    private func day(_ date: LocalDate, minute: Int = 0) -> String {
        world.clock.instant(date, minute: minute).instantText
    }

    // MARK: People and campaigns

    mutating func people() -> [GeneratedTable] {
        let start = day(NexusWorld.days.lowerBound)
        var workspaces = GeneratedTable("workspaces", ["id", "name", "tz", "currency", "created_at"])
        workspaces.row(world.workspace, "Brand of \(world.clock.zone)", world.clock.zone, world.currency, start)
        var users = GeneratedTable("users", ["id", "workspace_id", "role", "created_at"])
        for role in ["owner", "analyst"] { users.row(bits.identifier(), world.workspace, role, start) }
        var creators = GeneratedTable(
            "creators", ["id", "user_id", "handle", "trust_score", "verified_at", "created_at"])
        for creator in world.creators {
            let joined = creator.joinedAt
            users.row(creator.user, nil, "creator", joined.instantText)
            let verified = joined + 3 * .day
            creators.row(
                creator.id, creator.user, creator.handle, "\(55 + bits.below(44)).\(10 + bits.below(90))",
                bits.percent(70) && verified < world.asOf ? verified.instantText : nil, joined.instantText)
        }
        var campaigns = GeneratedTable(
            "campaigns",
            ["id", "workspace_id", "name", "budget_minor", "currency", "status", "starts_at", "ends_at", "created_at"])
        for campaign in world.campaigns {
            let isOver = campaign.days.upperBound <= NexusWorld.days.upperBound
            campaigns.row(
                campaign.id, world.workspace, campaign.name, "\(campaign.budget)", world.currency,
                isOver ? "completed" : "active", day(campaign.days.lowerBound), day(campaign.days.upperBound),
                day(campaign.days.lowerBound.adding(days: -9), minute: 600))
        }
        return [workspaces, users, creators, campaigns]
    }

    mutating func contracts() -> [GeneratedTable] {
        var applications = GeneratedTable(
            "applications", ["id", "campaign_id", "creator_id", "bid_minor", "status", "created_at", "decided_at"])
        var contracts = GeneratedTable(
            "contracts",
            ["id", "campaign_id", "creator_id", "amount_minor", "currency", "signed_at", "due_at", "completed_at"])
        for contract in world.contracts {
            let campaign = world.campaigns[contract.campaign].id
            contracts.row(
                contract.id, campaign, world.creators[contract.creator].id, "\(contract.amount)", world.currency,
                contract.signedAt.instantText, contract.dueAt.instantText, contract.completedAt?.instantText)
            let applied = contract.signedAt - Int64(30 + bits.below(200)) * .hour
            applications.row(
                bits.identifier(), campaign, world.creators[contract.creator].id, "\(contract.amount)", "accepted",
                applied.instantText, contract.signedAt.instantText)
            for _ in 0..<bits.below(4) {
                let other = bits.below(world.creators.count)
                guard world.creators[other].joinedAt < applied else { continue }
                let isDecided = !bits.once(in: 6)
                applications.row(
                    bits.identifier(), campaign, world.creators[other].id,
                    bits.percent(20) ? nil : "\(contract.amount / 100 * Int64(80 + bits.below(90)))",
                    isDecided ? "declined" : "pending", applied.instantText,
                    isDecided ? contract.signedAt.instantText : nil)
            }
        }
        return [applications, contracts]
    }

    // MARK: Content

    mutating func content() -> [GeneratedTable] {
        var content = GeneratedTable(
            "content",
            [
                "id", "campaign_id", "creator_id", "kind", "status", "predicted_score", "created_at", "submitted_at",
                "approved_at", "revision",
            ])
        var tags = GeneratedTable("product_tags", ["content_id", "product_id"])
        var checks = GeneratedTable(
            "moderation_checks", ["id", "content_id", "check_type", "result", "checked_at"])
        for piece in world.content {
            let isSubmitted = piece.submittedAt < world.asOf
            content.row(
                piece.id, piece.campaign.map { world.campaigns[$0].id }, world.creators[piece.creator].id, piece.kind,
                piece.approvedAt != nil ? "approved" : isSubmitted ? "submitted" : "draft",
                "\(30 + bits.below(69)).\(10 + bits.below(90))", piece.createdAt.instantText,
                isSubmitted ? piece.submittedAt.instantText : nil, piece.approvedAt?.instantText, "\(piece.revision)")
            let first = bits.below(world.products.count)
            for number in 0...bits.below(3) {
                tags.row(piece.id, world.products[(first + number) % world.products.count].id)
            }
            guard isSubmitted else { continue }
            for check in ["disclosure", "brand_safety"] {
                let at = min(world.asOf - .minute, piece.submittedAt + Int64(bits.below(900)) * .minute)
                checks.row(
                    bits.identifier(), piece.id, check, bits.once(in: 11) ? "fail" : "pass", at.instantText)
            }
        }
        return [content] + posts() + [tags, checks]
    }

    private func posts() -> [GeneratedTable] {
        var posts = GeneratedTable("posts", ["id", "content_id", "platform", "published_at", "status"])
        for post in world.posts {
            posts.row(
                post.id, world.content[post.content].id, post.platform, post.publishedAt.instantText, "published")
        }
        var readings = GeneratedTable(
            "post_metrics",
            ["post_id", "observed_at", "views", "reach", "likes", "comments", "shares", "saves"])
        for reading in metrics.readings {
            let counters = reading.counters
            readings.row(
                world.posts[reading.post].id, reading.at.instantText, "\(counters[0])", "\(counters[1])",
                "\(counters[2])", "\(counters[3])", "\(counters[4])", "\(counters[5])")
        }
        return [posts, readings]
    }

    // MARK: Commerce

    func products() -> [GeneratedTable] {
        var products = GeneratedTable("products", ["id", "workspace_id", "sku", "title", "price_minor", "currency"])
        for (number, product) in world.products.enumerated() {
            products.row(
                product.id, world.workspace, "SKU-\(100 + number)", product.title, "\(product.price)", world.currency)
        }
        return [products]
    }

    func shop() -> [GeneratedTable] {
        var orders = GeneratedTable(
            "orders",
            [
                "id", "workspace_id", "visitor_id", "external_id", "items_minor", "shipping_minor", "tax_minor",
                "currency", "status", "placed_at",
            ])
        for (number, order) in commerce.orders.enumerated() {
            let shipping = order.items < 60 * NexusWorld.unit ? 5 * NexusWorld.unit : 0
            orders.row(
                order.id, world.workspace, order.visitor, "O-\(10_000 + number)", "\(order.items)", "\(shipping)",
                "\(order.items / 5)", world.currency, order.status, order.placedAt.instantText)
        }
        var refunds = GeneratedTable("order_refunds", ["id", "order_id", "items_minor", "refunded_at"])
        for refund in commerce.refunds {
            refunds.row(refund.id, commerce.orders[refund.order].id, "\(refund.items)", refund.at.instantText)
        }
        return [events(), orders, refunds]
    }

    /// In the order in which they were written down.
    private func events() -> GeneratedTable {
        var table = GeneratedTable(
            "commerce_events",
            [
                "id", "workspace_id", "visitor_id", "session_id", "kind", "channel", "campaign_id", "content_id",
                "product_id", "occurred_at", "recorded_at",
            ])
        let events = commerce.events
        let order = events.indices.sorted { (events[$0].recordedAt, $0) < (events[$1].recordedAt, $1) }
        for (number, place) in order.enumerated() {
            let event = events[place]
            table.row(
                "\(number + 1)", world.workspace, event.visitor, event.session, event.kind, event.channel,
                event.campaign.map { world.campaigns[$0].id }, event.content.map { world.content[$0].id },
                event.product.map { world.products[$0].id }, event.at.instantText, event.recordedAt.instantText)
        }
        return table
    }

    // MARK: The platform itself

    mutating func platform() -> [GeneratedTable] {
        var payments = GeneratedTable(
            "payments",
            [
                "id", "workspace_id", "contract_id", "creator_id", "gross_minor", "fee_minor", "currency", "status",
                "paid_at",
            ])
        for contract in world.contracts {
            guard let completed = contract.completedAt else { continue }
            let paid = completed + Int64(2 + bits.below(12)) * .day
            let isPaid = paid < world.asOf
            payments.row(
                bits.identifier(), world.workspace, contract.id, world.creators[contract.creator].id,
                "\(contract.amount)", "\(contract.amount / 10)", world.currency, isPaid ? "paid" : "pending",
                isPaid ? paid.instantText : nil)
        }
        return [payments] + subscriptions() + [trends()]
    }

    /// A starter plan that becomes a larger one in the eighth month, and what is metered of it.
    private mutating func subscriptions() -> [GeneratedTable] {
        var subscriptions = GeneratedTable(
            "subscriptions",
            [
                "id", "workspace_id", "plan", "price_minor", "currency", "interval_unit", "started_at", "ended_at",
                "status",
            ])
        var usage = GeneratedTable("usage_records", ["subscription_id", "meter", "quantity", "at"])
        let (start, change) = (NexusWorld.days.lowerBound, NexusWorld.days.lowerBound.adding(months: 7))
        let ids = [bits.identifier(), bits.identifier()]
        subscriptions.row(
            ids[0], world.workspace, "starter", "\(49 * NexusWorld.unit)", world.currency, "month", day(start),
            day(change), "ended")
        subscriptions.row(
            ids[1], world.workspace, "growth", "\(149 * NexusWorld.unit)", world.currency, "month", day(change), nil,
            "active")
        for month in 0..<18 {
            let at = day(start.adding(months: month + 1), minute: -60)
            usage.row(ids[month < 7 ? 0 : 1], "renders", "\(40 + 9 * month + bits.below(30)).5000", at)
        }
        return [subscriptions, usage]
    }

    private mutating func trends() -> GeneratedTable {
        var table = GeneratedTable("trend_observations", ["term", "platform", "observed_at", "mentions"])
        let terms = [(NexusTruths.risingTerm, 12, 3), ("minimal", 60, 0), ("thrifted", 45, 0), ("cosy", 70, -1)]
        for (age, date) in NexusWorld.days.enumerated() {
            let isWeekend = date.weekday.rawValue >= Weekday.saturday.rawValue
            for (term, base, growth) in terms {
                for platform in ["tiktok", "instagram"] {
                    let level = max(4, base + growth * age / 12) * (isWeekend ? 13 : 10) / 10
                    table.row(term, platform, day(date, minute: 1_380), "\(level + bits.below(1 + level / 3))")
                }
            }
        }
        return table
    }
}
