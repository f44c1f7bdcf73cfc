internal import Columnar

/// The columns of a checkpoint that we write: those of PROTOCOL.md, "Checkpoint Schema", for reader 1 and writer 2.
///
/// All parts may be missing, as Spark writes them: within a row that is of another kind every part is.
enum CheckpointSchema {
    static let texts = LogicalType.map(
        key: Field("key", .text, isNullable: false), value: Field("value", .text))
    static let names = LogicalType.list(element: Field("element", .text))

    static let transaction = [Field("appId", .text), Field("version", .int64), Field("lastUpdated", .int64)]
    static let added = [
        Field("path", .text), Field("partitionValues", texts), Field("size", .int64), Field("modificationTime", .int64),
        Field("dataChange", .bool), Field("stats", .text), Field("tags", texts),
    ]
    static let removed = [
        Field("path", .text), Field("deletionTimestamp", .int64), Field("dataChange", .bool),
        Field("extendedFileMetadata", .bool), Field("partitionValues", texts), Field("size", .int64),
        Field("tags", texts),
    ]
    static let metadata = [
        Field("id", .text), Field("name", .text), Field("description", .text),
        Field("format", .structure(fields: [Field("provider", .text), Field("options", texts)])),
        Field("schemaString", .text), Field("partitionColumns", names), Field("configuration", texts),
        Field("createdTime", .int64),
    ]
    static let `protocol` = [
        Field("minReaderVersion", .int32), Field("minWriterVersion", .int32), Field("readerFeatures", names),
        Field("writerFeatures", names),
    ]

    /// The columns.
    static let schema = Schema([
        Field("txn", .structure(fields: transaction)), Field("add", .structure(fields: added)),
        Field("remove", .structure(fields: removed)), Field("metaData", .structure(fields: metadata)),
        Field("protocol", .structure(fields: `protocol`)),
    ])
}
