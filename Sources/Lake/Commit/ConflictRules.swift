/// Whether a change still holds after versions of other writers: the protocol's rules, at the level 'serializable'.
///
/// | what came meanwhile | append | move files | change files by what they hold | replace everything |
/// | --- | --- | --- | --- | --- |
/// | rows were added | holds | holds | conflict where the new file may hold what was looked for | conflict |
/// | a file that it takes away is gone | – | conflict | conflict | conflict |
/// | another file is gone | holds | holds | conflict where it may hold what was looked for | conflict |
/// | files were moved (no rows changed) | holds | conflict for its own files | conflict for its own files | conflict |
/// | columns, properties or protocol | conflict | conflict | conflict | conflict |
///
/// A transaction of the same application is found before these rules are asked.
struct ConflictRules {
    let intent: CommitIntent
    let address: TableAddress

    /// - Throws: `LakeError` (`conflict`) with what the other writer did.
    func check(_ actions: [DeltaAction]) throws(LakeError) {
        let removed = Set(intent.removed.map { DeltaPath.key($0.path) })
        for action in actions {
            switch action {
            case .protocol: throw conflict("changed the protocol")
            case .metadata: throw conflict("changed the columns or properties")
            case .add(let file): if isHit(by: file) { throw conflict("added rows") }
            case .remove(let file):
                if removed.contains(DeltaPath.key(file.path)) { throw conflict("removed or rewrote the same file") }
                if file.isDataChange, isHit(by: AddedFile(file)) { throw conflict("removed rows") }
            case .transaction, .commitInfo: break
            }
        }
    }

    private func isHit(by file: AddedFile) -> Bool {
        switch intent.reads {
        case .nothing, .removedFiles: false
        case .files(let mayMatch): file.isDataChange && mayMatch(file)
        case .all: true
        }
    }

    private func conflict(_ reason: String) -> LakeError {
        LakeError(.conflict, "can't write to table \(address): another writer \(reason) meanwhile; do it again")
    }
}

extension AddedFile {
    /// A removed file as it was added, as far as its removal tells: without statistics it may hold anything.
    init(_ file: RemovedFile) {
        self.init(
            path: file.path, partitionValues: file.partitionValues, size: file.size ?? 0, modifiedMilliseconds: 0,
            tags: file.tags)
    }
}
