internal import Columnar
internal import Kernels
internal import Query

/// `concurrency`: how many stays in a room overlap, at most and on average.
struct ConcurrencyFunction {
    private let join: Int
    private let leave: Int
    private let lastActive: Int?
    private let timeout: Int64
    private let from: Int64?
    private let to: Int64?
    private let asOf: Int64
    private let per: [Int]
    private let perColumns: [AnswerColumn]

    static let function = TableFunction(
        "concurrency",
        parameters: [
            .per,
            .init("join", .column(.timestamptz), "when a stay begins; a row without is rejected"),
            .init("leave", .column(.timestamptz), "when it ends; missing: it goes on"),
            .init("last_active", .column(.timestamptz), isRequired: false, "the last sign of a stay that goes on"),
            .init("timeout", .constant(.interval), isRequired: false, "how long after it such a stay ends; at once"),
            .init("from", .constant(.timestamptz), isRequired: false, "where to begin to look; the first beginning"),
            .init("to", .constant(.timestamptz), isRequired: false, "where to stop; the last end"),
            .init("as_of", .constant(.timestamptz), isRequired: false, "stays that go on are known until then; now"),
        ],
        partition: ["per"], order: ["join"], documentation: documentation
    ) { arguments in
        let concurrency = try ConcurrencyFunction(arguments)
        return BoundTableFunction(columns: concurrency.outputs) { try concurrency.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        join = try arguments.position("join")
        leave = try arguments.position("leave")
        lastActive = arguments.column("last_active")?.position
        timeout = try arguments.microseconds("timeout") ?? 0
        from = arguments.instant("from")
        to = arguments.instant("to")
        if let from, let to, from >= to { throw QueryError(.invalidArgument, "'to' lies behind 'from'") }
        asOf = arguments.instant("as_of") ?? arguments.context.now
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
    }

    private var outputs: [AnswerColumn] { Self.columns.answer(after: perColumns) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (joins, leaves) = (batch.columns[join], batch.columns[leave])
        let (begins, ends) = (try joins.int64Values(), try leaves.int64Values())
        let signs = try lastActive.map { (batch.columns[$0], try batch.columns[$0].int64Values()) }
        var firsts: [UInt32] = []
        var results: [ConcurrencySweep.Result] = []
        var rejected: [Int64] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            var sweep = ConcurrencySweep()
            for row in partition {
                let begin = joins.isValid(row) ? begins[row] : nil
                var end = asOf
                if leaves.isValid(row) {
                    end = ends[row]
                } else if let (column, times) = signs, column.isValid(row) {
                    let (sum, overflow) = times[row].addingReportingOverflow(timeout)
                    end = min(asOf, overflow ? .max : sum)
                }
                sweep.add(join: begin, leave: end)
            }
            firsts.append(UInt32(truncatingIfNeeded: partition.lowerBound))
            results.append(sweep.result(from: from, to: to))
            rejected.append(sweep.rejectedCount)
        }
        let rows = firsts.span
        let keys = try per.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        let own: [Column] = [
            .of(results.map(\.stays)), .of(results.map(\.most)), .of(results.map(\.mostAt), .timestamp),
            .of(results.map(\.mean)), .of(results.map { Double($0.observed) / 1e6 }), .of(rejected),
        ]
        return try outputs.batch(keys + own, rowCount: firsts.count)
    }

    private static let columns: [OutputColumn] = [
        .init("stays", .int64, unit: "count", "stays within the time looked at"),
        .init("max_concurrent", .int64, unit: "count", "the most at one instant"),
        .init("max_at", .timestamptz, "the first instant with so many"),
        .init("mean_concurrent", .double, unit: "1", "time-weighted mean over the time looked at"),
        .init("observed_s", .double, unit: "s", "how long was looked at"),
        .init("rejected", .int64, unit: "count", "stays that end before they begin, or have no beginning"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "How many stays in a room overlap, at most and on average.",
        formula: "sweep over [join, leave); mean = sum of lengths within the time / the time",
        source: "sweep line (Bentley and Ottmann 1979), time-weighted mean", columns: columns.documentation,
        edgeCases: [
            "at one instant those who leave go before those who join",
            "a stay without an end lasts until min(last_active + timeout, as_of)",
            "a stay that ends before it begins is rejected and counted", "a stay of no length takes no place",
        ],
        example: "SELECT * FROM concurrency(TABLE visits, per => room, join => joined_at, leave => left_at)")
}
