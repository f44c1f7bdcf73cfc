internal import CivilTime
internal import Columnar
internal import Effects

// How compaction works.
//
// (1) It moves rows and changes none: `dataChange` is false, and readers of changes pass it over.
// (2) Small files of one partition become files of the target size, their rows in the order of their time: `TimeSorter`
//     keeps memory flat, however many files there are.
// (3) Each bin is a version of its own: what dies half-way has lost one bin. Rows that others append meanwhile are no
//     conflict; a bin of which another has taken a file is given up.
extension DeltaTable {
    /// What a compaction would put together.
    ///
    /// - Throws: `LakeError`, `FileError`.
    package func compactionPlan(targetBytes: Int64 = DataFileLimits().fileBytes) throws -> CompactionPlan {
        let snapshot = try snapshot()
        let stored = snapshot.eventTimeColumn.flatMap { snapshot.storageSchema.stored($0) }
        return CompactionPlan(snapshot, targetBytes: targetBytes) { file in
            guard let stored else { return 0 }
            if file.rowCount != nil, case .numbers(let range)? = FileBounds(file).bounds(stored.name, stored.type) {
                return Int64(clamping: range.lowerBound)
            }
            return .min
        }
    }

    /// Puts small files together.
    ///
    /// - Parameters:
    ///   - targetBytes: the size that files should have.
    ///   - info: who does it; `eventTime` as the table's.
    ///   - body: is told of each bin as it is done.
    /// - Throws: `LakeError` (`noTable`, `unsupported`, `schema`, `damaged`, `outcomeUnknown`), `FileError`,
    ///   `ParquetError`. Bins that are done stay done.
    @discardableResult
    package func compact(
        targetBytes: Int64 = DataFileLimits().fileBytes, _ info: OperationInfo = OperationInfo(),
        progress body: (CompactionResult) -> Void = { _ in }
    ) throws -> CompactionResult {
        let start = try snapshot()
        try start.checkWritable(removing: false)
        try start.check(info.eventTime)
        var result = CompactionResult()
        try syncFolders()
        for bin in try compactionPlan(targetBytes: targetBytes).bins {
            try compact(bin, start, targetBytes, info, &result)
            body(result)
        }
        return result
    }

    /// The level of zstd of files that are written once more, to stay.
    private static var compactedLevel: Int { 3 }

    private func compact(
        _ bin: CompactionPlan.Bin, _ start: TableSnapshot, _ targetBytes: Int64, _ info: OperationInfo,
        _ result: inout CompactionResult
    ) throws {
        let base = try snapshot()
        guard base.metadata == start.metadata, bin.files.allSatisfy({ base.replay.contains($0.path) }) else {
            result.conflictCount += 1
            return
        }
        var limits = info.limits
        limits.fileBytes = targetBytes
        var settings = try base.writerSettings(eventTime: info.eventTime, engine: info.engine, limits: limits)
        settings.compressionLevel = Self.compactedLevel
        let work = WrittenFiles(self)
        try work.keepingOnlyNamed {
            let writer = work.writer(settings, nil)
            try move(bin.files, base, settings, writer)
            var intent = CommitIntent("OPTIMIZE", engine: info.engine)
            intent.parameters = ["targetSize": String(targetBytes)]
            intent.run = info.run
            intent.removed = bin.files
            intent.added = try writer.finish()
            intent.isDataChange = false
            intent.reads = .removedFiles
            do {
                guard
                    case .committed(let commit) = try Committer(table: self).commit(
                        intent, on: base, mayBeNamed: &work.mayBeNamed)
                else { return }
                result.removedFileCount += bin.files.count
                result.removedByteCount += bin.byteCount
                result.addedFileCount += commit.fileCount
                result.addedByteCount += commit.byteCount
                result.rowCount += commit.rowCount ?? 0
                result.version = commit.version
            } catch let error as LakeError where error.code == .conflict {
                work.abandon()
                result.conflictCount += 1
            }
        }
    }

    private func move(
        _ files: [AddedFile], _ base: TableSnapshot, _ settings: WriterSettings, _ writer: TableWriter
    ) throws {
        guard let time = settings.eventTime else {
            for file in files { try read(file, base, settings) { try writer.write($0) } }
            return
        }
        let sorter = TimeSorter(
            self, settings.rows, by: time.column, byteCountMax: settings.limits.sortBytes
        ) { try writer.write($0) }
        let stored = base.storageSchema.stored(time.column)
        func first(_ file: AddedFile) -> Int64 {
            // A file with rows without a time has rows that come first of all.
            guard let stored, FileBounds(file).nullCount(stored.name) == 0,
                case .numbers(let range)? = FileBounds(file).bounds(stored.name, stored.type)
            else { return .min }
            return Int64(clamping: range.lowerBound)
        }
        // What is still to come lies at or behind the least first time of the files that are left.
        var leastOfRest: [Int64] = Array(repeating: .max, count: files.count + 1)
        for index in files.indices.reversed() { leastOfRest[index] = min(leastOfRest[index + 1], first(files[index])) }
        for (index, file) in files.enumerated() {
            try read(file, base, settings) { try sorter.add($0) }
            try sorter.advance(to: leastOfRest[index + 1])
        }
        try sorter.finish()
    }

    private func read(
        _ file: AddedFile, _ base: TableSnapshot, _ settings: WriterSettings, _ body: (ColumnBatch) throws -> Void
    ) throws {
        try base.reader(of: try TableFile(file, in: address)).forEachLogicalBatch(settings.rows, body)
    }
}
