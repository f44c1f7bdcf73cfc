internal import Columnar
internal import Kernels
internal import Query

/// `sessions`: the visits of each actor, cut where nothing happened for a while.
struct SessionsFunction {
    private let actor: TableFunctionArguments.BatchColumn
    private let at: Int
    private let gap: Int64
    private let per: [Int]
    private let perColumns: [AnswerColumn]

    static let function = TableFunction(
        "sessions",
        parameters: [
            .per,
            .init("actor", .column(nil), "whose sessions; rows without are left out"),
            .init("at", .column(.timestamptz), "when; rows without are left out"),
            .init("gap", .constant(.interval), isRequired: false, "the longest pause within a session; 30 minutes"),
        ],
        partition: ["per", "actor"], order: ["at"], documentation: documentation
    ) { arguments in
        let sessions = try SessionsFunction(arguments)
        return BoundTableFunction(columns: sessions.outputs) { try sessions.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        guard let actor = arguments.column("actor") else { throw QueryError(.type, "needs 'actor'") }
        self.actor = actor
        at = try arguments.position("at")
        gap = try arguments.microseconds("gap") ?? 1_800_000_000
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
    }

    private var outputs: [AnswerColumn] {
        Self.columns.answer(after: perColumns + [AnswerColumn(name: "actor", type: actor.type)])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (actors, moments) = (batch.columns[actor.position], batch.columns[at])
        let times = try moments.int64Values()
        let time = times.span
        var scan = SessionScan(gap: gap)
        for partition in Partitions(starts, rowCount: batch.rowCount) where actors.isValid(partition.lowerBound) {
            scan.begin(partition.lowerBound)
            if moments.validity == nil {
                for row in partition { scan.add(time[row]) }
            } else {
                for row in partition where moments.isValid(row) { scan.add(time[row]) }
            }
        }
        let rows = scan.rows.span
        let seconds = scan.begins.indices.map { (Double(scan.ends[$0]) - Double(scan.begins[$0])) / 1e6 }
        let own: [Column] = [
            try actors.taking(rows), .of(scan.numbers), .of(scan.begins, .timestamp), .of(scan.ends, .timestamp),
            .of(seconds), .of(scan.counts),
        ]
        let keys = try per.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        return try outputs.batch(keys + own, rowCount: scan.rows.count)
    }

    private static let columns: [OutputColumn] = [
        .init("session", .int32, "the number of the actor's session, from 1"),
        .init("started_at", .timestamptz, "its first event"), .init("ended_at", .timestamptz, "its last event"),
        .init("duration_s", .double, unit: "s", "from the first event to the last; 0 of one event"),
        .init("events", .int64, unit: "count", "its events"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "The sessions of each actor: events with no pause longer than `gap` between them.",
        formula: "a session ends where the next event of the actor comes later than gap after the one before",
        source: "sessions by inactivity, as in web analytics (30 minutes)",
        columns: [.init("actor", "as the argument", "the actor")] + columns.documentation,
        edgeCases: [
            "a pause of exactly gap does not end a session", "sessions are not cut at midnight",
            "events of one instant are one session: no sequence is needed, the answer does not depend on it",
            "rows without actor or time are left out",
        ],
        example:
            "SELECT * FROM sessions(TABLE events, actor => user_id, at => occurred_at, gap => INTERVAL '30 minutes')")
}

/// Cuts the events of one actor after the other into sessions.
struct SessionScan {
    private let gap: Int64
    private var isOpen = false
    private var row: UInt32 = 0
    private var number: Int32 = 0
    private(set) var rows: [UInt32] = []
    private(set) var numbers: [Int32] = []
    private(set) var begins: [Int64] = []
    private(set) var ends: [Int64] = []
    private(set) var counts: [Int64] = []

    /// - Parameter gap: the longest pause within a session.
    init(gap: Int64) { self.gap = gap }

    /// Begins with the actor of a row.
    mutating func begin(_ row: Int) {
        self.row = UInt32(truncatingIfNeeded: row)
        isOpen = false
        number = 0
    }

    /// Adds an event; those of an actor come ascending.
    @inline(__always)
    mutating func add(_ time: Int64) {
        let place = ends.count &- 1
        if isOpen {
            let (pause, overflow) = time.subtractingReportingOverflow(ends[place])
            if !overflow && pause <= gap {
                ends[place] = time
                counts[place] &+= 1
                return
            }
        }
        isOpen = true
        number &+= 1
        rows.append(row)
        numbers.append(number)
        begins.append(time)
        ends.append(time)
        counts.append(1)
    }
}
