internal import Query

// Sealed buckets.
//
// (1) A bucket of a model with `seal: { after: 35d }` is sealed so many days after its end, in the tenant's calendar. The
//     model's table stays that of a computation of everything: who reads it has the right numbers.
// (2) What changes in a bucket that was sealed when the table was computed last is told: the row's `revision` is one more
//     than before, and `<model>_adjustments` has a row for it: the grain, of numbers the difference, of all else the value
//     now, and whether the row was changed, added or removed. So for every sealed row: what was sealed + its adjustments
//     = the table.
// (3) The adjustments follow the table's versions: their log keeps up to which they were told. A run that dies between
//     the two commits loses none of them, and none is told twice.
// (4) Another set of columns begins anew, with revision 0: receipts tell of definitions that change.

extension ModelDefinition {
    /// What follows a sealed model's name in the name of its adjustments.
    static let adjustmentsSuffix = "_adjustments"
    /// The columns that adjustments have beside the model's.
    static let adjustmentColumns = ["adjustment", "table_version"]

    /// The table of a sealed model's adjustments; nil for models that are not sealed.
    init?(adjustmentsOf model: ModelDefinition) {
        guard model.sealedAfterDays != nil else { return nil }
        let comment = "-- Kept with the model: what changed in its sealed buckets."
        let query = SourceText(
            "\(comment)\nSELECT * FROM \(SQLText.name(model.name))", name: model.query.name)
        // It is one table between quotes: nothing about it can be wrong.
        guard let references = try? QueryReferences(of: query) else { return nil }
        let own = model.columns.map { column in
            let isDifference = column.kind.isNumeric && !model.grain.contains(column.name)
            return ModelColumn(
                name: column.name, kind: column.kind, label: column.label, unit: column.unit,
                description: isDifference ? "Difference: \(column.description)" : column.description,
                isAdditive: column.isAdditive)
        }
        let kind = ModelColumn(
            name: Self.adjustmentColumns[0], kind: .text, label: "Adjustment", unit: .none,
            description: "Whether the sealed row was changed, added or removed.", isAdditive: false)
        let version = ModelColumn(
            name: Self.adjustmentColumns[1], kind: .integer, label: "Version", unit: .none,
            description: "The version of \(model.name) that brought it.", isAdditive: false)
        self.init(
            name: model.name + Self.adjustmentsSuffix,
            description: "What changed in buckets of \(model.name) after they were sealed.", materialization: .table,
            grain: model.grain + [version.name], grainPosition: model.grainPosition, bucket: model.bucket,
            currencyColumn: model.currencyColumn, subjectColumn: model.subjectColumn, lookbackDays: 0,
            sealedAfterDays: nil, isPublished: model.isPublished, columns: own + [kind, version], tests: [],
            query: query, fileHash: model.fileHash, references: references, adjustedModel: model.name)
    }

    /// The model with its revision as a column of its own, which the query for it gives.
    var withRevision: ModelDefinition {
        let revision = ModelColumn(
            name: CommonColumns.revision, kind: .integer, label: "Revision", unit: .none,
            description: "How often the row was changed after it was sealed.", isAdditive: false)
        return ModelDefinition(
            name: name, description: description, materialization: materialization, grain: grain,
            grainPosition: grainPosition, bucket: bucket, currencyColumn: currencyColumn,
            subjectColumn: subjectColumn, lookbackDays: lookbackDays, sealedAfterDays: sealedAfterDays,
            isPublished: isPublished, columns: columns + [revision], tests: tests, query: query,
            fileHash: fileHash, references: references, adjustedModel: adjustedModel)
    }
}
