internal import CivilTime
package import Columnar
internal import Effects
package import SystemPackage

/// A table at one version: what it is made of, and the way to its rows. Stays readable as long as its files are there,
/// whatever is written meanwhile.
package struct TableSnapshot: Sendable {
    /// Where the table lies.
    package let address: TableAddress
    /// The version.
    package var version: Int64 { replay.version }
    /// The SHA-256 of the version's log file, in hexadecimal: what a receipt names, and the next version's chain.
    package let logSHA256: String
    /// The columns, as they were given when the table was written.
    package let schema: Schema
    /// The files, in the order in which their rows are read.
    package let files: [TableFile]
    /// The metadata as the log has it.
    package let metadata: DeltaMetadata
    /// How far each application has come.
    package var transactions: [String: DeltaTransaction] { replay.transactions }

    let storageSchema: StorageSchema
    let replay: DeltaReplay
    let store: any FileStore
    let encryption: TableEncryption?

    /// Makes a snapshot of what was replayed.
    ///
    /// - Throws: `LakeError` (`unsupported`) for a protocol that is not built here, (`tenantMismatch`) for a table of
    ///   another tenant, (`damaged`).
    init(
        _ replay: DeltaReplay, at address: TableAddress, logSHA256: String, store: any FileStore,
        encryption: TableEncryption?
    ) throws(LakeError) {
        guard let metadata = replay.metadata, let `protocol` = replay.protocol else {
            throw DeltaReader.damaged("there is no metadata")
        }
        try DeltaFeatures.checkReadable(`protocol`, metadata)
        if let tenant = address.tenant, metadata.configuration[TableProperties.tenant] != tenant {
            throw LakeError(.tenantMismatch, "can't open table \(address): it was not made for this tenant")
        }
        self.address = address
        self.logSHA256 = logSHA256
        self.metadata = metadata
        self.replay = replay
        self.store = store
        self.encryption = encryption
        storageSchema = StorageSchema(storage: try DeltaSchema.schema(metadata.schemaText))
        schema = storageSchema.logical
        var files: [TableFile] = []
        for file in replay.activeFiles { files.append(try TableFile(file, in: address)) }
        self.files = files
    }

    /// The number of rows, nil where the log does not tell it for every file.
    package var rowCount: Int64? {
        var total: Int64 = 0
        for file in files {
            guard let count = file.rowCount else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(count)
            if overflow { return nil }
            total = sum
        }
        return total
    }

    /// The bytes of all files.
    package var byteCount: Int64 { files.reduce(0) { $0.addingReportingOverflow($1.size).partialValue } }

    /// The days on which the table has rows, nil where a file does not say.
    package var days: DaySet? {
        var days = DaySet()
        for file in files {
            guard let more = file.days else { return nil }
            days = days.union(more)
        }
        return days
    }

    /// The column whose days `days` counts, nil where the table has none.
    package var eventTimeColumn: String? { metadata.configuration[TableProperties.eventTime] }
}

/// The properties that a table of ours has in its metadata.
package enum TableProperties {
    /// The tenant's id; in the footer of each data file too.
    package static let tenant = "almanac.tenant"
    /// The column of the event time, by its name on our side.
    package static let eventTime = "almanac.event_time"
    /// The zone of the days.
    package static let eventZone = "almanac.event_zone"
    /// How the files are divided, as it was asked for: see `PartitionPolicy`.
    package static let partition = "almanac.partition_by"
}
