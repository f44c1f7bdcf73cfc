internal import Effects
internal import Parquet
internal import SystemPackage

// How a checkpoint comes about.
//
// (1) It is written from the fold of what is on the disk, after its version is durable; it is an aid and no truth: when
//     it fails, the version stands, and the next writer tries again.
// (2) The file is read back, action by action, before it gets its name; the name is linked and never replaced.
// (3) `_last_checkpoint` is swapped after that. It is a hint for other engines: we go by the names in the folder.
// (4) Removed files stay in it until the retention of deleted files has passed, so that every engine's vacuum knows
//     them.

/// Writes checkpoints.
struct CheckpointWriter {
    let log: DeltaLog
    let random: any RandomSource

    /// Writes the checkpoint of what was folded; nothing happens where there is one.
    ///
    /// - Parameters:
    ///   - replay: the table, with removed files.
    ///   - milliseconds: the time now, since 1970 UTC.
    /// - Throws: `FileError`, `ParquetError`, `LakeError`.
    func write(_ replay: DeltaReplay, atMilliseconds milliseconds: Int64) throws {
        let name = CheckpointName.single(replay.version)
        let path = log.folder.appending(name)
        guard try log.store.status(of: path) == nil else { return }
        let retention = DeltaProperties(replay.metadata).deletedFileRetentionMilliseconds
        let since = milliseconds.subtractingReportingOverflow(retention)
        let batches = CheckpointBatches(replay, removedSince: since.overflow ? .min : since.partialValue)
        var counts: (actionCount: Int64, fileCount: Int64) = (0, 0)
        var size: Int64 = 0
        do {
            try CommittedFile(store: log.store, random: random).commit(path) { file in
                let writer = try ParquetFileWriter(
                    schema: CheckpointSchema.schema, options: ParquetWriterOptions(), file: file)
                counts = try batches.forEach { try writer.write($0) }
                _ = try writer.finish()
                size = file.size
            } verify: { file in
                try check(file, name, replay)
            }
        } catch let error as FileError where error.code == .exists {
            // Another writer was faster: its checkpoint of this version says the same.
            return
        }
        let hint = JSONValue.object([
            "version": .integer(replay.version), "size": .integer(counts.actionCount), "sizeInBytes": .integer(size),
            "numOfAddFiles": .integer(counts.fileCount),
        ])
        try CommittedFile(store: log.store, random: random).commit(
            Array(hint.canonicalText.utf8), to: log.folder.appending(Self.hintName), replacing: true)
    }

    /// The name of the hint at the last checkpoint.
    static let hintName = "_last_checkpoint"

    private func check(_ file: any ReadableFile, _ name: String, _ replay: DeltaReplay) throws {
        var actions: [DeltaAction] = []
        try CheckpointReader(log: log).read(file, name, false, &actions)
        var readBack = DeltaReplay()
        try readBack.start(from: actions, version: replay.version)
        guard readBack.activeFiles == replay.activeFiles, readBack.metadata == replay.metadata,
            readBack.protocol == replay.protocol, readBack.transactions == replay.transactions
        else { throw FileError(.readWrite, "read back", path: name) }
    }
}
