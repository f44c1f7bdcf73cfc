internal import Effects

/// Reads the state of a table at a version: the last checkpoint at or before it, and the versions behind.
///
/// (1) A checkpoint of any engine may be the start; the order of the rows does not depend on it.
/// (2) A checkpoint that is damaged or incomplete is passed over where the log, or an older checkpoint, still has all;
///     where it does not, the damage is told.
/// (3) What the protocol's features forbid to pass over is never passed over.
struct SnapshotLoader {
    let log: DeltaLog
    let address: TableAddress

    /// The fold of all actions up to a version.
    ///
    /// - Throws: `LakeError`: `noVersion` where the log does not go back so far, `damaged`, `unsupported`; `FileError`.
    func replay(_ listing: DeltaLog.Listing, upTo target: Int64, keepingRemovals: Bool = false) throws -> DeltaReplay {
        let (replay, _) = try advance(
            try start(listing, target, keepingRemovals: keepingRemovals), to: target, logSHA256: nil)
        return replay
    }

    /// Where the fold starts.
    private func start(_ listing: DeltaLog.Listing, _ target: Int64, keepingRemovals: Bool) throws -> DeltaReplay {
        var replay = DeltaReplay(keepingRemovals: keepingRemovals)
        let reader = CheckpointReader(log: log)
        var failure: LakeError?
        for (version, names) in listing.checkpoints(upTo: target) {
            // A start from which the log does not lead on is none.
            guard version == target || listing.isContiguous(version + 1...target) else { continue }
            do {
                guard let parts = try CheckpointName.parts(names) else { continue }
                try replay.start(from: try reader.read(parts, removals: keepingRemovals), version: version)
                return replay
            } catch let error as LakeError where error.code == .damaged {
                failure = failure ?? error
            } catch let error as FileError where error.code == .notFound {
                failure = failure ?? DeltaReader.damaged("a checkpoint is gone: \(error)")
            }
        }
        if listing.versions.first == 0 { return replay }
        if let failure { throw failure }
        let first = [listing.checkpoints.map(\.version).min(), listing.versions.first].compactMap(\.self).min() ?? 0
        if let checkpoint = listing.checkpoints.map(\.version).min(), target < checkpoint {
            throw LakeError(.noVersion, "table \(address) has no version \(target) any more; its first is \(first)")
        }
        throw DeltaReader.damaged("the first versions of table \(address) are missing, and there is no checkpoint")
    }

    /// Folds in further versions.
    ///
    /// - Parameter logSHA256: the digest of the version that was folded in last, nil where it is not known.
    func advance(
        _ replay: DeltaReplay, to last: Int64, logSHA256: String?
    ) throws -> (replay: DeltaReplay, logSHA256: String) {
        var replay = replay
        var sha256 = logSHA256
        if replay.version < last {
            for version in replay.version + 1...last {
                guard let entry = try log.entry(version) else {
                    throw DeltaReader.damaged("version \(version) of table \(address) is missing")
                }
                try replay.apply(entry.actions, version: version)
                sha256 = entry.sha256
            }
        }
        if sha256 == nil { sha256 = try log.sha256(last) }
        return (replay, sha256 ?? "")
    }
}
