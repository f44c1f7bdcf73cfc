internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `retention`: of the actors that began in a bucket, how many were active so and so many buckets later.
struct RetentionFunction {
    private let actor: Int
    private let day: Int
    private let cohort: Int?
    private let buckets: DayBuckets
    private let isRelative: Bool
    private let ageMax: Int32?
    private let brackets: [Int32]
    private let asOf: Int32
    private let per: [Int]
    private let perColumns: [AnswerColumn]

    /// Cells that an answer may have: a date far off would make a triangle that nobody reads.
    private static let cellCountMax = 5_000_000

    static let function = TableFunction(
        "retention",
        parameters: [
            .per,
            .init("actor", .column(nil), "who is active; rows without are left out"),
            .init(
                "day", .column(.date), "the local date of the activity; an instant becomes one in the session's zone"),
            .init(
                "cohort", .column(.date), isRequired: false, "the date the actor began; else that of the first activity"
            ),
            .init("grain", .constant(.text), isRequired: false, "day, week, month, quarter or year; week"),
            .init(
                "periods", .constant(.int64), isRequired: false,
                "the highest k of every cohort; else as far as data goes"),
            .init(
                "anchor", .constant(.text), isRequired: false, "calendar, or relative: windows from the first day on"),
            .init("brackets", .constants(.int64), isRequired: false, "lower bounds of k, as [0, 1, 7, 30]"),
            .init("as_of", .constant(.date), isRequired: false, "today, in the session's zone"),
        ],
        partition: ["per", "actor"], order: ["day"], documentation: documentation
    ) { arguments in
        let retention = try RetentionFunction(arguments)
        return BoundTableFunction(
            columns: columns.answer(after: retention.perColumns), rows: .distinct, combine: retention.combined,
            evaluate: retention.counted)
    }

    private init(_ arguments: TableFunctionArguments) throws {
        actor = try arguments.position("actor")
        day = try arguments.position("day")
        cohort = arguments.column("cohort")?.position
        buckets = try arguments.buckets(default: .week)
        isRelative = try arguments.choice("anchor", of: ["calendar", "relative"], default: "calendar") == "relative"
        let periods = try arguments.integer("periods", in: 0...100_000, default: -1)
        ageMax = periods < 0 ? nil : Int32(periods)
        var bounds: [Int32] = []
        for case .int(let bound) in arguments.constants("brackets") {
            guard bound >= 0, bound <= 1_000_000, bound > bounds.last ?? -1 else {
                throw QueryError(.invalidArgument, "'brackets' are ascending numbers of buckets", try: "[0, 1, 7, 30]")
            }
            bounds.append(Int32(bound))
        }
        guard bounds.count != 1 else {
            throw QueryError(.invalidArgument, "'brackets' has two bounds or more: the last ends the one before it")
        }
        brackets = bounds
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
    }

    /// The cells that the actors of a batch are in.
    private func counted(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let slices = try Slices(of: batch, at: per, starts: starts)
        let (actors, days) = (batch.columns[actor], batch.columns[day])
        let (dates, begins) = (try days.int32Values(), try cohort.map { try batch.columns[$0].int32Values() })
        let begun = cohort.map { batch.columns[$0] }
        var cells = RetentionCells()
        var scan = RetentionScan(brackets: brackets)
        var cursor = BucketCursor(buckets)
        let date = dates.span
        for (number, partition) in Partitions(starts, rowCount: batch.rowCount).enumerated()
        where actors.isValid(partition.lowerBound) {
            var first: Int32?
            if let begins, let begun {
                for row in partition where begun.isValid(row) { first = min(first ?? .max, begins[row]) }
            } else if days.isValid(partition.lowerBound) {
                first = date[partition.lowerBound]
            }
            guard let first, first <= asOf else { continue }
            try LocalDates.check(first, begins == nil ? "day" : "cohort")
            try LocalDates.checkFirst(partition, days, dates, "day")
            let start = cursor.bucket(first)
            var cell = RetentionCells.Cell(slice: slices.numbers[number], cohort: start, age: 0)
            // Who begins is counted at age 0, active then or not.
            scan.reset()
            var age: Int32 = 0
            if let own = scan.cell(0) {
                cell.age = own
                cells.add(cell, isLast: false)
            } else {
                cell.age = -1
                cells.add(cell, isLast: false)
            }
            for row in partition where days.isValid(row) {
                let own = date[row]
                if own < first { continue }
                if own > asOf { break }
                age =
                    isRelative
                    ? Int32(clamping: (Int64(own) - Int64(first)) / Int64(buckets.relativeDayCount))
                    : cursor.bucket(own) &- start
                guard let reached = scan.cell(age) else { continue }
                cell.age = reached
                cells.add(cell, isLast: false)
            }
            cell.age = age
            cells.add(cell, isLast: true)
        }
        return try partial(slices, cells)
    }

    private func partial(_ slices: Slices, _ cells: RetentionCells) throws -> ColumnBatch {
        let all = try cells.cells()
        let columns =
            try slices.values(all.map(\.cell.slice))
            + [
                .of(all.map(\.cell.cohort)), .of(all.map(\.cell.age)), .of(all.map(\.count)), .of(all.map(\.isLast)),
            ]
        let fields = columns.enumerated().map { Field("\($0.offset)", $0.element.type) }
        return try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: all.count)
    }

    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let slices = try batches.slices(perColumns)
        var cells = RetentionCells()
        var row = 0
        for batch in batches {
            let integers = try (0..<2).map { try batch.columns[per.count + $0].int32Values() }
            let counts = try batch.columns[per.count + 2].int64Values()
            let isLast = try batch.columns[per.count + 3].trueRows()
            for own in 0..<batch.rowCount {
                let cell = RetentionCells.Cell(
                    slice: slices.numbers[row], cohort: integers[0][own], age: integers[1][own])
                cells.add(cell, count: counts[own], isLast: isLast[own])
                row += 1
            }
        }
        var rows = Rows()
        let all = Dictionary(grouping: try cells.cells(), by: \.cell.slice)
        for slice in all.keys.sorted() { try add(all[slice] ?? [], slice, &rows) }
        return try rows.answer(try slices.shown(rows.slices), perColumns)
    }

    private struct Rows {
        var slices: [UInt32] = []
        var cohorts: [Int32] = []
        var ages: [Int32] = []
        var sizes: [Int64] = []
        var bounded: [Int64?] = []
        var unbounded: [Int64?] = []

        func answer(_ keys: [Column], _ keyColumns: [AnswerColumn]) throws -> ColumnBatch {
            let own: [Column] = [
                .of(cohorts, .date), .of(ages), .of(sizes), .of(bounded), .of(unbounded),
                .of(bounded.indices.map { row in bounded[row].flatMap { ratio($0, sizes[row]) } }),
                .of(bounded.map { $0 != nil }),
            ]
            return try RetentionFunction.columns.answer(after: keyColumns).batch(keys + own, rowCount: ages.count)
        }
    }

    /// The triangle of a slice: all cohorts from the first to the last, also those that nobody began in.
    private func add(
        _ cells: [(cell: RetentionCells.Cell, count: Int64, isLast: Bool)], _ slice: UInt32, _ rows: inout Rows
    ) throws {
        var active: [RetentionCells.Cell: Int64] = [:]
        var lasts: [Int32: [Int32: Int64]] = [:]
        for (cell, count, isLast) in cells {
            if isLast { lasts[cell.cohort, default: [:]][cell.age] = count } else { active[cell] = count }
        }
        guard let first = lasts.keys.min(), let end = cells.map({ Int64($0.cell.cohort) + Int64($0.cell.age) }).max()
        else { return }
        // By the calendar the grid ends with the last bucket of the data; else with the last cohort.
        let last = isRelative ? lasts.keys.max() ?? first : Int32(clamping: max(end, Int64(lasts.keys.max() ?? first)))
        for cohort in first...last {
            let own = (lasts[cohort] ?? [:]).sorted { $0.key < $1.key }
            let size = own.reduce(0) { $0 + $1.value }
            // Who was last active before the age has left.
            var (left, passed) = (size, 0)
            for (age, next) in ages(cohort, last, own.last?.key ?? 0) {
                while passed < own.count && own[passed].key < age {
                    left -= own[passed].value
                    passed += 1
                }
                guard rows.ages.count < Self.cellCountMax else {
                    throw QueryError(
                        .budget, "the triangle has more than \(Self.cellCountMax) cells",
                        try: "'periods', or a larger grain")
                }
                let isMature = firstDay(after: cohort, next) <= Int64(asOf)
                rows.slices.append(slice)
                rows.cohorts.append(buckets.firstDay(cohort))
                rows.ages.append(age)
                rows.sizes.append(size)
                let cell = RetentionCells.Cell(slice: slice, cohort: cohort, age: age)
                rows.bounded.append(isMature ? active[cell] ?? 0 : nil)
                rows.unbounded.append(isMature ? left : nil)
            }
        }
    }

    /// The ages of a cohort's cells, each with the age that ends it.
    private func ages(_ cohort: Int32, _ last: Int32, _ oldest: Int32) -> [(age: Int32, next: Int32)] {
        if !brackets.isEmpty { return zip(brackets, brackets.dropFirst()).map { ($0, $1) } }
        let most = ageMax ?? (isRelative ? oldest : last - cohort)
        return (0...max(0, most)).map { ($0, $0 + 1) }
    }

    /// The first day after the bucket of an age, for everybody of a cohort.
    private func firstDay(after cohort: Int32, _ next: Int32) -> Int64 {
        guard isRelative else {
            return Int64(buckets.firstDay(Int32(clamping: Int64(cohort) + Int64(next))))
        }
        // Who began last has the last window.
        let latest = Int64(buckets.firstDay(cohort == .max ? cohort : cohort + 1)) - 1
        return latest + Int64(next) * Int64(buckets.relativeDayCount)
    }

    private static let columns: [OutputColumn] = [
        .init("cohort_start", .date, "the first day of the bucket that the cohort began in"),
        .init("k", .int32, unit: "buckets", "the age; of a bracket its lower bound"),
        .init("size", .int64, unit: "count", "actors of the cohort"),
        .init("retained_bounded", .int64, unit: "count", "of them active at age k; NULL where that is not over"),
        .init(
            "retained_unbounded", .int64, unit: "count", "of them active at age k or later; NULL where k is not over"),
        .init("rate", .double, unit: "1", "retained_bounded / size"),
        .init("is_mature", .bool, "whether the bucket of age k is over"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Of the actors that began in a bucket, how many were active k buckets later.",
        formula:
            "retained(c, k) / size(c), c the bucket of the first activity or of `cohort`; bounded: active in bucket "
            + "c + k; "
            + "unbounded: active in it or later",
        source: "bounded and unbounded retention as in product analytics; triangles as in actuarial science",
        columns: columns.documentation,
        edgeCases: [
            "a bucket that is not over has NULL, not 0", "cohorts that nobody began in are rows of size 0",
            "who begins counts at k = 0, active or not",
            "activity before the cohort's date and after as_of is left out",
            "with anchor => 'relative' ages are windows of 1, 7, 30, 91 or 365 local days from each actor's first, "
                + "mature "
                + "when they are over for who began last",
            "sum(retained_bounded) / sum(size) over mature cohorts is the summary; rates are never averaged",
        ],
        example: "SELECT * FROM retention(TABLE events, actor => user_id, day => occurred_at, grain => 'week')")
}
