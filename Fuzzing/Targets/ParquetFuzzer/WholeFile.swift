internal import Columnar
internal import Cryptography
internal import Effects
internal import Parquet

/// A file in memory.
final class MemoryFile: ReadableFile {
    private let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    var size: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw FileError(.readWrite, "read", path: "memory")
        }
        return Array(bytes[Int(offset)..<Int(offset) + count])
    }
}

/// A file that is written in memory.
final class MemoryTarget: WritableFile {
    private(set) var bytes: [UInt8] = []
    var size: Int64 { Int64(bytes.count) }
    func write(_ new: Span<UInt8>) throws(FileError) { for index in new.indices { bytes.append(new[index]) } }
    func sync() throws(FileError) {}
    func close() throws(FileError) {}
}

/// Reads a whole file in every way there is. Errors are right; a file that is read without one has as many rows as its
/// footer says, whichever way it is read.
enum WholeFile {
    private struct Enough: Error {}
    private static let rowCountMax = 50_000
    /// A megabyte that packs into one kilobyte, and stands in thousands of rows, is gigabytes of text.
    private static let textByteCountMax = 64 << 20

    static func read(_ bytes: [UInt8], _ decryption: DecryptionProperties? = nil) {
        var options = ParquetReaderOptions()
        options.decryption = decryption
        guard let reader = try? ParquetFileReader(MemoryFile(bytes), options: options) else { return }
        let claimed = reader.metadata.rowCount
        _ = reader.schema
        if let count = count({ body in
            var byteCount = 0
            try CanonicalRows(reader).forEachPiece { piece in
                byteCount += piece.count
                if byteCount > textByteCountMax { throw Enough() }
                try body(piece.reduce(0) { $0 + ($1 == 10 ? 1 : 0) })
            }
        }) {
            compare(count, claimed, "canonical text")
        }
        if let count = count({ body in try reader.forEachBatch { try body($0.rowCount) } }) {
            compare(count, claimed, "batches")
        }
        if claimed <= Int64(rowCountMax) { _ = try? reader.problems() }
    }

    /// The rows that are given, nil where there is an error or they are too many for a fuzzer.
    private static func count(_ read: (_ body: (Int) throws -> Void) throws -> Void) -> Int? {
        var count = 0
        do {
            try read {
                count += $0
                if count > rowCountMax { throw Enough() }
            }
            return count
        } catch {
            return nil
        }
    }

    private static func compare(_ count: Int, _ claimed: Int64, _ how: String) {
        if Int64(count) < claimed { fatalError("LOST: \(how) gives \(count) of \(claimed) rows") }
        if Int64(count) > claimed { fatalError("DOUBLED: \(how) gives \(count) of \(claimed) rows") }
    }
}
