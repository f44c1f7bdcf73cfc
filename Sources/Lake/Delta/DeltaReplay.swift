/// What a table is after some versions of its log: the fold of the actions. A pure value.
///
/// (1) The last `protocol`, the last `metaData` and, for each application, the last `txn` hold.
/// (2) A file is in the table if its last action is `add`; what tells files apart is their decoded path.
/// (3) Files keep the order in which they came: the order in which the rows of the table are read.
package struct DeltaReplay: Sendable {
    /// The last version that was folded in; -1 before the first.
    package private(set) var version: Int64 = -1
    /// The last protocol.
    package private(set) var `protocol`: DeltaProtocol?
    /// The last metadata.
    package private(set) var metadata: DeltaMetadata?
    /// The last transaction of each application.
    package private(set) var transactions: [String: DeltaTransaction] = [:]
    private var files: [String: (place: Int, file: AddedFile)] = [:]
    private var nextPlace = 0

    package init() {}

    /// The files of the table, in their order.
    package var activeFiles: [AddedFile] { files.values.sorted { $0.place < $1.place }.map(\.file) }

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
        self = DeltaReplay()
        try fold(checkpoint)
        self.version = version
        guard metadata != nil, `protocol` != nil else {
            throw DeltaReader.damaged("the checkpoint of version \(version) has no protocol or no metadata")
        }
    }

    private mutating func fold(_ actions: [DeltaAction]) throws(LakeError) {
        var added: Set<String> = []
        // Removals first: within a version the order of lines means nothing, and a file cannot be both.
        for case .remove(let file) in actions { files[DeltaPath.key(file.path)] = nil }
        for action in actions {
            switch action {
            case .protocol(let value): `protocol` = value
            case .metadata(let value): metadata = value
            case .transaction(let value):
                transactions[value.application] = value
            case .add(let file):
                let key = DeltaPath.key(file.path)
                guard added.insert(key).inserted else { throw DeltaReader.damaged("a file is added twice at once") }
                files[key] = (nextPlace, file)
                nextPlace += 1
            case .remove, .commitInfo: break
            }
        }
    }
}
