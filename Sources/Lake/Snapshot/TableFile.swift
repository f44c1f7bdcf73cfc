package import SystemPackage

/// A data file of a table, as the log has it. What is seldom asked for is read from the log's text when it is.
package struct TableFile: Sendable, Hashable {
    /// The action that added it.
    package let action: AddedFile
    private let folder: FilePath

    /// Tags of `add`.
    package enum Tag {
        /// SHA-256 of the file's bytes, in hexadecimal.
        package static let sha256 = "almanac.sha256"
        /// The days of its rows: see `DaySet`.
        package static let days = "almanac.days"
        /// The number of its rows.
        package static let rows = "almanac.rows"
        /// Where its rows come in the table: see `FilePlace`.
        package static let place = "almanac.place"
    }

    /// - Throws: `LakeError` (`damaged`) for a path that leaves the table, a negative size or number of rows.
    init(_ action: AddedFile, in address: TableAddress) throws(LakeError) {
        try DeltaPath.check(action.path)
        self.action = action
        folder = address.folder
        guard action.size >= 0, action.tags[Tag.rows]?.utf8.first != UInt8(ascii: "-") else {
            throw DeltaReader.damaged("a file has a negative size or number of rows")
        }
    }

    /// Its path on the disk.
    package var path: FilePath {
        var path = folder
        for component in (try? DeltaPath.components(action.path)) ?? [] { path.append(component) }
        return path
    }

    /// Its path as the log has it.
    package var name: String { action.path }
    /// Its size in bytes.
    package var size: Int64 { action.size }
    /// The number of rows, where the log tells it.
    package var rowCount: Int64? { action.rowCount }
    /// The SHA-256 of its bytes in hexadecimal; nil for files that others wrote.
    package var sha256: String? { action.tags[Tag.sha256] }
    /// The days on which it has rows, where it says so.
    package var days: DaySet? { action.days }
    /// Its statistics as JSON text.
    package var statisticsText: String? { action.statisticsText }
    /// The values of the partition columns, by their names on the storage side.
    package var partitionValues: [String: String?] { action.partitionValues }

    package static func == (left: TableFile, right: TableFile) -> Bool { left.action == right.action }
    package func hash(into hasher: inout Hasher) { hasher.combine(action.path) }
}

extension AddedFile {
    /// The number of rows, where the log tells it.
    package var rowCount: Int64? {
        if let count = tags[TableFile.Tag.rows].flatMap(Int64.init) { return count }
        let statistics = statisticsText.flatMap { try? JSONValue(parsing: $0) }
        return statistics?["numRecords"]?.int64.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The days on which it has rows, where it says so.
    package var days: DaySet? { tags[TableFile.Tag.days].flatMap(DaySet.init) }
}

/// Where the rows of a file come in the table, told by the file's action alone: however a version is read, from a
/// checkpoint of any engine or from the log, its rows come in the same order.
///
/// (1) Files of ours say it by a tag: the version that they came with, and their place in it.
/// (2) Files of others come before, by their time and path.
struct FilePlace: Comparable {
    private let isTagged: Bool
    private let first: Int64
    private let second: Int64
    private let path: String

    init(_ file: AddedFile) {
        path = file.path
        let parts = file.tags[TableFile.Tag.place]?.split(separator: ".").map { Int64($0) } ?? []
        if parts.count == 2, let version = parts[0], let index = parts[1] {
            (isTagged, first, second) = (true, version, index)
        } else {
            (isTagged, first, second) = (false, file.modifiedMilliseconds, 0)
        }
    }

    /// The tag's text.
    static func text(version: Int64, index: Int) -> String { "\(version).\(index)" }

    static func < (left: FilePlace, right: FilePlace) -> Bool {
        if left.isTagged != right.isTagged { return right.isTagged }
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        return left.path < right.path
    }
}
