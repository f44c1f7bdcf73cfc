internal import CivilTime

/// What is written down while a tenant of Usta lives: rows that never change again, and counts that reports must find.
struct UstaRecord {
    var views = GeneratedTable(
        "video_views", ["video_id", "viewer_id", "started_at", "watched_s", "source", "recorded_at"])
    var likes = GeneratedTable("video_likes", ["video_id", "user_id", "created_at", "removed_at"])
    var comments = GeneratedTable("video_comments", ["id", "video_id", "user_id", "created_at", "deleted_at"])
    var shares = GeneratedTable("video_shares", ["video_id", "user_id", "target", "created_at"])
    var starts = GeneratedTable("challenge_starts", ["challenge_id", "user_id", "started_at"])
    var completions = GeneratedTable("challenge_completions", ["challenge_id", "user_id", "completed_at", "rating"])
    var validations = GeneratedTable(
        "validations", ["id", "video_id", "skill_id", "validator_id", "rating", "created_at"])
    var endorsements = GeneratedTable("skill_endorsements", ["skill_id", "user_id", "endorser_id", "created_at"])
    var followers = GeneratedTable("user_followers", ["follower_id", "followee_id", "created_at", "removed_at"])
    var experience = GeneratedTable("xp_transactions", ["id", "user_id", "amount", "reason", "created_at"])
    var jobs = GeneratedTable(
        "jobs",
        ["id", "company_id", "title", "tier", "salary_min", "salary_max", "currency", "created_at", "expires_at"])
    var jobViews = GeneratedTable("job_views", ["job_id", "user_id", "viewed_at"])
    var applications = GeneratedTable("applications", ["id", "job_id", "user_id", "status", "created_at"])
    var payments = GeneratedTable(
        "payments",
        [
            "id", "payer_id", "kind", "amount_minor", "currency", "interval_unit", "starts_at", "ends_at", "status",
            "refunded_minor", "refunded_at",
        ])
    /// Of a person and a category the skill, its level and since when.
    var progress: [[Int]: (skill: String, level: String, at: Int64)] = [:]
    /// When the premium of a person ends.
    var premiumUntil: [Int: Int64] = [:]

    private(set) var counts: [String: Int64] = [:]
    /// Who was there on each local day of the tenant, by any of the four deeds.
    private(set) var active: [LocalDate: Set<Int>] = [:]
    private(set) var viewers: [LocalDate: Set<Int>] = [:]
    private(set) var viewsOfDays: [LocalDate: Int64] = [:]

    mutating func count(_ name: String, _ number: Int64 = 1) { counts[name, default: 0] += number }

    mutating func didView(_ person: Int?, on day: LocalDate, isLate: Bool) {
        count("views")
        viewsOfDays[day, default: 0] += 1
        if isLate { count("late_views") }
        guard let person else { return count("anonymous_views") }
        active[day, default: []].insert(person)
        viewers[day, default: []].insert(person)
    }

    mutating func didAct(_ person: Int, on day: LocalDate, _ name: String) {
        count(name)
        active[day, default: []].insert(person)
    }
}
