internal import CivilTime

extension UstaWorld {
    /// The tenant's tables and truths.
    func source() -> GeneratedSource {
        let history = UstaHistory(self)
        return GeneratedSource(
            tenant: tenant, timezone: clock.zone, currency: currency, statements: UstaSchema.statements,
            tables: UstaRows(history).tables(), finishing: [], truths: UstaTruths(history).values)
    }
}

/// Writes the tables of a tenant of Usta in the order that foreign keys allow.
private struct UstaRows {
    private let history: UstaHistory
    private var world: UstaWorld { history.world }

    init(_ history: UstaHistory) { self.history = history }

    func tables() -> [GeneratedTable] {
        let record = history.record
        return [
            users(), skills(), challenges(), record.starts, record.completions, videos(), record.views, record.likes,
            record.comments, record.shares, record.validations, record.endorsements, progress(), record.experience,
            record.followers, record.jobs, record.jobViews, record.applications, record.payments,
        ]
    }

    private func users() -> GeneratedTable {
        var table = GeneratedTable(
            "users",
            [
                "id", "username", "level", "total_xp", "current_streak", "longest_streak", "is_usta", "premium_until",
                "tz", "country", "created_at", "deleted_at",
            ])
        for (index, person) in world.people.enumerated() {
            let streaks = streaks(history.experienceDays[index], today: person.clock.localDate(world.asOf - 1))
            table.row(
                person.id, person.name, level(history.experience[index]), "\(history.experience[index])",
                "\(streaks.current)", "\(streaks.longest)", person.isTeacher ? "t" : "f",
                history.record.premiumUntil[index].map(\.instantText), person.clock.zone, person.country,
                person.joinedAt.instantText, person.deletedAt.map(\.instantText))
        }
        return table
    }

    private func level(_ experience: Int) -> String {
        switch experience {
        case ..<200: "novice"
        case ..<1_000: "apprentice"
        case ..<3_000: "journeyman"
        case ..<6_000: "usta"
        default: "master_usta"
        }
    }

    /// The run that is alive, today pending, and the longest one.
    private func streaks(_ days: [LocalDate], today: LocalDate) -> (current: Int, longest: Int) {
        var (run, longest, last) = (0, 0, LocalDate.earliest)
        for day in Set(days).sorted() {
            run = last.adding(days: 1) == day ? run + 1 : 1
            (longest, last) = (max(longest, run), day)
        }
        return (last.adding(days: 1) >= today ? run : 0, longest)
    }

    private func skills() -> GeneratedTable {
        var table = GeneratedTable("skills", ["id", "name", "category"])
        for skill in world.skills { table.row(skill.id, skill.name, skill.category) }
        return table
    }

    private func challenges() -> GeneratedTable {
        var table = GeneratedTable(
            "challenges",
            [
                "id", "creator_id", "title", "category", "difficulty", "xp_reward", "is_active", "created_at",
                "expires_at",
            ])
        for (index, challenge) in history.challenges.enumerated() {
            let expiresAt = challenge.createdAt + 90 * .day
            table.row(
                challenge.id, world.people[challenge.person].id, "Challenge \(index + 1)",
                UstaWorld.categories[challenge.category], "\(challenge.difficulty)",
                "\(40 + 20 * challenge.difficulty)", expiresAt > world.asOf ? "t" : "f",
                challenge.createdAt.instantText, expiresAt.instantText)
        }
        return table
    }

    private func videos() -> GeneratedTable {
        var table = GeneratedTable(
            "videos",
            [
                "id", "user_id", "challenge_id", "duration_s", "status", "hashtags", "view_count", "like_count",
                "comment_count", "share_count", "is_public", "is_deleted", "created_at", "ready_at",
            ])
        for (index, video) in history.videos.enumerated() {
            let category = UstaWorld.categories[video.category]
            let rest = video.duration % 100
            table.row(
                video.id, world.people[video.person].id, video.challenge.map { history.challenges[$0].id },
                "\(video.duration / 100).\(rest < 10 ? "0" : "")\(rest)", video.status,
                index % 5 == 0 ? "{}" : index % 3 == 0 ? "{\(category)}" : "{\(category),handmade}", "\(video.views)",
                "\(video.likes)", "\(video.comments)", "\(video.shares)", index % 23 == 22 ? "f" : "t",
                video.isDeleted ? "t" : "f", video.createdAt.instantText,
                video.readyAt.map(\.instantText))
        }
        return table
    }

    private func progress() -> GeneratedTable {
        var table = GeneratedTable("user_progress", ["user_id", "skill_id", "level", "updated_at"])
        for key in history.record.progress.keys.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) {
            guard let known = history.record.progress[key] else { continue }
            table.row(world.people[key[0]].id, known.skill, known.level, known.at.instantText)
        }
        return table
    }
}
