/// One action of a Delta log: a line of `NNNNNNNNNNNNNNNNNNNN.json`.
///
/// Source: the Delta Transaction Log Protocol (PROTOCOL.md of the Delta project), "Actions". Members that a reader does
/// not know are skipped, as the protocol asks; what may not be skipped is a table feature, and `DeltaFeatures` refuses
/// those by name.
package enum DeltaAction: Sendable, Equatable {
    case `protocol`(DeltaProtocol)
    case metadata(DeltaMetadata)
    case add(AddedFile)
    case remove(RemovedFile)
    case transaction(DeltaTransaction)
    case commitInfo(JSONValue)
}

/// Which readers and writers may touch the table.
package struct DeltaProtocol: Sendable, Equatable {
    /// The least reader version.
    package var readerVersion: Int
    /// The least writer version.
    package var writerVersion: Int
    /// Features by name, where the reader version is 3.
    package var readerFeatures: [String]
    /// Features by name, where the writer version is 7.
    package var writerFeatures: [String]

    package init(
        readerVersion: Int, writerVersion: Int, readerFeatures: [String] = [], writerFeatures: [String] = []
    ) {
        self.readerVersion = readerVersion
        self.writerVersion = writerVersion
        self.readerFeatures = readerFeatures
        self.writerFeatures = writerFeatures
    }

    /// What our tables ask for: reader 1, writer 2.
    package static let ours = DeltaProtocol(readerVersion: 1, writerVersion: 2)
}

/// What the table is.
package struct DeltaMetadata: Sendable, Equatable {
    /// The table's own id; stays when the table is overwritten.
    package var id: String
    /// A name for people.
    package var name: String?
    /// Words for people.
    package var description: String?
    /// The columns, as JSON text: see `DeltaSchema`.
    package var schemaText: String
    /// The columns that the files are partitioned by.
    package var partitionColumns: [String]
    /// Properties: `delta.…` are the protocol's, `almanac.…` ours.
    package var configuration: [String: String]
    /// When the table was made, in milliseconds since 1970 UTC.
    package var createdMilliseconds: Int64?
    /// `parquet`, the only one there is.
    package var formatProvider: String

    package init(
        id: String, name: String? = nil, description: String? = nil, schemaText: String,
        partitionColumns: [String] = [], configuration: [String: String] = [:], createdMilliseconds: Int64? = nil,
        formatProvider: String = "parquet"
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.schemaText = schemaText
        self.partitionColumns = partitionColumns
        self.configuration = configuration
        self.createdMilliseconds = createdMilliseconds
        self.formatProvider = formatProvider
    }
}

/// A file that is part of the table from this version on.
package struct AddedFile: Sendable, Hashable {
    /// The path as it stands in the log: relative to the table, percent-encoded.
    package var path: String
    /// The values of the partition columns, as text; a missing value is null.
    package var partitionValues: [String: String?]
    /// The file's size in bytes.
    package var size: Int64
    /// When the file was made, in milliseconds since 1970 UTC.
    package var modifiedMilliseconds: Int64
    /// Whether rows come with it; false where rows were only moved.
    package var isDataChange: Bool
    /// Statistics, as JSON text: see `FileStatistics`.
    package var statisticsText: String?
    /// Ours are in `TableFile.Tag`.
    package var tags: [String: String]

    package init(
        path: String, partitionValues: [String: String?] = [:], size: Int64, modifiedMilliseconds: Int64,
        isDataChange: Bool = true, statisticsText: String? = nil, tags: [String: String] = [:]
    ) {
        self.path = path
        self.partitionValues = partitionValues
        self.size = size
        self.modifiedMilliseconds = modifiedMilliseconds
        self.isDataChange = isDataChange
        self.statisticsText = statisticsText
        self.tags = tags
    }
}

/// A file that is part of the table no longer from this version on.
package struct RemovedFile: Sendable, Equatable {
    /// The path as it stands in the log.
    package var path: String
    /// When it was removed, in milliseconds since 1970 UTC: retention counts from here.
    package var deletedMilliseconds: Int64?
    /// Whether rows go with it.
    package var isDataChange: Bool
    /// The values of the partition columns.
    package var partitionValues: [String: String?]
    /// The file's size in bytes.
    package var size: Int64?
    /// The tags that it was added with.
    package var tags: [String: String]

    package init(
        path: String, deletedMilliseconds: Int64?, isDataChange: Bool = true, partitionValues: [String: String?] = [:],
        size: Int64? = nil, tags: [String: String] = [:]
    ) {
        self.path = path
        self.deletedMilliseconds = deletedMilliseconds
        self.isDataChange = isDataChange
        self.partitionValues = partitionValues
        self.size = size
        self.tags = tags
    }
}

/// How far an application's changes have come: what makes a repeated change a no-op.
package struct DeltaTransaction: Sendable, Hashable {
    /// The application: for us the dataset or model.
    package var application: String
    /// The number of its change; never falls. For us the ledger's sequence for the dataset or model.
    package var version: Int64
    /// When it was written, in milliseconds since 1970 UTC.
    package var updatedMilliseconds: Int64?

    package init(application: String, version: Int64, updatedMilliseconds: Int64? = nil) {
        self.application = application
        self.version = version
        self.updatedMilliseconds = updatedMilliseconds
    }
}
