internal import CivilTime
internal import Columnar
internal import Effects

/// What a change does to a table: decided in a value, before anything is written and again after each lost race.
struct ChangePlan {
    let change: TableChange
    /// The columns that the new files have.
    let storageSchema: StorageSchema
    private let address: TableAddress

    /// - Throws: `LakeError`: `schema`, `unsupported`, `conflict`.
    init(_ change: TableChange, on base: TableSnapshot?, at address: TableAddress) throws(LakeError) {
        self.change = change
        self.address = address
        storageSchema = try StorageSchema(logical: change.schema)
        if let time = change.eventTime {
            guard let index = change.schema.index(of: time.column) else {
                throw LakeError(.schema, "can't write to table \(address): there is no column '\(time.column)'")
            }
            guard [.timestamp, .date].contains(change.schema.fields[index].type) else {
                throw LakeError(
                    .schema, "can't write to table \(address): '\(time.column)' is neither a timestamp nor a date")
            }
        }
        if let base { try check(base) }
    }

    /// Whether the change can be made on top of a table.
    private func check(_ base: TableSnapshot) throws(LakeError) {
        if let `protocol` = base.replay.protocol {
            try DeltaFeatures.checkWritable(`protocol`, base.metadata, removing: change.mode == .overwrite)
        }
        guard base.metadata.partitionColumns.isEmpty else {
            throw LakeError(
                .unsupported, "can't write to table \(address): it is partitioned, and that is not built yet")
        }
        guard change.mode == .append else { return }
        try checkColumns(base)
        guard base.eventTimeColumn == change.eventTime?.column,
            base.metadata.configuration[TableProperties.eventZone] == change.eventTime?.zone.name
        else {
            throw LakeError(
                .schema, "can't append to table \(address): it counts the days of another column or in another zone")
        }
    }

    private func checkColumns(_ base: TableSnapshot) throws(LakeError) {
        let own = base.storageSchema.storage
        for field in storageSchema.storage.fields {
            guard let index = own.index(of: field.name) else {
                guard change.addsColumns else {
                    throw LakeError(.schema, "can't append to table \(address): it has no column '\(field.name)'")
                }
                guard field.isNullable else {
                    throw LakeError(
                        .schema, "can't append to table \(address): the new column '\(field.name)' must be nullable")
                }
                continue
            }
            let old = own.fields[index]
            guard Self.isSame(old.type, field.type), old.isNullable || !field.isNullable,
                Self.notes(old) == Self.notes(field)
            else {
                throw LakeError(
                    .schema,
                    "can't append to table \(address): its column '\(field.name)' is \(base.schema.fields[index].type)"
                        + "\(old.isNullable ? "" : " and never missing"), the new rows' differs")
            }
        }
        for field in own.fields where !field.isNullable && storageSchema.storage.index(of: field.name) == nil {
            throw LakeError(.schema, "can't append to table \(address): the rows have no column '\(field.name)'")
        }
    }

    /// The same type, but for what other metadata its parts have.
    private static func isSame(_ left: LogicalType, _ right: LogicalType) -> Bool {
        switch (left, right) {
        case (.list(let left), .list(let right)): isSame(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            isSame(leftKey, rightKey) && isSame(leftValue, rightValue)
        case (.structure(let left), .structure(let right)):
            left.count == right.count && zip(left, right).allSatisfy(isSame)
        default: left == right
        }
    }

    private static func isSame(_ left: Field, _ right: Field) -> Bool {
        left.name == right.name && left.isNullable == right.isNullable && notes(left) == notes(right)
            && isSame(left.type, right.type)
    }

    /// What of a column's metadata decides how its values are read.
    private static func notes(_ field: Field) -> [String: String] {
        field.metadata.filter { $0.key.hasPrefix(StorageSchema.typeKey) || $0.key == StorageSchema.nameKey }
    }

    // MARK: Actions

    /// The number of rows of the files.
    func rowCount(_ files: [AddedFile]) -> Int64 {
        files.reduce(0) { $0 + ($1.tags[TableFile.Tag.rows].flatMap(Int64.init) ?? 0) }
    }

    /// The actions of the version on top of a table.
    func actions(
        adding files: [AddedFile], on base: TableSnapshot?, milliseconds: Int64, random: any RandomSource
    ) -> [DeltaAction] {
        var actions: [DeltaAction] = [.commitInfo(info(files, base, milliseconds, random))]
        let metadata = metadata(base, milliseconds, random)
        if base == nil { actions.append(.protocol(.ours)) }
        if metadata != base?.metadata { actions.append(.metadata(metadata)) }
        if var transaction = change.transaction {
            transaction.updatedMilliseconds = milliseconds
            actions.append(.transaction(transaction))
        }
        if change.mode == .overwrite, let base {
            for file in base.replay.activeFiles {
                actions.append(.remove(RemovedFile(file, atMilliseconds: milliseconds)))
            }
        }
        return actions + files.map { .add($0) }
    }

    private func metadata(_ base: TableSnapshot?, _ milliseconds: Int64, _ random: any RandomSource) -> DeltaMetadata {
        guard let base else {
            return DeltaMetadata(
                id: Hexadecimal.uuid(random), schemaText: DeltaSchema.text(storageSchema.storage),
                configuration: properties(of: [:]), createdMilliseconds: milliseconds)
        }
        var metadata = base.metadata
        switch change.mode {
        case .overwrite:
            if base.storageSchema != storageSchema { metadata.schemaText = DeltaSchema.text(storageSchema.storage) }
            metadata.configuration = properties(of: metadata.configuration)
        case .append:
            let old = base.storageSchema.storage
            let new = storageSchema.storage.fields.filter { old.index(of: $0.name) == nil }
            if !new.isEmpty { metadata.schemaText = DeltaSchema.text(Schema(old.fields + new)) }
        }
        return metadata
    }

    private func properties(of old: [String: String]) -> [String: String] {
        var properties = old
        properties[TableProperties.tenant] = address.tenant
        properties[TableProperties.eventTime] = change.eventTime?.column
        properties[TableProperties.eventZone] = change.eventTime?.zone.name
        return properties
    }

    private func info(
        _ files: [AddedFile], _ base: TableSnapshot?, _ milliseconds: Int64, _ random: any RandomSource
    ) -> JSONValue {
        let bytes = files.reduce(Int64(0)) { $0 + $1.size }
        var info: [String: JSONValue] = [
            "timestamp": .integer(milliseconds), "operation": .text("WRITE"),
            "operationParameters": .object([
                "mode": .text(change.mode == .append ? "Append" : "Overwrite"), "partitionBy": .text("[]"),
            ]),
            "operationMetrics": .object([
                "numFiles": .text(String(files.count)), "numOutputRows": .text(String(rowCount(files))),
                "numOutputBytes": .text(String(bytes)),
            ]),
            "isBlindAppend": .bool(change.mode == .append), "engineInfo": .text(change.engine),
            // Makes the bytes of each attempt its own, so that a lost reply can be resolved by comparing them.
            "txnId": .text(Hexadecimal.uuid(random)),
        ]
        if let base {
            info["readVersion"] = .integer(base.version)
            info[CommitRecord.Key.previous] = .text(base.logSHA256)
        }
        if let run = change.run { info[CommitRecord.Key.run] = .text(run) }
        return .object(info)
    }

    // MARK: Races

    /// Rule (4): whether the change still holds after the versions that came in between.
    func checkHolds(from base: TableSnapshot?, to current: TableSnapshot, log: DeltaLog) throws {
        func conflict(_ reason: String) -> LakeError {
            LakeError(.conflict, "can't write to table \(address): another writer \(reason) meanwhile; do it again")
        }
        guard let base else {
            // Two made the table at once: an append goes on top if it fits, an overwrite never saw what is there.
            if change.mode == .overwrite { throw conflict("made the table") }
            return try check(current)
        }
        guard base.version < current.version else { return }
        for version in base.version + 1...current.version {
            guard let entry = try log.entry(version) else { throw conflict("removed a version") }
            for action in entry.actions {
                switch action {
                case .protocol: throw conflict("changed the protocol")
                case .metadata: throw conflict("changed the columns or properties")
                case .add where change.mode == .overwrite: throw conflict("added rows")
                case .remove where change.mode == .overwrite: throw conflict("removed rows")
                case .add, .remove, .transaction, .commitInfo: break
                }
            }
        }
    }
}
