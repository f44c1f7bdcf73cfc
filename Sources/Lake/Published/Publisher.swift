internal import Checksum
package import CivilTime
package import Columnar
package import Effects
internal import Parquet
internal import SystemPackage
package import Tenancy

// How models get to dashboards: `published/<tenant>/`.
//
// (1) The files of a model are `<model>-<hash>.parquet` and `.json`: the table's rows at one version, in its order. The
//     hash is of the bytes, so a file never changes under its name.
// (2) `manifest.json` names every file with its SHA-256 and is swapped after all of them are durable: who reads the
//     manifest first has one state of all models, the old one or the new, whenever a publication dies. All files become
//     durable together.
// (3) The files of the manifest before the last are kept for those who are still reading it; older ones are removed.
// (4) `<model>.parquet` and `<model>.json` are copies of the newest files, for those who want no manifest; they are
//     replaced last, one by one.
// (5) A file whose bytes would not change is not written.
//
// JSON files are `{"model": …, "columns": […], "rows": [[…]]}`: whole numbers, finite doubles and truth values as such,
// decimals and whole numbers beyond ±2⁵³ as texts, dates and instants as ISO 8601 texts, missing values as null.

/// Publishes a tenant's models for dashboards.
package struct Publisher {
    private let scope: TenantScope
    private let layout: ProjectLayout
    private let store: any FileStore
    private let random: any RandomSource
    private let sync: (SyncGroup.Paths) throws(FileError) -> Void

    /// - Parameter sync: makes what is written durable: see `SyncGroup.sync`.
    package init(
        _ scope: TenantScope, in layout: ProjectLayout, store: any FileStore, random: any RandomSource,
        sync: @escaping (SyncGroup.Paths) throws(FileError) -> Void
    ) {
        self.scope = scope
        self.layout = layout
        self.store = store
        self.random = random
        self.sync = sync
    }

    /// A model to publish.
    package struct Model {
        /// Its name.
        package let name: ResourceName
        /// Its rows.
        package let rows: Rows
        /// The length of its buckets: `day`, `month`.
        package let grain: String

        package init(name: ResourceName, rows: Rows, grain: String) {
            self.name = name
            self.rows = rows
            self.grain = grain
        }
    }

    /// Where a model's rows are.
    package enum Rows {
        /// In the table at one version.
        case stored(TableSnapshot)
        /// Nowhere: they were computed for this.
        case computed(Schema, [ColumnBatch])

        /// The table's version; nil where there is no table.
        var version: Int64? { if case .stored(let snapshot) = self { snapshot.version } else { nil } }
    }

    /// Writes the files of models and then the manifest, which names these models and no others.
    ///
    /// - Parameters:
    ///   - models: all models of the tenant.
    ///   - asOf: everything that was committed at the source up to this instant is in them.
    ///   - engine: who writes, with its version.
    /// - Returns: how many files were written; those whose bytes were there already do not count.
    /// - Throws: `FileError`, `LakeError`, `ParquetError`, `TenancyError`.
    @discardableResult
    package func publish(_ models: [Model], asOf: Instant, engine: String) throws -> Int {
        let files = CommittedFiles(store: store, random: random, sync: sync)
        try files.makeFolder(layout.published(of: scope))
        let old = try publishedNames()
        var written = 0
        var entries: [JSONValue] = []
        var copies: [PublishedFile] = []
        for model in models.sorted(by: { $0.name.text < $1.name.text }) {
            let rows = try PublishedRows(model.rows)
            let forms = [
                PublishedFile(model.name.text, "json", rows.json(model: model.name.text)),
                PublishedFile(model.name.text, "parquet", try parquet(model, rows, engine: engine)),
            ]
            for form in forms where try put(form.bytes, form.name, in: files) { written += 1 }
            entries.append(entry(model, rows, forms))
            copies += forms
        }
        let manifest = JSONValue.object([
            "version": .integer(1), "tenant": .text(scope.id.text), "engine": .text(engine),
            "as_of": .text(asOf.description), "timezone": .text(scope.tenant.calendar.zone.name),
            "models": .array(entries),
        ])
        files.beginGroup()
        if try put(Array(manifest.canonicalText.utf8), Self.manifestName, in: files) { written += 1 }
        files.beginGroup()
        for file in copies where try put(file.bytes, file.copyName, in: files) { written += 1 }
        try files.commit()
        if let old { try removeFiles(notIn: old.union(copies.map(\.name))) }
        return written
    }

    /// Whether there is a manifest.
    package func hasPublished() throws -> Bool {
        try store.status(of: layout.published(try ArtefactName(Self.manifestName), of: scope)) != nil
    }

    private static let manifestName = "manifest.json"

    /// The names of the manifest that is there; empty where there is none, nil where it cannot be understood: nothing
    /// is removed then.
    private func publishedNames() throws -> Set<String>? {
        let path = layout.published(try ArtefactName(Self.manifestName), of: scope)
        guard try store.status(of: path) != nil else { return [] }
        guard let manifest = try? JSONValue(parsing: try store.contents(of: path)),
            let models = manifest["models"]?.array
        else { return nil }
        return Set(models.flatMap { $0["files"]?.array ?? [] }.compactMap { $0["name"]?.text })
    }

    /// Removes files of rule (1) that nobody reads any more.
    private func removeFiles(notIn kept: Set<String>) throws {
        let folder = layout.published(of: scope)
        for name in try store.names(in: folder) where PublishedFile.isHashed(name) && !kept.contains(name) {
            try store.remove(folder.appending(name))
        }
    }

    private func entry(
        _ model: Model, _ rows: PublishedRows, _ files: [PublishedFile]
    ) -> JSONValue {
        let period = rows.period(in: scope.tenant.calendar.zone)
        return .object([
            "model": .text(model.name.text), "grain": .text(model.grain),
            "table_version": model.rows.version.map { .integer($0) } ?? .null, "rows": .integer(Int64(rows.rowCount)),
            "period": period.map { period in
                .object([
                    "from": .text(period.lowerBound.description), "to": .text(period.upperBound.description),
                ])
            } ?? .null,
            "columns": .array(
                rows.schema.fields.map { field in
                    .object([
                        "name": .text(field.name), "type": .text(field.type.description),
                        "unit": field.metadata["almanac.unit"].map { .text($0) } ?? .null,
                        "description": field.metadata["almanac.description"].map { .text($0) } ?? .null,
                        "additive": .bool(field.metadata["almanac.additive"] != "false"),
                    ])
                }),
            "files": .array(
                files.map { file in
                    .object([
                        "name": .text(file.name), "copy": .text(file.copyName),
                        "bytes": .integer(Int64(file.bytes.count)),
                        "sha256": .text(file.sha256),
                    ])
                }),
        ])
    }

    /// Whether a file has to be written.
    private func put(_ bytes: [UInt8], _ name: String, in files: CommittedFiles) throws -> Bool {
        let path = layout.published(try ArtefactName(name), of: scope)
        if try store.status(of: path)?.size == Int64(bytes.count), try store.contents(of: path) == bytes {
            return false
        }
        try files.add(bytes, to: path)
        return true
    }

    private func parquet(_ model: Model, _ rows: PublishedRows, engine: String) throws -> [UInt8] {
        var options = ParquetWriterOptions()
        options.createdBy = engine
        options.compressionLevel = 1
        options.keyValues = [(TableProperties.tenant, scope.id.text), ("almanac.model", model.name.text)]
        let buffer = MemoryFile()
        let writer = try ParquetFileWriter(schema: rows.schema, options: options, file: buffer)
        for batch in rows.batches { try writer.write(batch) }
        _ = try writer.finish()
        return buffer.bytes
    }
}

/// A file of a model: its bytes and its two names.
private struct PublishedFile {
    let bytes: [UInt8]
    let sha256: String
    /// `sales_daily-0123456789abcdef.parquet`.
    let name: String
    /// `sales_daily.parquet`.
    let copyName: String

    private static let digitCount = 16

    init(_ model: String, _ type: String, _ bytes: [UInt8]) {
        self.bytes = bytes
        sha256 = SHA256Digest(of: bytes.span).description
        // A name has at most 63 letters before its extension; the hash tells long ones apart.
        name = "\(model.prefix(62 - Self.digitCount))-\(sha256.prefix(Self.digitCount)).\(type)"
        copyName = "\(model).\(type)"
    }

    /// Whether a name is one with a hash, and so may be removed when no manifest names it.
    static func isHashed(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, ["json", "parquet"].contains(parts[1]) else { return false }
        let digits = parts[0].suffix(digitCount)
        return parts[0].dropLast(digitCount).hasSuffix("-") && digits.count == digitCount
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// The rows of a small table, read once for all forms in which they are published.
private struct PublishedRows {
    let schema: Schema
    let batches: [ColumnBatch]
    var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }

    init(_ rows: Publisher.Rows) throws {
        switch rows {
        case .computed(let schema, let batches):
            self.schema = schema
            self.batches = batches
        case .stored(let snapshot):
            schema = snapshot.schema
            var batches: [ColumnBatch] = []
            try snapshot.forEachBatch { batches.append($0) }
            self.batches = batches
        }
    }

    /// The local dates from the first bucket's first to behind the last bucket's last; nil without buckets.
    func period(in zone: Zone) -> Range<LocalDate>? {
        guard let start = schema.index(of: "bucket_start"), let end = schema.index(of: "bucket_end_utc") else {
            return nil
        }
        var (first, last): (Int32?, Int64?) = (nil, nil)
        for batch in batches {
            guard case .int32(let starts) = batch.columns[start].values,
                case .int64(let ends) = batch.columns[end].values
            else { return nil }
            for date in starts.array { first = min(first ?? date, date) }
            for instant in ends.array { last = max(last ?? instant, instant) }
        }
        guard let first, let last else { return nil }
        let behind = zone.localDate(of: Instant(microsecondsSinceEpoch: last))
        let from = LocalDate(daysSinceEpoch: first)
        return from..<max(from, behind)
    }

    /// The rows as canonical JSON in UTF-8.
    func json(model: String) -> [UInt8] {
        var bytes = Array("{\"columns\":".utf8)
        JSONValue.array(schema.fields.map { .text($0.name) }).write(to: &bytes)
        bytes += ",\"model\":".utf8
        JSONValue.write(model, to: &bytes)
        bytes += ",\"rows\":[".utf8
        var cells = schema.fields.map { _ in Cell() }
        var isFirst = true
        for batch in batches {
            for row in 0..<batch.rowCount {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                bytes.append(UInt8(ascii: "["))
                for (index, column) in batch.columns.enumerated() {
                    if index > 0 { bytes.append(UInt8(ascii: ",")) }
                    cells[index].write(column.scalar(row), to: &bytes)
                }
                bytes.append(UInt8(ascii: "]"))
            }
        }
        bytes += "]}".utf8
        return bytes
    }

    /// What a column has in one row and the next: many values, such as days of a grain, come many times in a row.
    private struct Cell {
        private var scalar = Scalar.null
        private var text = Array("null".utf8)

        mutating func write(_ scalar: Scalar, to bytes: inout [UInt8]) {
            switch scalar {
            case .date, .timestamp: break
            // Others are as quickly written, and equal ones may have two texts: -0.0 and 0.0, é in one letter and in two.
            default: return PublishedRows.value(scalar).write(to: &bytes)
            }
            if scalar != self.scalar {
                self.scalar = scalar
                text.removeAll(keepingCapacity: true)
                PublishedRows.value(scalar).write(to: &text)
            }
            bytes += text
        }
    }

    /// Whole numbers that every reader of JSON keeps exactly: those that a double holds.
    private static let exactIntegers: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    private static func value(_ scalar: Scalar) -> JSONValue {
        switch scalar {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): exactIntegers.contains(value) ? .integer(value) : .text(String(value))
        case .unsigned(let value): .text(String(value))
        case .decimal(let value): .text(value.description)
        case .float(let value): value.isFinite ? .number(value.description) : .text("\(value)")
        case .double(let value): .double(value) ?? .text("\(value)")
        case .date(let days): .text(LocalDate(daysSinceEpoch: days).description)
        case .timestamp(let microseconds): .text(Instant(microsecondsSinceEpoch: microseconds).description)
        case .text(let value): .text(value)
        case .binary(let bytes): .text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        case .list(let values), .structure(let values): .array(values.map(value))
        case .map(let entries): .array(entries.map { .array([value($0.key), value($0.value)]) })
        }
    }
}
