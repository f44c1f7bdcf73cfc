internal import CivilTime
internal import Columnar
internal import Effects
internal import Lake
internal import Parquet
internal import Rendering
internal import Report
internal import SystemPackage

/// Writes a report's tables as Parquet files, one for each, that say whose they are; reads each back and compares it.
struct TableFiles {
    let store: any FileStore

    /// Every table's file: `top-customers.parquet`.
    ///
    /// - Parameter folder: a private folder; what is written there on the way is removed again.
    func render(_ document: ReportDocument, folder: FilePath) throws -> [Artefact] {
        var artefacts: [Artefact] = []
        for table in document.tables {
            let path = folder.appending("table.parquet")
            try write(table, of: document, to: path)
            defer { try? store.remove(path) }
            let reader = try ParquetFileReader(try store.open(path))
            var batches: [ColumnBatch] = []
            try reader.forEachBatch { batches.append($0) }
            let owner = reader.metadata.keyValues.first { $0.key == TableProperties.tenant }?.value
            try ArtefactCheck.check(parquet: batches, tenant: owner, of: table, in: document)
            artefacts.append(
                Artefact(
                    name: ArtefactCheck.parquetName(of: table), bytes: try store.contents(of: path, limit: 4 << 30)))
        }
        return artefacts
    }

    private func write(_ table: ReportTable, of document: ReportDocument, to path: FilePath) throws {
        let identity = document.identity
        var options = ParquetWriterOptions()
        options.createdBy = identity.engine
        options.keyValues = [
            (TableProperties.tenant, identity.tenant), ("almanac.report", identity.slug), ("almanac.run", identity.run),
            ("almanac.definition", identity.definitionHash), ("almanac.period", document.period.name),
            ("almanac.as_of", document.freshness.asOf.description),
            ("almanac.complete", document.freshness.isComplete ? "true" : "false"),
        ]
        let batch = try table.batch()
        let file = try store.create(path)
        let writer = try ParquetFileWriter(schema: batch.schema, options: options, file: file)
        try writer.write(batch)
        _ = try writer.finish()
        try file.close()
    }
}
