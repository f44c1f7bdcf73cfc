internal import CivilTime
internal import Columnar
internal import Effects

/// How a change begins.
enum ChangeStart {
    /// Its transaction is in the table already, by this version.
    case repeated(TableCommit)
    /// It is to be made on the last version; nil where there is no table.
    case planned(ChangePlan, on: TableSnapshot?)
}

extension DeltaTable {
    /// Looks whether a change has been made already, and plans it where it has not.
    ///
    /// - Throws: as `ChangePlan`, `snapshot`.
    func start(_ change: TableChange) throws -> ChangeStart {
        let base = try snapshotIfThere(at: .latest)
        if let repeated = try Committer(table: self).repeated(change.transaction, in: base) {
            return .repeated(repeated)
        }
        return .planned(try ChangePlan(change, on: base, at: address), on: base)
    }
}

/// What a change does to a table: decided in a value, before anything is written.
struct ChangePlan {
    let change: TableChange
    let schema: SchemaPlan
    private let address: TableAddress

    /// - Throws: `LakeError`: `schema`, `unsupported`, `conflict`.
    init(_ change: TableChange, on base: TableSnapshot?, at address: TableAddress) throws(LakeError) {
        self.change = change
        self.address = address
        if let time = change.eventTime {
            guard let index = change.schema.index(of: time.column) else {
                throw LakeError(.schema, "can't write to table \(address): there is no column '\(time.column)'")
            }
            guard [.timestamp, .date].contains(change.schema.fields[index].type) else {
                throw LakeError(
                    .schema, "can't write to table \(address): '\(time.column)' is neither a timestamp nor a date")
            }
        }
        if let base {
            try base.checkWritable(removing: change.mode == .overwrite)
            if change.mode == .append || change.contract != nil {
                schema = try SchemaPlan(
                    adding: change.schema, to: base.storageSchema, contract: change.contract, at: address)
            } else {
                schema = try SchemaPlan(replacingBy: change.schema, at: address)
            }
            if change.mode == .append { try Self.checkEventTime(change, base, address) }
        } else {
            schema = try SchemaPlan(replacingBy: change.schema, at: address)
        }
    }

    private static func checkEventTime(
        _ change: TableChange, _ base: TableSnapshot, _ address: TableAddress
    ) throws(LakeError) {
        guard base.eventTimeColumn == change.eventTime?.column,
            base.metadata.configuration[TableProperties.eventZone] == change.eventTime?.zone.name
        else {
            throw LakeError(
                .schema, "can't append to table \(address): it counts the days of another column or in another zone")
        }
    }

    // MARK: Files

    /// The policy for the files that are written first: what `auto` becomes is known behind them.
    func firstPolicy(_ base: TableSnapshot?) -> PartitionPolicy? {
        if let base, change.mode == .append || change.partition == nil {
            return base.metadata.partitionColumns.isEmpty ? PartitionPolicy.none : nil
        }
        guard let policy = change.partition, change.eventTime != nil else { return PartitionPolicy.none }
        return policy == .auto ? PartitionPolicy.none : policy
    }

    /// Whether the division is decided once the files are written.
    func decidesLater(_ base: TableSnapshot?) -> Bool {
        (base == nil || change.mode == .overwrite) && change.partition == .auto && change.eventTime != nil
    }

    /// How files are written.
    ///
    /// - Parameter policy: nil to keep the table's division.
    /// - Throws: `LakeError`.
    func settings(_ policy: PartitionPolicy?, on base: TableSnapshot?) throws(LakeError) -> WriterSettings {
        var table = schema.table
        var layout = PartitionLayout.undivided
        if let policy {
            table = table.withoutPartitions
            if let field = try PartitionLayout.derivedField(policy, besides: table) {
                table = table.adding(field)
                layout = try PartitionLayout(table, columns: [field.name])
            }
        } else if let base {
            layout = try PartitionLayout(table, columns: base.metadata.partitionColumns)
        }
        return WriterSettings(
            schema: table, rows: schema.file, partition: layout, eventTime: change.eventTime, limits: change.limits,
            engine: change.engine)
    }

    // MARK: The version

    /// What the change does, once its files are written.
    func intent(
        adding files: [AddedFile], _ settings: WriterSettings, on base: TableSnapshot?, milliseconds: Int64,
        random: any RandomSource
    ) -> CommitIntent {
        var intent = CommitIntent("WRITE", engine: change.engine)
        intent.parameters = [
            "mode": change.mode == .append ? "Append" : "Overwrite",
            "partitionBy": JSONValue.array(settings.partition.columns.map { .text($0) }).canonicalText,
        ]
        intent.transaction = change.transaction
        intent.run = change.run
        intent.watermark = change.watermark
        intent.added = files
        let metadata = metadata(base, settings, milliseconds, random)
        if metadata != base?.metadata { intent.metadata = metadata }
        if base == nil { intent.protocol = .ours }
        if change.mode == .overwrite {
            intent.reads = .all
            intent.removed = base?.replay.activeFiles ?? []
        }
        return intent
    }

    private func metadata(
        _ base: TableSnapshot?, _ settings: WriterSettings, _ milliseconds: Int64, _ random: any RandomSource
    ) -> DeltaMetadata {
        guard let base else {
            return DeltaMetadata(
                id: Hexadecimal.uuid(random), schemaText: DeltaSchema.text(settings.schema.storage),
                partitionColumns: settings.partition.columns, configuration: properties(of: change.properties),
                createdMilliseconds: milliseconds)
        }
        var metadata = base.metadata
        if base.storageSchema != settings.schema { metadata.schemaText = DeltaSchema.text(settings.schema.storage) }
        metadata.partitionColumns = settings.partition.columns
        if change.mode == .overwrite { metadata.configuration = properties(of: metadata.configuration) }
        return metadata
    }

    private func properties(of old: [String: String]) -> [String: String] {
        var properties = old
        properties[TableProperties.tenant] = address.tenant
        properties[TableProperties.eventTime] = change.eventTime?.column
        properties[TableProperties.eventZone] = change.eventTime?.zone.name
        if let policy = change.partition { properties[TableProperties.partition] = policy.rawValue }
        return properties
    }
}

extension TableSnapshot {
    /// - Throws: `LakeError` where the table uses something that only others can write, or may not lose rows.
    func checkWritable(removing: Bool) throws(LakeError) {
        if let `protocol` = replay.protocol {
            try DeltaFeatures.checkWritable(`protocol`, metadata, removing: removing)
        }
    }
}
