internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import Parquet
internal import Tenancy

/// Compares one table with its source: the source is asked while its snapshot is open, the lake is read when the table
/// has committed.
struct TableReconciliation {
    let target: DatasetTarget
    private let session: TenantSession

    init(_ target: DatasetTarget, _ session: TenantSession) {
        self.target = target
        self.session = session
    }

    /// What the source said.
    struct Asked {
        let columns: ReconciledColumns
        let sums: ReconciledSums
        /// The keys that the source has, where the table may have others; nil where it must have the same.
        let keys: KeyComparison?
    }

    /// Asks the source, in the snapshot that the table's rows come from.
    func ask(_ source: any DatasetSource) throws -> Asked {
        guard let source = source as? SourceSession else {
            throw Failure(.bug, "a reading for many tenants cannot be compared with the lake of one")
        }
        let dataset = target.dataset
        let schema = try source.schema(of: dataset)
        let columns = ReconciledColumns(dataset, schema)
        let sums = try source.sums(of: dataset, columns, schema)
        var hasSameKeys = target.plan.settlesKeys
        if case .append = target.plan { hasSameKeys = false }
        guard !hasSameKeys else { return Asked(columns: columns, sums: sums, keys: nil) }
        // The table keeps rows that the source has thrown away, or not yet found gone: these are left out.
        let names = dataset.key.compactMap { schema.lakeField(ofSource: $0)?.name }
        var keys = try KeyComparison(key: names, random: session.project.environment.random)
        _ = try source.extract(dataset, .keys, prepare: { _ in }) { try keys.note(copy $0) }
        return Asked(columns: columns, sums: sums, keys: keys)
    }

    /// Reads the lake and says what differs.
    func compare(_ asked: Asked, at now: Instant) throws -> ReconciliationRecord {
        let snapshot = try target.table.snapshot()
        let isHistory = target.dataset.sync == .history
        let holds = isHistory ? ScanPredicate.isNull(ScanColumn(HistoryChange.Column.to, [])) : nil
        let lake = try LakeSums.of(snapshot, asked.columns, keys: asked.keys, key: target.key, where: holds)
        return ReconciliationRecord(
            table: target.table.address.name, version: snapshot.version, sourceRows: asked.sums.rowCount,
            lakeRows: lake.rowCount, sumCount: Int64(asked.columns.sums.count),
            comparesKeys: !asked.columns.key.isEmpty,
            difference: Reconciliation.difference(
                asked.sums, lake, asked.columns, mayLack: target.dataset.contract == .discardRow),
            at: now.microsecondsSinceEpoch)
    }
}

extension Ingestion {
    /// Notes what was found in the ledger; a difference ends the run.
    func conclude(_ asked: [(TableReconciliation, TableReconciliation.Asked)], _ run: RunRecord) throws {
        guard !asked.isEmpty else { return }
        let now = session.project.environment.now
        let found = try asked.map { try $0.0.compare($0.1, at: now) }
        try session.ledger.record(found, of: run.id, under: session.lease)
        for record in found {
            progress(
                .reconciled(
                    tenant: session.scope.id.text, table: record.table, rows: record.lakeRows,
                    difference: record.difference))
        }
        let different = found.filter { !$0.difference.isEmpty }
        guard let first = different.first else { return }
        let others = different.count > 1 ? " (and \(different.count - 1) more tables)" : ""
        throw Failure(
            .dataRefused, "the lake of tenant '\(session.scope.id)' is not its source: \(first.table)\(others)",
            why: first.difference, remedy: "almanac reconcile --reread --tenant \(session.scope.id)")
    }
}
