internal import Checksum
package import CivilTime
internal import Columnar
internal import Effects
internal import SystemPackage

/// Something in a table that is not as it was written, or that nobody names.
package struct TableFinding: Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing it is.
    package enum Kind: String, Sendable, Hashable {
        /// A version is missing, cannot be read, or contradicts the versions before it.
        case log
        /// A version does not name the bytes of the one before it.
        case chain
        /// A data file is missing.
        case missing
        /// A data file's bytes are not those that were written.
        case content
        /// A data file has other rows than the log says.
        case rows
        /// A data file's values are not within what the log says of them.
        case statistics
        /// A data file has rows on other days than the log says.
        case days
        /// A data file is another tenant's, or nobody's.
        case tenant
        /// A file in the table's folder that no version names: left by a change that was given up.
        case leftover
    }

    /// What kind of thing it is.
    package let kind: Kind
    /// The file, relative to the table's folder.
    package let file: String
    /// What is wrong.
    package let reason: String

    /// Whether rows cannot be trusted; left-over files are only in the way.
    package var isDamage: Bool { kind != .leftover }

    package var description: String { "\(file): \(reason)" }
}

/// What a verification has looked at, and what it found.
package struct TableVerification: Sendable, Equatable {
    /// The version that was verified.
    package internal(set) var version: Int64 = -1
    /// How many versions of the log were read.
    package internal(set) var versionCount = 0
    /// How many data files were read.
    package internal(set) var fileCount = 0
    /// How many bytes of data files were read.
    package internal(set) var byteCount: Int64 = 0
    /// How many rows were read.
    package internal(set) var rowCount: Int64 = 0
    /// What is wrong, in the order in which it was found.
    package internal(set) var findings: [TableFinding] = []

    /// Whether every byte is what was written.
    package var isClean: Bool { !findings.contains(where: \.isDamage) }
}

extension DeltaTable {
    /// Reads every byte of the table's log and of the files of its last version, and compares them with all that is
    /// known of them: the hash chain of the versions, sizes, SHA-256, page checksums, rows, statistics, days, tenant.
    ///
    /// What files the hashes of the log cannot tell is that its last versions are gone altogether: the receipts and the
    /// ledger, which name a version with its hash, do.
    ///
    /// - Parameter zone: gives the zone of a name, for the days; nil to leave them unverified.
    /// - Throws: `LakeError` (`noTable`, `unsupported`, `tenantMismatch`) where there is nothing to verify. What is
    ///   wrong with the files is no error but a finding.
    package func verify(zone: ((String) -> Zone?)? = nil) throws -> TableVerification {
        var verification = TableVerification()
        guard let snapshot = try verifyLog(&verification) else { return verification }
        verification.version = snapshot.version
        for file in snapshot.files {
            verification.fileCount += 1
            verify(file, of: snapshot, zone, &verification)
        }
        try findLeftovers(&verification)
        return verification
    }

    // MARK: The log

    /// Reads all versions; nil where they are no table any more.
    private func verifyLog(_ verification: inout TableVerification) throws -> TableSnapshot? {
        let listing = try log.listing()
        guard let first = listing.versions.first, let last = listing.versions.last else {
            throw LakeError(.noTable, "there is no table \(address)")
        }
        // Every version is read; where the first are gone, the fold begins with the checkpoint that is there for them.
        var replay = DeltaReplay()
        if first > 0 { replay = try loader.replay(listing, upTo: try firstWhole(listing, from: first, to: last)) }
        var previous: String?
        for version in first...last {
            let name = "\(DeltaLog.folderName)/\(DeltaLog.digits(version)).json"
            func found(_ kind: TableFinding.Kind, _ reason: String) {
                verification.findings.append(TableFinding(kind: kind, file: name, reason: reason))
            }
            do {
                guard let entry = try log.entry(version) else {
                    found(.log, "version \(version) is missing")
                    return nil
                }
                verification.versionCount += 1
                let told = CommitRecord(entry).previousSHA256
                let isFirst = version == first && first > 0
                if let told, told != previous, !isFirst { found(.chain, "it does not follow the version before it") }
                previous = entry.sha256
                if version > replay.version { try replay.apply(entry.actions, version: version) }
                if version == replay.version { verifyCheckpoint(listing, replay, &verification) }
            } catch let error as LakeError where error.code == .damaged {
                found(.log, error.message)
                return nil
            } catch let error as FileError {
                found(.log, error.description)
                return nil
            }
        }
        return try TableSnapshot(
            replay, at: address, logSHA256: previous ?? "", store: store, encryption: encryption)
    }

    /// The first version whose state can still be told, where the log does not go back to the first of all.
    private func firstWhole(_ listing: DeltaLog.Listing, from first: Int64, to last: Int64) throws -> Int64 {
        let versions = Set(listing.checkpoints.map(\.version)).sorted()
        return versions.first { $0 >= first - 1 && $0 <= last } ?? last
    }

    /// Whether the checkpoint of a version, if there is one, says what the log says.
    private func verifyCheckpoint(
        _ listing: DeltaLog.Listing, _ replay: DeltaReplay, _ verification: inout TableVerification
    ) {
        let names = listing.checkpoints.filter { $0.version == replay.version }.map(\.name)
        guard !names.isEmpty, replay.checkpointVersion != replay.version else { return }
        func found(_ reason: String) {
            let file = "\(DeltaLog.folderName)/\(names[0])"
            verification.findings.append(TableFinding(kind: .log, file: file, reason: reason))
        }
        do {
            guard let parts = try CheckpointName.parts(names) else { return found("parts of it are missing") }
            var told = DeltaReplay()
            try told.start(
                from: try CheckpointReader(log: log).read(parts, removals: false), version: replay.version)
            guard Set(told.activeFiles.map(\.path)) == Set(replay.activeFiles.map(\.path)),
                told.metadata?.schemaText == replay.metadata?.schemaText, told.metadata?.id == replay.metadata?.id,
                told.transactions.mapValues(\.version) == replay.transactions.mapValues(\.version)
            else { return found("it does not say what the log says") }
        } catch {
            found("\(error)")
        }
    }

    // MARK: A data file

    private func verify(
        _ file: TableFile, of snapshot: TableSnapshot, _ zone: ((String) -> Zone?)?,
        _ verification: inout TableVerification
    ) {
        func found(_ kind: TableFinding.Kind, _ reason: String) {
            verification.findings.append(TableFinding(kind: kind, file: file.name, reason: reason))
        }
        do {
            let open = try store.open(file.path)
            verification.byteCount += open.size
            guard open.size == file.size else { return found(.content, "it has \(open.size) bytes, not \(file.size)") }
            if let sha256 = file.sha256, try SHA256Digest(ofFile: open).description != sha256 {
                return found(.content, "its bytes are not those that were written (SHA-256)")
            }
            let facts = try FileFacts(of: file, in: snapshot, zone)
            verification.rowCount += facts.rowCount
            if let expected = file.rowCount, expected != facts.rowCount {
                found(.rows, "it has \(facts.rowCount) rows, not \(expected)")
            }
            if let reason = facts.contradiction(of: file) { found(.statistics, reason) }
            if let days = facts.days, let told = file.days, days != told { found(.days, "it has rows on other days") }
        } catch let error as FileError {
            found(error.code == .notFound ? .missing : .content, error.code == .notFound ? "it is missing" : "\(error)")
        } catch let error as LakeError where error.code == .tenantMismatch {
            found(.tenant, "it was not written for this tenant")
        } catch let error as LakeError {
            found(.content, error.message)
        } catch {
            found(.content, "\(error)")
        }
    }

    // MARK: Left over

    private func findLeftovers(_ verification: inout TableVerification) throws {
        var named: Set<String> = []
        let listing = try log.listing()
        for version in listing.versions {
            for action in try log.entry(version)?.actions ?? [] {
                switch action {
                case .add(let file): named.insert(DeltaPath.key(file.path))
                case .remove(let file): named.insert(DeltaPath.key(file.path))
                default: break
                }
            }
        }
        // Where the first versions are gone, a checkpoint still knows their files.
        if let last = listing.last, listing.versions.first != 0 {
            let replay = try loader.replay(listing, upTo: last, keepingRemovals: true)
            named.formUnion(replay.activeFiles.map { DeltaPath.key($0.path) })
            named.formUnion(replay.removedFiles.map { DeltaPath.key($0.path) })
        }
        try findLeftovers(in: [], named, &verification)
        for name in try store.names(in: log.folder) where name.hasPrefix(CommittedFile.temporaryPrefix) {
            verification.findings.append(
                TableFinding(
                    kind: .leftover, file: "\(DeltaLog.folderName)/\(name)", reason: "a version that was given up"))
        }
    }

    /// Looks through the folders of partitions too; what begins with an underscore is no data.
    private func findLeftovers(
        in components: [String], _ named: Set<String>, _ verification: inout TableVerification
    ) throws {
        let folder = components.reduce(address.folder) { $0.appending($1) }
        for name in try store.names(in: folder) where !name.hasPrefix("_") {
            let path = (components + [name]).joined(separator: "/")
            switch try store.status(of: folder.appending(name))?.kind {
            case .folder where name.contains("="): try findLeftovers(in: components + [name], named, &verification)
            case .file where !named.contains(path):
                verification.findings.append(
                    TableFinding(kind: .leftover, file: path, reason: "no version names it"))
            // Other folders are somebody else's.
            default: break
            }
        }
    }
}

/// What the rows of a data file say themselves.
private struct FileFacts {
    private(set) var rowCount: Int64 = 0
    private(set) var days: DaySet?
    private var statistics: FileStatistics

    init(of file: TableFile, in snapshot: TableSnapshot, _ zone: ((String) -> Zone?)?) throws {
        let dividing = Set(snapshot.metadata.partitionColumns)
        let fields = snapshot.storageSchema.storage.fields.filter { !dividing.contains($0.name) }
        statistics = FileStatistics(schema: Schema(fields))
        let name = snapshot.metadata.configuration[TableProperties.eventZone]
        let dayZone = name.flatMap { zone?($0) }
        let dayColumn = snapshot.eventTimeColumn.flatMap { snapshot.storageSchema.stored($0)?.name }
        let dayIndex = dayColumn.flatMap { name in fields.firstIndex { $0.name == name } }
        if dayZone != nil, dayIndex != nil { days = DaySet() }
        try snapshot.reader(of: file).forEachBatch(fields) { batch in
            rowCount += Int64(batch.rowCount)
            statistics.add(batch)
            if let dayZone, let dayIndex { try days?.add(batch.columns[dayIndex], zone: dayZone) }
        }
    }

    /// Where the log's statistics say something else. Bounds that other writers left out, or gave more loosely than we
    /// do, are compared by what they promise: no value lies outside of them.
    func contradiction(of file: TableFile) -> String? {
        guard let text = file.statisticsText, let told = try? JSONValue(parsing: text) else { return nil }
        let own = statistics.json
        if let count = told["numRecords"], count != own["numRecords"] { return "its count of rows is not the log's" }
        guard file.sha256 != nil else { return nil }
        // Ours are reproducible to the letter, but for columns that the table got later.
        for name in ["minValues", "maxValues", "nullCount"] {
            for (column, value) in told[name]?.object ?? [:] where own[name]?[column] != value {
                return "its statistics of column '\(column)' are not the log's"
            }
        }
        return nil
    }
}
