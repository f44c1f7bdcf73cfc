internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import Tenancy

// Long ways in pieces that count each by itself.
//
// A chunk is the rows between two positions of a dataset's cursor. It is read in a session and a snapshot of its own, and is
// committed with a watermark that ends where it ends: whatever happens then, nobody reads it again but for the overlap. A
// chunk never goes beyond the bound of its snapshot, so that no row can come late into it; what changes meanwhile has a
// later position and is read by a later chunk or by the run itself. The last part of every way, beyond the last chunk, is
// read by the run as always, all datasets in one snapshot: what the run leaves is of one moment, as without chunks.
//
// A state of `history` holds from the snapshot on that it was seen in: that of its chunk. Between two chunks the states are
// of several moments; at the run's own snapshot they are again those of one.
//
// Each chunk is tried again by itself, with a budget of its own, and half as large each time: a replica that cancels long
// statements, or a connection that never lives long enough, is got through in the end.
extension Ingestion {
    /// Reads datasets with a long way to go up to near their end.
    func catchUp(
        _ catalog: DatasetCatalog, _ run: RunRecord, _ chunks: inout ChunkSizes
    ) throws {
        for dataset in catalog.datasets where isChunkable(dataset) {
            guard dataset.chunk != nil || chunks.hasFailed else { continue }
            while try keepNextChunk(of: dataset, run, &chunks) {}
        }
    }

    /// A `snapshot` is of one moment, whole. Local times lie in another order than their instants when clocks are set back.
    private func isChunkable(_ dataset: Dataset) -> Bool {
        dataset.cursor != nil && dataset.sync != .snapshot && dataset.naiveTimes != .local
    }

    /// Reads one chunk; false where the run reads the rest at once.
    private func keepNextChunk(
        of dataset: Dataset, _ run: RunRecord, _ chunks: inout ChunkSizes
    ) throws -> Bool {
        var way: Int64 = 1
        var failureCount = 0
        do {
            return try session.retry.retrying(isStopped: { Interruption.signal != nil || limit.isOver }) { error in
                failureCount += 1
                progress(.readAgain(tenants: [session.scope.id.text], why: error.reason))
                // A connection can be lost for other reasons than the size of what it carries.
                if error.code == .tryLater || failureCount > 1 { chunks.shrink(dataset, way: way) }
            } _: {
                let source = try openSession(following: [dataset], try personalDataKey())
                guard let next = try nextChunk(of: dataset, source, run, &chunks, &way) else {
                    try source.finish()
                    return false
                }
                try keep(next, of: dataset, source, run)
                chunks.grow(dataset)
                return true
            }
        } catch let error as ExtractError {
            // The tries of this chunk are used up: those of the run are not for it.
            throw Failure(classifying: error, doing: "extract the data for tenant '\(session.scope.id)'")
        }
    }

    /// A chunk that is to be read.
    private struct Chunk {
        let increment: Increment
        let watermark: Watermark
        let table: DeltaTable
        let schema: Schema
    }

    private func nextChunk(
        of dataset: Dataset, _ source: SourceSession, _ run: RunRecord, _ sizes: inout ChunkSizes, _ way: inout Int64
    ) throws -> Chunk? {
        let table = session.project.table(
            TableAddress(.raw, dataset.name, of: session.scope, in: session.project.layout))
        let schema = try source.schema(of: dataset)
        let state = try SyncState(
            dataset, session.scope, schema, hasTable: try table.exists(), watermark: try table.watermark(),
            now: Instant(microsecondsSinceEpoch: run.startedAt))
        guard let scale = state.scale, let cursor = dataset.cursor else { return nil }
        let watermark = Watermark(
            source.horizon, scale: scale, greatest: source.greatestNumbers[dataset.name.text],
            definition: state.definition, after: state.known
        ).beside(source.horizon, scale)
        let since = SyncPlan.increment(dataset, state.known, scale)
        // A table that follows something else, or does not know how far it has, is read whole by the run.
        let isNew = try !table.exists()
        guard let bound = watermark.bound, since != nil || isNew,
            dataset.chunk != nil || since == nil || state.known?.isOfChunk == true,
            let least = try source.leastPosition(of: dataset, from: since?.lower, scale: scale)
        else { return nil }
        let (distance, isOverflow) = bound.subtractingReportingOverflow(least)
        guard !isOverflow, distance > 0 else { return nil }
        way = distance
        let isBehindGap = state.known?.bound.map { least > $0 } ?? true
        let size = sizes.size(of: dataset, scale, way: distance, isBehindGap: isBehindGap)
        guard let size else { return nil }
        let from = max(least, state.known?.bound ?? .min)
        let (end, isFar) = from.addingReportingOverflow(size)
        // Where one more chunk would come to the end, the run itself reads what is left.
        guard !isFar, end < bound else { return nil }
        let increment = Increment(column: cursor, scale: scale, lower: since?.lower ?? .min, upper: end)
        return Chunk(increment: increment, watermark: watermark, table: table, schema: schema)
    }

    private func keep(_ chunk: Chunk, of dataset: Dataset, _ source: SourceSession, _ run: RunRecord) throws {
        let sequence = try session.ledger.nextSequence(under: session.lease)
        // Of another application than the run's own commit: their numbers do not come in one order.
        var change = TableChange(
            .overwrite, schema: chunk.schema,
            transaction: DeltaTransaction(application: "\(dataset.name).chunk", version: sequence), run: run.id)
        change.engine = "almanac/\(EngineVersion.text)"
        change.eventTime = dataset.eventTime.map {
            EventTime(column: $0, zone: session.scope.tenant.calendar.zone)
        }
        let target = try DatasetTarget(
            dataset, chunk.table, change, of: source, chunk: chunk.increment, watermark: chunk.watermark.ofChunk,
            random: session.project.environment.random)
        var rowsRead = 0
        let batch = CommitBatch(sync)
        _ = try target.write(in: batch) { sinks in
            let count = try source.extract(dataset, target.part, prepare: { _ in }) {
                try pass(copy $0, to: sinks.rows)
            }
            rowsRead = count.rowsRead
            try flock.checkUnseen(session.scope)
            try source.finish()
        }
        try batch.commit()
        progress(
            .chunkKept(
                tenant: session.scope.id.text, table: target.table.address.name, rows: Int64(rowsRead)))
    }
}
