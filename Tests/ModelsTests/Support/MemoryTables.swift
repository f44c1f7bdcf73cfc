import CivilTime
import Columnar
import Effects
import Foundation
import Models
import Parquet
import Query
import SystemPackage

/// Tables in memory, a part for each batch.
struct MemoryTables: TableCatalog {
    private struct Table: TableSource {
        let name: String
        let schema: Schema
        let batches: [ColumnBatch]
        var rowCount: Int64? { Int64(batches.reduce(0) { $0 + $1.rowCount }) }
        var partCount: Int { batches.count }

        func readPart(
            _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
            _ body: (ColumnBatch) throws -> Void
        ) throws {
            try body(try batches[index].selecting(columns))
        }
    }

    private var tables: [String: Table] = [:]

    mutating func add(_ name: String, _ schema: Schema, _ batches: [ColumnBatch]) {
        tables[name] = Table(name: name, schema: schema, batches: batches)
    }

    var tableNames: [String] { tables.keys.sorted() }

    func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)? { tables[name.last ?? ""] }
}

/// The models of a platform of the project, and engines for them.
enum TestModels {
    /// The project's own folder, from the place of this file.
    static let project = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .removingLastComponent()
    static let zones = ZoneDatabase { path in FileManager.default.contents(atPath: path).map { Array($0) } }

    static func graph(platform: String) throws -> ModelGraph {
        try ModelFolder(
            project.appending("Reports").appending(platform).appending("models"), store: DiskFileStore()
        ).graph()
    }

    /// A model of a text.
    static func model(_ name: String, _ text: String) throws -> ModelDefinition {
        try ModelDefinition(name: name, bytes: Array(text.utf8), file: "models/\(name).sql")
    }

    static func engine(_ graph: ModelGraph, _ tables: MemoryTables, zone: Zone = .utc) -> ModelEngine {
        ModelEngine(
            graph, tables: tables, calendar: TenantCalendar(zone: zone), zones: zones, clock: SystemClock())
    }

    /// The tables of a graph's stored models as a run computes them, with the common columns.
    static func tables(
        _ graph: ModelGraph, _ tables: MemoryTables, asOf: Int64, zone: Zone = .utc
    ) throws -> [String: ColumnBatch] {
        let instant = Instant(microsecondsSinceEpoch: asOf)
        let common = CommonColumns(tenant: "acme", calendar: TenantCalendar(zone: zone), asOf: instant)
        var known = tables
        var found: [String: ColumnBatch] = [:]
        for model in graph.order where model.isStored && model.adjustedModel == nil {
            let table = try engine(graph, known, zone: zone).table(
                of: model, ModelParameters(wholeHistoryUpTo: instant, zone: zone))
            let whole = try ColumnBatch.concatenated(table.batches, schema: table.schema)
            let stored = try common.adding(to: whole, of: model)
            known.add(model.name, stored.schema, [stored])
            found[model.name] = stored
        }
        return found
    }
}
