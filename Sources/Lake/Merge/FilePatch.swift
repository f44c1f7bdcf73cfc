internal import CivilTime
internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Puts rows of a merge in the places of the rows of one file that have their keys: a new file with the same rows in the
/// same order, of which only what differs is encoded anew.
///
/// (1) The key's columns say where the rows lie. A file in which one of them goes, or two have one key, is left to others.
/// (2) Row groups without such a row are copied, page by page as they are, their checksums compared.
/// (3) Of the others the columns but the key's are decoded, in pages with such a row, until a new value differs from the old
///     one. Where none does, the column is copied too; else it is encoded with the new values, in the way in which it was.
/// (4) Row groups are worked on by several cores and written in their order; the result does not depend on them.
/// (5) The log's statistics are those of the rows to the letter: of columns that were copied throughout the old file's; of
///     others what the row groups note, which is exact in files of ours, or else what their values say.
struct FilePatch {
    private let table: DeltaTable
    private let base: TableSnapshot
    private let settings: WriterSettings
    private let work: WrittenFiles
    private let arrived: ArrivedRows
    /// The names of the key's columns in files.
    private let keyNames: Set<String>

    init(
        _ table: DeltaTable, _ base: TableSnapshot, _ settings: WriterSettings, _ work: WrittenFiles,
        _ arrived: ArrivedRows
    ) {
        self.table = table
        self.base = base
        self.settings = settings
        self.work = work
        self.arrived = arrived
        keyNames = Set(arrived.removal.columns.compactMap { base.storageSchema.stored($0)?.name })
    }

    enum Outcome {
        /// None of the rows is in the file.
        case untouched
        case patched(FileRewriter.Part)
        /// It has to be written again otherwise.
        case unfit
    }

    /// A row of the file, by its place in the row group, and the one that takes its place.
    private struct Hit: Sendable {
        let row: Int32
        let arrived: Int32
    }

    /// A row group as it will be.
    private struct Group: Sendable {
        let rowCount: Int64
        let columns: [CopiedColumn]
        let summary: Summary
    }

    /// What is to be known of a row group when it is written.
    private struct Summary: Sendable {
        /// The places of the columns that were encoded anew.
        let changed: Set<Int>
        /// The statistics of all columns, by their places; nil where they are not known without the values.
        let statistics: [ColumnStatistics?]
        /// The days of the rows that went.
        let days: DaySet
    }

    /// A column of a row group that is in memory as values, at most.
    private static let columnByteCountMax: Int64 = 48 << 20
    /// Bytes of row groups that wait to be written.
    private static let waitingByteCountMax = 16 << 20

    /// - Throws: `FileError`, `LakeError`, `ParquetError`.
    func run(_ file: TableFile) throws -> Outcome {
        let reader = try base.reader(of: file)
        guard file.sha256 != nil, let statistics = file.statisticsText.flatMap({ try? JSONValue(parsing: $0) }),
            settings.eventTime == nil || file.days != nil, arrived.fits(reader.schema),
            reader.rowGroups.allSatisfy({
                $0.columns.allSatisfy { $0.uncompressedByteCount <= Self.columnByteCountMax }
            })
        else { return .unfit }
        guard let hits = try hits(in: reader) else { return .unfit }
        let placed = hits.flatMap { $0.map(\.arrived) }
        if placed.isEmpty { return .untouched }
        guard Set(placed).count == placed.count else { return .unfit }
        return try patched(file, reader, hits, statistics)
    }

    /// The rows of each row group whose places are taken; nil where one of them goes altogether.
    private func hits(in reader: DataFileReader) throws -> [[Hit]]? {
        let keys = base.storageSchema.selecting(arrived.removal.columns)
        let opened = reader.opened
        let found = Guarded<[[Hit]?]>(Array(repeating: [], count: reader.rowGroups.count))
        try ParallelWork.run(count: reader.rowGroups.count, threads: table.threads) { (group, _) throws in
            var hits: [Hit] = []
            var (start, isUnfit) = (0, false)
            try DataFileReader(opened).forEachLogicalBatch(keys, rowGroups: [group]) { batch in
                try arrived.removal.forEachHit(in: batch) { row, number in
                    if number < 0 { isUnfit = true }
                    hits.append(
                        Hit(
                            row: Int32(truncatingIfNeeded: start + row),
                            arrived: Int32(truncatingIfNeeded: number)))
                }
                start += batch.rowCount
            }
            found.change { [hits, isUnfit] in $0[group] = isUnfit ? nil : hits }
        }
        let all = found.change { $0 }
        return all.contains { $0 == nil } ? nil : all.compactMap { $0 }
    }

    // MARK: The new file

    /// Thrown where the days of the rows change.
    private struct Unfit: Error {}

    private func patched(
        _ file: TableFile, _ reader: DataFileReader, _ hits: [[Hit]], _ statistics: JSONValue
    ) throws -> Outcome {
        let name = "part-00000-\(Hexadecimal.uuid(table.random)).zstd.parquet"
        let path = table.address.folder.appending(name)
        let pending = try CommittedFile(store: table.store, random: table.random).begin(path)
        work.note(path)
        let hashing = HashingFile(pending.file)
        var groups: [Summary] = []
        do {
            let writer = try hashing.translating { [hashing] in
                try reader.parquet { try ParquetChunkWriter(like: $0, createdBy: settings.engine, file: hashing) }
            }
            // A thread of the pipeline may be there for a moment longer than the call: it holds no file then.
            let opened = Guarded<DataFileReader.Opened?>(reader.opened)
            defer { opened.change { $0 = nil } }
            try OrderedPipeline.run(
                pieceCount: hits.count, threads: table.threads, weightMax: Self.waitingByteCountMax
            ) { [self] index, _, emit in
                guard let opened = opened.change({ $0 }) else { throw Unfit() }
                let group = try group(index, DataFileReader(opened), hits[index])
                try emit(group, group.columns.reduce(0) { $0 + $1.byteCount })
            } consume: { (group: Group) in
                try hashing.translating { try writer.append(group.columns, rowCount: group.rowCount) }
                groups.append(group.summary)
            }
            _ = try hashing.translating { try writer.finish() }
        } catch is Unfit {
            return .unfit
        }
        let size = pending.file.size
        let sha256 = try pending.commit(
            hashing, to: path, name, rowCount: reader.rowCount, in: table, noting: work.unsynced)
        var tags = [TableFile.Tag.sha256: sha256, TableFile.Tag.rows: String(reader.rowCount)]
        if settings.eventTime != nil { tags[TableFile.Tag.days] = file.action.tags[TableFile.Tag.days] }
        let added = AddedFile(
            path: name, partitionValues: file.action.partitionValues, size: size,
            modifiedMilliseconds: table.clock.microsecondsSinceEpoch() / 1_000,
            statisticsText: try self.statistics(statistics, reader, groups).canonicalText, tags: tags)
        let placed = hits.flatMap { $0.map(\.arrived) }
        let days = settings.eventTime == nil ? nil : groups.reduce(DaySet()) { $0.union($1.days) }
        return .patched(
            FileRewriter.Part(kept: added, removedRowCount: Int64(placed.count), days: days, placed: placed))
    }

    /// A row group with the new values in their places.
    private func group(_ index: Int, _ reader: DataFileReader, _ hits: [Hit]) throws -> Group {
        var columns: [CopiedColumn] = []
        var changed: Set<Int> = []
        var statistics: [ColumnStatistics?] = []
        let encoder = ColumnEncoder(options)
        for (place, field) in reader.schema.fields.enumerated() {
            let copy = try reader.parquet { try $0.copiedColumn(field.name, rowGroup: index) }
            guard let patched = try patched(place, field, reader, index, hits) else {
                columns.append(copy)
                statistics.append(ColumnStatistics(notedOf: copy, field.type))
                continue
            }
            // Which days a file has is noted for all of its rows.
            if field.name == eventTimeName { throw Unfit() }
            let encoded = try encoder.encode(patched, field, like: copy)
            columns.append(encoded)
            statistics.append(
                ColumnStatistics(notedOf: encoded, field.type) ?? ColumnStatistics(of: patched, field.type))
            changed.insert(place)
        }
        return Group(
            rowCount: reader.rowGroups[index].rowCount, columns: columns,
            summary: Summary(changed: changed, statistics: statistics, days: try days(of: hits)))
    }

    private var options: ParquetWriterOptions {
        var options = ParquetWriterOptions()
        options.createdBy = settings.engine
        options.compressionLevel = settings.compressionLevel
        return options
    }

    /// The column whose days files note.
    private var eventTimeName: String? { settings.eventTime.flatMap { base.storageSchema.stored($0.column)?.name } }

    /// The days of the rows that go, which are those of the rows that come.
    private func days(of hits: [Hit]) throws -> DaySet {
        var days = DaySet()
        guard let time = settings.eventTime, let name = eventTimeName, !hits.isEmpty else { return days }
        try days.add(arrived.batch.column(name).taking(hits.map(\.arrived)), zone: time.zone)
        return days
    }

    /// A column of a row group with the new values in their places; nil where they are the old ones.
    private func patched(
        _ place: Int, _ field: Field, _ reader: DataFileReader, _ index: Int, _ hits: [Hit]
    ) throws -> Column? {
        let new = arrived.batch.columns[place]
        // A key is the same, or its row would not have been found.
        if hits.isEmpty || keyNames.contains(field.name) { return nil }
        if try isSame(field, new, reader, index, hits) { return nil }
        let old = try reader.parquet { try $0.rowGroup(index, columns: [field.name]) }.columns[0]
        return try old.replacing(hits.map(\.row), with: new.taking(hits.map(\.arrived)))
    }

    /// Whether all new values of a column are the old ones. Reads only pages in which a row lies, and as far as the first
    /// value that differs.
    private func isSame(
        _ field: Field, _ new: Column, _ reader: DataFileReader, _ index: Int, _ hits: [Hit]
    ) throws -> Bool {
        var (next, isSame) = (0, true)
        try reader.parquet {
            try $0.forEachBatch(of: field.name, rowGroup: index, around: hits.map(\.row)) { old, first in
                while isSame, next < hits.count, Int(hits[next].row) < first + old.rowCount {
                    isSame = old.isSame(Int(hits[next].row) - first, as: new, Int(hits[next].arrived))
                    next += 1
                }
                return isSame
            }
        }
        return isSame
    }

    // MARK: Statistics

    /// The statistics of the new file.
    private func statistics(
        _ old: JSONValue, _ reader: DataFileReader, _ groups: [Summary]
    ) throws -> JSONValue {
        var members = old.object ?? [:]
        for (place, field) in reader.schema.fields.enumerated()
        where groups.contains(where: { $0.changed.contains(place) }) {
            let part = try statistics(of: field, place, reader, groups).json(field.type)
            for (name, value) in [
                ("minValues", part.least), ("maxValues", part.greatest), ("nullCount", part.nullCount),
            ] {
                var columns = members[name]?.object ?? [:]
                columns[field.name] = value
                members[name] = .object(columns)
            }
        }
        return .object(members)
    }

    /// The statistics of a column of the new file. Reads row groups in which it was copied, where they are not known.
    private func statistics(
        of field: Field, _ place: Int, _ reader: DataFileReader, _ groups: [Summary]
    ) throws -> ColumnStatistics {
        let (all, opened) = (Guarded(ColumnStatistics(field.type)), reader.opened)
        try ParallelWork.run(count: groups.count, threads: table.threads) { (group, _) throws in
            if let known = groups[group].statistics[place] { return all.change { $0.merge(known) } }
            let column = try DataFileReader(opened).parquet {
                try $0.rowGroup(group, columns: [field.name])
            }.columns[0]
            let own = ColumnStatistics(of: column, field.type)
            all.change { $0.merge(own) }
        }
        return all.change { $0 }
    }
}
