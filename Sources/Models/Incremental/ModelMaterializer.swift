package import CivilTime
package import Columnar
package import Lake

/// Keeps the table of a stored model: computes what has to be computed, and puts it there in one version.
package struct ModelMaterializer {
    let engine: ModelEngine
    let tables: PinnedTables
    let common: CommonColumns
    let parameters: ModelParameters
    private let engineName: String
    private let calendarHash: String

    /// - Parameters:
    ///   - tables: the inputs, each at its version: what the engine reads.
    ///   - parameters: those of the whole history.
    ///   - engineName: the engine with its version; another one computes everything again.
    ///   - calendarHash: see `ModelState.hash`.
    package init(
        _ engine: ModelEngine, _ tables: PinnedTables, _ common: CommonColumns, _ parameters: ModelParameters,
        engineName: String, calendarHash: String
    ) {
        self.engine = engine
        self.tables = tables
        self.common = common
        self.parameters = parameters
        self.engineName = engineName
        self.calendarHash = calendarHash
    }

    /// What became of a model's table.
    package struct Outcome: Sendable {
        /// What was computed again, and why.
        package let recomputation: Recomputation
        /// The table's version.
        package let version: Int64
        /// Whether the version was there before.
        package let isUnchanged: Bool
        /// The rows that were computed.
        package let rowCount: Int64
    }

    /// What will have become of a model's table when the batch of its change has committed.
    package struct Staged {
        /// What was computed again, and why.
        package let recomputation: Recomputation
        let rowCount: Int64
        let version: Version

        enum Version {
            /// The version was there before: nothing has to be computed.
            case found(Int64)
            /// That of a change.
            case staged(StagedChange)
        }

        /// What became of it.
        ///
        /// - Throws: `LakeError` (`notCommitted`) before the batch has committed.
        package func outcome() throws(LakeError) -> Outcome {
            switch version {
            case .found(let version):
                return Outcome(recomputation: recomputation, version: version, isUnchanged: true, rowCount: rowCount)
            case .staged(let change):
                let commit = try change.made()
                return Outcome(
                    recomputation: recomputation, version: commit.version, isUnchanged: commit.isUnchanged,
                    rowCount: rowCount)
            }
        }
    }

    /// What a model is to be computed from now.
    package func state(of model: ModelDefinition) -> ModelState {
        let inputs = engine.graph.storedInputs(of: model)
        var versions: [String: Int64] = [:]
        for name in inputs.datasets + inputs.models {
            guard let pin = tables.pin(of: name) else { continue }
            versions[pin.table.address.name] = pin.version
        }
        return ModelState(
            definition: engine.graph.definitionHash(of: model, engine: engineName), calendar: calendarHash,
            asOf: parameters.asOf, inputs: versions)
    }

    /// What has to be computed again for a table.
    ///
    /// - Throws: `LakeError`, `FileError`.
    package func recomputation(of model: ModelDefinition, in table: DeltaTable) throws -> Recomputation {
        let new = state(of: model)
        let known = try table.watermark().flatMap(ModelState.init(text:))
        return try Recomputation(of: model, in: engine.graph, from: known, to: new, calendar: common.calendar) {
            input, version in
            let name = input.split(separator: "/").last.map(String.init) ?? input
            guard let pin = tables.pin(of: name) else { throw LakeError(.noTable, "there is no table \(input)") }
            return try pin.table.changes(after: version, upTo: pin.version)
        }
    }

    /// Computes what has to be computed; the table has it when the batch commits.
    ///
    /// - Parameters:
    ///   - change: who changes the table: its transaction, run and engine; mode, schema, event time and watermark are set
    ///     here.
    ///   - batch: may have the changes of other models that this one does not read.
    /// - Throws: `ModelError`, `LakeError`, `FileError`, `ParquetError`.
    package func stage(
        _ model: ModelDefinition, in table: DeltaTable, _ change: TableChange, _ batch: CommitBatch,
        rebuilds: Bool = false
    ) throws -> Staged {
        if let adjusted = model.adjustedModel {
            return try tellAdjustments(model, of: adjusted, in: table, change, batch)
        }
        var recomputation = rebuilds ? .all(reason: "asked for") : try self.recomputation(of: model, in: table)
        let own = try engine.schema(of: model, parameters)
        var change = change
        change.schema = Schema(own.fields + CommonColumns.fields(of: model))
        change.watermark = state(of: model).text
        if let bucket = model.bucket, model.materialization == .incremental {
            change.eventTime = EventTime(column: bucket.column, zone: common.calendar.zone)
        }
        // A version that another definition of the columns left behind is no ground to build on.
        let names = change.schema.fields.map(\.name)
        if case .buckets = recomputation, try table.snapshot().schema.fields.map(\.name) != names {
            recomputation = .all(reason: "the table has other columns")
        }
        if case .nothing = recomputation {
            guard let version = try table.latestVersion() else {
                throw LakeError(.noTable, "there is no table \(table.address)")
            }
            return Staged(recomputation: recomputation, rowCount: 0, version: .found(version))
        }
        let sealed = try pinSealedRows(of: model, own, in: table)
        defer { tables.unpin(SealedRows.nameBefore(model)) }
        var rowCount: Int64 = 0
        let staged: StagedChange
        if case .buckets(let ranges, _) = recomputation {
            change.mode = .append
            staged = try table.stage(.ranges(ranges), change, in: batch) { writer in
                for range in ranges {
                    try rows(of: model, range, sealed) { batch in
                        rowCount += Int64(batch.rowCount)
                        try check(batch, of: model, in: range)
                        try writer.write(batch)
                    }
                }
            }
        } else {
            change.mode = .overwrite
            staged = try table.stage(change, in: batch) { writer in
                try rows(of: model, parameters.dates, sealed) { batch in
                    rowCount += Int64(batch.rowCount)
                    try writer.write(batch)
                }
            }
        }
        return Staged(recomputation: recomputation, rowCount: rowCount, version: .staged(staged))
    }

    /// The rows of the sealed buckets as the table has them now; nil where there are none to be held to.
    private func pinSealedRows(of model: ModelDefinition, _ own: Schema, in table: DeltaTable) throws -> SealedRows? {
        guard model.sealedAfterDays != nil, try table.exists(), let version = try table.latestVersion(),
            let known = try table.watermark().flatMap(ModelState.init(text:))
        else { return nil }
        let name = SealedRows.nameBefore(model)
        tables.pin(name, PinnedTables.Pin(table: table, version: version))
        guard let schema = try tables.snapshot(name)?.schema else { return nil }
        return SealedRows(of: model, schema, own: own, asOf: known.asOf, common.calendar, named: name)
    }

    private func rows(
        of model: ModelDefinition, _ dates: Range<LocalDate>, _ sealed: SealedRows?,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        var parameters = parameters
        // Nothing is computed beyond the day of the as-of.
        parameters.dates = dates.clamped(to: parameters.dates)
        guard let sealed else {
            return try engine.forEachBatch(of: model, parameters) { try body(try common.adding(to: $0, of: model)) }
        }
        try engine.forEachBatch(of: model, restating: sealed, parameters) {
            try body(try common.adding(to: $0, of: model))
        }
    }

    /// A model that does not keep to the dates that it was asked for would have rows twice.
    private func check(_ batch: ColumnBatch, of model: ModelDefinition, in range: Range<LocalDate>) throws {
        guard let bucket = model.bucket, case .int32(let days) = try batch.column(bucket.column).values else { return }
        let (from, to) = (range.lowerBound.daysSinceEpoch, range.upperBound.daysSinceEpoch)
        for row in 0..<batch.rowCount where days[row] < from || days[row] >= to {
            throw ModelError.outsideDates(model: model.name, column: bucket.column)
        }
    }
}
