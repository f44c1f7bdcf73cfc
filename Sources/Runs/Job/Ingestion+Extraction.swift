internal import CivilTime
internal import Columnar
internal import Configuration
internal import Effects
internal import Extract
internal import Lake
internal import PostgresCopy
internal import SystemPackage
internal import Tenancy

extension Ingestion {
    /// A dataset with the table that takes its rows.
    private struct Target {
        let dataset: Dataset
        let table: DeltaTable
        let change: TableChange
    }

    /// Reads all datasets in one snapshot of the source; no table changes before the source's COMMIT.
    func extract(_ catalog: DatasetCatalog, _ asOf: Instant, _ recorder: inout RunRecorder) throws {
        let scope = session.scope
        let source = try SourceSession(
            scope, url: try url(), connections: session.project.connections,
            connectionCountMax: Self.connectionCountMax)
        let targets = try catalog.datasets.map { dataset in
            let address = TableAddress(.raw, dataset.name, of: scope, in: session.project.layout)
            var change = self.change(
                of: dataset.name.text, schema: try source.schema(of: dataset), recorder.run)
            change.eventTime = dataset.eventTime.map { EventTime(column: $0, zone: scope.tenant.calendar.zone) }
            return Target(dataset: dataset, table: session.project.table(address), change: change)
        }
        var read: [ExtractionCount] = []
        var commits: [TableCommit] = []
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        try write(targets[...], [], &commits) { writers in
            for (target, writer) in zip(targets, writers) {
                read.append(
                    try source.extract(target.dataset) { batch in
                        if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") }
                        try writer.write(copy batch)
                    })
            }
            try source.finish()
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        // The innermost table commits first.
        for (target, (count, commit)) in zip(targets, zip(read, commits.reversed())) {
            try note(target.table.address.name, count, commit, &recorder)
            progress(
                .extracted(
                    tenant: scope.id.text, table: target.table.address.name, rows: Int64(count.rowsRead),
                    unchanged: commit.isUnchanged, seconds: seconds))
        }
    }

    /// Opens a writer for each table, one inside of the other; when all are open, all datasets are read and the source
    /// is committed. Only then do the tables commit, as the writers close: a failure before that changes none of them.
    private func write(
        _ targets: ArraySlice<Target>, _ open: [TableWriter], _ commits: inout [TableCommit],
        _ readAll: ([TableWriter]) throws -> Void
    ) throws {
        guard let target = targets.first else { return try readAll(open) }
        let commit = try target.table.write(target.change) { writer in
            try write(targets.dropFirst(), open + [writer], &commits, readAll)
        }
        commits.append(commit)
    }

    /// Over how many connections a large table is read: more than the cores make nothing of.
    private static var connectionCountMax: Int { min(4, ParallelWork.coreCount) }

    private func url() throws -> Secret {
        let environment = session.project.environment
        return try session.scope.tenant.source.url.resolve(variable: environment.variable) { path in
            try environment.store.text(of: session.project.layout.root.pushing(FilePath(path)))
        }
    }

    private func note(
        _ table: String, _ count: ExtractionCount, _ commit: TableCommit, _ recorder: inout RunRecorder
    ) throws {
        let written = commit.rowCount ?? Int64(count.rowsAccepted)
        guard written == Int64(count.rowsAccepted) else {
            throw Failure(
                .bug, "the rows of '\(table)' in the lake are not those that were read",
                why: "\(count.rowsAccepted) rows were taken and \(written) are in the table")
        }
        recorder.counts.append(
            TableCount(
                table: table, rowsRead: Int64(count.rowsRead), rowsWritten: written,
                rowsRejected: Int64(count.rejections.rowCount), version: commit.version,
                isUnchanged: commit.isUnchanged))
    }
}
