internal import Columnar
internal import Kernels
internal import Query

/// `funnel`: how many actors come how far through ordered steps.
struct FunnelFunction {
    private let actor: Int
    private let at: Int
    private let steps: [Int]
    private let names: [String]
    private let window: Int64
    private let isStrict: Bool
    private let title: String
    private let per: [Int]
    private let perColumns: [AnswerColumn]

    static let function = TableFunction(
        "funnel",
        parameters: [
            .per,
            .init("actor", .column(nil), "who takes the steps; rows without are left out"),
            .init("at", .column(.timestamptz), "when; rows without are left out"),
            .init("seq", .column(nil), "tells events of one instant apart"),
            .init("steps", .columns(.bool), "conditions in the order of the steps"),
            .init(
                "within", .constant(.interval), isRequired: false,
                "the most from the first step to the last; no "
                    + "limit"),
            .init("names", .constants(.text), isRequired: false, "the names of the steps"),
            .init("strict", .constant(.bool), isRequired: false, "whether a step must be later than the one before"),
            .init("funnel", .constant(.text), isRequired: false, "the funnel's name in the answer"),
        ],
        partition: ["per", "actor"], order: ["at", "seq"], documentation: documentation
    ) { arguments in
        let funnel = try FunnelFunction(arguments)
        return BoundTableFunction(
            columns: columns.answer(after: funnel.perColumns), rows: .whereAny(funnel.steps), combine: funnel.combined,
            evaluate: funnel.counted)
    }

    private init(_ arguments: TableFunctionArguments) throws {
        actor = try arguments.position("actor")
        at = try arguments.position("at")
        steps = arguments.columns("steps").map(\.position)
        guard (1...FunnelScan.stepCountMax).contains(steps.count) else {
            throw QueryError(.invalidArgument, "a funnel has from 1 to \(FunnelScan.stepCountMax) steps")
        }
        let given = arguments.constants("names").map { if case .text(let name) = $0 { name } else { "(none)" } }
        names = given.isEmpty ? arguments.columns("steps").map(\.text) : given
        guard names.count == steps.count else {
            throw QueryError(.invalidArgument, "there are \(steps.count) steps and \(names.count) names")
        }
        window = try arguments.microseconds("within") ?? .max
        isStrict = arguments.flag("strict")
        title = if case .text(let title)? = arguments.constant("funnel") { title } else { "funnel" }
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
    }

    /// The steps that each row may be, as bits.
    private func masks(_ batch: ColumnBatch) throws -> [UInt32] {
        var masks = [UInt32](repeating: 0, count: batch.rowCount)
        var output = masks.mutableSpan
        for (step, position) in steps.enumerated() {
            let bit: UInt32 = 1 << UInt32(step)
            for (index, word) in try batch.columns[position].trueRows().words.enumerated() {
                var rest = word
                while rest != 0 {
                    output[index &* 64 &+ rest.trailingZeroBitCount] |= bit
                    rest &= rest &- 1
                }
            }
        }
        return masks
    }

    /// For each slice and step of a batch: how many actors entered it, and how long each took.
    private func counted(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let slices = try Slices(of: batch, at: per, starts: starts)
        let (actors, moments) = (batch.columns[actor], batch.columns[at])
        let (times, masks) = (try moments.int64Values(), try masks(batch))
        var entered = [Int64](repeating: 0, count: slices.count * steps.count)
        var waits = [[Int64]](repeating: [], count: entered.count)
        var scan = FunnelScan(stepCount: steps.count, window: window, isStrict: isStrict)
        let allActors = actors.validity == nil
        let (time, mask) = (times.span, masks.span)
        // Rows without a time are the last of their partition: the order puts them there.
        for (number, partition) in Partitions(starts, rowCount: batch.rowCount).enumerated()
        where allActors || actors.isValid(partition.lowerBound) {
            scan.reset()
            if moments.validity == nil {
                for row in partition { scan.add(at: time[row], steps: mask[row]) }
            } else {
                for row in partition where moments.isValid(row) { scan.add(at: time[row], steps: mask[row]) }
            }
            let place = Int(slices.numbers[number]) * steps.count
            for step in 0..<scan.level {
                entered[place + step] += 1
                if step > 0 { waits[place + step].append(scan.wait(step)) }
            }
        }
        return try partial(slices, entered, waits)
    }

    private func partial(_ slices: Slices, _ entered: [Int64], _ waits: [[Int64]]) throws -> ColumnBatch {
        let rowSlices = entered.indices.map { UInt32($0 / steps.count) }
        var offsets: [Int32] = [0]
        for list in waits { offsets.append(offsets[offsets.count - 1] + Int32(list.count)) }
        let type = LogicalType.list(element: Field("element", .int64))
        let columns =
            try slices.values(rowSlices)
            + [
                .of(entered.indices.map { Int32($0 % steps.count) }), .of(entered),
                Column(type, .list(offsets: Buffer(offsets), elements: .of(waits.flatMap { $0 }))),
            ]
        let fields = columns.enumerated().map { Field("\($0.offset)", $0.element.type) }
        return try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: entered.count)
    }

    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let slices = try batches.slices(perColumns)
        var entered = [Int64](repeating: 0, count: slices.count * steps.count)
        var waits = [[Int64]](repeating: [], count: entered.count)
        var row = 0
        for batch in batches {
            let (step, counts) = (
                try batch.columns[per.count].int32Values(), try batch.columns[per.count + 1].int64Values()
            )
            guard case .list(let offsets, let elements) = batch.columns[per.count + 2].values else { continue }
            let values = try elements.int64Values()
            for own in 0..<batch.rowCount {
                let place = Int(slices.numbers[row]) * steps.count + Int(step[own])
                entered[place] += counts[own]
                let range = Int(offsets[own])..<Int(offsets[own + 1])
                waits[place].append(contentsOf: values.slice(range).array)
                row += 1
            }
        }
        return try answer(slices, entered, waits)
    }

    private func answer(_ slices: Slices, _ entered: [Int64], _ waits: [[Int64]]) throws -> ColumnBatch {
        let before = entered.indices.map { $0 % steps.count == 0 ? entered[$0] : entered[$0 - 1] }
        let first = entered.indices.map { entered[$0 / steps.count * steps.count] }
        let names = try Column.make(.text, entered.indices.map { .text(self.names[$0 % steps.count]) })
        let columns =
            try slices.shown(entered.indices.map { UInt32($0 / steps.count) })
            + [
                .of(title, count: entered.count), .of(entered.indices.map { Int32($0 % steps.count + 1) }), names,
                .of(entered), .of(entered.indices.map { ratio(entered[$0], before[$0]) }),
                .of(entered.indices.map { ratio(entered[$0], first[$0]) }),
                .of(entered.indices.map { before[$0] - entered[$0] }), .of(waits.map(Self.medianSeconds)),
            ]
        return try Self.columns.answer(after: perColumns).batch(columns, rowCount: entered.count)
    }

    /// The median, of two middle values their mean (quantile of type 7), in seconds; none of nothing.
    static func medianSeconds(_ microseconds: [Int64]) -> Double? {
        if microseconds.isEmpty { return nil }
        let sorted = microseconds.sorted()
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return (Double(low) + Double(high - low) / 2) / 1e6
    }

    private static let columns: [OutputColumn] = [
        .init("funnel_id", .text, "the funnel's name"), .init("step", .int32, "the number of the step, from 1"),
        .init("step_name", .text, "its name"),
        .init("entered", .int64, unit: "count", "actors that came to the step: never more than to the one before"),
        .init("step_rate", .double, unit: "1", "entered / entered of the step before; of the first step itself"),
        .init("overall_rate", .double, unit: "1", "entered / entered of the first step"),
        .init("dropoff", .int64, unit: "count", "actors that came to the step before and not to this one"),
        .init(
            "median_s_from_prev", .double, unit: "s",
            "median time from the step before to the first arrival at this one, in the chain that had entered last"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "How many actors come how far through ordered steps within a time.",
        formula:
            "an actor's level is the largest k with events e1 <= ... <= ek by (at, seq) that satisfy steps 1 ... k and "
            + "ek.at - e1.at <= within; entered(k) counts actors of level k and above",
        source: "windowFunnel of ClickHouse, with re-entry by the latest chain that can still be carried on",
        columns: columns.documentation,
        edgeCases: [
            "one event fills one step, also where a step is asked for twice", "the window is inclusive",
            "events of one instant count in the order of seq; with strict => true a step must be later",
            "a later entry neither loses nor steals: any entry may win", "a step that is skipped ends the chain",
            "rows that satisfy no step are not read further; rows without actor or time are left out",
            "without rows the counts are 0 and the rates NULL",
        ],
        example: "SELECT * FROM funnel(TABLE events, actor => user_id, at => occurred_at, seq => event_id, "
            + "steps => [kind = 'view', kind = 'cart', kind = 'buy'], within => INTERVAL '7 days')")
}
