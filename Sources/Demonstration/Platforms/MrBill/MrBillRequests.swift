internal import CivilTime

/// What developers asked to be made of their POCs: reports, and videos that somebody else makes.
struct MrBillRequests {
    /// A request that waits, and what it asks for.
    struct Pending {
        let id: String
        let type: String
        let developer: Int
        let format: String
    }

    private var bits: SeededBits
    private let world: MrBillWorld
    private var requests = GeneratedTable(
        "content_requests",
        [
            "request_id", "user_id", "type", "status", "title", "from_date", "to_date", "parameters", "created_at",
            "updated_at", "completed_at", "error_message", "result_url", "progress",
        ])
    private var parts = GeneratedTable(
        "content_request_pocs", ["request_id", "poc_id", "sequence_order", "duration_seconds"])
    private(set) var pending: [Pending] = []

    init(world: MrBillWorld) {
        self.world = world
        bits = SeededBits(seed: world.bits.peek ^ 0x0072_6571)
    }

    mutating func tables() -> [GeneratedTable] {
        let byOwner = Dictionary(grouping: world.pocs, by: \.owner)
        for owner in world.developers.indices {
            let own = byOwner[owner] ?? []
            for poc in own where bits.once(in: 6) { request(owner, after: poc, among: own) }
        }
        wait()
        return [requests, parts]
    }

    /// A request some days after a POC, done within minutes or failed; with the POCs of the year before it.
    private mutating func request(_ owner: Int, after poc: MrBillPOC, among own: [MrBillPOC]) {
        let at = poc.createdAt + Int64(bits.below(12 * 1_440)) * .minute
        guard at < world.asOf - .day else { return }
        let id = bits.identifier()
        let isVideo = bits.percent(40)
        let isFailed = bits.percent(4)
        let seconds = bits.once(in: 30) ? 600 + bits.below(3_000) : 20 + bits.below(400)
        let done = at + Int64(seconds) * .second
        requests.row(
            id, world.developers[owner].id, isVideo ? "VIDEO" : "REPORT", isFailed ? "FAILED" : "COMPLETED",
            isVideo ? "My year in POCs" : "My POCs", (at - 365 * .day).instantText, at.instantText,
            isVideo ? nil : parameters(bits.one(of: ["PDF", "PDF", "EXCEL", "CSV"]), groups: ["language", "month"]),
            at.instantText, done.instantText, done.instantText, isFailed ? "The maker ran out of time" : nil,
            isFailed ? nil : "https://files.example.org/\(id)", isFailed ? "\(bits.below(100))" : "100")
        let shown = own.filter { $0.createdAt >= at - 365 * .day && $0.createdAt < at && $0.deletedAt == nil }
        for (number, poc) in shown.enumerated() {
            parts.row(id, poc.id, "\(number + 1)", isVideo ? "\(3 + bits.below(20))" : nil)
        }
    }

    /// The requests that nobody has claimed yet.
    private mutating func wait() {
        let clock = world.clock
        let year = MrBillWorld.year
        let bounds = (
            clock.instant(year.lowerBound, minute: 0).instantText, clock.instant(year.upperBound, minute: 0).instantText
        )
        wait(0, "REPORT", "PDF", bounds, groups: ["language", "tag", "month"])
        wait(1, "REPORT", "EXCEL", nil, groups: ["tag"], tags: ["api", "web"])
        wait(2, "REPORT", "CSV", bounds, groups: ["month"], without: ["games"])
        wait(0, "VIDEO", "MP4", bounds, groups: [])
        wait(3, "VIDEO", "MP4", nil, groups: [])
    }

    private mutating func wait(
        _ developer: Int, _ type: String, _ format: String, _ bounds: (String, String)?, groups: [String],
        tags: [String] = [], without: [String] = []
    ) {
        let id = bits.identifier()
        let at = world.asOf - Int64(30 - pending.count) * .minute
        requests.row(
            id, world.developers[developer].id, type, "PENDING", type == "VIDEO" ? "My year in POCs" : "My POCs",
            bounds?.0, bounds?.1, parameters(format, groups: groups, tags: tags, without: without), at.instantText,
            at.instantText, nil, nil, nil, "0")
        pending.append(Pending(id: id, type: type, developer: developer, format: format))
    }

    /// The body of the API's call, but for title and dates.
    private func parameters(_ format: String, groups: [String], tags: [String] = [], without: [String] = []) -> String {
        func list(_ texts: [String]) -> String { "[" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
        return """
            {"format": "\(format)", "groupBy": \(list(groups)), "includeTags": \(list(tags)), \
            "excludeTags": \(list(without))}
            """
    }
}
