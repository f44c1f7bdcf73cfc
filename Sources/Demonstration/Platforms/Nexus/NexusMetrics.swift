internal import CivilTime

/// What platforms say of posts night by night: counters that grow, and are corrected.
struct NexusMetrics {
    /// A night's reading of one post.
    struct Reading {
        let post: Int
        let at: Int64
        /// Views, reach, likes, comments, shares and saves so far.
        let counters: [Int64]
    }

    private(set) var readings: [Reading] = []

    /// The views of the known post, night by night: 500 are taken back on the third.
    static let knownViews: [Int64] = [1_000, 3_000, 2_500, 4_000]
    /// The post of which each reading is known.
    static let knownPost = 0

    init(world: NexusWorld) {
        var bits = SeededBits(seed: world.bits.peek ^ 0x6D65_7472)
        for (place, post) in world.posts.enumerated() {
            let first = world.clock.localDate(post.publishedAt)
            let nights = place == Self.knownPost ? Array(1...Self.knownViews.count) : Array(1...18) + [25, 40, 60]
            for night in nights {
                let at = world.clock.instant(first.adding(days: night), minute: 195)
                // Some nights nobody looks.
                guard at < world.asOf, place == Self.knownPost || !bits.once(in: 30) else { continue }
                let views = place == Self.knownPost ? Self.knownViews[night - 1] : Self.views(post, night)
                readings.append(Reading(post: place, at: at, counters: Self.counters(views, post)))
            }
        }
    }

    private static func views(_ post: NexusPost, _ night: Int) -> Int64 {
        let grown = post.views * Int64(night) / Int64(night + 4)
        return post.isCorrected && night >= 9 ? grown * 4 / 5 : grown
    }

    private static func counters(_ views: Int64, _ post: NexusPost) -> [Int64] {
        [views, views * 7 / 10] + post.rates.map { views * $0 / 10_000 }
    }
}
