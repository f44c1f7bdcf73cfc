package import CivilTime
package import Lake
package import Tenancy

/// A tenant's tables as its last whole run left them: what reports and dashboards read, and questions by themselves.
///
/// What a run writes stays in the lake where the run fails later, as at a model that does not hold to a test: the newest
/// version of a table may be one that nobody has vouched for.
package struct StandingTables: Sendable {
    /// A table whose newest version no whole run has left.
    package struct Ahead: Sendable, Equatable {
        /// The table, such as `aggregates/sales_daily`.
        package let table: String
        /// The version that the last whole run left.
        package let standing: Int64
        /// The newest.
        package let newest: Int64
    }

    /// When the last whole run began; nil where there was none: then the newest versions stand.
    package let since: Instant?
    /// Why the run after it is not whole; nil where there was none after it, or it did not say.
    package let failure: String?
    private let versions: [String: Int64]

    /// - Throws: `Failure` where the ledger can't be read.
    package init(of scope: TenantScope, _ ledger: any LedgerStore) throws(Failure) {
        do {
            let last = try ledger.lastIngestion(tenant: scope.id.text)
            let newest = try ledger.ingestions(tenant: scope.id.text, limit: 1).first
            since = last.map { Instant(microsecondsSinceEpoch: $0.startedAt) }
            failure = newest.flatMap { $0.state == .done || $0.message.isEmpty ? nil : $0.message }
            let counts = try last.map { try ledger.counts(of: $0.id) } ?? []
            versions = Dictionary(counts.map { ($0.table, $0.version) }) { $1 }
        } catch {
            throw Failure(classifying: error, doing: "find the last whole run of tenant '\(scope.id)'")
        }
    }

    /// The version of a table that the last whole run left; nil where it left none.
    package func version(of table: String) -> Int64? { versions[table] }

    /// A table that has gone on since the last whole run; nil for one that has not, and for one that was only put in
    /// order, as by `lake compact`.
    package func ahead(_ table: DeltaTable) throws -> Ahead? {
        guard let standing = versions[table.address.name], let newest = try table.latestVersion(), newest > standing,
            try !table.changes(after: standing, upTo: newest).isEmpty
        else { return nil }
        return Ahead(table: table.address.name, standing: standing, newest: newest)
    }
}
