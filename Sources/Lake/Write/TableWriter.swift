package import Columnar
internal import Effects
internal import SystemPackage

/// Takes the rows of a change and cuts them into data files. Memory holds one row group of each open file, and at most
/// `openFileCountMax` files are open: with partitions, the one that was written longest ago is closed.
package final class TableWriter {
    private let table: DeltaTable
    private let settings: WriterSettings
    private var conformer: RowConformer?
    private var router: PartitionRouter
    private var open: [(values: [String?], file: DataFile)] = []
    private var folders: Set<[String]> = []
    private let work: WrittenFiles
    private var fileCount = 0
    private(set) var files: [AddedFile] = []
    /// The rows so far, without those that the contract left out.
    package private(set) var rowCount: Int64 = 0
    /// What the contract left out.
    package var discarded: DiscardedRows { conformer?.discarded ?? DiscardedRows() }

    /// How many files are open at once.
    static let openFileCountMax = 16

    init(_ table: DeltaTable, _ settings: WriterSettings, _ conformer: RowConformer?, _ work: WrittenFiles) {
        self.table = table
        self.work = work
        self.settings = settings
        self.conformer = conformer
        router = PartitionRouter(settings.partition, eventTime: settings.eventTime)
    }

    /// Adds rows.
    ///
    /// - Throws: `LakeError` (`schema`) where the batch has other columns than the change said; `FileError`,
    ///   `ParquetError`.
    package func write(_ batch: ColumnBatch) throws {
        var batch = batch
        if conformer != nil {
            guard let conformed = try conformer?.conform(batch) else { return }
            batch = conformed
        }
        try check(batch.schema)
        for share in try router.shares(batch) {
            try write(share.rows.map { batch.taking($0) } ?? batch, to: share.values)
        }
    }

    private func write(_ batch: ColumnBatch, to values: [String?]) throws {
        var start = 0
        while start < batch.rowCount {
            let file = try file(for: values)
            let room = settings.limits.fileRows - file.rowCount
            let count = Int(min(Int64(batch.rowCount - start), max(1, room)))
            try file.write(start == 0 && count == batch.rowCount ? batch : batch.slice(start..<start + count))
            start += count
            rowCount += Int64(count)
            if file.rowCount >= settings.limits.fileRows || file.byteCount >= settings.limits.fileBytes {
                try close(file)
            }
        }
    }

    private func check(_ schema: Schema) throws(LakeError) {
        let own = settings.rows.logical.fields
        let fits =
            schema.fields.count == own.count
            && zip(schema.fields, own).allSatisfy { $0.name == $1.name && TypeFit.isSame($0.type, $1.type) }
        guard fits else {
            throw LakeError(
                .schema, "can't write to table \(table.address): the rows have other columns than were announced")
        }
    }

    // MARK: Files

    private func file(for values: [String?]) throws -> DataFile {
        if let index = open.firstIndex(where: { $0.values == values }) {
            if index < open.count - 1 { open.append(open.remove(at: index)) }
            return open[open.count - 1].file
        }
        if open.count >= Self.openFileCountMax, let oldest = open.first { try close(oldest.file) }
        let folder = PartitionText.folder(settings.partition.columns, values)
        if !folder.isEmpty, folders.insert(folder).inserted {
            try work.makeFolder(folder.reduce(table.address.folder) { $0.appending($1) })
        }
        // Unique, never used again: a name means one content for ever, and a cleaner can go by the log alone.
        let name = "part-\(Self.digits(fileCount))-\(Hexadecimal.uuid(table.random)).zstd.parquet"
        fileCount += 1
        let file = try DataFile(folder + [name], values, settings, table)
        work.note(file.path)
        open.append((values, file))
        return file
    }

    private static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private func close(_ file: DataFile) throws {
        open.removeAll { $0.file === file }
        let now = table.clock.microsecondsSinceEpoch() / 1_000
        files.append(try file.commit(atMilliseconds: now, noting: work.unsynced))
    }

    /// Closes the files that are open: the next rows go into new ones.
    func closeFiles() throws { while let first = open.first { try close(first.file) } }

    /// Closes the last files: all are durable then, and belong to no version yet.
    func finish() throws -> [AddedFile] {
        try closeFiles()
        return files
    }
}

/// Numbers as hexadecimal text.
enum Hexadecimal {
    /// A random UUID (version 4, RFC 9562).
    static func uuid(_ random: any RandomSource) -> String {
        let high = random.nextBits() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.nextBits() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = digits(high) + digits(low)
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        let characters = Array(digits)
        return parts.map { String(characters[$0.0..<$0.1]) }.joined(separator: "-")
    }

    private static func digits(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
