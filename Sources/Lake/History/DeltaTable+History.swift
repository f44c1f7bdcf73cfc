internal import Columnar

// A table of type 2: each row is a state of a row of the source, with `valid_from` and `valid_to`. The state that holds
// has no `valid_to`. A new state and the end of the one before it come in one version, by a merge on key and `valid_from`.
extension DeltaTable {
    /// Notes the states of rows at the source; makes the table where there is none.
    ///
    /// - Parameters:
    ///   - change: what is known of the states.
    ///   - rows: is given a writer; not called where the transaction is in the table already.
    /// - Throws: as `merge`; `LakeError` (`schema`) where the source has columns of these names.
    @discardableResult
    package func keepHistory(_ change: HistoryChange, _ rows: (HistoryWriter) throws -> Void) throws -> MergeCommit {
        let base = try snapshotIfThere(at: .latest)
        let schema = try historySchema(change, base)
        var merge = change.merge
        merge.key += [HistoryChange.Column.from]
        merge.schema = schema
        let keys = RowKeys(change.merge.key, random: random)
        return try self.merge(merge) { merging in
            let writer = try HistoryWriter(change, merging, schema: schema, keys: keys, base: base)
            try rows(writer)
            try writer.finish(isWhole: change.isWhole)
        }
    }

    /// The table's columns and those that are new, in the order of the source where it has them.
    private func historySchema(_ change: HistoryChange, _ base: TableSnapshot?) throws -> Schema {
        let own = [HistoryChange.Column.from, HistoryChange.Column.to]
        var fields = change.merge.schema.fields
        if let clash = fields.first(where: { own.contains($0.name.lowercased()) }) {
            throw LakeError(
                .schema,
                "can't keep the history of table \(address): the source has a column '\(clash.name)' of its own; "
                    + "give it another name with sql:")
        }
        for field in base?.schema.fields ?? [] where !own.contains(field.name) {
            if !fields.contains(where: { $0.name == field.name }) { fields.append(field) }
        }
        fields.append(Field(own[0], .timestamp, isNullable: false))
        fields.append(Field(own[1], .timestamp))
        return Schema(fields)
    }
}
