/// Which files a compaction puts together.
package struct CompactionPlan: Sendable, Equatable {
    /// Files that become one, or a few.
    package struct Bin: Sendable, Equatable {
        /// The files, by the times of their rows where these are known.
        package let files: [AddedFile]
        /// Their bytes.
        package var byteCount: Int64 { files.reduce(0) { $0.addingReportingOverflow($1.size).partialValue } }
    }

    /// The version that it was made for.
    package let version: Int64
    /// What becomes one; a bin is committed by itself.
    package let bins: [Bin]

    /// How many files are put together.
    package var fileCount: Int { bins.reduce(0) { $0 + $1.files.count } }

    /// Looks for files that are small: below three quarters of the target, at least two in a row of one partition.
    init(_ snapshot: TableSnapshot, targetBytes: Int64, order: (AddedFile) -> Int64) {
        version = snapshot.version
        let small = snapshot.files.map(\.action).filter { $0.size < targetBytes / 4 * 3 }
        var groups: [[String: String?]: [AddedFile]] = [:]
        var first: [[String: String?]: Int] = [:]
        for (index, file) in small.enumerated() {
            groups[file.partitionValues, default: []].append(file)
            if first[file.partitionValues] == nil { first[file.partitionValues] = index }
        }
        var bins: [Bin] = []
        for (_, files) in groups.sorted(by: { first[$0.key] ?? 0 < first[$1.key] ?? 0 }) {
            let ordered = files.enumerated().sorted { (order($0.element), $0.offset) < (order($1.element), $1.offset) }
            var bin: [AddedFile] = []
            var bytes: Int64 = 0
            for (_, file) in ordered {
                bin.append(file)
                bytes += file.size
                if bytes >= targetBytes {
                    if bin.count > 1 { bins.append(Bin(files: bin)) }
                    (bin, bytes) = ([], 0)
                }
            }
            if bin.count > 1 { bins.append(Bin(files: bin)) }
        }
        self.bins = bins
    }
}

/// A compaction that was made.
package struct CompactionResult: Sendable, Equatable {
    /// How many files were put together.
    package internal(set) var removedFileCount = 0
    /// How many came of them.
    package internal(set) var addedFileCount = 0
    /// Their bytes.
    package internal(set) var removedByteCount: Int64 = 0
    package internal(set) var addedByteCount: Int64 = 0
    /// How many rows were moved.
    package internal(set) var rowCount: Int64 = 0
    /// How many bins were given up because another writer took one of their files away meanwhile.
    package internal(set) var conflictCount = 0
    /// The last version; nil where there was nothing to do.
    package internal(set) var version: Int64?

    package init() {}
}
