internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Reads a checkpoint: the actions that make up the table at a version, as Parquet files with one column for each kind
/// of action and one row for each action.
///
/// Source: PROTOCOL.md of the Delta project, "Checkpoints". Classic checkpoints are read, whole or in parts; those named
/// by a UUID are of the feature 'v2Checkpoint' and refused by that name.
struct CheckpointReader {
    let log: DeltaLog

    /// The actions of a checkpoint's files.
    ///
    /// - Parameter removals: whether removed files are read too.
    /// - Throws: `LakeError`: `damaged`, `unsupported`; `FileError`.
    func read(_ parts: [String], removals: Bool) throws -> [DeltaAction] {
        var actions: [DeltaAction] = []
        for part in parts { try read(try log.store.open(log.folder.appending(part)), part, removals, &actions) }
        return actions
    }

    /// The actions of one file.
    func read(_ file: any ReadableFile, _ name: String, _ removals: Bool, _ actions: inout [DeltaAction]) throws {
        do {
            let reader = try ParquetFileReader(file)
            let kinds = ["protocol", "metaData", "txn", "add"] + (removals ? ["remove"] : [])
            let known = kinds.filter { reader.schema.index(of: $0) != nil }
            guard known.contains("add"), known.contains("protocol") else {
                throw DeltaReader.damaged("checkpoint '\(name)' has no column of files")
            }
            try reader.forEachBatch(columns: known) { batch in
                for (column, field) in zip(batch.columns, batch.schema.fields) {
                    try ActionRows(column: ActionColumn(column), rowCount: batch.rowCount).read(field.name, &actions)
                }
            }
        } catch let error as ParquetError {
            // Bytes that cannot be understood and a disk that cannot be read are told apart by reading once more.
            if error.code == .inputOutput { _ = try file.read(at: 0, count: Int(min(file.size, 1 << 16))) }
            throw LakeError(
                error.code == .unsupported ? .unsupported : .damaged, "can't read checkpoint '\(name)': \(error)")
        }
    }
}

/// The rows of one column of a checkpoint.
private struct ActionRows {
    let column: ActionColumn
    let rowCount: Int

    func read(_ kind: String, _ actions: inout [DeltaAction]) throws(LakeError) {
        switch kind {
        case "add": try readAdded(&actions)
        case "remove": try readRemoved(&actions)
        case "txn": try readTransactions(&actions)
        case "metaData": try readMetadata(&actions)
        default: try readProtocol(&actions)
        }
    }

    private func needed<Value>(_ value: Value?, _ name: String) throws(LakeError) -> Value {
        guard let value else { throw DeltaReader.damaged("'\(name)' is missing or of another type in a checkpoint") }
        return value
    }

    private func readAdded(_ actions: inout [DeltaAction]) throws(LakeError) {
        let (path, size, time) = (column.part("path"), column.part("size"), column.part("modificationTime"))
        let (values, statistics) = (column.part("partitionValues"), column.part("stats"))
        let (tags, vector) = (column.part("tags"), column.part("deletionVector"))
        for row in 0..<rowCount where column.isThere(row) {
            if let vector, vector.isThere(row) {
                throw LakeError(.unsupported, "can't read the table: it uses the Delta feature 'deletionVectors'")
            }
            actions.append(
                .add(
                    AddedFile(
                        path: try needed(path?.text(row), "path"), partitionValues: values?.map(row) ?? [:],
                        size: try needed(size?.integer(row), "size"),
                        modifiedMilliseconds: try needed(time?.integer(row), "modificationTime"),
                        isDataChange: false, statisticsText: statistics?.text(row), tags: tags?.present(row) ?? [:])))
        }
    }

    private func readRemoved(_ actions: inout [DeltaAction]) throws(LakeError) {
        let (path, time, size) = (column.part("path"), column.part("deletionTimestamp"), column.part("size"))
        let (values, tags) = (column.part("partitionValues"), column.part("tags"))
        for row in 0..<rowCount where column.isThere(row) {
            actions.append(
                .remove(
                    RemovedFile(
                        path: try needed(path?.text(row), "path"), deletedMilliseconds: time?.integer(row),
                        isDataChange: false, partitionValues: values?.map(row) ?? [:], size: size?.integer(row),
                        tags: tags?.present(row) ?? [:])))
        }
    }

    private func readTransactions(_ actions: inout [DeltaAction]) throws(LakeError) {
        let (name, version, time) = (column.part("appId"), column.part("version"), column.part("lastUpdated"))
        for row in 0..<rowCount where column.isThere(row) {
            actions.append(
                .transaction(
                    DeltaTransaction(
                        application: try needed(name?.text(row), "appId"),
                        version: try needed(version?.integer(row), "version"),
                        updatedMilliseconds: time?.integer(row))))
        }
    }

    private func readMetadata(_ actions: inout [DeltaAction]) throws(LakeError) {
        for row in 0..<rowCount where column.isThere(row) {
            actions.append(
                .metadata(
                    DeltaMetadata(
                        id: try needed(column.part("id")?.text(row), "id"), name: column.part("name")?.text(row),
                        description: column.part("description")?.text(row),
                        schemaText: try needed(column.part("schemaString")?.text(row), "schemaString"),
                        partitionColumns: column.part("partitionColumns")?.texts(row) ?? [],
                        configuration: column.part("configuration")?.present(row) ?? [:],
                        createdMilliseconds: column.part("createdTime")?.integer(row),
                        formatProvider: column.part("format")?.part("provider")?.text(row) ?? "parquet")))
        }
    }

    private func readProtocol(_ actions: inout [DeltaAction]) throws(LakeError) {
        for row in 0..<rowCount where column.isThere(row) {
            let reader = try needed(column.part("minReaderVersion")?.integer(row), "minReaderVersion")
            let writer = try needed(column.part("minWriterVersion")?.integer(row), "minWriterVersion")
            actions.append(
                .protocol(
                    DeltaProtocol(
                        readerVersion: Int(clamping: reader), writerVersion: Int(clamping: writer),
                        readerFeatures: column.part("readerFeatures")?.texts(row) ?? [],
                        writerFeatures: column.part("writerFeatures")?.texts(row) ?? [])))
        }
    }
}
