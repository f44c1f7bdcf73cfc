internal import CivilTime

/// What reports of a tenant must say, counted from its history and not from its tables.
struct MrBillTruths {
    let world: MrBillWorld
    let pending: [MrBillRequests.Pending]

    var values: [String: TruthValue] {
        let alive = world.pocs.filter { $0.deletedAt == nil }
        return [
            "currency": .text(world.currency), "timezone": .text(world.clock.zone),
            "as_of": .text(world.asOf.instantText), "developers": .number(Int64(world.developers.count)),
            "pocs": .number(Int64(world.pocs.count)), "pocs_alive": .number(Int64(alive.count)),
            "rising_language": .text(MrBillTechnologies.rising), "falling_language": .text(MrBillTechnologies.falling),
            "rising_tag": .text(MrBillTechnologies.risingTag),
            "known_developer": knownDeveloper(alive.filter { $0.owner == 0 }),
            "pending_requests": .list(
                pending.map { request in
                    .object([
                        "id": .text(request.id), "type": .text(request.type), "format": .text(request.format),
                        "user": .text(world.developers[request.developer].id),
                    ])
                }),
        ]
    }

    /// The year of the developer about whom all is known.
    private func knownDeveloper(_ pocs: [MrBillPOC]) -> TruthValue {
        let dates = pocs.map { world.clock.localDate($0.createdAt) }
        let places = pocs.indices.filter { MrBillWorld.year.contains(dates[$0]) }
        let year = places.map { pocs[$0] }
        let days = places.map { dates[$0] }
        let gaps = zip(days, days.dropFirst()).map { $0.days(until: $1) }
        // A year before the first day of the year after.
        let before = MrBillWorld.year.lowerBound.adding(years: -1)..<MrBillWorld.year.lowerBound
        return .object([
            "id": .text(world.developers[0].id), "name": .text(world.developers[0].name),
            "pocs": .number(Int64(year.count)),
            "pocs_year_before": .number(Int64(dates.count { before.contains($0) })),
            "joined_rows": .number(
                Int64(year.reduce(0) { $0 + max(1, $1.tags.count) * max(1, $1.frameworks.count) })),
            "first": .text(days.first.map { "\($0)" } ?? ""), "last": .text(days.last.map { "\($0)" } ?? ""),
            "longest_gap_days": .number(Int64(gaps.max() ?? 0)), "longest_week_streak": .number(weeks(days)),
            "by_language": counts(year.map { $0.language ?? "(none)" }), "by_tag": counts(year.flatMap(\.tags)),
            "by_month": counts(days.map { "\($0.startOfMonth)" }),
        ])
    }

    /// The most weeks in a row with a day in each.
    private func weeks(_ days: [LocalDate]) -> Int64 {
        var (longest, current): (Int64, Int64) = (0, 0)
        var last: LocalDate?
        for week in days.map({ $0.startOfWeek(.monday) }) where week != last {
            current = last.map { $0.adding(days: 7) == week } ?? false ? current + 1 : 1
            longest = max(longest, current)
            last = week
        }
        return longest
    }

    private func counts(_ values: [String]) -> TruthValue {
        .object(values.reduce(into: [String: Int64]()) { $0[$1, default: 0] += 1 }.mapValues { .number($0) })
    }
}
