package import CivilTime
internal import Columnar
internal import Extract
internal import Lake
internal import Tenancy

/// Why data changed between two editions.
package enum ChangeCause: String, Sendable, Hashable, CaseIterable {
    /// Rows of before the first edition's cut-off that were not there then.
    case late
    /// Rows that are not there any more.
    case deleted
    /// Rows with the same key and other values.
    case corrected
    /// Rows of after the first edition's cut-off.
    case new
    /// The report's or a model's definition is another.
    case definition
    /// The tenant's calendar is another, or the data of time zones.
    case calendar
    /// The tables are others, and nothing says why: their inputs are the same, or gone.
    case unknown
}

/// How the rows of a dataset changed between two versions of its table, by cause and local day.
package struct DatasetChanges: Sendable {
    /// `raw/orders`.
    package let table: String
    /// Its versions.
    package let from: Int64
    package let to: Int64
    /// Rows by cause and the local date of their event; under nil those of datasets without one.
    package fileprivate(set) var rows: [ChangeCause: [LocalDate?: Int]] = [:]
    /// Why they could not be compared; nil where they were.
    package fileprivate(set) var problem: String?

    /// How many rows changed for a cause, of some dates; of all where nil.
    package func count(_ cause: ChangeCause, in dates: Range<LocalDate>? = nil) -> Int {
        (rows[cause] ?? [:]).reduce(0) { sum, entry in
            guard let dates, let day = entry.key else { return sum + entry.value }
            return dates.contains(day) ? sum + entry.value : sum
        }
    }
}

/// Compares the datasets that two editions were made from, row by row.
struct DataCauses {
    let project: Project
    let scope: TenantScope

    /// The changes of every dataset whose version is another.
    ///
    /// - Parameters:
    ///   - before: versions by table, of the first edition; `after`: of the second.
    ///   - cutOff: everything up to it was in the first.
    func changes(
        _ before: [String: Int64], _ after: [String: Int64], cutOff: Instant
    ) throws -> [DatasetChanges] {
        let catalog = try DatasetCatalog(
            platform: scope.tenant.platform, layout: project.layout, store: project.environment.store)
        var found: [DatasetChanges] = []
        for (table, from) in before.sorted(by: { $0.key < $1.key }) {
            guard let to = after[table], to != from else { continue }
            var changes = DatasetChanges(table: table, from: from, to: to)
            if let dataset = catalog.datasets.first(where: { "raw/\($0.name.text)" == table }) {
                do {
                    try compare(dataset, &changes, cutOff)
                } catch let error as LakeError {
                    changes.problem = error.description
                }
            } else {
                changes.problem = "the dataset is not defined any more"
            }
            found.append(changes)
        }
        return found
    }

    /// A row as it is compared: its content, and the day and instant of its event.
    private struct SeenRow {
        var content: [Scalar]
        var event: Int64?
    }

    private func compare(_ dataset: Dataset, _ changes: inout DatasetChanges, _ cutOff: Instant) throws {
        let table = project.table(TableAddress(.raw, dataset.name, of: scope, in: project.layout))
        let old = try table.snapshot(at: .version(changes.from))
        let new = try table.snapshot(at: .version(changes.to))
        // Files that both versions have hold the same rows.
        let (oldFiles, newFiles) = (Set(old.files), Set(new.files))
        var removed = try rows(old, old.files.filter { !newFiles.contains($0) }, dataset, common: new.schema)
        let added = try rows(new, new.files.filter { !oldFiles.contains($0) }, dataset, common: old.schema)
        for (key, rows) in added {
            let before = removed.removeValue(forKey: key) ?? []
            let (came, went) = Self.difference(rows, before)
            // What went and came under one key was corrected; the rest came or went.
            let pairs = dataset.key.isEmpty ? 0 : min(came.count, went.count)
            for index in 0..<pairs {
                note(.corrected, came[index], &changes)
                if day(came[index]) != day(went[index]) { note(.corrected, went[index], &changes) }
            }
            for row in came.dropFirst(pairs) {
                note(row.event.map { $0 > cutOff.microsecondsSinceEpoch } ?? false ? .new : .late, row, &changes)
            }
            for row in went.dropFirst(pairs) { note(.deleted, row, &changes) }
        }
        for row in removed.values.flatMap(\.self) { note(.deleted, row, &changes) }
    }

    /// The rows that only one of two lists has, each as often as it has it more.
    private static func difference(_ new: [SeenRow], _ old: [SeenRow]) -> (came: [SeenRow], went: [SeenRow]) {
        var count: [[Scalar]: Int] = [:]
        for row in old { count[row.content, default: 0] += 1 }
        var came: [SeenRow] = []
        for row in new {
            if let left = count[row.content], left > 0 { count[row.content] = left - 1 } else { came.append(row) }
        }
        var went: [SeenRow] = []
        for row in old {
            guard let left = count[row.content], left > 0 else { continue }
            count[row.content] = left - 1
            went.append(row)
        }
        return (came, went)
    }

    private func rows(
        _ snapshot: TableSnapshot, _ files: [TableFile], _ dataset: Dataset, common: Schema
    ) throws -> [[Scalar]: [SeenRow]] {
        let names = snapshot.schema.fields.map(\.name).filter { common.index(of: $0) != nil }
        let keys = dataset.key.compactMap { names.firstIndex(of: $0) }
        let event = dataset.eventTime.flatMap { names.firstIndex(of: $0) }
        var rows: [[Scalar]: [SeenRow]] = [:]
        try snapshot.forEachBatch(columns: names, files: files) { batch in
            for row in batch.rows {
                let key = keys.isEmpty ? row : keys.map { row[$0] }
                var instant: Int64?
                if let event, case .timestamp(let found) = row[event] { instant = found }
                rows[key, default: []].append(SeenRow(content: row, event: instant))
            }
        }
        return rows
    }

    private func day(_ row: SeenRow) -> LocalDate? {
        row.event.map { scope.tenant.calendar.zone.localDate(of: Instant(microsecondsSinceEpoch: $0)) }
    }

    private func note(_ cause: ChangeCause, _ row: SeenRow, _ changes: inout DatasetChanges) {
        changes.rows[cause, default: [:]][day(row), default: 0] += 1
    }
}

extension [DatasetChanges] {
    /// What changed the rows of some dates; of all rows where none of these did.
    func causes(in dates: Range<LocalDate>) -> [ChangeCause] {
        let kinds: [ChangeCause] = [.late, .deleted, .corrected, .new]
        let near = kinds.filter { kind in contains { $0.count(kind, in: dates) > 0 } }
        return near.isEmpty ? kinds.filter { kind in contains { $0.count(kind) > 0 } } : near
    }
}
