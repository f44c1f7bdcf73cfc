internal import CivilTime
internal import Columnar
internal import Kernels

/// `unnest` and `generate_series`: rows that become several.
enum RowGenerators {
    static func unnest(
        _ input: Pipeline, _ lists: [Expression], _ withOrdinality: Bool, _ columns: [PlanColumn],
        _ execution: Execution
    ) -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        return input.map(columns) { rows in
            let values = try lists.map { try evaluator.column($0, rows) }
            return try kernel {
                var origins: [UInt32] = []
                var ordinals: [Int64] = []
                var positions = [[UInt32]](repeating: [], count: values.count)
                for row in 0..<rows.count {
                    let ranges = values.map { column -> Range<Int> in
                        guard column.isValid(row), case .list(let offsets, _) = column.values else { return 0..<0 }
                        return Int(offsets[row])..<Int(offsets[row + 1])
                    }
                    let count = ranges.map(\.count).max() ?? 0
                    for element in 0..<count {
                        origins.append(UInt32(row))
                        ordinals.append(Int64(element + 1))
                        for (index, range) in ranges.enumerated() {
                            // Lists of different lengths: the shorter are filled with NULL.
                            positions[index].append(
                                element < range.count ? UInt32(range.lowerBound + element) : missingRow)
                        }
                    }
                }
                var made = try rows.taking(origins).columns
                for (column, own) in zip(values, positions) {
                    guard case .list(_, let elements) = column.values else { continue }
                    let span = own.span
                    made.append(try elements.taking(span, mayMiss: true))
                }
                if withOrdinality { made.append(Column(.int64, .int64(Buffer(ordinals)))) }
                return Rows(made, count: origins.count)
            }
        }
    }

    /// The most values of one series.
    private static let countMax = 1 << 28

    static func series(_ input: Pipeline, _ bounds: [Expression], _ columns: [PlanColumn], _ execution: Execution)
        -> Pipeline
    {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let range = bounds[0].range
        return input.map(columns) { rows in
            let values = try bounds.map { try evaluator.column($0, rows) }
            var origins: [UInt32] = []
            var made: [Int64] = []
            for row in 0..<rows.count where values.allSatisfy({ $0.isValid(row) }) {
                let before = made.count
                if bounds[0].type == .int64 {
                    try numbers(values, row, &made, range)
                } else {
                    let zone = bounds[0].type == .timestamptz ? execution.context.zone : .utc
                    try times(values, row, zone, &made, range)
                }
                origins.append(contentsOf: repeatElement(UInt32(row), count: made.count - before))
            }
            return try kernel {
                let kept = try rows.taking(origins).columns
                return Rows(
                    kept + [Column(columns[columns.count - 1].type.logical, .int64(Buffer(made)))], count: made.count)
            }
        }
    }

    private static func numbers(_ values: [Column], _ row: Int, _ made: inout [Int64], _ range: SourceRange) throws {
        let (start, end) = (values[0].scalar(row).asInt, values[1].scalar(row).asInt)
        let step = values.count > 2 ? values[2].scalar(row).asInt : 1
        guard step != 0 else { throw QueryError(.invalidArgument, "a series with a step of 0", at: range) }
        var value = start
        while step > 0 ? value <= end : value >= end {
            guard made.count < countMax else {
                throw QueryError(.budget, "a series of more than \(countMax) values", at: range)
            }
            made.append(value)
            let (next, overflow) = value.addingReportingOverflow(step)
            if overflow { return }
            value = next
        }
    }

    private static func times(
        _ values: [Column], _ row: Int, _ zone: Zone, _ made: inout [Int64], _ range: SourceRange
    ) throws {
        guard case .timestamp(let start) = values[0].scalar(row), case .timestamp(let end) = values[1].scalar(row)
        else { return }
        let step = values[2].slice(row..<row + 1)
        guard case .structure(let parts) = step.scalar(0) else { return }
        let total = parts[0].asInt * 30 * 86_400_000_000 + parts[1].asInt * 86_400_000_000 + parts[2].asInt
        guard total != 0 else { throw QueryError(.invalidArgument, "a series with a step of 0", at: range) }
        guard let (call, _, _) = IntervalArithmetic.resolve(.add, zone == .utc ? .timestamp : .timestamptz, .interval)
        else { return }
        let context = EvaluationContext(
            zone: zone, zones: ZoneDatabase { _ in nil }, calendar: TenantCalendar(zone: zone), now: 0)
        var value = start
        // PostgreSQL adds the step to the value before; a month's end that was clamped stays.
        while total > 0 ? value <= end : value >= end {
            guard made.count < countMax else {
                throw QueryError(.budget, "a series of more than \(countMax) values", at: range)
            }
            made.append(value)
            let own = Column(.timestamp, .int64(Buffer([value])))
            let next = try kernel(range) { try call.kernel([.column(own), .constant(step)], 1, context) }
            guard case .timestamp(let moved) = next.scalar(0) else { return }
            value = moved
        }
    }
}
