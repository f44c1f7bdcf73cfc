/// What a table is after some versions of its log: the fold of the actions. A pure value.
///
/// (1) The last `protocol`, the last `metaData` and, for each application, the last `txn` hold.
/// (2) A file is in the table if its last action is `add`; what tells files apart is their decoded path.
/// (3) The order of files follows from their actions alone: see `FilePlace`.
package struct DeltaReplay: Sendable {
    /// The last version that was folded in; -1 before the first.
    package private(set) var version: Int64 = -1
    /// The version of the checkpoint that the fold began with; -1 where it began with the first version.
    package private(set) var checkpointVersion: Int64 = -1
    /// The last protocol.
    package private(set) var `protocol`: DeltaProtocol?
    /// The last metadata.
    package private(set) var metadata: DeltaMetadata?
    /// The last transaction of each application.
    package private(set) var transactions: [String: DeltaTransaction] = [:]
    private var files: [String: AddedFile] = [:]
    private var removals: [String: RemovedFile] = [:]
    private let keepsRemovals: Bool

    /// - Parameter keepingRemovals: whether removed files are remembered: for checkpoints and for the vacuum.
    package init(keepingRemovals: Bool = false) { keepsRemovals = keepingRemovals }

    /// The files of the table, in their order.
    package var activeFiles: [AddedFile] {
        let all = Array(files.values)
        let places = all.map { FilePlace($0) }
        // Positions are sorted, since files are large to move.
        return places.indices.sorted { places[$0] < places[$1] }.map { all[$0] }
    }

    /// The files that were removed and did not come again, by path.
    package var removedFiles: [RemovedFile] {
        removals.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Whether a file is in the table.
    func contains(_ path: String) -> Bool { files[DeltaPath.key(path)] != nil }

    /// Folds in one version.
    ///
    /// - Throws: `LakeError` (`damaged`) where it is not the next one, or one file comes twice in it.
    package mutating func apply(_ actions: [DeltaAction], version: Int64) throws(LakeError) {
        guard version == self.version + 1 else { throw DeltaReader.damaged("version \(self.version + 1) is missing") }
        try fold(actions)
        self.version = version
        guard metadata != nil, `protocol` != nil else {
            throw DeltaReader.damaged("version \(version) has no protocol or no metadata")
        }
    }

    /// Starts from the actions of a checkpoint.
    package mutating func start(from checkpoint: [DeltaAction], version: Int64) throws(LakeError) {
        self = DeltaReplay(keepingRemovals: keepsRemovals)
        files.reserveCapacity(checkpoint.count)
        try fold(checkpoint)
        self.version = version
        checkpointVersion = version
        guard metadata != nil, `protocol` != nil else {
            throw DeltaReader.damaged("the checkpoint of version \(version) has no protocol or no metadata")
        }
    }

    private mutating func fold(_ actions: [DeltaAction]) throws(LakeError) {
        // Removals first: within a version the order of lines means nothing, and a file cannot be both.
        for case .remove(let file) in actions {
            let key = DeltaPath.key(file.path)
            files[key] = nil
            if keepsRemovals { removals[key] = file }
        }
        // In an empty table a path that is known has come twice; in another it may have been there before.
        let isFirst = files.isEmpty
        var added: Set<String> = []
        for action in actions {
            switch action {
            case .protocol(let value): `protocol` = value
            case .metadata(let value): metadata = value
            case .transaction(let value): transactions[value.application] = value
            case .add(let file):
                let key = DeltaPath.key(file.path)
                var kept = file
                // Whether it brought rows was said of its version; a checkpoint does not keep it.
                kept.isDataChange = false
                let wasThere = files.updateValue(kept, forKey: key) != nil
                guard isFirst ? !wasThere : added.insert(key).inserted else {
                    throw DeltaReader.damaged("a file is added twice at once")
                }
                if keepsRemovals { removals[key] = nil }
            case .remove, .commitInfo: break
            }
        }
    }
}
