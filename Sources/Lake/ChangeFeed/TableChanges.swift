internal import CivilTime

/// What changed between two versions of a table: what incremental models go by.
///
/// (1) A day is in it where a row of that day came, went or changed. It may be in it without one: never the reverse.
/// (2) Operations that know their rows (merge, delete, replace) name their days in the version; of others the days of
///     the files that came and went count, but for files that came back with the same bytes.
/// (3) Versions that only moved rows change nothing.
/// (4) What cannot be told, because a version of the log is gone or a file does not say its days, is told as such and
///     never as nothing: `days` is nil then.
package struct TableChanges: Sendable, Equatable {
    /// The version that is known.
    package let from: Int64
    /// The version that is asked about.
    package let to: Int64
    /// The local days with changes; nil where they are not known, so that every day may have changed.
    package internal(set) var days: DaySet? = DaySet()
    /// The partitions with changes, by the columns on the storage side; an undivided table has one without columns.
    package internal(set) var partitions: Set<[String: String?]> = []
    /// Whether columns, their types or properties changed.
    package internal(set) var changesMetadata = false
    /// Why `days` is nil.
    package internal(set) var unknownReason: String?
    /// How many versions changed rows.
    package internal(set) var dataVersionCount = 0

    /// Whether no row came, went or changed.
    package var isEmpty: Bool { days?.isEmpty == true && partitions.isEmpty && !changesMetadata }

    init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    mutating func forget(_ reason: String) {
        days = nil
        unknownReason = unknownReason ?? reason
    }

    /// Folds in a version.
    mutating func add(_ entry: DeltaLog.Entry) {
        var added: [AddedFile] = []
        var removed: [AddedFile] = []
        for action in entry.actions {
            switch action {
            case .add(let file): if file.isDataChange { added.append(file) }
            case .remove(let file): if file.isDataChange { removed.append(AddedFile(file)) }
            case .metadata: changesMetadata = changesMetadata || entry.version > 0
            case .protocol, .transaction, .commitInfo: break
            }
        }
        // The same bytes that went and came: nothing changed.
        let same = Set(added.compactMap { $0.tags[TableFile.Tag.sha256] })
            .intersection(removed.compactMap { $0.tags[TableFile.Tag.sha256] })
        let files = (added + removed).filter { file in
            file.tags[TableFile.Tag.sha256].map { !same.contains($0) } ?? true
        }
        let told = CommitRecord(entry).changedDays
        guard !files.isEmpty else { return }
        dataVersionCount += 1
        for file in files { partitions.insert(file.partitionValues) }
        if let told {
            days = days?.union(told)
        } else if let more = DaySet(of: files) {
            days = days?.union(more)
        } else {
            forget("a file of version \(entry.version) does not say its days")
        }
    }
}

extension DeltaTable {
    /// What changed after one version, up to another.
    ///
    /// - Parameters:
    ///   - from: the version that is known; -1 is the time before the table.
    ///   - to: nil for the last.
    /// - Throws: `LakeError` (`noTable`, `noVersion`, `damaged`), `FileError`. A version that is gone is no error: the
    ///   days are not known then.
    package func changes(after from: Int64, upTo to: Int64? = nil) throws -> TableChanges {
        guard let last = try log.listing().last else { throw LakeError(.noTable, "there is no table \(address)") }
        let target = to ?? last
        guard from >= -1, target <= last, from <= target else {
            throw LakeError(
                .noVersion, "table \(address) has no versions \(from) to \(target); its last is \(last)")
        }
        var changes = TableChanges(from: from, to: target)
        guard from < target else { return changes }
        for version in from + 1...target {
            if let entry = try log.entry(version) {
                changes.add(entry)
            } else {
                changes.forget("version \(version) is older than the log is kept")
                changes.changesMetadata = true
            }
        }
        return changes
    }
}
