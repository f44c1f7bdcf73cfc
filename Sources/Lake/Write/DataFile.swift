package import Checksum
internal import Columnar
package import Effects
internal import Parquet
package import SystemPackage

/// One data file that is being written: Parquet on a pending file, its hash, its statistics, its days.
final class DataFile {
    /// Where it will be.
    let path: FilePath
    private(set) var rowCount: Int64 = 0
    private let name: String
    private let table: DeltaTable
    private let partitionValues: [String: String?]
    /// The columns of the file, and where each lies in the rows on our side.
    private let schema: Schema
    private let sources: [Int]
    private let pending: PendingFile
    private let hashing: HashingFile
    private let parquet: ParquetFileWriter
    private var statistics: FileStatistics
    private let eventTime: (index: Int, time: EventTime)?
    private var days = DaySet()

    init(_ components: [String], _ values: [String?], _ settings: WriterSettings, _ table: DeltaTable) throws {
        self.table = table
        name = DeltaPath.encoded(components)
        path = components.reduce(table.address.folder) { $0.appending($1) }
        partitionValues = settings.partition.values(values)
        let dividing = Set(settings.partition.columns)
        let rows = settings.rows
        let kept = rows.positions.indices.filter { !dividing.contains(rows.storage.fields[rows.positions[$0]].name) }
        sources = kept
        schema = Schema(kept.map { rows.storage.fields[rows.positions[$0]] })
        pending = try CommittedFile(store: table.store, random: table.random).begin(path)
        hashing = HashingFile(pending.file)
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = settings.limits.rowGroupRows
        options.createdBy = settings.engine
        options.compressionLevel = settings.compressionLevel
        options.encryption = table.encryption?.writing(name, table)
        if let tenant = table.address.tenant { options.keyValues.append((TableProperties.tenant, tenant)) }
        parquet = try hashing.translating { [hashing, schema] in
            try ParquetFileWriter(schema: schema, options: options, file: hashing)
        }
        statistics = FileStatistics(schema: schema)
        eventTime = settings.eventTime.flatMap { time in rows.logical.index(of: time.column).map { ($0, time) } }
    }

    /// The bytes so far; what the last row group holds is not counted yet.
    var byteCount: Int64 { hashing.size }

    /// Adds rows on our side.
    func write(_ batch: ColumnBatch) throws {
        var columns: [Column] = []
        for (source, field) in zip(sources, schema.fields) {
            columns.append(try batch.columns[source].converted(to: field.type, column: field.name, .position))
        }
        let stored = try ColumnBatch(schema: schema, columns: columns, rowCount: batch.rowCount)
        statistics.add(stored)
        if let eventTime { try days.add(batch.columns[eventTime.index], zone: eventTime.time.zone) }
        try hashing.translating { try parquet.write(stored) }
        rowCount += Int64(batch.rowCount)
    }

    /// The statistics for the log; of an encrypted file its number of rows alone.
    private var statisticsText: String {
        let all = statistics.json
        if table.encryption == nil { return all.canonicalText }
        return JSONValue.object(dropping: ["numRecords": all["numRecords"]]).canonicalText
    }

    /// Gives the file its name, after it was read back: size, CRC-32, footer, rows, tenant.
    ///
    /// - Parameter unsynced: with which it becomes durable later; nil: it is durable at once.
    func commit(atMilliseconds milliseconds: Int64, noting unsynced: UnsyncedFiles?) throws -> AddedFile {
        _ = try hashing.translating { try parquet.finish() }
        let size = pending.file.size
        let sha256 = try pending.commit(hashing, to: path, name, rowCount: rowCount, in: table, noting: unsynced)
        var tags = [TableFile.Tag.sha256: sha256, TableFile.Tag.rows: String(rowCount)]
        if eventTime != nil { tags[TableFile.Tag.days] = days.text }
        return AddedFile(
            path: name, partitionValues: partitionValues, size: size, modifiedMilliseconds: milliseconds,
            statisticsText: statisticsText, tags: tags)
    }
}

extension PendingFile {
    /// Gives a data file its name, after it was read back: size, CRC-32, footer, rows, tenant.
    ///
    /// The SHA-256 is of the bytes as they were made, for whoever verifies the table. What can go wrong between here and the disk
    /// is chance and no forgery: a CRC-32 of all bytes finds it as well, in an eighth of the time.
    ///
    /// - Returns: its SHA-256 in hexadecimal.
    func commit(
        _ hashing: HashingFile, to path: FilePath, _ name: String, rowCount: Int64, in table: DeltaTable,
        noting unsynced: UnsyncedFiles?
    ) throws -> String {
        let (digest, crc) = hashing.finish()
        let sha256 = digest.description
        let verify = { (readBack: any ReadableFile) throws in
            guard try readBack.crc32() == crc else {
                throw FileError(.readWrite, "read back", path: name)
            }
            let reader = try DataFileReader(readBack, name: name, in: table.address, table.encryption)
            guard reader.rowCount == rowCount else { throw FileError(.readWrite, "read back", path: name) }
        }
        guard let unsynced else {
            try commit(verify: verify)
            return sha256
        }
        try closeUnsynced(verify: verify)
        try nameUnsynced()
        unsynced.note(file: path)
        return sha256
    }
}

/// A file that takes the SHA-256 and the CRC-32 of all that is written to it, and remembers why a write failed.
final class HashingFile: WritableFile {
    private let file: any WritableFile
    private var hasher: SHA256Hasher? = SHA256Hasher()
    private var crc: UInt32 = 0
    private var failure: FileError?

    init(_ file: any WritableFile) { self.file = file }

    var size: Int64 { file.size }

    func write(_ bytes: Span<UInt8>) throws(FileError) {
        do {
            try file.write(bytes)
            hasher?.update(bytes)
            crc = crc32(bytes, continuing: crc)
        } catch {
            failure = failure ?? error
            throw error
        }
    }

    func sync() throws(FileError) { try file.sync() }
    func close() throws(FileError) { try file.close() }

    /// The digest and the checksum of all bytes. To be called once.
    func finish() -> (sha256: SHA256Digest, crc: UInt32) {
        var taken: SHA256Hasher?
        swap(&taken, &hasher)
        return ((taken ?? SHA256Hasher()).finish(), crc)
    }

    /// Runs a body; where it fails because a write failed, the file's own error is told, which says what to do.
    func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw failure ?? error
        }
    }
}

extension SHA256Digest {
    /// The digest of a whole file.
    package init(ofFile file: any ReadableFile) throws(FileError) {
        var hasher = SHA256Hasher()
        try file.forEachPiece { hasher.update($0) }
        self = hasher.finish()
    }
}

extension ReadableFile {
    /// The CRC-32 of the whole file.
    fileprivate func crc32() throws(FileError) -> UInt32 {
        var crc: UInt32 = 0
        try forEachPiece { crc = Checksum.crc32($0, continuing: crc) }
        return crc
    }

    /// Reads the whole file in pieces of 1 MiB.
    fileprivate func forEachPiece(_ body: (Span<UInt8>) -> Void) throws(FileError) {
        var offset: Int64 = 0
        while offset < size {
            let piece = try read(at: offset, count: Int(min(1 << 20, size - offset)))
            body(piece.span)
            offset += Int64(piece.count)
        }
    }
}
