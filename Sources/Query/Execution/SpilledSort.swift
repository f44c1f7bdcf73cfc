internal import Columnar
internal import Kernels
internal import Parquet
internal import Synchronization

/// A sort of more rows than memory holds: sorted runs are put away and merged. Rows with equal keys stay in the order of
/// the input, whatever the threads did: the place of a row is the last key.
final class SpilledSort: Sendable {
    private struct Held: Sendable {
        let order: PartitionedRows.Order
        let rows: Rows
        let reservation: MemoryReservation
    }

    /// Used under the lock alone.
    private struct Sorter: @unchecked Sendable {
        let rows: RowSorter
    }

    private struct State: Sendable {
        var held: [Held] = []
        var sorter: Sorter?
    }

    private let input: Pipeline
    private let keys: [SortKey]
    private let limit: Int?
    private let execution: Execution
    private let meter: OperatorMeter?
    private let evaluator: Evaluator
    private let schema: Schema
    private let state = Mutex(State())

    init(_ input: Pipeline, _ keys: [SortKey], _ limit: Int?, _ execution: Execution, _ meter: OperatorMeter?) {
        self.input = input
        self.keys = keys
        self.limit = limit
        self.execution = execution
        self.meter = meter
        evaluator = Evaluator(context: execution.context, columns: input.columns)
        let values = input.types.enumerated().map { Field("c\($0.offset)", $0.element) }
        let sorted = keys.enumerated().map { Field("k\($0.offset)", $0.element.expression.type.logical) }
        schema = Schema(values + sorted + [Field("place", .int64)])
    }

    var isSpilled: Bool { state.withLock { $0.sorter != nil } }

    /// The rows in memory, in their order.
    func rows() -> [Rows] { state.withLock { $0.held.sorted { $0.order < $1.order }.map(\.rows) } }

    /// Takes all rows of the input.
    func gather() throws {
        _ = try input.collect(execution) { [self] part, run in
            var number = 0
            var place: Int64 = 0
            try run { rows in
                try add(rows, PartitionedRows.Order(part: part, number: number), place)
                number += 1
                place += Int64(rows.count)
            }
        }
    }

    private func add(_ rows: Rows, _ order: PartitionedRows.Order, _ place: Int64) throws {
        if !isSpilled, let reservation = execution.memory.tryReserve(rows.byteCount) {
            let isKept = state.withLock { state in
                if state.sorter != nil { return false }
                state.held.append(Held(order: order, rows: rows, reservation: reservation))
                return true
            }
            if isKept { return }
        }
        // The rows' places are numbered anew by part and position: those held before have theirs from their order.
        let batch = try sortable(rows, order, place)
        try state.withLock { state in
            if state.sorter == nil {
                let sorter = try makeSorter()
                var places: [Int: Int64] = [:]
                for own in state.held.sorted(by: { $0.order < $1.order }) {
                    let start = places[own.order.part, default: 0]
                    places[own.order.part] = start + Int64(own.rows.count)
                    try sorter.rows.add(try sortable(own.rows, own.order, start))
                }
                state.held = []
                state.sorter = sorter
            }
            try state.sorter?.rows.add(batch)
        }
    }

    private func makeSorter() throws -> Sorter {
        guard let folder = execution.spill else { throw execution.memory.exceeded }
        let (store, path) = try folder.subfolder()
        let order = keys.enumerated().map { index, key in
            ColumnOrder(
                "k\(index)", isDescending: key.order.isDescending, nullsFirst: key.order.nullsFirst)
        }
        return Sorter(
            rows: try RowSorter(
                schema: schema, order: order + [ColumnOrder("place", isDescending: false, nullsFirst: false)],
                store: store, folder: path, byteCountMax: max(1 << 20, (execution.memory.limit ?? 0) / 4)))
    }

    /// Rows with the values of their keys and their places.
    private func sortable(_ rows: Rows, _ order: PartitionedRows.Order, _ place: Int64) throws -> ColumnBatch {
        let values = try keys.map { try evaluator.column($0.expression, rows) }
        let places = (0..<rows.count).map { Int64(order.part) << 40 | (place + Int64($0)) }
        let all = rows.columns + values + [Column(.int64, .int64(Buffer(places)))]
        let batch = try ColumnBatch(
            schema: schema, columns: zip(all, schema.fields).map { $0.reinterpreted(as: $1.type) },
            rowCount: rows.count)
        let byteCount = batch.byteCount
        meter?.add(spilledBytes: byteCount)
        execution.spill?.add(bytes: byteCount)
        return batch
    }

    /// The sorted rows, merged as they are asked for.
    func pipeline() -> Pipeline {
        let width = input.columns.count
        return Pipeline(columns: input.columns, partCount: 1) { [self] _, next in
            struct Enough: Error {}
            var left = limit ?? .max
            do {
                try state.withLock { state in
                    try state.sorter?.rows.finish { batch in
                        let count = min(left, batch.rowCount)
                        left -= count
                        let rows = Rows(Array(batch.columns.prefix(width)), count: batch.rowCount)
                        if count > 0 { try next(count == batch.rowCount ? rows : rows.slice(0..<count)) }
                        if left == 0 { throw Enough() }
                        try execution.check()
                    }
                }
            } catch is Enough {}
        }
    }
}
