package import CivilTime
package import Effects
internal import SystemPackage

/// A table of the lake: opened, read at a version, written by commits.
///
/// The state is in the files alone; a value of this type holds none and costs nothing while it is idle.
package struct DeltaTable: Sendable {
    /// Where the table lies.
    package let address: TableAddress
    let store: any FileStore
    let random: any RandomSource
    let clock: any WallClock
    let log: DeltaLog
    /// On how many threads files are written again; the result is the same.
    package var threads = 1
    /// The key of the tenant's files, where they are encrypted.
    package var encryption: TableEncryption?

    package init(
        at address: TableAddress, store: any FileStore, random: any RandomSource, clock: any WallClock
    ) {
        self.address = address
        self.store = store
        self.random = random
        self.clock = clock
        log = DeltaLog(table: address.folder, store: store)
    }

    /// Which version is meant.
    package enum Moment: Sendable, Hashable {
        case latest
        case version(Int64)
        /// The last version that was there at an instant.
        case instant(Instant)
    }

    /// Whether there is a table.
    package func exists() throws(FileError) -> Bool {
        let listing = try log.listing()
        return !listing.versions.isEmpty || !listing.checkpoints.isEmpty
    }

    /// The table at a moment.
    ///
    /// - Throws: `FileError`; `LakeError`: `noTable`, `noVersion`, `unsupported`, `tenantMismatch`, `damaged`.
    package func snapshot(at moment: Moment = .latest) throws -> TableSnapshot {
        guard let snapshot = try snapshotIfThere(at: moment) else {
            throw LakeError(.noTable, "there is no table \(address)")
        }
        return snapshot
    }

    /// The table at a moment, nil where there is no table at all.
    func snapshotIfThere(at moment: Moment) throws -> TableSnapshot? {
        let listing = try log.listing()
        guard let last = listing.last else { return nil }
        let target: Int64
        switch moment {
        case .latest: target = last
        case .version(let version):
            guard (0...last).contains(version) else {
                throw LakeError(.noVersion, "table \(address) has no version \(version); its last is \(last)")
            }
            target = version
        case .instant(let instant): target = try version(at: instant, listing)
        }
        return try advance(try loader.replay(listing, upTo: target), to: target, logSHA256: nil)
    }

    var loader: SnapshotLoader { SnapshotLoader(log: log, address: address) }

    /// Folds further versions into a state.
    func advance(_ replay: DeltaReplay, to last: Int64, logSHA256: String?) throws -> TableSnapshot {
        let (replay, sha256) = try loader.advance(replay, to: last, logSHA256: logSHA256)
        return try TableSnapshot(replay, at: address, logSHA256: sha256, store: store, encryption: encryption)
    }

    /// The version that was the last at an instant, by the times that the commits tell; a commit that tells an earlier
    /// time than the one before it counts as one millisecond later.
    private func version(at instant: Instant, _ listing: DeltaLog.Listing) throws -> Int64 {
        var found: Int64?
        var time = Int64.min
        for version in listing.versions {
            guard let entry = try log.entry(version) else { continue }
            let told = CommitRecord(entry).milliseconds
            time = told > time ? told : time == .max ? time : time + 1
            let microseconds = time.multipliedReportingOverflow(by: 1_000)
            if microseconds.overflow || microseconds.partialValue > instant.microsecondsSinceEpoch { break }
            found = version
        }
        guard let found else {
            throw LakeError(.noVersion, "table \(address) has no version as old as \(instant)")
        }
        return found
    }

    /// What was done to the table, oldest first, as far back as the log goes.
    package func history() throws -> [CommitRecord] {
        let listing = try log.listing()
        if listing.versions.isEmpty { throw LakeError(.noTable, "there is no table \(address)") }
        var records: [CommitRecord] = []
        for version in listing.versions {
            if let entry = try log.entry(version) { records.append(CommitRecord(entry)) }
        }
        return records
    }
}
