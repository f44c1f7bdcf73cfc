internal import CivilTime

/// What reports of a tenant must say, counted from its history and not from its tables.
struct NexusTruths {
    let world: NexusWorld
    let commerce: NexusCommerce
    let metrics: NexusMetrics

    /// The term that is spoken of more each month.
    static let risingTerm = "repairable"

    var values: [String: TruthValue] {
        let paid = commerce.orders.filter(\.isPaid)
        return [
            "currency": .text(world.currency), "timezone": .text(world.clock.zone),
            "as_of": .text(world.asOf.instantText),
            "orders": .number(Int64(commerce.orders.count)), "paid_orders": .number(Int64(paid.count)),
            "paid_minor": .number(paid.reduce(0) { $0 + $1.items }),
            "refunds_minor": .number(commerce.refunds.reduce(0) { $0 + $1.items }),
            "touches": .number(Int64(commerce.events.count { $0.kind == "click" })),
            "late_events": .number(Int64(commerce.events.count { $0.recordedAt - $0.at >= .day })),
            "contracts_minor": .number(world.contracts.reduce(0) { $0 + $1.amount }),
            "over_budget": overBudget, "known_journey": knownJourney, "known_post": knownPost,
            "rising_term": .text(Self.risingTerm),
            "corrections": .number(Int64(corrections)),
        ]
    }

    private var overBudget: TruthValue {
        let campaign = world.campaigns[NexusWorld.overBudget]
        let spent = world.contracts.filter { $0.campaign == NexusWorld.overBudget }.reduce(0) { $0 + $1.amount }
        return .object([
            "id": .text(campaign.id), "name": .text(campaign.name), "budget_minor": .number(campaign.budget),
            "spent_minor": .number(spent),
        ])
    }

    /// Weights 1/7, 2/7, 4/7 by time, 2/5, 1/5, 2/5 by position, and thirds, of which the first gets the odd one.
    private var knownJourney: TruthValue {
        let items = NexusCommerce.knownItems
        let credits: [String: [Int64]] = [
            "first": [items, 0, 0], "last": [0, 0, items], "last_non_direct": [0, 0, items],
            "linear": [items / 3 + items % 3, items / 3, items / 3],
            "position_based": [items * 2 / 5, items / 5, items * 2 / 5],
            "time_decay": [items / 7, items * 2 / 7, items * 4 / 7],
            "shapley": [items / 3 + items % 3, items / 3, items / 3],
        ]
        let order = commerce.orders.first { $0.visitor == NexusCommerce.knownVisitor }
        return .object([
            "order": .text(order?.id ?? ""), "items_minor": .number(items),
            "refund_minor": .number(NexusCommerce.knownRefund),
            "channels": .list(["creator", "search", "email"].map { .text($0) }),
            "credits": .object(credits.mapValues { .list($0.map { .number($0) }) }),
        ])
    }

    private var knownPost: TruthValue {
        .object([
            "id": .text(world.posts[NexusMetrics.knownPost].id),
            "views": .list(NexusMetrics.knownViews.map { .number($0) }),
            "grown": .number(3_500), "corrected": .number(-500),
        ])
    }

    /// Nights on which a post's views fell.
    private var corrections: Int {
        zip(metrics.readings, metrics.readings.dropFirst()).count {
            $0.post == $1.post && $1.counters[0] < $0.counters[0]
        }
    }
}
