internal import CivilTime

/// What a tenant of NEXUS is made of before anybody buys: creators, campaigns and what is made for them.
struct NexusCreator {
    let id: String
    let user: String
    let handle: String
    let joinedAt: Int64
}

/// A campaign of a brand; its budget is spent by contracts with creators.
struct NexusCampaign {
    let id: String
    let name: String
    let budget: Int64
    /// Half-open local dates.
    let days: Range<LocalDate>
}

struct NexusContract {
    let id: String
    let campaign: Int
    let creator: Int
    let amount: Int64
    let signedAt: Int64
    let dueAt: Int64
    /// Nil where it is not delivered yet.
    let completedAt: Int64?
}

struct NexusContent {
    let id: String
    /// Nil of what creators make by themselves.
    let campaign: Int?
    let creator: Int
    let kind: String
    let createdAt: Int64
    let submittedAt: Int64
    /// Nil of what was declined, or waits.
    let approvedAt: Int64?
    let revision: Int
}

/// Content on a platform, and how much it is seen in the end.
struct NexusPost {
    let id: String
    let content: Int
    let platform: String
    let publishedAt: Int64
    /// What its views go towards.
    let views: Int64
    /// Likes, comments, shares and saves of ten thousand views.
    let rates: [Int64]
    /// From the ninth night on a fifth of the views is taken back.
    let isCorrected: Bool
}

struct NexusProduct {
    let id: String
    let title: String
    let price: Int64
}
