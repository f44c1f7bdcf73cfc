internal import CivilTime

/// A developer of Mr Bill.
struct MrBillDeveloper {
    let id: String
    let name: String
    /// The instant of joining, microseconds since 1970.
    let joinedAt: Int64
    /// Nil of who is still there.
    let leftAt: Int64?
    /// When somebody who had left came back; nil of who did not.
    let returnedAt: Int64?
    /// Days between two POCs on the average.
    let pace: Int

    func isThere(_ instant: Int64) -> Bool {
        guard instant >= joinedAt else { return false }
        guard let leftAt, instant >= leftAt else { return true }
        return returnedAt.map { instant >= $0 } ?? false
    }
}

/// A proof of concept that a developer registered.
struct MrBillPOC {
    let id: String
    /// The developer's place.
    let owner: Int
    let name: String
    /// Nil where nobody said it.
    let language: String?
    let tags: [String]
    let frameworks: [String]
    let createdAt: Int64
    /// When the row came; months after `createdAt` of one that was entered later with its own date.
    let enteredAt: Int64
    /// When the row was last written.
    let updatedAt: Int64
    let deletedAt: Int64?
}

/// What POCs are made of, and how it changes while the months pass.
enum MrBillTechnologies {
    /// A technology, and how often it is taken at the beginning and at the end.
    private static let languages: [(name: String?, frameworks: [String], first: Int, last: Int)] = [
        ("Python", ["FastAPI", "Django", "PyTorch", "pandas"], 20, 21),
        ("TypeScript", ["React", "Next.js", "NestJS", "Vite"], 18, 18),
        ("Java", ["Spring Boot", "Quarkus", "JUnit"], 18, 17),
        ("PHP", ["Laravel", "Symfony"], 17, 3),
        ("Go", ["Gin", "Echo"], 10, 11),
        ("Kotlin", ["Ktor", "Compose"], 8, 8),
        (rising, ["Axum", "Tokio", "Bevy"], 2, 24),
        (nil, ["Terraform"], 4, 4),
    ]

    private static let tags: [(name: String, first: Int, last: Int)] = [
        ("api", 22, 21), ("web", 18, 17), ("data", 14, 14), ("cli", 12, 12), ("cloud", 11, 12), ("testing", 10, 10),
        ("ml", 8, 9), ("graphql", 8, 5), ("security", 6, 6), ("games", 5, 5), (risingTag, 0, 22),
    ]

    /// The language of which each month has more than the one before.
    static let rising = "Rust"
    /// The language that fades.
    static let falling = "PHP"
    /// The tag that was unknown in the first year.
    static let risingTag = "agents"

    /// What a POC is written in after a share of the time, from 0 to 100.
    static func choose(_ progress: Int, _ bits: inout SeededBits) -> (
        language: String?, tags: [String], frameworks: [String]
    ) {
        func weight(_ first: Int, _ last: Int) -> Int { first * (100 - progress) + last * progress }
        let language = languages[bits.place(weights: languages.map { weight($0.first, $0.last) })]
        // What was not there in the first year begins in the second.
        let tagWeights = tags.map { $0.first == 0 && progress < 40 ? 0 : weight($0.first, $0.last) }
        var chosen: [String] = []
        for _ in 0..<(bits.percent(8) ? 0 : 1 + bits.below(4)) {
            let tag = tags[bits.place(weights: tagWeights)].name
            if !chosen.contains(tag) { chosen.append(tag) }
        }
        var frameworks: [String] = []
        for _ in 0..<bits.below(4) {
            let framework = bits.one(of: language.frameworks)
            if !frameworks.contains(framework) { frameworks.append(framework) }
        }
        return (language.name, chosen, frameworks)
    }
}
