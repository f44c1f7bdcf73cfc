internal import CivilTime
internal import Extract
internal import Lake
internal import Tenancy

/// What a tenant finds of a reading that was made for many.
enum SharedRows: Sendable {
    /// Its share, with what its tables were when they were looked at.
    case share(FanOutReading, index: Int, FanOutTables, asOf: Instant)
    /// The reading failed, for all of them.
    case failed(Failure)
}

/// The versions of the tables of many tenants when their source was read: rows of a moment must not come over those of
/// a later one, which another process may have written meanwhile.
struct FanOutTables: Sendable {
    /// For each dataset the tables' versions by tenant; nil where there is no table.
    private var versions: [String: [Int64?]] = [:]

    /// The tenants with a table that could not be looked at: they are worked for alone, and told why then.
    private(set) var unread: Set<Int> = []

    mutating func note(_ dataset: String, _ versions: [Int64?]) { self.versions[dataset] = versions }

    mutating func leaveOut(_ index: Int) { unread.insert(index) }

    /// - Throws: `busy` where the table is not what it was.
    func check(_ dataset: Dataset, of index: Int, _ table: DeltaTable) throws {
        guard let known = versions[dataset.name.text], try table.latestVersion() == known[index] else {
            throw Failure(
                .busy, "the table \(table.address) was changed while its source was read",
                why: "another process has written it", remedy: "start the run again")
        }
    }
}
