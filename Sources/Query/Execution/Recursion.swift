internal import Columnar

/// WITH RECURSIVE: step by step, each computed of the rows that the step before added.
struct Recursion: Sendable {
    let first: Pipeline
    /// Makes the pipeline of a step; it reads the rows of the step before from the execution.
    let step: @Sendable () throws -> Pipeline
    let number: Int
    let isAll: Bool
    let columns: [PlanColumn]
    let execution: Execution

    /// Steps after which a recursion that adds rows for ever is stopped.
    private static let stepsMax = 100_000

    func pipeline() throws -> Pipeline {
        var parts: [Rows] = []
        var reservations: [MemoryReservation] = []
        var added = try fresh(try first.whole(execution), beside: parts)
        var count = 0
        while added.count > 0 {
            try execution.check()
            count += 1
            guard count <= Self.stepsMax else {
                throw QueryError(
                    .budget, "a recursion that is not at its end after \(Self.stepsMax) steps",
                    try: "a condition that ends it, or UNION instead of UNION ALL")
            }
            reservations.append(try execution.memory.reserve(added.byteCount))
            parts.append(added)
            let made = try execution.recursing(number, added) { try step().whole(execution) }
            added = try fresh(made, beside: parts)
        }
        let (kept, held) = (parts, reservations)
        return Pipeline(columns: columns, partCount: kept.count) { part, next in
            try withExtendedLifetime(held) { try next(kept[part]) }
        }
    }

    /// The rows that a step adds: without ALL those that are not there yet, once.
    private func fresh(_ rows: Rows, beside parts: [Rows]) throws -> Rows {
        if isAll || rows.count == 0 { return rows }
        let known = try Rows.joined(parts, types: columns.map(\.type.logical), execution)
        return try SetDifference.kept(of: rows, others: known, isIntersection: false, isAll: false)
    }
}
