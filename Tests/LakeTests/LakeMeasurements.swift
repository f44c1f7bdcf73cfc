import CivilTime
import Columnar
import Effects
import Foundation
import Lake
import SystemPackage
import Testing

/// What `scripts/bench lake` measures of ours: one case a process, told by ALMANAC_BENCH_CASE, in the folder
/// ALMANAC_BENCH_FOLDER; the answer is one line of JSON in its `ours.json`. No part of a test run.
@Suite(.enabled(if: measuredCase != nil, "ALMANAC_BENCH_CASE is not set: only scripts/bench lake measures"))
struct LakeMeasurements {
    private let folder = FilePath(ProcessInfo.processInfo.environment["ALMANAC_BENCH_FOLDER"] ?? ".")
    private let count = Int64(ProcessInfo.processInfo.environment["ALMANAC_BENCH_ROWS"] ?? "") ?? 1_000_000
    private let clock = SystemClock()

    private static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("at", .timestamp),
        Field("price", .decimal(precision: 12, scale: 2)),
        Field("quantity", .int32), Field("name", .text),
    ])

    private func table(_ name: String, threads: Int = ParallelWork.coreCount) -> DeltaTable {
        var table = DeltaTable(
            at: TableAddress(path: folder.appending(name)), store: DiskFileStore(), random: SystemRandom(),
            clock: clock)
        table.threads = threads
        return table
    }

    /// Rows that every engine computes alike from their id.
    private static func batch(_ ids: [Int64], _ name: String = "name") throws -> ColumnBatch {
        var texts = BytesBuilder()
        for id in ids where !texts.append("\(name) \(id % 1_000)") { throw ColumnarError.tooLarge(column: "name") }
        let columns = [
            Column(.int64, .int64(Buffer(ids))),
            Column(.timestamp, .int64(Buffer(ids.map { 1_790_000_000_000_000 + $0 * 1_000_000 }))),
            Column(.decimal(precision: 12, scale: 2), .int64(Buffer(ids.map { $0 * 7 % 1_000_003 }))),
            Column(.int32, .int32(Buffer(ids.map { Int32($0 % 97) }))),
            Column(.text, .bytes(texts.finish().values)),
        ]
        return try ColumnBatch(schema: schema, columns: columns, rowCount: ids.count)
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = clock.monotonicNanoseconds()
        try body()
        return Double(clock.monotonicNanoseconds() - start) / 1e9
    }

    private func peakMiB() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1_024
    }

    private func tell(_ values: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
        try data.write(to: URL(fileURLWithPath: folder.appending("ours.json").string))
    }

    @Test(.enabled(if: measuredCase == "open")) func open() throws {
        var best = Double.infinity
        var files = 0
        for _ in 0..<7 { best = min(best, try seconds { files = try table("table").snapshot().files.count }) }
        let rows = try table("table").snapshot().rowCount ?? -1
        try tell(["s": best, "files": files, "rows": rows, "peak_mib": peakMiB()])
    }

    @Test(.enabled(if: measuredCase == "append")) func append() throws {
        let table = table("appended")
        let batch = try Self.batch(Array(0..<1_000))
        try table.write(TableChange(.append, schema: Self.schema)) { try $0.write(batch) }
        let syncing = SyncTimingStore()
        let timed = DeltaTable(at: table.address, store: syncing, random: SystemRandom(), clock: clock)
        var above: [Double] = []
        for _ in 0..<60 {
            syncing.reset()
            let whole = try seconds {
                try timed.write(TableChange(.append, schema: Self.schema)) { try $0.write(batch) }
            }
            above.append(whole - syncing.seconds)
        }
        above.sort()
        try tell([
            "s": above[above.count / 2], "worst_s": above[above.count - 1],
            "rows": try table.snapshot().rowCount ?? -1, "peak_mib": peakMiB(),
        ])
    }

    @Test(.enabled(if: measuredCase == "merge")) func merge() throws {
        let step = 1_000
        let ids = stride(from: Int64(17), to: count, by: step).map { $0 }
        var result: MergeCommit?
        let time = try seconds {
            result = try table("table").merge(MergeChange(key: ["id"], schema: Self.schema)) { writer in
                try writer.upsert(try Self.batch(ids, "merged"))
                try writer.upsert(try Self.batch((0..<Int64(ids.count / 10)).map { count + $0 }, "merged"))
            }
        }
        try tell([
            "s": time, "updated": result?.updatedRowCount ?? -1, "inserted": result?.insertedRowCount ?? -1,
            "peak_mib": peakMiB(),
        ])
    }

    @Test(.enabled(if: measuredCase == "compact")) func compact() throws {
        let table = table("table")
        var result = CompactionResult()
        let time = try seconds { result = try table.compact() }
        try tell([
            "s": time, "removed": result.removedFileCount, "added": result.addedFileCount, "rows": result.rowCount,
            "peak_mib": peakMiB(),
        ])
    }

    /// A tenth of the files and all of them, in time order, so that memory can be compared.
    @Test(.enabled(if: measuredCase == "small-files")) func smallFiles() throws {
        var change = TableChange(
            .append, schema: Self.schema, eventTime: EventTime(column: "at", zone: .utc))
        change.limits.fileRows = 2_000
        try table("table").write(change) { writer in
            for start in stride(from: Int64(0), to: count, by: 2_000) {
                try writer.write(try Self.batch(Array(start..<min(count, start + 2_000))))
            }
        }
        try tell(["rows": count])
    }

    @Test(.enabled(if: measuredCase == "compact-sorted")) func compactSorted() throws {
        let info = OperationInfo(eventTime: EventTime(column: "at", zone: .utc))
        var result = CompactionResult()
        let time = try seconds { result = try table("table").compact(info) }
        try tell([
            "s": time, "removed": result.removedFileCount, "added": result.addedFileCount, "rows": result.rowCount,
            "peak_mib": peakMiB(),
        ])
    }
}

/// The disk, with the time that was spent in syncs.
private final class SyncTimingStore: FileStore, @unchecked Sendable {
    private let disk = DiskFileStore()
    // One thread writes.
    private(set) var seconds = 0.0

    func reset() { seconds = 0 }

    fileprivate func timed<Result>(_ body: () throws(FileError) -> Result) throws(FileError) -> Result {
        let start = SystemClock().monotonicNanoseconds()
        defer { seconds += Double(SystemClock().monotonicNanoseconds() - start) / 1e9 }
        return try body()
    }

    func open(_ path: FilePath) throws(FileError) -> any ReadableFile { try disk.open(path) }
    func create(_ path: FilePath) throws(FileError) -> any WritableFile {
        SyncTimingFile(try disk.create(path), self)
    }
    func link(_ path: FilePath, to name: FilePath) throws(FileError) { try disk.link(path, to: name) }
    func rename(_ path: FilePath, to name: FilePath) throws(FileError) { try disk.rename(path, to: name) }
    func remove(_ path: FilePath) throws(FileError) { try disk.remove(path) }
    func syncFolder(_ path: FilePath) throws(FileError) {
        try timed { () throws(FileError) in try disk.syncFolder(path) }
    }
    func makeFolder(_ path: FilePath) throws(FileError) { try disk.makeFolder(path) }
    func addFolder(_ path: FilePath) throws(FileError) -> [FilePath] { try disk.addFolder(path) }
    func syncFile(_ path: FilePath) throws(FileError) {
        try timed { () throws(FileError) in try disk.syncFile(path) }
    }
    func volume(of path: FilePath) throws(FileError) -> any FileVolume { try disk.volume(of: path) }
    func removeFolder(_ path: FilePath) throws(FileError) { try disk.removeFolder(path) }
    func names(in path: FilePath) throws(FileError) -> [String] { try disk.names(in: path) }
    func status(of path: FilePath) throws(FileError) -> FileStatus? { try disk.status(of: path) }
    func lock(_ path: FilePath) throws(FileError) -> (any FileLock)? { try disk.lock(path) }
    func freeBytes(at path: FilePath) throws(FileError) -> Int64 { try disk.freeBytes(at: path) }
}

private final class SyncTimingFile: WritableFile {
    private let file: any WritableFile
    private let store: SyncTimingStore

    init(_ file: any WritableFile, _ store: SyncTimingStore) {
        self.file = file
        self.store = store
    }

    var size: Int64 { file.size }
    func write(_ bytes: Span<UInt8>) throws(FileError) { try file.write(bytes) }
    func sync() throws(FileError) { try store.timed { () throws(FileError) in try file.sync() } }
    func close() throws(FileError) { try file.close() }
}

private let measuredCase = ProcessInfo.processInfo.environment["ALMANAC_BENCH_CASE"]
