internal import Columnar
internal import Kernels

/// Window functions without PARTITION BY over sorted rows that come batch by batch.
///
/// What is kept is a running state (numbers, sums, the least, the first value), the rows that others look back at, and
/// the rows whose peers or followers are still to come. Values are those of `WindowPartition` over all rows at once.
struct RunningWindow {
    /// How a function is computed.
    enum Kind {
        case rowNumber, rank, denseRank
        /// The first value of all rows.
        case first
        /// An aggregate of all rows up to a row or its peers.
        case aggregate(AggregateFunction)
        /// What looks at some rows in front and behind only.
        case near(before: Int, behind: Int)
    }

    /// Rows that a function may look back or ahead at.
    private static let reachMax = 1 << 16

    private let calls: [(call: WindowCall, kind: Kind)]
    private let types: [LogicalType]
    private let evaluator: Evaluator
    private let execution: Execution
    private let needsPeers: Bool
    private let reach: Int
    private let lookahead: Int
    /// Rows without an answer so far, and the memory that they take.
    private var waiting: [Rows] = []
    private var reservations: [MemoryReservation] = []
    private var waitingCount = 0
    /// Rows behind the last peers' first row that waits.
    private var context: Rows?
    private var states: [RunningState]
    private var firsts: [Column?]
    private var count: Int64 = 0
    private var groupCount: Int64 = 0

    /// nil where one of the calls needs all rows at once.
    init?(_ calls: [WindowCall], _ columns: [PlanColumn], _ evaluator: Evaluator, _ execution: Execution) {
        var known: [(call: WindowCall, kind: Kind)] = []
        var (needsPeers, reach, lookahead) = (false, 0, 0)
        for call in calls {
            guard let kind = Self.kind(of: call) else { return nil }
            switch kind {
            case .rowNumber: break
            case .rank, .denseRank: needsPeers = true
            case .first, .aggregate: if call.frame.unit != .rows { needsPeers = true }
            case .near(let before, let behind): (reach, lookahead) = (max(reach, before), max(lookahead, behind))
            }
            known.append((call, kind))
        }
        self.calls = known
        self.types = columns.map(\.type.logical)
        self.evaluator = evaluator
        self.execution = execution
        (self.needsPeers, self.reach, self.lookahead) = (needsPeers, reach, lookahead)
        states = Array(repeating: RunningState(isContinued: true), count: calls.count)
        firsts = Array(repeating: nil, count: calls.count)
    }

    // MARK: Kinds

    private static func kind(of call: WindowCall) -> Kind? {
        let frame = call.frame
        switch call.function {
        case .named("row_number"): return .rowNumber
        case .named("rank"): return .rank
        case .named("dense_rank"): return .denseRank
        case .named("lag"), .named("lead"):
            guard !call.ignoresNulls, let offset = call.arguments.count > 1 ? offset(call.arguments[1]) : 1 else {
                return nil
            }
            return .near(before: offset, behind: offset)
        case .named("first_value") where isRunning(frame) && !call.ignoresNulls: return .first
        case .named("first_value"), .named("last_value"), .named("nth_value"): return near(frame)
        case .named: return nil
        case .aggregate(let function):
            if let near = near(frame) { return near }
            return isRunning(frame) && WindowAggregate.isRunning(function, call.arguments.map(\.type.logical))
                ? .aggregate(function) : nil
        }
    }

    /// UNBOUNDED PRECEDING to CURRENT ROW.
    private static func isRunning(_ frame: WindowFrame) -> Bool {
        guard case .unboundedPreceding = frame.start, case .currentRow = frame.end else { return false }
        return frame.exclusion == .none
    }

    private static func near(_ frame: WindowFrame) -> Kind? {
        guard frame.unit == .rows, frame.exclusion == .none || frame.exclusion == .currentRow,
            let start = reach(frame.start), let end = reach(frame.end)
        else { return nil }
        return .near(before: max(start.before, end.before), behind: max(start.behind, end.behind))
    }

    private static func reach(_ bound: WindowFrame.Bound) -> (before: Int, behind: Int)? {
        switch bound {
        case .currentRow: (0, 0)
        case .preceding(let value): offset(value).map { ($0, 0) }
        case .following(let value): offset(value).map { (0, $0) }
        case .unboundedPreceding, .unboundedFollowing: nil
        }
    }

    /// A constant number of rows.
    private static func offset(_ expression: Expression) -> Int? {
        guard case .int(let value)? = expression.constant, value.magnitude <= UInt64(reachMax) else { return nil }
        return Int(value.magnitude)
    }

    // MARK: Reading

    /// Takes the next rows, and gives those whose answer is known.
    mutating func add(_ rows: Rows) throws -> Rows? {
        guard rows.count > 0 else { return nil }
        let before = waiting.last.map { $0.slice($0.count - 1..<$0.count) }
        reservations.append(try execution.memory.reserve(rows.byteCount))
        waiting.append(rows)
        waitingCount += rows.count
        let most = waitingCount - lookahead
        var ready = most
        if needsPeers {
            // The last row that is not a peer of the one before, not behind what others look ahead at.
            let starts = try peerStarts(rows, behind: before)
            let own = starts.last { waitingCount - rows.count + $0 <= most }
            ready = own.map { waitingCount - rows.count + $0 } ?? 0
        }
        guard ready > 0 else { return nil }
        return try answer(ready)
    }

    /// The rows that are left.
    mutating func finish() throws -> Rows? { waitingCount > 0 ? try answer(waitingCount) : nil }

    /// The rows that are no peers of the one before them.
    private func peerStarts(_ rows: Rows, behind before: Rows?) throws -> [Int] {
        let order = calls[0].call.order
        if order.isEmpty { return before == nil ? [0] : [] }
        let both = try before.map { first in try kernel { try Rows.joined([first, rows], types: types) } } ?? rows
        let columns = try order.map { try evaluator.column($0.expression, both) }
        let keys = try kernel {
            try KeyLayout(chunks: [columns], orders: order.map(\.order)).packed(columns, rowCount: both.count)
        }
        let shift = before == nil ? 0 : 1
        return (0..<rows.count).filter { row in row + shift == 0 || !keys.isEqual(row + shift, row + shift - 1) }
    }

    private mutating func answer(_ ready: Int) throws -> Rows {
        let types = types
        let waiting = waiting
        let all = try kernel { try Rows.joined(waiting, types: types) }
        let own = ready == all.count ? all : all.slice(0..<ready)
        let starts = needsPeers ? try peerStarts(own, behind: nil) : []
        let near = try nearColumns(all, ready)
        var columns = own.columns
        for index in calls.indices {
            let (call, kind) = calls[index]
            switch kind {
            case .rowNumber: columns.append(Self.numbers(ready) { [count] in count + Int64($0) + 1 })
            case .rank: columns.append(Self.ranks(ready, starts) { [count] _, start in count + Int64(start) + 1 })
            case .denseRank:
                columns.append(Self.ranks(ready, starts) { [groupCount] group, _ in groupCount + Int64(group) + 1 })
            case .first:
                let first = try firsts[index] ?? evaluator.column(call.arguments[0], own.slice(0..<1))
                firsts[index] = first
                columns.append(first.repeated(ready))
            case .aggregate(let function):
                columns.append(try aggregate(function, call, own, starts, &states[index]))
            case .near: columns.append(near[index] ?? Column.nulls(call.type.logical, ready))
            }
        }
        groupCount += Int64(starts.count)
        count += Int64(ready)
        try keep(all, ready)
        return Rows(columns, count: ready)
    }

    /// Keeps the rows that wait, and those that are looked back at.
    private mutating func keep(_ all: Rows, _ ready: Int) throws {
        let types = types
        if reach > 0 {
            let answered = all.slice(0..<ready)
            let both =
                try context.map { own in try kernel { try Rows.joined([own, answered], types: types) } } ?? answered
            context = both.slice(max(0, both.count - reach)..<both.count)
        }
        waitingCount = all.count - ready
        waiting = waitingCount > 0 ? [all.slice(ready..<all.count)] : []
        reservations = []
        if let left = waiting.first { reservations = [try execution.memory.reserve(left.byteCount)] }
    }

    // MARK: Computing

    private static func numbers(_ count: Int, _ body: (Int) -> Int64) -> Column {
        Column(.int64, .int64(Buffer((0..<count).map(body))))
    }

    /// A number for each row, of the number of its peers among groups and of their first row.
    private static func ranks(_ count: Int, _ starts: [Int], _ body: (_ group: Int, _ start: Int) -> Int64) -> Column {
        var values: [Int64] = []
        values.reserveCapacity(count)
        for (group, start) in starts.enumerated() {
            let end = group + 1 < starts.count ? starts[group + 1] : count
            values.append(contentsOf: repeatElement(body(group, start), count: end - start))
        }
        return Column(.int64, .int64(Buffer(values)))
    }

    private func aggregate(
        _ function: AggregateFunction, _ call: WindowCall, _ rows: Rows, _ starts: [Int], _ state: inout RunningState
    ) throws -> Column {
        let operands = try call.arguments.map { try evaluator.column($0, rows) }
        let mask = try WindowPartition.mask(function, call, operands, rows, evaluator)
        var ends = [Int](repeating: rows.count, count: rows.count)
        if call.frame.unit == .rows {
            for row in ends.indices { ends[row] = row + 1 }
        } else {
            for (group, start) in starts.enumerated() {
                let end = group + 1 < starts.count ? starts[group + 1] : rows.count
                for row in start..<end { ends[row] = end }
            }
        }
        let frames = WindowPartition.Frames(
            low: Array(repeating: 0, count: rows.count), high: ends, exclusion: .none, peerStarts: [], peerEnds: [])
        return try kernel(call.range) {
            try WindowAggregate(
                function: function, arguments: operands, mask: mask, frames: frames, rowCount: rows.count
            ).continued(&state)
        }
    }

    /// The columns of functions that look at rows nearby, by the number of the call.
    private func nearColumns(_ all: Rows, _ ready: Int) throws -> [Int: Column] {
        let own = calls.indices.filter { if case .near = calls[$0].kind { true } else { false } }
        if own.isEmpty { return [:] }
        let types = types
        let rows = try context.map { before in try kernel { try Rows.joined([before, all], types: types) } } ?? all
        let first = context?.count ?? 0
        let done = try WindowPartition(rows, own.map { calls[$0].call }, evaluator).computed()
        return Dictionary(
            uniqueKeysWithValues: own.enumerated().map { index, call in
                (call, done.columns[types.count + index].slice(first..<first + ready))
            })
    }
}
