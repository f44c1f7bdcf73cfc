internal import CivilTime
internal import Columnar
package import Lake

extension ModelMaterializer {
    /// Brings the adjustments of a sealed model up to the version of its table that the run has pinned.
    ///
    /// - Parameters:
    ///   - model: the adjustments.
    ///   - name: the sealed model's name.
    ///   - table: that of the adjustments.
    /// - Throws: `ModelError`, `LakeError`, `FileError`, `ParquetError`.
    func tellAdjustments(
        _ model: ModelDefinition, of name: String, in table: DeltaTable, _ change: TableChange, _ batch: CommitBatch
    ) throws -> Staged {
        let recomputation = try self.recomputation(of: model, in: table)
        if recomputation == .nothing, let version = try table.latestVersion() {
            return Staged(recomputation: recomputation, rowCount: 0, version: .found(version))
        }
        guard let pin = tables.pin(of: name), let source = engine.graph.model(name),
            let sealed = try pinSealedRows(of: source, pin, toldIn: table)
        else { throw LakeError(.noTable, "there is no table \(name), whose adjustments are asked for") }
        defer {
            tables.unpin(SealedRows.nameBefore(source))
            tables.unpin(SealedRows.nameNow(source))
        }
        let query = sealed.adjustments(to: SealedRows.nameNow(source), version: pin.version, of: source)
        let answer = try engine.schema(of: model.withRevision, query, parameters)
        var change = change
        change.schema = Schema(
            answer.fields.filter { $0.name != CommonColumns.revision } + CommonColumns.fields(of: model))
        change.watermark = state(of: model).text
        // The commit tells how far the table was followed, rows or not.
        change.keepsUnchanged = false
        change.mode = try table.exists() && table.snapshot().schema.isLike(change.schema) ? .append : .overwrite
        var rowCount: Int64 = 0
        let staged = try table.stage(change, in: batch) { writer in
            try engine.forEachBatch(of: model.withRevision, query, parameters) { batch in
                rowCount += Int64(batch.rowCount)
                try writer.write(try common.adding(to: batch, of: model))
            }
        }
        return Staged(recomputation: recomputation, rowCount: rowCount, version: .staged(staged))
    }

    /// The sealed rows of the version up to which the adjustments were told. Where none were told, or of other columns,
    /// those of the version of now: nothing has changed since.
    private func pinSealedRows(
        of model: ModelDefinition, _ pin: PinnedTables.Pin, toldIn table: DeltaTable
    ) throws -> SealedRows? {
        let (before, now) = (SealedRows.nameBefore(model), SealedRows.nameNow(model))
        tables.pin(now, pin)
        guard let schema = try tables.snapshot(now)?.schema else { return nil }
        let own = Schema(schema.fields.filter { model.column($0.name) != nil })
        if try table.exists(), let told = try table.watermark().flatMap(ModelState.init(text:)),
            let version = told.inputs[pin.table.address.name], version < pin.version
        {
            tables.pin(before, PinnedTables.Pin(table: pin.table, version: version))
            let old = try tables.snapshot(before)?.schema ?? Schema([])
            let sealed = SealedRows(of: model, old, own: own, asOf: told.asOf, common.calendar, named: before)
            if let sealed { return sealed }
        }
        tables.pin(before, pin)
        return SealedRows(of: model, schema, own: own, asOf: parameters.asOf, common.calendar, named: before)
    }
}

extension Schema {
    /// Whether columns have the same names and types, in the same order.
    func isLike(_ other: Schema) -> Bool {
        fields.map(\.name) == other.fields.map(\.name) && fields.map(\.type) == other.fields.map(\.type)
    }
}
