internal import CivilTime
package import Effects
internal import Lake
package import SystemPackage
internal import Tenancy

/// Tables that the command line names: `NAME=PATH`, where the path is a Parquet file, a pattern, a folder of Parquet
/// files, a Delta table or a CSV file.
package struct FileCatalog: TableCatalog {
    private let paths: [String: FilePath]
    private let store: any FileStore
    private let random: any RandomSource
    private let clock: any WallClock

    package init(
        _ paths: [String: FilePath], store: any FileStore, random: any RandomSource, clock: any WallClock
    ) {
        self.paths = paths
        self.store = store
        self.random = random
        self.clock = clock
    }

    package var tableNames: [String] { paths.keys.sorted() }

    package func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)? {
        guard name.count == 1, let path = paths[name[0]] else { return nil }
        let status = path.string.contains("*") || path.string.contains("?") ? nil : try store.status(of: path)
        if status?.kind == .folder, try store.status(of: path.appending("_delta_log")) != nil {
            let table = DeltaTable(at: TableAddress(LocalScope(path: path)), store: store, random: random, clock: clock)
            return SnapshotTable(try table.snapshot(at: moment.delta), name: name[0])
        }
        guard moment == .latest else {
            throw QueryError(.input, "'\(name[0])' is no Delta table: it has no versions")
        }
        let files: [FilePath]
        if status?.kind == .folder {
            files = try store.names(in: path).filter { $0.hasSuffix(".parquet") }.map { path.appending($0) }
        } else if status != nil {
            files = [path]
        } else {
            files = try matches(path)
        }
        guard !files.isEmpty else { throw QueryError(.input, "no file is named '\(path)'") }
        if files.count == 1, ["csv", "txt"].contains(files[0].extension) {
            return try CSVTable(name: name[0], file: files[0], store: store)
        }
        if let other = files.first(where: { $0.extension != "parquet" }) {
            throw QueryError(.unsupported, "'\(other)' is neither a Parquet file nor one CSV file")
        }
        return try FileTable(name: name[0], files: files, store: store)
    }

    /// The files of a pattern: `*` and `?` stand for characters of one name.
    private func matches(_ pattern: FilePath) throws -> [FilePath] {
        var found = [pattern.root.map { FilePath(root: $0, []) } ?? FilePath(".")]
        for component in pattern.components {
            let text = component.string
            var next: [FilePath] = []
            for folder in found {
                guard text.contains("*") || text.contains("?") else {
                    let path = folder.appending(component)
                    if try store.status(of: path) != nil { next.append(path) }
                    continue
                }
                guard try store.status(of: folder)?.kind == .folder else { continue }
                let names = try store.names(in: folder)
                next += names.filter { Self.matches(Array($0.utf8)[...], Array(text.utf8)[...]) }.map {
                    folder.appending($0)
                }
            }
            found = next
        }
        return found
    }

    private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
        }
        guard let own = name.first else { return false }
        return (first == UInt8(ascii: "?") || first == own) && matches(name.dropFirst(), pattern.dropFirst())
    }
}

extension TableMoment {
    var delta: DeltaTable.Moment {
        switch self {
        case .latest: .latest
        case .version(let version): .version(version)
        case .instant(let instant): .instant(Instant(microsecondsSinceEpoch: instant))
        }
    }
}
