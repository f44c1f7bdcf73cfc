internal import Columnar
internal import Effects

/// Takes rows out of files: copy on write, file by file, on several cores.
///
/// (1) A file that a removal does not reach, by the log or by its own rows, is left alone.
/// (2) One of which all rows go is not written again.
/// (3) Every other is read twice: the deciding columns first, then everything; memory holds a bit for each row and one
///     row group for each core.
/// (4) What comes of one file is one file, in its partition, its rows in their order: so the result does not depend on
///     the number of cores.
/// (5) Rows of a merge take the places of the old ones where that can be done (`FilePatch`); else they have files of their
///     own, and the old ones go.
struct FileRewriter {
    let table: DeltaTable
    let base: TableSnapshot
    let settings: WriterSettings
    let work: WrittenFiles

    /// What came of it.
    struct Result {
        /// Files that go.
        var removed: [AddedFile] = []
        /// What is left of them.
        var added: [AddedFile] = []
        /// How many rows went.
        var removedRowCount: Int64 = 0
        /// The days of the rows that went; nil where they are not known.
        var days: DaySet? = DaySet()
        /// The rows of the merge that have taken the places of old ones: they have no other.
        var placed: Set<Int32> = []
    }

    /// What came of one file.
    struct Part: Sendable {
        let kept: AddedFile?
        let removedRowCount: Int64
        let days: DaySet?
        var placed: [Int32] = []
    }

    /// - Parameter arrived: the rows of a merge, where they may take the places of old ones.
    /// - Throws: `LakeError`, `FileError`, `ParquetError`, and what `removal` throws.
    func run(_ removal: any RowRemoval, placing arrived: ArrivedRows? = nil) throws -> Result {
        let reached = base.files.map { (file: $0, reach: removal.reach($0.action)) }.filter { $0.reach != .nothing }
        let parts = PartsByIndex(count: reached.count)
        // A patch has all cores for itself: memory holds the row groups of one file.
        try ParallelWork.run(count: reached.count, threads: arrived == nil ? table.threads : 1) { index, _ in
            let (file, reach) = reached[index]
            parts.set(index, try self.part(file, reach, removal, arrived))
        }
        var result = Result()
        for (index, part) in parts.all.enumerated() {
            guard let part else { continue }
            result.removed.append(reached[index].file.action)
            result.added += part.kept.map { [$0] } ?? []
            result.removedRowCount += part.removedRowCount
            result.days = result.days.flatMap { days in part.days.map(days.union) }
            for row in part.placed where !result.placed.insert(row).inserted {
                // Two old rows with one key, in two files: the row comes once.
                work.remove(parts.all.compactMap { $0?.kept })
                return try run(removal)
            }
        }
        return result
    }

    /// Nil where the file is left alone.
    private func part(
        _ file: TableFile, _ reach: FileReach, _ removal: any RowRemoval, _ arrived: ArrivedRows?
    ) throws -> Part? {
        if let arrived {
            switch try FilePatch(table, base, settings, work, arrived).run(file) {
            case .untouched: return nil
            case .patched(let part): return part
            case .unfit: break
            }
        }
        if reach == .everything, let rowCount = file.rowCount, hasDays(file) {
            return Part(kept: nil, removedRowCount: rowCount, days: days(of: file))
        }
        let rows = try removedRows(file, removal)
        if rows.setCount == 0 { return nil }
        if rows.setCount == rows.count, hasDays(file) {
            return Part(kept: nil, removedRowCount: Int64(rows.count), days: days(of: file))
        }
        return try rewritten(file, rows)
    }

    private func hasDays(_ file: TableFile) -> Bool { settings.eventTime == nil || file.days != nil }
    private func days(of file: TableFile) -> DaySet? { settings.eventTime == nil ? nil : file.days }

    /// The rows that go: a bit for each row of the file.
    private func removedRows(_ file: TableFile, _ removal: any RowRemoval) throws -> Bitmap {
        var bits = BitmapBuilder()
        try base.reader(of: file).forEachLogicalBatch(base.storageSchema.selecting(removal.columns)) { batch in
            if let gone = try removal.removed(batch) {
                for row in 0..<batch.rowCount { bits.append(gone[row]) }
            } else {
                bits.append(repeating: false, count: batch.rowCount)
            }
        }
        return bits.finish()
    }

    private func rewritten(_ file: TableFile, _ rows: Bitmap) throws -> Part {
        var whole = settings
        whole.limits.fileBytes = .max
        whole.limits.fileRows = .max
        let writer = work.writer(whole, nil)
        var days: DaySet? = settings.eventTime == nil ? nil : DaySet()
        var start = 0
        let reader = try base.reader(of: file)
        // Read on while what was read is being written.
        try HandOver.run(inlineCount: 0, weightMax: Self.waitingByteCountMax) { emit in
            try reader.forEachLogicalBatch(settings.rows) { try emit($0, $0.byteCount) }
        } consume: { (batch: ColumnBatch) in
            guard start + batch.rowCount <= rows.count else { throw changed(file) }
            let gone = rows.slice(start..<start + batch.rowCount)
            start += batch.rowCount
            guard gone.setCount > 0 else { return try writer.write(batch) }
            if let time = settings.eventTime {
                let dates = try EventDays(batch.column(time.column), zone: time.zone)
                for row in 0..<batch.rowCount where gone[row] { days?.add(dates[row]) }
            }
            let kept = (0..<batch.rowCount).filter { !gone[$0] }.map { Int32(truncatingIfNeeded: $0) }
            if !kept.isEmpty { try writer.write(batch.taking(kept)) }
        }
        guard start == rows.count else { throw changed(file) }
        return Part(kept: try writer.finish().first, removedRowCount: Int64(rows.setCount), days: days)
    }

    /// Bytes of rows that were read and wait to be written.
    private static let waitingByteCountMax = 4 << 20

    private func changed(_ file: TableFile) -> LakeError {
        LakeError(.damaged, "file '\(file.name)' of table \(table.address) changed while it was read")
    }

    /// Results that several threads put in their places.
    private final class PartsByIndex: Sendable {
        private let parts: Guarded<[Part?]>
        init(count: Int) { parts = Guarded(Array(repeating: nil, count: count)) }
        func set(_ index: Int, _ part: Part?) { parts.change { $0[index] = part } }
        var all: [Part?] { parts.change { $0 } }
    }
}
