internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Sorts rows by their time in bounded memory.
///
/// (1) Files come in the order of their first time. What lies before the first time of the next file is final: it is
///     sorted and goes out at once. Rows that came in time order need no more memory than one file.
/// (2) Where too much is held back, it goes sorted into a temporary file, a run; runs are merged at the end, or as soon
///     as nothing that is still to come lies before them.
/// (3) The order is by time, and by the order of arrival where times are equal and no run was needed.
final class TimeSorter {
    private let table: DeltaTable
    private let schema: StorageSchema
    private let column: String
    private let emit: (ColumnBatch) throws -> Void
    private var held: [ColumnBatch] = []
    private var heldByteCount = 0
    private var heldLast = Int64.min
    private var runs: [SortedRun] = []
    private var runsLast = Int64.min

    /// The bytes of values that are held back in memory.
    private let byteCountMax: Int

    init(
        _ table: DeltaTable, _ schema: StorageSchema, by column: String, byteCountMax: Int = 48 << 20,
        _ emit: @escaping (ColumnBatch) throws -> Void
    ) {
        self.table = table
        self.schema = schema
        self.column = column
        self.byteCountMax = byteCountMax
        self.emit = emit
    }

    /// Takes rows.
    func add(_ batch: ColumnBatch) throws {
        held.append(batch)
        heldByteCount += batch.columns.reduce(0) { $0 + $1.approximateByteCount }
        for time in try SortedRows.times(batch.column(column)) where time > heldLast { heldLast = time }
        if heldByteCount >= byteCountMax { try spill() }
    }

    /// Says that no row to come lies before a time.
    func advance(to time: Int64) throws {
        if !runs.isEmpty {
            guard time > max(runsLast, heldLast) else { return }
            return try finish()
        }
        // Sorting again and again what cannot go out yet would cost more than it frees.
        guard heldByteCount >= byteCountMax / 4 || time > heldLast else { return }
        let rows = try sorted()
        let count = rows.count(below: time)
        try send(rows.batch.slice(0..<count))
        hold(rows.batch.slice(count..<rows.batch.rowCount), last: count < rows.times.count ? heldLast : .min)
    }

    /// Sends out everything.
    func finish() throws {
        if runs.isEmpty {
            if !held.isEmpty { try send(try sorted().batch) }
        } else {
            if !held.isEmpty { try spill() }
            try SortedRunMerge(runs, schema: schema.logical).forEach(emit)
            for run in runs { run.remove() }
            runs = []
            runsLast = .min
        }
        hold(nil, last: .min)
    }

    private func hold(_ batch: ColumnBatch?, last: Int64) {
        held = batch.map { $0.rowCount > 0 ? [$0] : [] } ?? []
        heldByteCount = held.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.approximateByteCount } }
        heldLast = last
    }

    private func sorted() throws -> SortedRows {
        try SortedRows(try ColumnBatch.joined(held, schema: schema.logical), by: column)
    }

    private func send(_ batch: ColumnBatch) throws {
        for start in stride(from: 0, to: batch.rowCount, by: ColumnBatch.rowCountTarget) {
            try emit(batch.slice(start..<min(batch.rowCount, start + ColumnBatch.rowCountTarget)))
        }
    }

    private func spill() throws {
        let rows = try sorted()
        runs.append(try SortedRun.writing(rows.batch, table, schema, by: column))
        runsLast = max(runsLast, heldLast)
        hold(nil, last: .min)
        if runs.count >= SortedRunMerge.runCountMax { try mergeRuns() }
    }

    /// Many runs become one, so that few are ever open at once.
    private func mergeRuns() throws {
        let writer = try SortedRun.Writer(table, schema)
        try SortedRunMerge(runs, schema: schema.logical).forEach { try writer.write($0) }
        for run in runs { run.remove() }
        runs = [try writer.finish(by: column)]
    }
}

extension Column {
    /// About how many bytes its values take in memory.
    var approximateByteCount: Int {
        switch values {
        case .bool: rowCount / 8
        case .int32, .float: rowCount * 4
        case .int64, .double: rowCount * 8
        case .int128: rowCount * 16
        case .bytes(let buffer): rowCount * 4 + Int(buffer.offsets[rowCount] - buffer.offsets[0])
        // Joined batches have no common dictionary: each value is there by itself.
        case .dictionary(let codes, let dictionary):
            rowCount * 4 + codes.count * (dictionary.values.bytes.count / max(1, dictionary.values.count))
        case .list(_, let elements): rowCount * 4 + elements.approximateByteCount
        case .structure(let parts, _): parts.reduce(0) { $0 + $1.approximateByteCount }
        case .map(_, let keys, let values): rowCount * 4 + keys.approximateByteCount + values.approximateByteCount
        }
    }
}
