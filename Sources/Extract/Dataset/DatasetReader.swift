internal import Configuration
internal import PostgresCopy
internal import Tenancy

/// Reads the entries of `datasets.yaml`. Everything wrong is noted with its place, not only the first.
enum DatasetReader {
    static func read(_ key: String, _ value: YAMLValue) -> Dataset? {
        var name: ResourceName?
        do {
            name = try ResourceName(key, kind: "dataset")
        } catch {
            value.refuse("\(error)")
        }
        return value.mapping { map in
            let source = Self.source(map)
            let sync = map.required("sync")?.choice(of: Dataset.Sync.self)
            let keyColumns = map.optional("key").map { $0.texts() ?? [] } ?? []
            let cursor = map.optional("cursor")?.text()
            let eventTime = map.optional("event_time")?.text()
            let partition = map.optional("partition").map { $0.choice(of: Dataset.Partition.self) } ?? .auto
            let naiveTimes = map.optional("naive_timestamps").map { $0.choice(of: Dataset.NaiveTimes.self) }
            let contract = map.optional("contract").map { $0.choice(of: Dataset.Contract.self) } ?? .evolve
            let columns = map.optional("columns").map(Self.columns) ?? [:]
            let overlap = map.optional("overlap").flatMap { Self.overlap($0, "overlap") }
            let chunk = map.optional("chunk").flatMap { Self.overlap($0, "chunk") }
            let softDelete = map.optional("soft_delete")?.text()
            let findDeletes = map.optional("find_deletes").map(Self.findDeletes)
            if sync == .append && cursor == nil { map.refuse("'sync: append' needs a cursor: the column that grows") }
            if let sync, sync != .snapshot, keyColumns.isEmpty {
                map.refuse("'sync: \(sync.rawValue)' needs a key: the columns that know a row")
            }
            if sync == .append, softDelete != nil {
                map.refuse("rows of 'sync: append' are never deleted", hint: "use sync: merge with soft_delete")
            }
            if chunk != nil, cursor == nil || sync == .snapshot {
                map.refuse("'chunk' needs sync: append, merge or history, and a cursor")
            }
            if chunk == .seconds(0) || chunk == .numbers(0) { map.refuse("'chunk' can't be nothing") }
            if overlap != nil, cursor == nil { map.refuse("'overlap' means nothing without a cursor") }
            guard let name, let source, let sync, let partition, let contract, let columns else { return nil }
            for needed in keyColumns + [cursor, eventTime, softDelete].compactMap({ $0 }) {
                guard let personalData = columns[needed]?.personalData, personalData != .keep else { continue }
                if personalData == .pseudonymise, keyColumns.contains(needed), needed != cursor { continue }
                let what = personalData == .drop ? "dropped" : "changed"
                map.refuse("'\(needed)' is \(what) as personal data, but the dataset relies on it")
            }
            var dataset = Dataset(
                name: name, source: source, sync: sync, key: keyColumns, cursor: cursor, eventTime: eventTime,
                partition: partition, naiveTimes: naiveTimes ?? nil, contract: contract, columns: columns,
                position: map.position)
            dataset.overlap = overlap
            dataset.chunk = chunk
            dataset.softDelete = softDelete
            if let findDeletes { dataset.findDeletesSeconds = findDeletes }
            return dataset
        }
    }

    private static func overlap(_ value: YAMLValue, _ key: String) -> Dataset.Overlap? {
        guard let literal = value.literal() else { return nil }
        guard let count = Int64(literal) else { return value.seconds().map { .seconds($0) } }
        if count < 0 { value.refuse("'\(key)' can't be negative") }
        return .numbers(max(0, count))
    }

    /// `1d`, or `never`, which is nil.
    private static func findDeletes(_ value: YAMLValue) -> Int64? {
        value.text() == "never" ? nil : value.seconds()
    }

    private static func source(_ map: YAMLMapping) -> CopyRequest.Source? {
        let table = map.optional("from")
        let query = map.optional("sql")
        switch (table, query) {
        case (let table?, nil):
            guard let text = table.text() else { return nil }
            guard let name = QualifiedName(text) else {
                table.refuse(
                    "'from' must name a table, with or without its schema",
                    hint: #"as in SQL: orders, shop.orders or "Shop One"."Orders""#)
                return nil
            }
            return .table(name)
        case (nil, let query?): return query.text().map { .query($0) }
        case (nil, nil): map.refuse("a dataset needs 'from' or 'sql'")
        case (_?, let query?): query.refuse("a dataset has 'from' or 'sql', not both")
        }
        return nil
    }

    private static func columns(_ value: YAMLValue) -> [String: Dataset.ColumnRule]? {
        let entries = value.entries { name, value in value.mapping(column).map { (name, $0) } }
        return entries.map { Dictionary($0) { first, _ in first } }
    }

    private static func column(_ map: YAMLMapping) -> Dataset.ColumnRule? {
        let unit = map.optional("unit")?.text()
        let currency = map.optional("currency")?.text()
        let personalData = map.optional("pii").map { $0.choice(of: Dataset.PersonalData.self) } ?? .keep
        let type = map.optional("type").map(Self.declaration)
        guard let personalData else { return nil }
        return Dataset.ColumnRule(
            unit: unit, currency: currency, personalData: personalData, declaration: type ?? nil)
    }

    private static func declaration(_ value: YAMLValue) -> ColumnDeclaration? {
        guard let text = value.text() else { return nil }
        guard let declaration = ColumnDeclaration(text) else {
            value.refuse("'type' can't be '\(text)'", hint: #"write "decimal(18,2)" with at most 38 digits, or text"#)
            return nil
        }
        return declaration
    }
}
