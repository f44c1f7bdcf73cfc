internal import Effects

extension DeltaTable {
    /// Makes the table what it was at a moment, by a version of its own: what came since stays in the history.
    ///
    /// - Returns: the version; none is made where the table is as it was.
    /// - Throws: `LakeError`: `noVersion`; `damaged` where a file of that moment is gone; `conflict` where another writer
    ///   changed the table meanwhile, or a vacuum is at work; as `write`.
    @discardableResult
    package func restore(to moment: Moment, _ info: OperationInfo = OperationInfo()) throws -> TableCommit {
        // A vacuum must not take away what is being brought back.
        guard let lock = try store.lock(Vacuum.lock(of: address)) else {
            throw LakeError(.conflict, "can't restore table \(address): a vacuum is at work; do it again")
        }
        defer { lock.release() }
        let base = try snapshot()
        if let repeated = try Committer(table: self).repeated(info.transaction, in: base) { return repeated }
        try base.checkWritable(removing: true)
        let target = try snapshot(at: moment)
        let back = target.replay.activeFiles.filter { !base.replay.contains($0.path) }
        for file in back {
            let status = try store.status(of: try TableFile(file, in: address).path)
            guard status?.kind == .file, status?.size == file.size else {
                throw LakeError(
                    .damaged,
                    "can't restore version \(target.version) of table \(address): file '\(file.path)' is gone")
            }
        }
        var intent = CommitIntent("RESTORE", engine: info.engine)
        intent.parameters = ["version": String(target.version)]
        intent.metrics = ["numRestoredFiles": Int64(back.count)]
        intent.transaction = info.transaction
        intent.run = info.run
        intent.added = back
        intent.removed = base.replay.activeFiles.filter { !target.replay.contains($0.path) }
        intent.reads = .all
        if target.metadata != base.metadata { intent.metadata = target.metadata }
        if back.isEmpty, intent.removed.isEmpty, intent.metadata == nil { return try durable(base) }
        var mayBeNamed = false
        switch try Committer(table: self).commit(intent, on: base, mayBeNamed: &mayBeNamed) {
        case .committed(let commit), .repeated(let commit): return commit
        case .tableMade: throw LakeError(.conflict, "can't restore table \(address): it was made anew meanwhile")
        }
    }
}
