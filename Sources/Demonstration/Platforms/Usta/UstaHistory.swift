internal import CivilTime

/// What happened in a tenant of Usta, told in the order of time.
struct UstaHistory {
    struct Video {
        let id: String
        let person: Int
        let challenge: Int?
        let category: Int
        /// Hundredths of a second.
        let duration: Int64
        let status: String
        let createdAt: Int64
        let readyAt: Int64?
        var isDeleted = false
        var views: Int64 = 0
        var likes: Int64 = 0
        var comments: Int64 = 0
        var shares: Int64 = 0
    }

    struct Challenge {
        let id: String
        let person: Int
        let category: Int
        let difficulty: Int
        let createdAt: Int64
    }

    var world: UstaWorld
    var record = UstaRecord()
    private(set) var videos: [Video] = []
    private(set) var challenges: [Challenge] = []
    private var completed: Set<[Int]> = []
    private var endorsed: Set<[Int]> = []
    /// The films that can be seen, as places in `videos`; those of today can be from tomorrow on.
    private var shown: [Int] = []
    private var shownTomorrow: [Int] = []
    /// Of each person the experience so far, and the days of their own zone on which there was some.
    private(set) var experience: [Int]
    private(set) var experienceDays: [[LocalDate]]

    init(_ world: UstaWorld) {
        self.world = world
        experience = Array(repeating: 0, count: world.people.count)
        experienceDays = Array(repeating: [], count: world.people.count)
        for day in UstaWorld.days { play(day) }
        playBusiness()
    }

    private mutating func play(_ day: LocalDate) {
        let event = [UstaWorld.peak, UstaWorld.outage].first { $0.date == day }
        for person in world.people.indices {
            guard world.people[person].joinedOn <= day else { break }
            let isThere = world.people[person].isThere(on: day, boost: event?.visits ?? 100, bits: &world.bits)
            let isFirst = world.people[person].plannedWeeks == nil && world.people[person].joinedOn == day
            guard isThere || (isFirst && world.bits.percent(80)) else { continue }
            visit(person, day, busy: event?.views ?? 100)
        }
        shown += shownTomorrow
        shownTomorrow = []
    }

    /// A visit of a person: films, and what comes of them.
    private mutating func visit(_ person: Int, _ day: LocalDate, busy: Int) {
        let isPlanned = world.people[person].plannedWeeks != nil
        let start = isPlanned || !world.bits.once(in: 40) ? 420 + world.bits.below(900) : world.bits.below(240)
        var at = world.clock.instant(day, minute: start) + Int64(world.bits.below(60_000)) * 1_000
        at = max(at, world.people[person].joinedAt + .minute)
        if challenges.count < 12 || world.people[person].isTeacher && world.bits.once(in: 40) { announce(person, at) }
        if videos.count < 20 || world.bits.percent(7) { post(person, at) }
        for _ in 0..<max(1, (1 + world.bits.below(4)) * busy / 100) {
            guard at + .hour < world.asOf, !shown.isEmpty else { return }
            let recent = min(shown.count, 40)
            let place =
                world.bits.percent(70) ? shown.count - 1 - world.bits.below(recent) : world.bits.below(shown.count)
            view(person, shown[place], at)
            at += Int64(1 + world.bits.below(6)) * .minute
        }
        if world.bits.percent(12) { attempt(person, at) }
        if world.bits.percent(4) { meet(person, at) }
        gain(person, 5 + world.bits.below(20), "daily", at)
    }

    // MARK: Films

    private mutating func view(_ person: Int, _ index: Int, _ at: Int64) {
        // Some look in without an account, and phones without a network tell of it later.
        let isAnonymous = world.people[person].plannedWeeks == nil && world.bits.percent(4)
        let isLate = world.bits.percent(2)
        let delay = isLate ? Int64(1 + world.bits.below(world.bits.once(in: 8) ? 40 : 4)) * .day : .second * 2
        let recordedAt = at + delay < world.asOf ? at + delay : at + .second
        let watched = videos[index].duration * Int64(10 + world.bits.below(110)) / 100
        record.views.row(
            videos[index].id, isAnonymous ? nil : world.people[person].id, at.instantText, seconds(watched),
            ["feed", "feed", "search", "profile", "share"][world.bits.below(5)], recordedAt.instantText)
        videos[index].views += 1
        record.didView(isAnonymous ? nil : person, on: world.clock.localDate(at), isLate: recordedAt - at >= .day)
        guard !isAnonymous else { return }
        let chance = world.bits.below(100)
        if chance < 22 { like(person, index, at + 20 * .second) }
        if chance < 5 { comment(person, index, at + 40 * .second) }
        if chance > 96 { share(person, index, at + 50 * .second) }
        if chance == 50 || chance == 51, world.people[person].isTeacher || world.bits.once(in: 6) {
            validate(person, index, at + 55 * .second)
        }
    }

    private mutating func like(_ person: Int, _ index: Int, _ at: Int64) {
        let removedAt = at + Int64(1 + world.bits.below(400)) * .hour
        let isRemoved = world.bits.percent(6) && removedAt < world.asOf
        record.likes.row(
            videos[index].id, world.people[person].id, at.instantText,
            isRemoved ? removedAt.instantText : nil)
        if !isRemoved { videos[index].likes += 1 }
        record.didAct(person, on: world.clock.localDate(at), "likes")
        if isRemoved { record.count("likes_removed") }
    }

    private mutating func comment(_ person: Int, _ index: Int, _ at: Int64) {
        let isDeleted = world.bits.percent(8) && at + 2 * .hour < world.asOf
        record.comments.row(
            world.bits.identifier(), videos[index].id, world.people[person].id, at.instantText,
            isDeleted ? (at + 2 * .hour).instantText : nil)
        if !isDeleted { videos[index].comments += 1 }
        record.didAct(person, on: world.clock.localDate(at), "comments")
        if isDeleted { record.count("comments_deleted") }
    }

    private mutating func share(_ person: Int, _ index: Int, _ at: Int64) {
        record.shares.row(
            videos[index].id, world.people[person].id, ["whatsapp", "instagram", "link"][world.bits.below(3)],
            at.instantText)
        videos[index].shares += 1
        record.didAct(person, on: world.clock.localDate(at), "shares")
    }

    private mutating func post(_ person: Int, challenge: Int? = nil, _ at: Int64) {
        let category = challenge.map { challenges[$0].category } ?? world.bits.below(UstaWorld.categories.count)
        let readyAt = at + Int64(20 + world.bits.below(world.bits.once(in: 20) ? 500 : 80)) * .second
        let status = world.bits.percent(4) ? "failed" : readyAt < world.asOf ? "ready" : "processing"
        videos.append(
            Video(
                id: world.bits.identifier(), person: person, challenge: challenge, category: category,
                duration: Int64(800 + world.bits.below(11_000)), status: status, createdAt: at,
                readyAt: status == "ready" ? readyAt : nil))
        gain(person, 25, "video", at)
        guard status == "ready" else { return }
        if world.bits.percent(3), shown.count > 30 {
            videos[videos.count - 1].isDeleted = true
        } else {
            shownTomorrow.append(videos.count - 1)
        }
    }

    // MARK: Challenges and skills

    private mutating func announce(_ person: Int, _ at: Int64) {
        challenges.append(
            Challenge(
                id: world.bits.identifier(), person: person, category: world.bits.below(UstaWorld.categories.count),
                difficulty: 1 + world.bits.below(5), createdAt: at))
    }

    private mutating func attempt(_ person: Int, _ at: Int64) {
        let index = challenges.count - 1 - world.bits.below(min(challenges.count, 12))
        guard at < world.asOf, challenges[index].createdAt < at else { return }
        record.starts.row(challenges[index].id, world.people[person].id, at.instantText)
        guard world.bits.percent(50), at + 2 * .hour < world.asOf else { return }
        post(person, challenge: index, at + .hour)
        let doneAt = at + .hour + Int64(world.bits.below(50)) * .minute
        guard world.bits.percent(80), completed.insert([index, person]).inserted else { return }
        record.completions.row(
            challenges[index].id, world.people[person].id, doneAt.instantText,
            world.bits.percent(70) ? "\(3 + world.bits.below(3))" : nil)
        gain(person, 40 + 20 * challenges[index].difficulty, "challenge", doneAt)
    }

    private mutating func validate(_ person: Int, _ index: Int, _ at: Int64) {
        guard videos[index].person != person else { return }
        let skill = world.skills[videos[index].category * 3 + world.bits.below(3)].id
        record.validations.row(
            world.bits.identifier(), videos[index].id, skill, world.people[person].id, "\(2 + world.bits.below(4))",
            at.instantText)
        gain(videos[index].person, 15, "validation", at)
        let level = "\(1 + world.bits.below(5))"
        record.progress[[videos[index].person, videos[index].category]] = (skill, level, at)
    }

    /// Follows somebody, or says that they can do something.
    private mutating func meet(_ person: Int, _ at: Int64) {
        let other = world.bits.below(max(1, person + 1))
        guard other != person, at < world.asOf else { return }
        let (id, followee) = (world.people[person].id, world.people[other].id)
        let removedAt = at + Int64(3 + world.bits.below(90)) * .day
        let isRemoved = world.bits.percent(10) && removedAt < world.asOf
        record.followers.row(
            id, followee, at.instantText, isRemoved ? removedAt.instantText : nil)
        let skill = world.bits.below(world.skills.count)
        guard world.bits.percent(30), endorsed.insert([skill, other, person]).inserted else { return }
        record.endorsements.row(world.skills[skill].id, followee, id, at.instantText)
    }

    private mutating func gain(_ person: Int, _ amount: Int, _ reason: String, _ at: Int64) {
        guard at < world.asOf else { return }
        record.experience.row(
            world.bits.identifier(), world.people[person].id, "\(amount)", reason, at.instantText)
        experience[person] += amount
        experienceDays[person].append(world.people[person].clock.localDate(at))
    }

    private func seconds(_ hundredths: Int64) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
