internal import Effects

extension DeltaTable {
    /// Rewrites files and commits; does it again on top of the versions of other writers that were faster.
    ///
    /// - Parameters:
    ///   - arrived: the rows of a merge, where they may take the places of old ones.
    ///   - intent: what to commit; nil where there is nothing to do.
    func rewriting(
        _ start: TableSnapshot?, _ removal: any RowRemoval, _ settings: WriterSettings,
        _ transaction: DeltaTransaction?, _ work: WrittenFiles, placing arrived: ArrivedRows? = nil,
        _ intent: (FileRewriter.Result, TableSnapshot?) throws -> CommitIntent?
    ) throws -> TableCommit {
        var base = start
        for _ in 0..<20 {
            let result = try rewritten(base, removal, settings, work, placing: arrived)
            do {
                guard let intent = try intent(result, base) else {
                    if let base { return try durable(base) }
                    throw LakeError(.noTable, "there is no table \(address)")
                }
                switch try Committer(table: self).commit(intent, on: base, mayBeNamed: &work.mayBeNamed) {
                case .committed(let commit): return commit
                case .repeated(let commit):
                    work.abandon()
                    return commit
                case .tableMade(let table): base = table
                }
            } catch let error as LakeError where error.code == .conflict {
                guard let seen = base, let next = try snapshotIfThere(at: .latest), next.metadata == seen.metadata
                else { throw error }
                if let repeated = try Committer(table: self).repeated(transaction, in: next) {
                    work.abandon()
                    return repeated
                }
                work.remove(result.added)
                base = next
            }
        }
        throw LakeError(.conflict, "can't write to table \(address): other writers were always faster")
    }

    /// What is left of a table's files; nothing of no table.
    func rewritten(
        _ base: TableSnapshot?, _ removal: any RowRemoval, _ settings: WriterSettings, _ work: WrittenFiles,
        placing arrived: ArrivedRows? = nil
    ) throws -> FileRewriter.Result {
        guard let base else { return FileRewriter.Result() }
        return try FileRewriter(
            table: self, base: base, settings: try base.fullSettings(like: settings), work: work
        ).run(removal, placing: arrived)
    }

    /// A version as it is, for a change that has nothing to do. Its maker may have died, or been told nothing, before it was
    /// durable: it is made so before it is told.
    func durable(_ base: TableSnapshot) throws -> TableCommit {
        try syncFolders()
        return base.unchanged
    }
}
