internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Reads a checkpoint: the actions that make up the table at a version, as a Parquet file with one column for each kind
/// of action and one row for each action.
///
/// Source: PROTOCOL.md of the Delta project, "Checkpoints". Classic checkpoints are read, whole or in parts; those named
/// by a UUID are of the feature 'v2Checkpoint' and refused by that name.
struct CheckpointReader {
    let log: DeltaLog

    /// The last checkpoint at or before a version; nil if there is none that is whole.
    func read(_ listing: DeltaLog.Listing, upTo version: Int64) throws -> (version: Int64, actions: [DeltaAction])? {
        let candidates = Dictionary(grouping: listing.checkpoints.filter { $0.version <= version }) { $0.version }
        for (version, files) in candidates.sorted(by: { $0.key > $1.key }) {
            guard let parts = try Self.parts(files.map(\.name)) else { continue }
            var actions: [DeltaAction] = []
            for part in parts { actions += try read(part) }
            return (version, actions)
        }
        return nil
    }

    /// The names of a checkpoint's files, in order; nil where parts are missing.
    private static func parts(_ names: [String]) throws(LakeError) -> [String]? {
        var byPart: [Int: [Int: String]] = [:]
        for name in names {
            let words = name.split(separator: ".").map(String.init)
            if words.count == 3, words[2] == "parquet" { return [name] }
            if words.count == 5, words[4] == "parquet", let part = Int(words[2]), let count = Int(words[3]) {
                byPart[count, default: [:]][part] = name
            } else if words.count == 4, words[2].count == 36 {
                throw LakeError(.unsupported, "can't read the table: it uses 'v2Checkpoint' of the Delta protocol")
            }
        }
        for (count, parts) in byPart where count > 0 && parts.count == count {
            let whole = (1...count).compactMap { parts[$0] }
            if whole.count == count { return whole }
        }
        return nil
    }

    private func read(_ name: String) throws -> [DeltaAction] {
        let file = try log.store.open(log.folder.appending(name))
        do {
            let reader = try ParquetFileReader(file)
            let known = ["protocol", "metaData", "add", "txn"].filter { reader.schema.index(of: $0) != nil }
            var actions: [DeltaAction] = []
            try reader.forEachBatch(columns: known) { batch in
                for row in 0..<batch.rowCount {
                    for (column, field) in zip(batch.columns, batch.schema.fields) where column.isValid(row) {
                        let value = Self.json(column.scalar(row), field.type)
                        if let action = try DeltaAction(.object([field.name: value])) { actions.append(action) }
                    }
                }
            }
            return actions
        } catch let error as ParquetError {
            throw LakeError(
                error.code == .unsupported ? .unsupported : .damaged, "can't read checkpoint '\(name)': \(error)")
        }
    }

    /// A value as the JSON that a log line would have.
    private static func json(_ value: Scalar, _ type: LogicalType) -> JSONValue {
        switch (value, type) {
        case (.bool(let value), _): return .bool(value)
        case (.int(let value), _): return .integer(value)
        case (.text(let value), _): return .text(value)
        case (.list(let values), .list(let element)): return .array(values.map { json($0, element.type) })
        case (.structure(let values), .structure(let fields)):
            var members: [String: JSONValue] = [:]
            for (field, value) in zip(fields, values) { members[field.name] = json(value, field.type) }
            return .object(members)
        case (.map(let entries), .map(_, let type)):
            var members: [String: JSONValue] = [:]
            for entry in entries {
                if case .text(let key) = entry.key { members[key] = json(entry.value, type.type) }
            }
            return .object(members)
        // Parsed statistics and the like, of types that no member that is read here has.
        default: return .null
        }
    }
}
