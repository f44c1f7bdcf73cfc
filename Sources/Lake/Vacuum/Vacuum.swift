internal import Effects
package import SystemPackage

// What a vacuum keeps.
//
// (1) Every file of the last version, and of each version that was the last at some time within the grace.
// (2) Every file of a version that an unexpired receipt names, and every file whose bytes one names.
// (3) Every file that was written within the grace: it may belong to a change that is being made.
// (4) Files that are neither data files nor temporary: they are somebody else's.
// (5) The log from the checkpoint before the first version that is kept: those that receipts name, and those within the
//     retention of the log.
//
// A plan is held against the table once more when it is applied, and nothing goes that the table has since.
// A restore and a vacuum exclude each other by a lock.

/// Finds what is in the way.
struct Vacuum {
    let table: DeltaTable
    let graceMilliseconds: Int64?
    let pins: VacuumPins

    /// The lock of a table's vacuum.
    static func lock(of address: TableAddress) -> FilePath { address.folder.appending(lockName) }
    static let lockName = "_almanac.lock"

    /// - Throws: `LakeError`, `FileError`.
    func plan() throws -> VacuumPlan {
        let listing = try table.log.listing()
        guard let last = listing.last else { throw LakeError(.noTable, "there is no table \(table.address)") }
        let replay = try table.loader.replay(listing, upTo: last, keepingRemovals: true)
        let now = table.clock.microsecondsSinceEpoch() / 1_000
        let properties = DeltaProperties(replay.metadata)
        let cutoff = Self.before(now, graceMilliseconds ?? properties.deletedFileRetentionMilliseconds)
        var plan = VacuumPlan(version: last)
        var kept = Set(replay.activeFiles.map { DeltaPath.key($0.path) })
        let pinned = try pinnedFiles(replay, listing)
        var removed: [String: Bool] = [:]
        for file in replay.removedFiles {
            let key = DeltaPath.key(file.path)
            removed[key] = true
            if (file.deletedMilliseconds ?? 0) >= cutoff { kept.insert(key) }
            if pinned.contains(key), kept.insert(key).inserted { plan.pinnedFileCount += 1 }
        }
        kept.formUnion(pinned)
        try findFiles(in: [], cutoff) { file in
            let key = file.components.joined(separator: "/")
            if kept.contains(key) { return }
            let isTemporary = file.components.last?.hasPrefix(CommittedFile.temporaryPrefix) == true
            let reason: VacuumPlan.Reason = isTemporary ? .temporary : removed[key] == true ? .removed : .orphan
            plan.files.append(VacuumPlan.File(components: file.components, size: file.size, reason: reason))
        }
        try planLog(listing, now, properties, cutoff, &plan)
        return plan
    }

    private static func before(_ now: Int64, _ duration: Int64) -> Int64 {
        let (result, overflow) = now.subtractingReportingOverflow(duration)
        return overflow ? .min : result
    }

    /// The files that receipts name: rule (2).
    private func pinnedFiles(_ replay: DeltaReplay, _ listing: DeltaLog.Listing) throws -> Set<String> {
        var files: Set<String> = []
        for version in pins.versions.sorted() where version <= replay.version {
            do {
                for file in try table.loader.replay(listing, upTo: version).activeFiles {
                    files.insert(DeltaPath.key(file.path))
                }
            } catch let error as LakeError where error.code == .noVersion {
                // Gone already: what it named is kept by its bytes.
                continue
            }
        }
        for file in replay.removedFiles {
            if let sha256 = file.tags[TableFile.Tag.sha256], pins.sha256.contains(sha256) {
                files.insert(DeltaPath.key(file.path))
            }
        }
        return files
    }

    /// Calls back for each data file and temporary file that was written before a time: rules (3) and (4).
    private func findFiles(
        in components: [String], _ cutoff: Int64, _ body: ((components: [String], size: Int64)) -> Void
    ) throws {
        let folder = components.reduce(table.address.folder) { $0.appending($1) }
        for name in try table.store.names(in: folder) {
            if name.hasPrefix("_") { continue }
            let path = folder.appending(name)
            guard let status = try table.store.status(of: path) else { continue }
            if status.kind == .folder, !name.hasPrefix(".") {
                try findFiles(in: components + [name], cutoff, body)
            } else if status.kind == .file, status.modifiedMicroseconds / 1_000 < cutoff,
                name.hasSuffix(".parquet") || name.hasPrefix(CommittedFile.temporaryPrefix)
            {
                body((components + [name], status.size))
            }
        }
    }

    // MARK: The log

    /// Rule (5).
    private func planLog(
        _ listing: DeltaLog.Listing, _ now: Int64, _ properties: DeltaProperties, _ cutoff: Int64,
        _ plan: inout VacuumPlan
    ) throws {
        for name in try table.store.names(in: table.log.folder) where name.hasPrefix(CommittedFile.temporaryPrefix) {
            let status = try table.store.status(of: table.log.folder.appending(name))
            if let status, status.modifiedMicroseconds / 1_000 < cutoff {
                plan.files.append(
                    VacuumPlan.File(
                        components: [DeltaLog.folderName, name], size: status.size, reason: .temporary))
            }
        }
        let needed = try firstNeeded(listing, Self.before(now, properties.logRetentionMilliseconds))
        let whole = listing.checkpoints(upTo: needed).first { checkpoint in
            ((try? CheckpointName.parts(checkpoint.names)) ?? nil) != nil
        }
        guard let checkpoint = whole?.version else { return }
        var names = listing.versions.filter { $0 < checkpoint }.map { "\(DeltaLog.digits($0)).json" }
        names += listing.checkpoints.filter { $0.version < checkpoint }.map(\.name)
        guard !names.isEmpty else { return }
        plan.firstVersion = checkpoint
        for name in names.sorted() {
            let size = try table.store.status(of: table.log.folder.appending(name))?.size ?? 0
            plan.files.append(VacuumPlan.File(components: [DeltaLog.folderName, name], size: size, reason: .log))
        }
    }

    /// The first version that is kept: one that a receipt names, or the last that is older than the retention.
    private func firstNeeded(_ listing: DeltaLog.Listing, _ cutoff: Int64) throws -> Int64 {
        var needed = listing.last ?? 0
        for version in listing.versions.reversed() {
            needed = version
            guard let entry = try table.log.entry(version), CommitRecord(entry).milliseconds >= cutoff else { break }
        }
        return min(needed, pins.versions.min() ?? needed)
    }
}

extension DeltaTable {
    /// What a vacuum would remove.
    ///
    /// - Parameters:
    ///   - graceMilliseconds: how long files stay after they were removed or written; nil for the table's property, a
    ///     week where it has none.
    ///   - pins: what stays whatever its age.
    /// - Throws: `LakeError`, `FileError`.
    package func vacuumPlan(graceMilliseconds: Int64? = nil, pins: VacuumPins) throws -> VacuumPlan {
        try Vacuum(table: self, graceMilliseconds: graceMilliseconds, pins: pins).plan()
    }

    /// Removes what a plan names and the table has still no use for.
    ///
    /// - Returns: what was removed.
    /// - Throws: `LakeError` (`conflict`) where another vacuum or a restore is at work; `FileError`. What was removed until
    ///   then is removed; the table is what it was.
    @discardableResult
    package func vacuum(
        _ plan: VacuumPlan, graceMilliseconds: Int64? = nil, pins: VacuumPins
    ) throws -> [VacuumPlan.File] {
        guard let lock = try store.lock(Vacuum.lock(of: address)) else {
            throw LakeError(.conflict, "can't vacuum table \(address): a vacuum or restore is at work; do it again")
        }
        defer { lock.release() }
        let now = Set(try vacuumPlan(graceMilliseconds: graceMilliseconds, pins: pins).files)
        var removed: [VacuumPlan.File] = []
        for file in plan.files where now.contains(file) {
            if try removeIfThere(file.components.reduce(address.folder) { $0.appending($1) }) { removed.append(file) }
        }
        return removed
    }

    /// Whether there was a file of this name, which is gone now.
    private func removeIfThere(_ path: FilePath) throws -> Bool {
        do {
            try store.remove(path)
            return true
        } catch let error as FileError {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
