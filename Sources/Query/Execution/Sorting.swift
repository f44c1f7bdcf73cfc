internal import Columnar
internal import Kernels

/// ORDER BY, and its first rows.
struct Sorting: Sendable {
    let input: Pipeline
    let keys: [SortKey]
    let limit: Int?
    let execution: Execution
    /// What counts the bytes that are put away.
    let meter: OperatorMeter?

    /// Rows of a batch that a sort gives.
    private static let batchRowCount = 1 << 16

    func pipeline() throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        var parts = input
        if let limit, limit < 1 << 16 {
            // Each part keeps its first rows only.
            let run = input.run
            parts = Pipeline(columns: input.columns, partCount: input.partCount) { part, next in
                var kept: Rows?
                try run(part) { rows in
                    let both =
                        try kept.map { earlier in try kernel { try Rows.joined([earlier, rows], types: input.types) } }
                        ?? rows
                    kept = try first(limit, of: both, evaluator)
                }
                if let kept { try next(kept) }
            }
        }
        if execution.maySpill, isSortable {
            let spilled = SpilledSort(parts, keys, limit, execution, meter)
            try spilled.gather()
            if spilled.isSpilled { return spilled.pipeline() }
            parts = Pipeline(input.columns, parts: spilled.rows())
        }
        let rows = try parts.whole(execution)
        let sorted = try first(limit ?? rows.count, of: rows, evaluator)
        let slices = stride(from: 0, to: sorted.count, by: Self.batchRowCount).map {
            sorted.slice($0..<min(sorted.count, $0 + Self.batchRowCount))
        }
        return Pipeline(input.columns, parts: slices)
    }

    /// Whether values of the keys are ordered one by one: rows of others are sorted in memory only.
    private var isSortable: Bool {
        keys.allSatisfy { key in
            switch key.expression.type.logical.physicalType {
            case .list, .map, .structure: false
            default: true
            }
        }
    }

    private func first(_ count: Int, of rows: Rows, _ evaluator: Evaluator) throws -> Rows {
        let columns = try keys.map { try evaluator.column($0.expression, rows) }
        return try kernel(keys.first?.expression.range) {
            let layout = try KeyLayout(chunks: [columns], orders: keys.map(\.order))
            let order = try layout.packed(columns, rowCount: rows.count).sortedRows()
            return try rows.taking(order.count > count ? Array(order.prefix(count)) : order)
        }
    }
}
