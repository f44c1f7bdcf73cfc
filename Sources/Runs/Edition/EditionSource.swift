internal import CivilTime
internal import Lake
internal import Models
internal import Report
internal import Tenancy

/// The tables that an edition is made of: of each dataset and model the version that belongs to one ingestion.
struct EditionSource {
    /// The version of each table, by its name: `aggregates/sales_daily`.
    let versions: [String: Int64]
    /// Everything that was committed at the source up to this instant is in them.
    let asOf: Instant
    /// Rows of the raw tables that they are computed from.
    var rows = (read: Int64(0), written: Int64(0), rejected: Int64(0))
    /// The versions of the datasets that the tables were computed from: `raw/orders`.
    var inputs: [String: Int64] = [:]
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
            versions[count.table] = count.version
            if !count.table.hasPrefix(prefix) {
                inputs[count.table] = count.version
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

    /// The rows of models: stored ones read from the lake, views computed for a report's dates.
    func tables(
        _ models: [ModelDefinition], _ parameters: ModelParameters, from editionModels: EditionModels
    ) throws -> [String: ModelTable] {
        var tables: [String: ModelTable] = [:]
        for model in models { tables[model.name] = try editionModels.table(of: model, parameters) }
        return tables
    }
}
