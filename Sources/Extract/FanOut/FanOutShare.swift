internal import CivilTime
package import Columnar
internal import PostgresCopy
package import Tenancy

/// One tenant's rows of a reading for many: from here on as if they had been read for it alone.
///
/// Every row's key is looked at once more, by its decoded value, before anybody sees the row. Used by one thread; shares
/// of several tenants by several at once.
package final class FanOutShare: DatasetSource {
    package let scope: TenantScope
    package var snapshot: SourceSnapshot { reading.snapshot }
    package var horizon: SourceHorizon { reading.horizon }
    package var greatestNumbers: [String: Int64] { reading.tables.compactMapValues { $0.greatest[index] } }

    private let reading: FanOutReading
    private let index: Int
    private let keys: [String]
    private let personalDataKey: PersonalDataKey?
    private let canaries: CanaryWatch?
    private var rowCount = 0

    init(_ reading: FanOutReading, _ index: Int, _ personalDataKey: PersonalDataKey?, _ canaries: CanaryWatch?) {
        self.reading = reading
        self.index = index
        self.personalDataKey = personalDataKey
        self.canaries = canaries
        scope = reading.scopes[index]
        canaries?.begin(scope)
        if case .fanOut(_, let own) = scope.tenant.source.isolation { keys = own } else { keys = [] }
    }

    package func schema(of dataset: Dataset) throws(ExtractError) -> Schema {
        do {
            let table = try table(dataset)
            return try filter(dataset, table.plan, table.keyPlace, table.dropsKey).schema
        } catch {
            throw failure(error, dataset)
        }
    }

    package func extract(
        _ dataset: Dataset, _ part: SourceSession.Part, prepare: (Schema) throws -> Void,
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> ExtractionCount {
        var callersError: (any Error)?
        do {
            let (section, bound) = try section(dataset, part)
            var filter = try filter(dataset, section.plan, section.keyPlace, section.dropsKey)
            let schema = filter.schema
            do { try prepare(schema) } catch {
                callersError = error
                throw error
            }
            var accepted = 0
            let (count, summary) = try replay(section, dataset) { batch in
                guard let batch = try bound.map({ try $0.keeping(batch) }) ?? .some(batch) else { return }
                accepted += batch.rowCount
                if part != .keys {
                    try self.count(batch.rowCount, dataset)
                    try canaries?.look(at: batch, of: dataset, for: scope)
                }
                let visible = try filter.apply(Self.without(section, batch))
                do { try consume(visible) } catch {
                    callersError = error
                    throw error
                }
            }
            let rejected = summary.rejections.rowCount
            // What lies before this tenant's own increment was not asked for.
            return ExtractionCount(
                schema: schema, rowsRead: bound == nil ? count : accepted + rejected, bytes: summary.byteCount,
                rejections: summary.rejections, snapshot: snapshot)
        } catch {
            if let callersError { throw callersError }
            throw failure(error, dataset)
        }
    }

    /// The source's transaction was committed before there was a share.
    package func finish() {}
}

extension FanOutShare {
    private func table(_ dataset: Dataset) throws(PostgresError) -> FanOutTable {
        guard let table = reading.tables[dataset.name.text] else {
            throw PostgresError(.misuse, "the dataset was not read")
        }
        return table
    }

    /// The section that has the part, and the rows of it that the part is.
    private func section(
        _ dataset: Dataset, _ part: SourceSession.Part
    ) throws(PostgresError) -> (FanOutTable.Section, FanOutBound?) {
        let table = try table(dataset)
        let isNeeded = part == .keys ? table.needs[index]?.comparesKeys == true : table.needs[index]?.part == part
        switch part {
        case .all: if let section = table.whole, isNeeded { return (section, nil) }
        case .keys: if let section = table.keys, isNeeded { return (section, nil) }
        case .since(let increment):
            guard let section = table.increment, isNeeded else { break }
            let name = section.plan.columns.firstIndex { $0.name == increment.column }
            guard let name else { throw PostgresError(.noSuchColumn, "there is no column '\(increment.column)'") }
            let bound = FanOutBound(
                column: section.plan.schema.fields[name].name, lower: increment.lowest(in: dataset))
            return (section, bound)
        }
        throw PostgresError(
            .conflict, "the tenant's table was changed while the source was read for it",
            hint: "start the run again")
    }

    private func replay(
        _ section: FanOutTable.Section, _ dataset: Dataset, _ consume: (ColumnBatch) throws -> Void
    ) throws -> (rowCount: Int, CopySummary) {
        let column = section.plan.columns[section.keyPlace]
        let check = try FanOutKeyCheck(keys, column.type)
        var replay = try CopyReplay(section.plan.with(naiveTimestamps: scope.naiveTimestamps(of: dataset)))
        let chunks = section.chunks[index]
        let checked = { (batch: borrowing ColumnBatch) throws in
            guard check.holds(for: batch.columns[section.keyPlace]) else {
                throw ExtractError(
                    .isolationUnsafe, tenant: self.scope.id, dataset: dataset.name.text,
                    reason: "a row has not the tenant's key, but came into its share",
                    advice: "report this: nothing of the table was written")
            }
            try consume(copy batch)
        }
        for chunk in chunks { try replay.append(try reading.spool.rows(chunk), consume: checked) }
        let count = chunks.reduce(0) { $0 + $1.rowCount }
        return (count, try replay.finish(rowCount: count, consume: checked))
    }

    private static func without(_ section: FanOutTable.Section, _ batch: ColumnBatch) throws -> ColumnBatch {
        guard section.dropsKey else { return batch }
        let key = section.plan.schema.fields[section.keyPlace].name
        return try batch.selecting(batch.schema.fields.map(\.name).filter { $0 != key })
    }

    private func filter(
        _ dataset: Dataset, _ plan: CopyPlan, _ keyPlace: Int, _ dropsKey: Bool
    ) throws -> PersonalDataFilter {
        var fields = plan.schema.fields
        var names = plan.columns.map(\.name)
        if dropsKey {
            fields.remove(at: keyPlace)
            names.remove(at: keyPlace)
        }
        return try PersonalDataFilter(dataset, Schema(fields), names: names, key: personalDataKey)
    }

    private func count(_ more: Int, _ dataset: Dataset) throws(ExtractError) {
        rowCount += more
        try scope.checkLimit(rowCount, dataset)
    }

    private func failure(_ error: any Error, _ dataset: Dataset) -> ExtractError {
        switch error {
        case let error as ExtractError: error
        case let error as PostgresError: ExtractError(error, tenant: scope.id, dataset: dataset.name.text, role: nil)
        default: ExtractError(.other, tenant: scope.id, dataset: dataset.name.text, reason: "\(error)")
        }
    }
}

/// The rows from a position on, and those without one.
struct FanOutBound {
    let column: String
    let lower: Int64

    /// Nil where there are none.
    func keeping(_ batch: ColumnBatch) throws -> ColumnBatch? {
        let cursor = try batch.column(column)
        var rows: [Int32] = []
        switch cursor.values {
        case .int32(let values):
            for row in 0..<batch.rowCount where !cursor.isValid(row) || Int64(values[row]) >= lower {
                rows.append(Int32(truncatingIfNeeded: row))
            }
        case .int64(let values):
            for row in 0..<batch.rowCount where !cursor.isValid(row) || values[row] >= lower {
                rows.append(Int32(truncatingIfNeeded: row))
            }
        default: return batch
        }
        if rows.count == batch.rowCount { return batch }
        return rows.isEmpty ? nil : batch.taking(rows)
    }
}
