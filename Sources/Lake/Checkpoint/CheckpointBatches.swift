internal import Columnar

/// The rows of a checkpoint, batch by batch: what the table is first, then removed files, then files in their order.
struct CheckpointBatches {
    private let replay: DeltaReplay
    /// Files that were removed before this are left out, in milliseconds since 1970 UTC.
    private let removedSince: Int64

    init(_ replay: DeltaReplay, removedSince: Int64) {
        self.replay = replay
        self.removedSince = removedSince
    }

    /// Rows of a batch.
    private static let rowCountMax = ColumnBatch.rowCountTarget

    /// Calls back for each batch.
    /// - Returns: how many actions and how many files there are.
    func forEach(_ body: (ColumnBatch) throws -> Void) throws -> (actionCount: Int64, fileCount: Int64) {
        let head = try head()
        try body(head)
        let removed = replay.removedFiles.filter { ($0.deletedMilliseconds ?? .max) >= removedSince }
        for start in stride(from: 0, to: removed.count, by: Self.rowCountMax) {
            let part = removed[start..<min(removed.count, start + Self.rowCountMax)]
            try body(try batch("remove", try removals(part), rowCount: part.count))
        }
        let files = replay.activeFiles
        for start in stride(from: 0, to: files.count, by: Self.rowCountMax) {
            let part = files[start..<min(files.count, start + Self.rowCountMax)]
            try body(try batch("add", try additions(part), rowCount: part.count))
        }
        return (Int64(head.rowCount + removed.count + files.count), Int64(files.count))
    }

    // MARK: What the table is

    private func head() throws -> ColumnBatch {
        var rows: [[Scalar]] = []
        func add(_ name: String, _ value: Scalar) {
            rows.append(CheckpointSchema.schema.fields.map { $0.name == name ? value : .null })
        }
        if let value = replay.protocol { add("protocol", Self.scalar(value)) }
        if let value = replay.metadata { add("metaData", Self.scalar(value)) }
        for transaction in replay.transactions.values.sorted(by: { $0.application < $1.application }) {
            add(
                "txn",
                .structure([
                    .text(transaction.application), .int(transaction.version),
                    transaction.updatedMilliseconds.map { .int($0) } ?? .null,
                ]))
        }
        return try ColumnBatch(schema: CheckpointSchema.schema, rows: rows)
    }

    private static func scalar(_ value: DeltaProtocol) -> Scalar {
        func features(_ names: [String], _ isThere: Bool) -> Scalar { isThere ? .list(names.map { .text($0) }) : .null }
        return .structure([
            .int(Int64(value.readerVersion)), .int(Int64(value.writerVersion)),
            features(value.readerFeatures, value.readerVersion >= 3),
            features(value.writerFeatures, value.writerVersion >= 7),
        ])
    }

    private static func scalar(_ value: DeltaMetadata) -> Scalar {
        func text(_ text: String?) -> Scalar { text.map { .text($0) } ?? .null }
        let configuration = value.configuration.sorted { $0.key < $1.key }
            .map { Scalar.Entry(key: .text($0.key), value: .text($0.value)) }
        return .structure([
            .text(value.id), text(value.name), text(value.description),
            .structure([.text(value.formatProvider), .map([])]), .text(value.schemaText),
            .list(value.partitionColumns.map { .text($0) }), .map(configuration),
            value.createdMilliseconds.map { .int($0) } ?? .null,
        ])
    }

    // MARK: Files

    private func additions(_ files: ArraySlice<AddedFile>) throws -> [Column] {
        var (path, statistics, size, time) = (TextPart(), TextPart(), IntegerPart(), IntegerPart())
        var (values, tags) = (MapPart(), MapPart())
        for file in files {
            try path.append(file.path)
            try values.append(file.partitionValues)
            size.append(file.size)
            time.append(file.modifiedMilliseconds)
            try statistics.append(file.statisticsText)
            try tags.append(file.tags)
        }
        let no = Column(.bool, .bool(Bitmap(Array(repeating: false, count: files.count))))
        return [
            path.finish(), values.finish(), size.finish(), time.finish(), no, statistics.finish(), tags.finish(),
        ]
    }

    private func removals(_ files: ArraySlice<RemovedFile>) throws -> [Column] {
        var (path, size, time) = (TextPart(), IntegerPart(), IntegerPart())
        var (values, tags) = (MapPart(), MapPart())
        for file in files {
            try path.append(file.path)
            time.append(file.deletedMilliseconds)
            try values.append(file.partitionValues)
            size.append(file.size)
            try tags.append(file.tags)
        }
        let no = Column(.bool, .bool(Bitmap(Array(repeating: false, count: files.count))))
        let extended = Column(.bool, .bool(Bitmap(files.map { $0.size != nil })))
        return [
            path.finish(), time.finish(), no, extended, values.finish(), size.finish(), tags.finish(),
        ]
    }

    private func batch(_ name: String, _ parts: [Column], rowCount: Int) throws -> ColumnBatch {
        var columns: [Column] = []
        for field in CheckpointSchema.schema.fields {
            columns.append(
                field.name == name
                    ? Column(field.type, .structure(parts, rowCount: rowCount))
                    : try Column.missing(field.type, rowCount: rowCount))
        }
        return try ColumnBatch(schema: CheckpointSchema.schema, columns: columns, rowCount: rowCount)
    }
}
