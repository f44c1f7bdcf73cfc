internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import Parquet
internal import Tenancy

/// A dataset with the table that takes its rows, and how they come into it in this run.
struct DatasetTarget {
    let dataset: Dataset
    let table: DeltaTable
    let plan: SyncPlan
    /// Which part of the source is read.
    let part: SourceSession.Part
    private let schema: Schema
    private let base: TableSnapshot?
    private let change: TableChange
    private let watermark: Watermark?
    private let snapshotInstant: Instant
    private let random: any RandomSource

    /// What became of the rows that were read.
    struct Outcome {
        let commit: TableCommit
        /// Rows that the table had already, or that the source marks as deleted.
        let knownRowCount: Int64
        /// Rows that came.
        let writtenRowCount: Int64
    }

    /// Decides how the rows come.
    ///
    /// - Parameters:
    ///   - change: the change that would put all rows in the place of the table's.
    ///   - rereads: whether everything is read, however far the table has followed its source.
    init(
        _ dataset: Dataset, _ table: DeltaTable, _ change: TableChange, of source: any DatasetSource, now: Instant,
        random: any RandomSource, rereads: Bool = false
    ) throws {
        self.dataset = dataset
        self.table = table
        self.random = random
        schema = change.schema
        base = try table.exists() ? try table.snapshot() : nil
        snapshotInstant = source.snapshot.instant
        let state = try SyncState(
            dataset, source.scope, schema, hasTable: base != nil,
            watermark: base == nil ? nil : try table.watermark(), now: now, readsAll: rereads)
        let (scale, definition, known) = (state.scale, state.definition, state.known)
        plan = state.plan
        part = plan.part
        var next = scale.map { scale in
            Watermark(
                source.horizon, scale: scale, greatest: source.greatestNumbers[dataset.name.text],
                definition: definition, after: known)
        }
        if next == nil, dataset.sync == .history { next = Watermark(definition: definition, position: nil, bound: nil) }
        if let scale { next = next?.beside(source.horizon, scale) }
        if plan.settlesKeys { next?.keysComparedAt = now }
        watermark = next
        self.change = Self.change(
            change, plan, dataset, next, isNew: base == nil,
            tellsMore: known == nil || known?.bound == nil && next?.bound != nil)
    }

    /// A chunk: rows of a part of the cursor, of which none can come late any more.
    ///
    /// - Parameters:
    ///   - chunk: where it begins and ends, its end not behind the watermark's bound.
    ///   - watermark: what holds for the snapshot that it is read in.
    init(
        _ dataset: Dataset, _ table: DeltaTable, _ change: TableChange, of source: any DatasetSource,
        chunk: Increment, watermark: Watermark, random: any RandomSource
    ) throws {
        self.dataset = dataset
        self.table = table
        self.random = random
        schema = change.schema
        base = try table.exists() ? try table.snapshot() : nil
        snapshotInstant = source.snapshot.instant
        if dataset.sync == .history {
            plan = .history(since: chunk, comparesKeys: false)
        } else if base == nil {
            plan = .replace
        } else if dataset.sync == .merge {
            plan = .merge(since: chunk, comparesKeys: false)
        } else {
            plan = .append(since: chunk)
        }
        part = .since(chunk)
        var next = watermark
        next.bound = chunk.upper
        self.watermark = next
        self.change = Self.change(change, plan, dataset, next, isNew: base == nil, tellsMore: true)
    }

    /// - Parameter tellsMore: whether the watermark is worth a version of its own: without a first one, or a first bound, the
    ///   next run would read everything again.
    private static func change(
        _ change: TableChange, _ plan: SyncPlan, _ dataset: Dataset, _ watermark: Watermark?, isNew: Bool,
        tellsMore: Bool
    ) -> TableChange {
        var change = change
        change.watermark = watermark?.text
        // What `auto` once decided stays: the table is divided as it was.
        if isNew || dataset.partition != .auto {
            change.partition = PartitionPolicy(rawValue: dataset.partition.rawValue)
        }
        switch plan {
        case .replace:
            change.keepsUnchanged = watermark == nil || !tellsMore
            if dataset.contract != .evolve { change.contract = SchemaContract(rawValue: dataset.contract.rawValue) }
        case .append:
            change.mode = .append
            change.keepsUnchanged = !tellsMore
            change.contract = SchemaContract(rawValue: dataset.contract.rawValue)
        case .merge, .history:
            // That keys were compared is noted too, or they would be compared by every run.
            change.keepsUnchanged = !tellsMore && !plan.comparesKeys
            change.contract = SchemaContract(rawValue: dataset.contract.rawValue)
        }
        return change
    }

    /// The key's columns by their names in the lake.
    var key: [String] { dataset.key.compactMap { schema.lakeField(ofSource: $0)?.name } }

    private var softDeletion: SoftDeletion? {
        dataset.softDelete.flatMap { schema.lakeField(ofSource: $0) }.map { SoftDeletion(column: $0.name) }
    }

    /// The table's rows that an increment can bring again.
    private func overlapping(_ since: Increment?) -> ScanPredicate? {
        guard let since, let field = schema.lakeField(ofSource: since.column) else { return nil }
        let column = ScanColumn(field.name, [])
        let literal: Scalar =
            switch since.scale {
            case .instant: .timestamp(since.lowest(in: dataset))
            case .day: .date(Int32(clamping: since.lower))
            case .number: .int(since.lower)
            }
        return .or([.compare(column, .greaterOrEqual, literal), .isNull(column)])
    }

    // MARK: Rows

    /// Where the rows of a source go, and its keys where they are compared.
    struct Sinks {
        let rows: (ColumnBatch) throws -> Void
        let keys: (ColumnBatch) throws -> Void
    }

    /// Opens the table for this run's rows; it commits with the batch or, where it takes rows out of files, when `body` has
    /// returned. It is left as it was when `body` throws.
    ///
    /// - Returns: tells the outcome, when the batch has committed.
    func write(in batch: CommitBatch, _ body: (Sinks) throws -> Void) throws -> () throws -> Outcome {
        switch plan {
        case .replace: return try replace(batch, body)
        case .append(let since): return try append(since, batch, body)
        case .merge(let since, let comparesKeys):
            let outcome = try merge(since, comparesKeys, body)
            return { outcome }
        case .history(let since, let comparesKeys):
            let outcome = try history(since, comparesKeys, body)
            return { outcome }
        }
    }

    private func replace(_ batch: CommitBatch, _ body: (Sinks) throws -> Void) throws -> () throws -> Outcome {
        var deleted: Int64 = 0
        var written: Int64 = 0
        let softDeletion = softDeletion
        let staged = try table.stage(change, in: batch) { writer in
            try body(
                Sinks(
                    rows: { batch in
                        let parts = try softDeletion?.split(batch) ?? (batch, nil)
                        deleted += Int64(parts.1?.rowCount ?? 0)
                        if let live = parts.0 { try writer.write(live) }
                    }, keys: { _ in }))
            written = writer.rowCount
        }
        return { [deleted, written] in
            let commit = try staged.made()
            return Outcome(commit: commit, knownRowCount: deleted, writtenRowCount: commit.rowCount ?? written)
        }
    }

    private func append(
        _ since: Increment?, _ batch: CommitBatch, _ body: (Sinks) throws -> Void
    ) throws -> () throws -> Outcome {
        var known = try KnownRows(of: base, columns: key, where: overlapping(since), random: random)
        var written: Int64 = 0
        let staged = try table.stage(change, in: batch) { writer in
            try body(
                Sinks(
                    rows: { batch in
                        if let fresh = try known.unknown(in: batch) { try writer.write(fresh) }
                        try known.checkCount()
                    }, keys: { _ in }))
            written = writer.rowCount
        }
        return { [knownRowCount = known.knownRowCount, written] in
            Outcome(commit: try staged.made(), knownRowCount: knownRowCount, writtenRowCount: written)
        }
    }

    private func mergeChange() -> MergeChange {
        var merge = MergeChange(
            key: key, schema: schema, transaction: change.transaction, run: change.run, eventTime: change.eventTime)
        merge.contract = change.contract
        merge.partition = change.partition
        merge.engine = change.engine
        merge.limits = change.limits
        merge.keepsUnchanged = change.keepsUnchanged
        merge.watermark = change.watermark
        return merge
    }

    private func merge(_ since: Increment, _ comparesKeys: Bool, _ body: (Sinks) throws -> Void) throws -> Outcome {
        let cursor = schema.lakeField(ofSource: since.column)?.name ?? since.column
        // A row whose cursor has not moved has not changed: it need not be written again.
        var known = try KnownRows(of: base, columns: key + [cursor], where: overlapping(since), random: random)
        var comparison = comparesKeys ? try KeyComparison(key: key, random: random) : nil
        let softDeletion = softDeletion
        var (written, deleted) = (Int64(0), Int64(0))
        let commit = try table.merge(mergeChange()) { writer in
            try body(
                Sinks(
                    rows: { batch in
                        guard let fresh = try known.unknown(in: batch) else { return }
                        try known.checkCount()
                        let parts = try softDeletion?.split(fresh) ?? (fresh, nil)
                        if let live = parts.0 {
                            written += Int64(live.rowCount)
                            try writer.upsert(live)
                        }
                        if let gone = parts.1 {
                            deleted += Int64(gone.rowCount)
                            try writer.delete(gone)
                        }
                    }, keys: { try comparison?.note($0) }))
            if let comparison, let base {
                try comparison.forEachGone(in: base) { try writer.delete($0) }
            }
        }
        return Outcome(
            commit: commit.commit, knownRowCount: known.knownRowCount + deleted,
            writtenRowCount: written - commit.commit.discarded.rowCount)
    }

    private func history(_ since: Increment?, _ comparesKeys: Bool, _ body: (Sinks) throws -> Void) throws -> Outcome {
        var comparison = comparesKeys && since != nil ? try KeyComparison(key: key, random: random) : nil
        let softDeletion = softDeletion
        var (written, known) = (Int64(0), Int64(0))
        let history = HistoryChange(mergeChange(), at: snapshotInstant, isWhole: since == nil)
        let commit = try table.keepHistory(history) { writer in
            try body(
                Sinks(
                    rows: { batch in
                        let parts = try softDeletion?.split(batch) ?? (batch, nil)
                        if let live = parts.0 { try writer.write(live) }
                        if let gone = parts.1 {
                            known += Int64(gone.rowCount)
                            try writer.end(gone)
                        }
                    }, keys: { try comparison?.note($0) }))
            if let comparison, let base {
                let holds = ScanPredicate.isNull(ScanColumn(HistoryChange.Column.to, []))
                try comparison.forEachGone(in: base, where: holds) { try writer.end($0) }
            }
            written = writer.changedRowCount
            known += writer.knownRowCount
        }
        return Outcome(
            commit: commit.commit, knownRowCount: known,
            writtenRowCount: written - commit.commit.discarded.rowCount)
    }
}

extension Schema {
    /// The field of a column by its name at the source.
    func lakeField(ofSource name: String) -> Field? {
        fields.first { ($0.metadata["almanac.name"] ?? $0.name) == name }
    }
}

extension Watermark {
    /// What a replica shows may have been committed on its primary at any time before: an hour is taken off, because the
    /// transactions of a primary are not seen on its replica.
    func beside(_ horizon: SourceHorizon, _ scale: CursorScale) -> Watermark {
        guard horizon.isReplica, let bound, scale == .instant else { return self }
        var watermark = self
        watermark.bound = bound.subtractingReportingOverflow(3_600_000_000).partialValue
        return watermark
    }
}
