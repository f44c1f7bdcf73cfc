internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `active_users` and `growth_accounting`: how many actors are active, day by day and in trailing windows, and who is
/// new, stays, comes back and leaves.
struct ActiveUsersFunction {
    private let actor: Int
    private let day: Int
    private let from: Int32?
    private let to: Int32?
    private let asOf: Int32
    private let per: [Int]
    private let perColumns: [AnswerColumn]
    /// Of growth accounting; active users are counted by days.
    private let grain: DayBuckets?

    private var outputs: [OutputColumn] { grain == nil ? Self.daily : Self.growth }

    static let activeUsers = TableFunction(
        "active_users", parameters: parameters, partition: ["per", "actor"], order: ["day"],
        documentation: dailyDocumentation
    ) { try ActiveUsersFunction($0, grain: nil).bound }

    static let growthAccounting = TableFunction(
        "growth_accounting",
        parameters: parameters + [
            .init("grain", .constant(.text), isRequired: false, "day, week, month, quarter or year; week")
        ], partition: ["per", "actor"], order: ["day"], documentation: growthDocumentation
    ) { try ActiveUsersFunction($0, grain: try $0.buckets(default: .week)).bound }

    private static let parameters: [TableFunction.Parameter] = [
        .per, .init("actor", .column(nil), "who is active; rows without are counted as anonymous"),
        .init("day", .column(.date), "the local date of the activity; an instant becomes one in the session's zone"),
        .init(
            "from", .constant(.date), isRequired: false,
            "the first day of the answer; else that of the first "
                + "activity"),
        .init("to", .constant(.date), isRequired: false, "the day behind its last; else behind the last activity"),
        .init("as_of", .constant(.date), isRequired: false, "today, in the session's zone: what is later is left out"),
    ]

    private init(_ arguments: TableFunctionArguments, grain: DayBuckets?) throws {
        actor = try arguments.position("actor")
        day = try arguments.position("day")
        from = arguments.date("from")
        to = arguments.date("to")
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
        self.grain = grain
        if let from, let to, from >= to { throw QueryError(.invalidArgument, "'to' lies behind 'from'") }
    }

    private var bound: BoundTableFunction {
        BoundTableFunction(
            columns: outputs.answer(after: perColumns), rows: .distinct, combine: combined, evaluate: counted)
    }

    /// The counts of a batch, slice by slice.
    private func counted(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let slices = try Slices(of: batch, at: per, starts: starts)
        let (actors, days) = (batch.columns[actor], batch.columns[day])
        let date = try days.int32Values()
        var counts = [ActivityCounts](repeating: ActivityCounts(), count: slices.count)
        var cursor = grain.map(BucketCursor.init)
        for (number, partition) in Partitions(starts, rowCount: batch.rowCount).enumerated() {
            // Missing days are the last of their partition, and days come ascending.
            guard days.isValid(partition.lowerBound), date[partition.lowerBound] <= asOf else { continue }
            try LocalDates.checkFirst(partition, days, date, "day")
            var end = partition.upperBound
            while !days.isValid(end - 1) || date[end - 1] > asOf { end -= 1 }
            let rows = partition.lowerBound..<end
            let slice = Int(slices.numbers[number])
            let first = cursor?.bucket(date[rows.lowerBound]) ?? date[rows.lowerBound]
            // Who was active on a bucket leaves on the next, windows end within 30.
            let last = cursor?.bucket(date[end - 1]) ?? date[end - 1]
            guard counts[slice].cover(first, last > .max - 30 ? last : last + 30) else { throw Self.tooFar }
            guard actors.isValid(rows.lowerBound) else {
                for row in rows { counts[slice].addAnonymous(cursor?.bucket(date[row]) ?? date[row]) }
                continue
            }
            var before: Int32?
            var current = first
            for row in rows.dropFirst() {
                let own = cursor?.bucket(date[row]) ?? date[row]
                if own == current { continue }
                counts[slice].add(current, before: before, next: own)
                before = current
                current = own
            }
            counts[slice].add(current, before: before, next: nil)
        }
        return try partial(slices, counts)
    }

    private static let tooFar = QueryError(
        .budget, "the days of the answer lie more than \(ActivityCounts.bucketCountMax) apart",
        try: "WHERE, on the days")

    private func partial(_ slices: Slices, _ counts: [ActivityCounts]) throws -> ColumnBatch {
        var (numbers, buckets, rows): ([UInt32], [Int32], [ActivityCounts.Row]) = ([], [], [])
        for (slice, own) in counts.enumerated() {
            for (offset, row) in own.rows.enumerated() {
                numbers.append(UInt32(slice))
                buckets.append(own.first + Int32(offset))
                rows.append(row)
            }
        }
        let columns =
            try slices.values(numbers)
            + [
                .of(buckets), .of(rows.map(\.active)), .of(rows.map(\.week)), .of(rows.map(\.month)),
                .of(rows.map(\.new)), .of(rows.map(\.retained)), .of(rows.map(\.resurrected)), .of(rows.map(\.churned)),
                .of(rows.map(\.anonymous)),
            ]
        let fields = columns.enumerated().map { Field("\($0.offset)", $0.element.type) }
        return try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: rows.count)
    }

    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let slices = try batches.slices(perColumns)
        var counts = [ActivityCounts](repeating: ActivityCounts(), count: slices.count)
        var row = 0
        for batch in batches {
            let buckets = try batch.columns[per.count].int32Values()
            let values = try (1...8).map { try batch.columns[per.count + $0].int64Values() }
            for own in 0..<batch.rowCount {
                let slice = Int(slices.numbers[row])
                guard counts[slice].cover(buckets[own], buckets[own]) else { throw Self.tooFar }
                let cells = values.map { $0[own] }
                counts[slice].add(
                    ActivityCounts.Row(
                        active: cells[0], week: cells[1], month: cells[2], new: cells[3], retained: cells[4],
                        resurrected: cells[5], churned: cells[6], anonymous: cells[7]), at: buckets[own])
                row += 1
            }
        }
        return try answer(slices, counts)
    }

    /// The grid of a slice: from its first day with data, or that asked for, to the last.
    private func grid(_ counts: ActivityCounts) -> ClosedRange<Int32>? {
        let bucket = { (day: Int32) in grain?.bucket(day) ?? day }
        let known = counts.rows.indices.filter { counts.rows[$0].active + counts.rows[$0].anonymous > 0 }
        let first = from.map(bucket) ?? known.first.map { counts.first + Int32($0) }
        let last = to.map { bucket($0 == .min ? $0 : $0 - 1) } ?? known.last.map { counts.first + Int32($0) }
        guard let first, let last, first <= last else { return nil }
        return first...last
    }

    private func answer(_ slices: Slices, _ counts: [ActivityCounts]) throws -> ColumnBatch {
        var table = Table()
        for (slice, own) in counts.enumerated() {
            guard let grid = grid(own) else { continue }
            guard Int64(grid.upperBound) - Int64(grid.lowerBound) < ActivityCounts.bucketCountMax else {
                throw Self.tooFar
            }
            let beginning = own.rows.firstIndex { $0.active + $0.anonymous > 0 }.map { own.first + Int32($0) }
            var (week, month): (Int64, Int64) = (0, 0)
            var bucket = min(grid.lowerBound, own.rows.isEmpty ? grid.lowerBound : own.first)
            while bucket <= grid.upperBound {
                let place = Int64(bucket) - Int64(own.first)
                let row = own.rows.indices.contains(Int(place)) ? own.rows[Int(place)] : ActivityCounts.Row()
                week += row.week
                month += row.month
                if bucket >= grid.lowerBound {
                    table.slices.append(UInt32(slice))
                    table.buckets.append(bucket)
                    table.rows.append(row)
                    table.weeks.append(week)
                    table.months.append(month)
                    table.isWarmup.append(beginning.map { Int64(bucket) < Int64($0) + 29 } ?? true)
                }
                if bucket == .max { break }
                bucket += 1
            }
        }
        let keys = try slices.shown(table.slices)
        return try outputs.answer(after: perColumns).batch(keys + columns(table), rowCount: table.rows.count)
    }

    private struct Table {
        var slices: [UInt32] = []
        var buckets: [Int32] = []
        var rows: [ActivityCounts.Row] = []
        var weeks: [Int64] = []
        var months: [Int64] = []
        var isWarmup: [Bool] = []
    }

    private func columns(_ table: Table) -> [Column] {
        let rows = table.rows
        let firstDay = { (bucket: Int32) in grain?.firstDay(bucket) ?? bucket }
        let starts = Column.of(table.buckets.map(firstDay), .date)
        let isPartial = Column.of(table.buckets.map { firstDay($0 == .max ? $0 : $0 + 1) > asOf })
        let growth: [Column] = [
            .of(rows.map(\.new)), .of(rows.map(\.retained)), .of(rows.map(\.resurrected)), .of(rows.map(\.churned)),
        ]
        guard grain == nil else {
            let quick = rows.map { ratio($0.new + $0.resurrected, $0.churned) }
            return [starts, .of(rows.map(\.active))] + growth
                + [.of(quick), .of(rows.map(\.anonymous)), isPartial]
        }
        let stickiness = rows.indices.map { ratio(rows[$0].active, table.months[$0]) }
        return [starts, .of(rows.map(\.active)), .of(table.weeks), .of(table.months), .of(stickiness)] + growth
            + [.of(rows.map(\.anonymous)), .of(table.isWarmup), isPartial]
    }

    private static let movements: [OutputColumn] = [
        .init("new", .int64, unit: "count", "active for the first time ever"),
        .init("retained", .int64, unit: "count", "active in the bucket before too"),
        .init("resurrected", .int64, unit: "count", "active before, not in the bucket before"),
        .init("churned", .int64, unit: "count", "active in the bucket before, not in this one"),
    ]
    private static let start = OutputColumn("bucket_start", .date, "the first local day of the bucket")
    private static let anonymous = OutputColumn("anon_events", .int64, unit: "count", "events without an actor")
    private static let isPartial = OutputColumn("is_partial", .bool, "whether the bucket is not over on as_of")

    private static let daily: [OutputColumn] =
        [
            start, .init("dau", .int64, unit: "count", "distinct actors of the day"),
            .init("wau7", .int64, unit: "count", "distinct actors of the 7 days that end with it"),
            .init("mau30", .int64, unit: "count", "distinct actors of the 30 days that end with it"),
            .init("stickiness", .double, unit: "1", "dau / mau30"),
        ] + movements
        + [
            anonymous,
            .init("is_warmup", .bool, "whether the data begins less than 29 days before: mau30 is too small"),
            isPartial,
        ]

    private static let growth: [OutputColumn] =
        [start, .init("active", .int64, unit: "count", "distinct actors of the bucket")] + movements
        + [
            .init("quick_ratio", .double, unit: "1", "(new + resurrected) / churned"), anonymous, isPartial,
        ]

    private static let edgeCases = [
        "every bucket of the range has a row, also without activity",
        "actors of several days are counted once in a window: "
            + "daily figures never add up to it", "rows without actor are events of nobody: counted, never an actor",
        "who is new is known from all rows of the table, also those before `from`", "activity after as_of is left out",
    ]

    private static let dailyDocumentation = FunctionDocumentation(
        summary: "Active actors of each day, of the 7 and 30 days that end with it, and who came and left.",
        formula:
            "dau, wau7, mau30 = distinct actors active in the trailing 1, 7, 30 local days; stickiness = dau / mau30; "
            + "dau(t) = dau(t-1) + new + resurrected - churned",
        source: "trailing-window active users; growth accounting (Social Capital)", columns: daily.documentation,
        edgeCases: edgeCases,
        example: "SELECT * FROM active_users(TABLE events, actor => user_id, day => occurred_at)")

    private static let growthDocumentation = FunctionDocumentation(
        summary: "Who is new, stays, comes back and leaves, bucket by bucket.",
        formula: "active(t) = active(t-1) + new + resurrected - churned; quick ratio = (new + resurrected) / churned",
        source: "growth accounting (Social Capital)", columns: growth.documentation, edgeCases: edgeCases,
        example: "SELECT * FROM growth_accounting(TABLE events, actor => user_id, day => occurred_at, grain => 'week')")
}
