package import Columnar
internal import Effects
internal import SystemPackage

/// Takes the rows of a change and cuts them into data files. Memory holds one row group.
package final class TableWriter {
    private let address: TableAddress
    private let change: TableChange
    private let storageSchema: StorageSchema
    private let store: any FileStore
    private let random: any RandomSource
    private let clock: any WallClock
    private var open: DataFile?
    private var writtenNames: [String] = []
    private(set) var files: [AddedFile] = []
    /// The rows so far.
    package private(set) var rowCount: Int64 = 0

    init(_ table: DeltaTable, _ change: TableChange, _ schema: StorageSchema) {
        address = table.address
        store = table.store
        random = table.random
        clock = table.clock
        storageSchema = schema
        self.change = change
    }

    /// Adds rows.
    ///
    /// - Throws: `LakeError` (`schema`) where the batch has other columns than the change said; `FileError`,
    ///   `ParquetError`.
    package func write(_ batch: ColumnBatch) throws {
        try check(batch.schema)
        var start = 0
        while start < batch.rowCount {
            let file = try open ?? begin()
            let room = change.limits.fileRows - file.rowCount
            let count = Int(min(Int64(batch.rowCount - start), max(1, room)))
            try file.write(start == 0 && count == batch.rowCount ? batch : batch.slice(start..<start + count))
            start += count
            rowCount += Int64(count)
            if file.rowCount >= change.limits.fileRows || file.byteCount >= change.limits.fileBytes { try closeFile() }
        }
    }

    private func check(_ schema: Schema) throws(LakeError) {
        let own = change.schema.fields
        let fits =
            schema.fields.count == own.count
            && zip(schema.fields, own).allSatisfy { $0.name == $1.name && $0.type == $1.type }
        guard fits else {
            throw LakeError(.schema, "can't write to table \(address): the rows have other columns than were announced")
        }
    }

    private func begin() throws -> DataFile {
        // Unique, never used again: a name means one content for ever, and a cleaner can go by the log alone.
        let name = "part-\(Self.digits(writtenNames.count))-\(Hexadecimal.uuid(random)).zstd.parquet"
        let file = try DataFile(name, at: address, storageSchema, change, CommittedFile(store: store, random: random))
        writtenNames.append(name)
        open = file
        return file
    }

    private static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    private func closeFile() throws {
        guard let file = open else { return }
        open = nil
        files.append(try file.commit(atMilliseconds: clock.microsecondsSinceEpoch() / 1_000))
    }

    /// Closes the last file: all are durable then, and belong to no version yet.
    func finish() throws -> [AddedFile] {
        try closeFile()
        return files
    }

    /// Removes what was written. Only while no version can name it: never after a commit whose outcome is unknown.
    func abandon() {
        open?.abandon()
        open = nil
        for name in writtenNames { try? store.remove(address.folder.appending(name)) }
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
