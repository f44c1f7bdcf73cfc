internal import CivilTime
internal import Columnar
internal import Extract
internal import Tenancy

/// How far a tenant's table has followed its source, and how it is to follow it in this run.
struct SyncState {
    /// What the cursor counts; nil where there is none.
    let scale: CursorScale?
    /// The hash of what increments rely on.
    let definition: String
    /// The table's watermark, if it is of the same definition.
    let known: Watermark?
    /// How the rows come.
    let plan: SyncPlan

    /// - Parameters:
    ///   - schema: the columns as the source has them.
    ///   - watermark: the text of the table's last one.
    ///   - readsAll: whether everything is read, however far the table has followed its source.
    /// - Throws: a `configuration` failure for a cursor that is none.
    init(
        _ dataset: Dataset, _ scope: TenantScope, _ schema: Schema, hasTable: Bool, watermark: String?, now: Instant,
        readsAll: Bool = false
    ) throws {
        let cursorField = dataset.cursor.flatMap { cursor in schema.lakeField(ofSource: cursor) }
        scale = cursorField.flatMap { CursorScale($0.type) }
        if let cursor = dataset.cursor, dataset.sync != .snapshot, scale == nil {
            throw Failure(
                .configuration, "can't follow '\(dataset.name)' by '\(cursor)'",
                why: "it is neither a time nor a whole number, so it does not say what is new",
                remedy: "name another cursor, or use sync: snapshot")
        }
        // A table that follows nothing relies on nothing.
        definition = dataset.cursor == nil && dataset.sync != .history ? "" : Self.definition(dataset, scope)
        let last = hasTable ? watermark.flatMap(Watermark.init(text:)) : nil
        known = last?.definition == definition ? last : nil
        plan = SyncPlan(dataset, hasTable: hasTable, watermark: readsAll ? nil : known, scale: scale, now: now)
    }

    /// What increments rely on.
    private static func definition(_ dataset: Dataset, _ scope: TenantScope) -> String {
        RunIdentity.hash([
            ("source", Array("\(dataset.source)".utf8)), ("sync", Array(dataset.sync.rawValue.utf8)),
            ("key", Array(dataset.key.joined(separator: "\u{1F}").utf8)),
            ("cursor", Array((dataset.cursor ?? "").utf8)),
            ("times", Array((dataset.naiveTimes?.rawValue ?? "").utf8)),
            ("softDelete", Array((dataset.softDelete ?? "").utf8)),
            ("isolation", Array("\(scope.tenant.source.isolation)".utf8)),
        ])
    }
}
