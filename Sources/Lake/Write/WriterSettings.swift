/// How data files of a table are written.
struct WriterSettings {
    /// The table's columns.
    var schema: StorageSchema
    /// The columns of the rows on our side, and what of them lies in the files.
    var rows: StorageSchema
    /// How the files are divided.
    var partition = PartitionLayout.undivided
    /// The column whose days each file notes, where the rows have it.
    var eventTime: EventTime?
    var limits = DataFileLimits()
    /// The level of zstd. Rows as they come are compressed quickly; compaction, which is done once and kept, takes its
    /// time: on text it makes files some percent smaller, on numbers and identifiers none.
    var compressionLevel = 1
    /// Who writes.
    var engine: String
}

extension TableSnapshot {
    /// How rows with all of the table's columns are written to it.
    ///
    /// - Parameter eventTime: the table's, with the zone that its property names.
    /// - Throws: `LakeError` (`damaged`).
    func writerSettings(
        eventTime: EventTime?, engine: String, limits: DataFileLimits
    ) throws(LakeError) -> WriterSettings {
        WriterSettings(
            schema: storageSchema, rows: storageSchema.withoutPartitions,
            partition: try PartitionLayout(storageSchema, columns: metadata.partitionColumns), eventTime: eventTime,
            limits: limits, engine: engine)
    }
}
