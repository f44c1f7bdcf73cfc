internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import PostgresCopy
internal import Tenancy

extension Ingestion {
    /// Reads all datasets, and again where the source fails in passing: then what is long is read in chunks.
    func extract(_ catalog: DatasetCatalog, _ asOf: Instant, _ recorder: inout RunRecorder) throws {
        // What was read for many is not read again for one, and a session that was lost has lost its snapshot.
        guard shared == nil else { return try extractOnce(catalog, asOf, &recorder) }
        var chunks = ChunkSizes(hasFailedBefore: hasFailedBefore)
        try session.retry.retrying(isStopped: { Interruption.signal != nil || limit.isOver }) { error in
            progress(.readAgain(tenants: [session.scope.id.text], why: error.reason))
            if error.code != .sourceUnreachable { chunks.shrinkAll() }
        } _: {
            if !rereads { try catchUp(catalog, recorder.run, &chunks) }
            try extractOnce(catalog, asOf, &recorder)
        }
    }

    /// Reads all datasets in one snapshot of the source; no table changes before the source's COMMIT.
    private func extractOnce(_ catalog: DatasetCatalog, _ asOf: Instant, _ recorder: inout RunRecorder) throws {
        let scope = session.scope
        let source = try self.source(catalog)
        let targets = try catalog.datasets.map { try target($0, source, asOf, recorder.run) }
        var read: [ExtractionCount] = []
        let reconciling = reconciles ? targets.map { TableReconciliation($0, session) } : []
        var compared: [TableReconciliation.Asked] = []
        var outcomes: [() throws -> DatasetTarget.Outcome] = []
        let batch = CommitBatch(sync)
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        try write(targets[...], [], batch, &outcomes) { sinks in
            for (target, sinks) in zip(targets, sinks) {
                read.append(
                    try source.extract(target.dataset, target.part, prepare: { _ in }) {
                        try pass(copy $0, to: sinks.rows)
                    })
                guard target.plan.comparesKeys else { continue }
                _ = try source.extract(target.dataset, .keys, prepare: { _ in }) {
                    try pass(copy $0, to: sinks.keys)
                }
            }
            if reconciles { compared = try reconciling.map { try $0.ask(source) } }
            try flock.checkUnseen(scope)
            try flock.watch.settle(scope)
            try source.finish()
        }
        try batch.commit()
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        // The innermost table commits first.
        for (target, (count, told)) in zip(targets, zip(read, outcomes.reversed())) {
            let outcome = try told()
            try note(target.table.address.name, count, outcome, &recorder)
            progress(
                .extracted(
                    tenant: scope.id.text, table: target.table.address.name, rows: Int64(count.rowsRead),
                    unchanged: outcome.commit.isUnchanged, seconds: seconds))
        }
        try conclude(zip(reconciling, compared).map { ($0, $1) }, recorder.run)
    }

    /// The tenant's share of what was read for many, else a session of its own.
    private func source(_ catalog: DatasetCatalog) throws -> any DatasetSource {
        let key = try personalDataKey()
        switch shared {
        case .failed(let failure)?: throw failure
        case .share(let reading, let index, _, _)?:
            return reading.share(index, personalDataKey: key, canaries: flock.watch)
        case nil: break
        }
        return try openSession(following: catalog.datasets.filter { $0.sync != .snapshot }, key)
    }

    /// A session of the tenant's own. What fails in passing is tried again by who called.
    func openSession(following datasets: [Dataset], _ key: PersonalDataKey?) throws -> SourceSession {
        let scope = session.scope
        let source = try SourceSession(
            scope, url: try session.project.secret(scope.tenant.source.url), connections: session.project.connections,
            connectionCountMax: Self.connectionCountMax, following: datasets, personalDataKey: key,
            canaries: flock.watch)
        if let canceller = source.canceller() { limit.add(canceller) }
        return source
    }

    func pass(_ batch: ColumnBatch, to sink: (ColumnBatch) throws -> Void) throws {
        if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") }
        try limit.check()
        try flock.checkUnseen(session.scope)
        try sink(batch)
    }

    private func target(
        _ dataset: Dataset, _ source: any DatasetSource, _ asOf: Instant, _ run: RunRecord
    ) throws -> DatasetTarget {
        let scope = session.scope
        let address = TableAddress(.raw, dataset.name, of: scope, in: session.project.layout)
        let table = session.project.table(address)
        if case .share(_, let index, let tables, _)? = shared { try tables.check(dataset, of: index, table) }
        var change = self.change(of: dataset.name.text, schema: try source.schema(of: dataset), run)
        change.eventTime = dataset.eventTime.map { EventTime(column: $0, zone: scope.tenant.calendar.zone) }
        return try DatasetTarget(
            dataset, table, change, of: source, now: asOf,
            random: session.project.environment.random, rereads: rereads)
    }

    /// Opens each table, one inside of the other; when all are open, all datasets are read and the source is committed.
    /// Only then do the tables commit, with the batch or as they close: a failure before that changes none of them.
    private func write(
        _ targets: ArraySlice<DatasetTarget>, _ open: [DatasetTarget.Sinks], _ batch: CommitBatch,
        _ outcomes: inout [() throws -> DatasetTarget.Outcome], _ readAll: ([DatasetTarget.Sinks]) throws -> Void
    ) throws {
        guard let target = targets.first else { return try readAll(open) }
        let outcome = try target.write(in: batch) { sinks in
            try write(targets.dropFirst(), open + [sinks], batch, &outcomes, readAll)
        }
        outcomes.append(outcome)
    }

    /// Over how many connections a large table is read: more than the cores make nothing of.
    private static var connectionCountMax: Int { min(4, ParallelWork.coreCount) }

    func personalDataKey() throws -> PersonalDataKey? {
        guard let reference = session.project.pseudonymSecret else { return nil }
        return try PersonalDataKey(secret: try session.project.secret(reference), tenant: session.scope)
    }

    /// Every row that was read is written, known or left out with a reason: nothing else may have become of it.
    private func note(
        _ table: String, _ count: ExtractionCount, _ outcome: DatasetTarget.Outcome, _ recorder: inout RunRecorder
    ) throws {
        let commit = outcome.commit
        let rejected = Int64(count.rejections.rowCount) + commit.discarded.rowCount
        let accounted = outcome.writtenRowCount + outcome.knownRowCount + rejected
        guard commit.isRepeated || accounted == Int64(count.rowsRead) else {
            throw Failure(
                .bug, "the rows of '\(table)' in the lake are not those that were read",
                why: "of \(count.rowsRead) rows that were read \(accounted) are accounted for")
        }
        recorder.counts.append(
            TableCount(
                table: table, rowsRead: Int64(count.rowsRead), rowsWritten: outcome.writtenRowCount,
                rowsRejected: rejected, rowsKnown: outcome.knownRowCount, version: commit.version,
                isUnchanged: commit.isUnchanged))
    }
}
