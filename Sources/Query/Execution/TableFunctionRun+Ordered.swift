internal import Columnar
internal import Kernels

// Functions that read all rows once in an order: the rows are sorted, on disk where memory does not hold them.

extension TableFunctionRun {
    /// The answer of a reader.
    func ordered(_ ordered: OrderedRows) throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let types = call.expressions.map(\.type) + ordered.keys
        // Names of columns that no expression reads but those of the order.
        let columns = types.enumerated().map { PlanColumn(id: ColumnID(number: $0.offset), name: "", type: $0.element) }
        let run = input.run
        let rows = Pipeline(columns: columns, partCount: input.partCount) { part, next in
            try run(part) { batch in
                let own = try arguments(batch, evaluator)
                let made = try self.run { try ordered.rows(try self.batch(own.columns, own.count)) }
                if made.rowCount > 0 { try next(Rows(made.columns, count: made.rowCount)) }
            }
        }
        let ascending = KeyOrder(isDescending: false, nullsFirst: false)
        let keys = ordered.order.map { SortKey(expression: Expression(columns[$0], call.range), order: ascending) }
        let sorted = try Sorting(input: rows, keys: keys, limit: nil, execution: execution, meter: meter).pipeline()
        let names = call.names + ordered.keys.indices.map { "key_\($0)" }
        let schema = Schema(zip(names, types).map { Field($0, $1.logical) })
        let reader = ordered.begin()
        for part in 0..<sorted.partCount {
            try sorted.run(part) { batch in
                try execution.check()
                let own = try kernel(call.range) {
                    try ColumnBatch(schema: schema, columns: batch.columns, rowCount: batch.count)
                }
                try self.run { try reader.read(own) }
            }
        }
        let answer = try self.run { try reader.answer() }
        let reservation = try reserve(answer.byteCount)
        let result = Rows(try checked(answer), count: answer.rowCount)
        return Pipeline(columns: self.columns, partCount: 1) { _, next in
            try withExtendedLifetime(reservation) { if result.count > 0 { try next(result) } }
        }
    }
}
