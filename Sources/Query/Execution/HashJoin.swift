internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Joins by a hash table of the right side's keys; batches of the left side look their keys up.
struct HashJoin: Sendable {
    let join: JoinPlan
    let left: Pipeline
    let right: Pipeline
    let columns: [PlanColumn]
    let execution: Execution
    /// Whether the left side is the smaller one: of semi- and anti-joins then it is the one that is looked up.
    let looksUpLeft: Bool
    /// The columns that the operator gives.
    private let outputs: Set<ColumnID>

    init(
        join: JoinPlan, left: Pipeline, right: Pipeline, columns: [PlanColumn], execution: Execution, looksUpLeft: Bool
    ) {
        self.join = join
        self.left = left
        self.right = right
        self.columns = columns
        self.execution = execution
        self.looksUpLeft = looksUpLeft
        outputs = Set(columns.map(\.id))
    }

    /// What counts the bytes that are put away.
    var meter: OperatorMeter?

    /// The pieces of a join that memory does not hold.
    private static let pieceCount = 64

    func pipeline() throws -> Pipeline {
        guard execution.maySpill, !join.keys.isEmpty, join.kind != .mark(isIn: true) else {
            return try inMemory()
        }
        // A side that memory does not hold is cut by the keys' hash into pieces on disk, and the other with it: each
        // pair of pieces is then joined by itself.
        let keepsLeft = looksUpLeft && (join.kind == .semi || join.kind == .anti)
        let mineKept = PartitionedRows(
            left.columns, join.keys.map(\.left), execution, meter, pieceCount: Self.pieceCount,
            bytesPerRow: JoinTable.bytesPerRow)
        let othersKept = PartitionedRows(
            right.columns, join.keys.map(\.right), execution, meter, pieceCount: Self.pieceCount,
            bytesPerRow: JoinTable.bytesPerRow)
        if keepsLeft {
            try left.gathered(in: mineKept, execution)
            guard mineKept.isSpilled else {
                return try replacing(Pipeline(left.columns, parts: mineKept.taken()), right).inMemory()
            }
            try othersKept.spill()
            try right.gathered(in: othersKept, execution)
        } else {
            try right.gathered(in: othersKept, execution)
            guard othersKept.isSpilled else {
                return try replacing(left, Pipeline(right.columns, parts: othersKept.taken())).inMemory()
            }
            try mineKept.spill()
            try left.gathered(in: mineKept, execution)
        }
        return Pipeline(columns: columns, partCount: Self.pieceCount) { piece, next in
            try execution.check()
            var (mine, others) = ([Rows](), [Rows]())
            try othersKept.forEach(piece: piece) { rows, _ in others.append(rows) }
            try mineKept.forEach(piece: piece) { rows, _ in mine.append(rows) }
            let joined = try replacing(
                Pipeline(left.columns, parts: mine), Pipeline(right.columns, parts: others)
            ).inMemory()
            for part in 0..<joined.partCount { try joined.run(part, next) }
        }
    }

    private func replacing(_ left: Pipeline, _ right: Pipeline) -> HashJoin {
        HashJoin(
            join: join, left: left, right: right, columns: columns, execution: execution, looksUpLeft: looksUpLeft)
    }

    private func inMemory() throws -> Pipeline {
        if looksUpLeft, join.kind == .semi || join.kind == .anti { return try marked(wants: join.kind == .semi) }
        let table = try JoinTable(
            try right.whole(execution), columns: right.columns, keys: join.keys.map(\.right), pairs: join.keys,
            join.range, execution)
        let leftEvaluator = Evaluator(context: execution.context, columns: left.columns)
        let pairEvaluator = Evaluator(context: execution.context, columns: left.columns + right.columns)
        switch join.kind {
        case .inner, .left, .single:
            return left.map(columns) { rows in
                let (mine, others) = try matches(rows, table, leftEvaluator, pairEvaluator)
                return try output(rows, table, mine, others, keepsLeft: join.kind != .inner)
            }
        case .semi, .anti:
            return left.map(columns) { rows in
                let found = try hasMatch(rows, table, leftEvaluator, pairEvaluator)
                let chosen = join.kind == .semi ? found : found.inverted
                if chosen.setCount == rows.count { return rows }
                let positions = chosen.rowPositions
                return try kernel { try rows.taking(positions) }
            }
        case .mark(let isIn):
            let nulls = isIn ? try NullGroups(table.keys, join, table.rows.count) : nil
            return left.map(columns) { rows in
                let found = try hasMatch(rows, table, leftEvaluator, pairEvaluator)
                var validity: Bitmap?
                if let nulls {
                    let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
                    let unknown = try kernel { try nulls.unknown(keys, rows.count) }
                    validity = Bitmap(rows.count) { found[$0] || !unknown[$0] }
                }
                let mark = Column(.bool, .bool(found)).with(validity: validity)
                return Rows(rows.columns + [mark], count: rows.count)
            }
        case .full: return try full(table, leftEvaluator, pairEvaluator)
        case .asOf(let isLeft):
            let rightEvaluator = Evaluator(context: execution.context, columns: right.columns)
            return try asOf(table, isLeft, rightEvaluator, leftEvaluator)
        }
    }

    /// The pairs of rows that match, residual included.
    private func matches(
        _ rows: Rows, _ table: JoinTable, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator
    ) throws -> (left: [UInt32], right: [UInt32]) {
        let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
        let (mine, others) = try kernel(join.range) { table.index.pairs(try table.firsts(keys, rows.count)) }
        guard let residual = join.residual, !mine.isEmpty else { return (mine, others) }
        return try residualMatches(residual, mine, others, pairEvaluator, rows, table.rows)
    }

    /// The pairs for which the residual is true.
    private func residualMatches(
        _ residual: Expression, _ mine: [UInt32], _ others: [UInt32], _ pairEvaluator: Evaluator, _ left: Rows,
        _ right: Rows
    ) throws -> (left: [UInt32], right: [UInt32]) {
        var (keptMine, keptOthers) = ([UInt32](), [UInt32]())
        let read = residual.columns
        // Pairs in pieces, so that a join of everything with everything does not hold all columns at once; columns
        // that the residual does not read are not brought along.
        for start in stride(from: 0, to: mine.count, by: 1 << 16) {
            let end = min(mine.count, start + 1 << 16)
            let (a, b) = (Array(mine[start..<end]), Array(others[start..<end]))
            let pairs = try kernel(join.range) {
                Rows(
                    try taken(left, self.left.columns, a, read) + taken(right, self.right.columns, b, read),
                    count: a.count)
            }
            for index in try pairEvaluator.selection(residual, pairs).rowPositions {
                keptMine.append(a[Int(index)])
                keptOthers.append(b[Int(index)])
            }
        }
        return (keptMine, keptOthers)
    }

    /// Rows at some positions; of columns that nobody reads any column of as many rows.
    private func taken(
        _ rows: Rows, _ columns: [PlanColumn], _ positions: [UInt32], _ read: Set<ColumnID>
    ) throws(KernelError) -> [Column] {
        let span = positions.span
        let filler = Column(.bool, .bool(Bitmap(repeating: false, count: positions.count)))
        var made: [Column] = []
        for (column, known) in zip(rows.columns, columns) {
            made.append(read.contains(known.id) ? try column.taking(span) : filler)
        }
        return made
    }

    private func hasMatch(
        _ rows: Rows, _ table: JoinTable, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator
    ) throws -> Bitmap {
        if join.residual == nil {
            let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
            let firsts = try kernel(join.range) { try table.firsts(keys, rows.count) }
            return JoinIndex.found(firsts)
        }
        var found = [Bool](repeating: false, count: rows.count)
        for row in try matches(rows, table, leftEvaluator, pairEvaluator).left { found[Int(row)] = true }
        return Bitmap(found)
    }

    /// Semi- and anti-joins of few rows with many: the few are kept, and the many mark those that they match.
    private func marked(wants: Bool) throws -> Pipeline {
        let parts = try left.materialised(execution)
        let whole = try kernel { try Rows.joined(parts, types: left.types, execution) }
        let table = try JoinTable(
            whole, columns: left.columns, keys: join.keys.map(\.left), pairs: join.keys, join.range, execution)
        let rightEvaluator = Evaluator(context: execution.context, columns: right.columns)
        let pairEvaluator = Evaluator(context: execution.context, columns: left.columns + right.columns)
        let isMatched = Mutex([Bool](repeating: false, count: whole.count))
        _ = try right.collect(execution) { _, run in
            try run { rows in
                let keys = try join.keys.map { try rightEvaluator.column($0.right, rows) }
                let firsts = try kernel(join.range) { try table.firsts(keys, rows.count) }
                guard let residual = join.residual else {
                    return isMatched.withLock { table.index.mark(firsts, &$0) }
                }
                // Rows of the right that nothing matches any more need no residual: each left row is matched once.
                let (others, mine) = table.index.pairs(firsts)
                if mine.isEmpty { return }
                let open = isMatched.withLock { known in mine.indices.filter { !known[Int(mine[$0])] } }
                let (a, b) = (open.map { mine[$0] }, open.map { others[$0] })
                let (matched, _) = try residualMatches(residual, a, b, pairEvaluator, whole, rows)
                isMatched.withLock { known in for row in matched { known[Int(row)] = true } }
            }
        }
        let marks = isMatched.withLock { $0 }
        var made: [Rows] = []
        var start = 0
        for part in parts {
            let own = start..<start + part.count
            start += part.count
            let positions = own.filter { marks[$0] == wants }.map { UInt32($0 - own.lowerBound) }
            if positions.isEmpty { continue }
            made.append(positions.count == part.count ? part : try kernel { try part.taking(positions) })
        }
        return Pipeline(columns, parts: made)
    }

    private func output(
        _ rows: Rows, _ table: JoinTable, _ mine: [UInt32], _ others: [UInt32], keepsLeft: Bool
    ) throws -> Rows {
        var (mine, others) = (mine, others)
        if keepsLeft {
            var counts = [UInt32](repeating: 0, count: rows.count)
            for row in mine { counts[Int(row)] += 1 }
            if join.kind == .single, counts.contains(where: { $0 > 1 }) {
                throw QueryError(
                    .manyRows, "a subquery that stands for a value gives more than one row", at: join.range,
                    try: "LIMIT 1, or an aggregate")
            }
            if counts.contains(0) {
                // Rows without a match in their place, so that the order of the left side stays.
                var (all, partners) = ([UInt32](), [UInt32]())
                all.reserveCapacity(rows.count + mine.count)
                partners.reserveCapacity(rows.count + mine.count)
                var next = 0
                for row in 0..<rows.count {
                    if counts[row] == 0 {
                        all.append(UInt32(truncatingIfNeeded: row))
                        partners.append(missingRow)
                    }
                    while next < mine.count, mine[next] == UInt32(truncatingIfNeeded: row) {
                        all.append(mine[next])
                        partners.append(others[next])
                        next += 1
                    }
                }
                (mine, others) = (all, partners)
            }
        }
        return try kernel(join.range) {
            let isIdentity = mine.count == rows.count && mine.indices.allSatisfy { Int(mine[$0]) == $0 }
            let (own, span) = (mine.span, others.span)
            var made: [Column] = []
            for (column, known) in zip(rows.columns, left.columns) where outputs.contains(known.id) {
                made.append(isIdentity ? column : try column.taking(own))
            }
            for (column, known) in zip(table.rows.columns, right.columns) where outputs.contains(known.id) {
                made.append(try column.taking(span, mayMiss: keepsLeft))
            }
            return Rows(made, count: mine.count)
        }
    }

    /// FULL: as LEFT, and then the right rows that no row of the left matched.
    private func full(_ table: JoinTable, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator) throws -> Pipeline {
        let parts = try left.collect(execution) { _, run in
            var made: [Rows] = []
            var matched: [UInt32] = []
            try run { rows in
                let (mine, others) = try matches(rows, table, leftEvaluator, pairEvaluator)
                matched += others
                let result = try output(rows, table, mine, others, keepsLeft: true)
                if result.count > 0 { made.append(result) }
            }
            return (made, matched)
        }
        var isMatched = [Bool](repeating: false, count: table.rows.count)
        for part in parts { for row in part.1 { isMatched[Int(row)] = true } }
        let rest = isMatched.indices.filter { !isMatched[$0] }.map { UInt32($0) }
        var all = parts.flatMap(\.0)
        if !rest.isEmpty {
            let nulls = left.types.map { Column.nulls($0, rest.count) }
            all.append(try kernel { Rows(nulls + (try table.rows.taking(rest).columns), count: rest.count) })
        }
        return Pipeline(columns, parts: all)
    }

    /// ASOF: of the right rows with the same keys the nearest that satisfies the inequality.
    private func asOf(
        _ table: JoinTable, _ isLeft: Bool, _ rightEvaluator: Evaluator, _ leftEvaluator: Evaluator
    ) throws -> Pipeline {
        guard let asOf = join.asOf else {
            throw QueryError(.unsupported, "an ASOF join without its inequality", at: join.range)
        }
        let times = try rightEvaluator.column(asOf.right, table.rows)
        // Of `left >= right` the largest right one at or below is nearest; of `left <= right` the smallest.
        let findsLargest = asOf.comparison == .greaterOrEqual || asOf.comparison == .greater
        let isStrict = asOf.comparison == .greater || asOf.comparison == .less
        return left.map(columns) { rows in
            let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
            let own = try leftEvaluator.column(asOf.left, rows)
            return try kernel(join.range) {
                // One order for both sides' times.
                let layout = try KeyLayout(
                    chunks: [[own], [times]], orders: [KeyOrder(isDescending: false, nullsFirst: true)])
                let (mine, others) = (
                    try layout.packed([own], rowCount: rows.count),
                    try layout.packed([times], rowCount: table.rows.count)
                )
                guard case .narrow(let a, _) = mine, case .narrow(let b, _) = others else {
                    throw KernelError.invalidArgument("an ASOF join by values of this type")
                }
                let firsts = try table.firsts(keys, rows.count)
                var (kept, partners) = ([UInt32](), [UInt32]())
                for row in 0..<rows.count {
                    var best = missingRow
                    if own.isValid(row) {
                        table.index.forEach(firsts[row]) { candidate in
                            guard times.isValid(Int(candidate)) else { return }
                            let time = b[Int(candidate)]
                            let fits =
                                findsLargest
                                ? (isStrict ? time < a[row] : time <= a[row])
                                : (isStrict ? time > a[row] : time >= a[row])
                            guard fits else { return }
                            if best == missingRow || (findsLargest ? time > b[Int(best)] : time < b[Int(best)]) {
                                best = candidate
                            }
                        }
                    }
                    if best != missingRow || isLeft {
                        kept.append(UInt32(row))
                        partners.append(best)
                    }
                }
                let span = partners.span
                let found = try table.rows.columns.map { try $0.taking(span, mayMiss: true) }
                return Rows(try rows.taking(kept).columns + found, count: kept.count)
            }
        }
    }
}

/// What IN needs to tell FALSE from NULL: which groups of the other keys have rows, and which have a NULL among their
/// values.
private struct NullGroups: Sendable {
    private let layout: KeyLayout?
    private let groups: KeyNumbers
    private let hasNull: [Bool]
    private let isEmpty: Bool

    init(_ keys: [Column], _ join: JoinPlan, _ count: Int) throws {
        isEmpty = count == 0
        let values = keys[keys.count - 1]
        let others = Array(keys.dropLast())
        if others.isEmpty {
            layout = nil
            groups = KeyNumbers(bits: 0)
            hasNull = [values.nullCount > 0]
            return
        }
        let layout = try kernel { try KeyLayout(chunks: [others]) }
        var groups = KeyNumbers(bits: layout.bits)
        var hasNull: [Bool] = []
        let packed = try kernel(join.range) { try layout.packed(others, rowCount: count) }
        for (row, number) in groups.insert(packed).enumerated() {
            let group = Int(number)
            if group == hasNull.count { hasNull.append(false) }
            if !values.isValid(row) { hasNull[group] = true }
        }
        self.layout = layout
        self.groups = groups
        self.hasNull = hasNull
    }

    /// The rows for which a missing match means NULL.
    func unknown(_ keys: [Column], _ count: Int) throws(KernelError) -> [Bool] {
        let values = keys[keys.count - 1]
        if isEmpty { return Array(repeating: false, count: count) }
        guard let layout else { return (0..<count).map { hasNull[0] || !values.isValid($0) } }
        let probe = try layout.probed(Array(keys.dropLast()), rowCount: count)
        let found = groups.find(probe.keys)
        return (0..<count).map { row in
            guard !probe.unknown[row], found[row] != missingRow else { return false }
            return hasNull[Int(found[row])] || !values.isValid(row)
        }
    }
}
