internal import CivilTime
internal import Lake
internal import Report
internal import Tenancy

/// The tables that an edition is made of: of each model the version that belongs to one ingestion.
struct EditionSource {
    /// The version of each model's table.
    let versions: [String: Int64]
    /// Everything that was committed at the source up to this instant is in them.
    let asOf: Instant
    /// Rows of the raw tables that they are computed from.
    var rows = (read: Int64(0), written: Int64(0), rejected: Int64(0))
    /// The last comparison of the tenant's lake with its source.
    var comparison: SourceComparison?

    /// The tables of a tenant's last ingestion that was done.
    init(latest scope: TenantScope, _ ledger: any LedgerStore) throws {
        guard let run = try ledger.lastIngestion(tenant: scope.id.text) else {
            throw Failure(
                .unavailable, "there is no data of tenant '\(scope.id)' in the lake yet",
                remedy: "almanac run --tenant \(scope.id)")
        }
        var versions: [String: Int64] = [:]
        let prefix = TableAddress.Kind.aggregates.rawValue + "/"
        for count in try ledger.counts(of: run.id) {
            if count.table.hasPrefix(prefix) {
                versions[String(count.table.dropFirst(prefix.count))] = count.version
            } else {
                rows.read += count.rowsRead
                rows.written += count.rowsWritten
                rows.rejected += count.rowsRejected
            }
        }
        self.versions = versions
        asOf = Instant(microsecondsSinceEpoch: run.startedAt)
        let compared = try ledger.lastReconciliations(tenant: scope.id.text)
        comparison = compared.first.map { first in
            SourceComparison(
                at: Instant(microsecondsSinceEpoch: first.at), tableCount: Int64(compared.count),
                rowCount: compared.reduce(0) { $0 &+ $1.sourceRows },
                differingCount: Int64(compared.count { !$0.difference.isEmpty }))
        }
    }

    /// The tables that a receipt names.
    init(versions: [String: Int64], asOf: Instant, comparison: SourceComparison?) {
        self.versions = versions
        self.asOf = asOf
        self.comparison = comparison
    }

    /// The rows of models, read from the lake.
    func tables(
        _ models: [String], of scope: TenantScope, in project: Project
    ) throws -> [String: ModelTable] {
        var tables: [String: ModelTable] = [:]
        for model in models {
            guard let version = versions[model] else { continue }
            let snapshot = try project.table(
                TableAddress(.aggregates, try ResourceName(model), of: scope, in: project.layout)
            ).snapshot(at: .version(version))
            var table = ModelTable(batches: [], version: version)
            try snapshot.forEachBatch { table.batches.append($0) }
            tables[model] = table
        }
        return tables
    }
}
