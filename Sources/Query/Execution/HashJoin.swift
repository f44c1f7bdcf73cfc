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

    /// The right side: its rows, and for each distinct key the rows that have it.
    private final class Table: Sendable {
        let rows: Rows
        let layout: KeyLayout?
        let narrow: GroupIndex<UInt64>
        let wide: GroupIndex<UInt128>
        /// The rows of key `k` are `order[starts[k]..<starts[k + 1]]`.
        let starts: [UInt32]
        let order: [UInt32]
        private let reservation: MemoryReservation

        init(
            _ rows: Rows, _ keys: [Column], _ pairs: [JoinPlan.KeyPair], _ reservation: MemoryReservation
        ) throws(KernelError) {
            self.rows = rows
            self.reservation = reservation
            var isJoinable = [Bool](repeating: true, count: rows.count)
            for (column, pair) in zip(keys, pairs) where !pair.matchesNulls {
                if let validity = column.validity {
                    for row in 0..<rows.count where !validity[row] { isJoinable[row] = false }
                }
            }
            var groups = [UInt32](repeating: 0, count: rows.count)
            var narrow = GroupIndex<UInt64>(bits: 0)
            var wide = GroupIndex<UInt128>(bits: 128)
            var groupCount = 1
            if keys.isEmpty {
                layout = nil
            } else {
                let layout = try KeyLayout(chunks: [keys])
                self.layout = layout
                switch try layout.packed(keys, rowCount: rows.count) {
                case .narrow(let packed, let bits):
                    narrow = GroupIndex<UInt64>(bits: bits, expected: rows.count)
                    for row in 0..<rows.count where isJoinable[row] { groups[row] = narrow.insert(packed[row]) }
                    groupCount = narrow.count
                case .wide(let packed, let bits):
                    wide = GroupIndex<UInt128>(bits: bits, expected: rows.count)
                    for row in 0..<rows.count where isJoinable[row] { groups[row] = wide.insert(packed[row]) }
                    groupCount = wide.count
                }
            }
            var starts = [UInt32](repeating: 0, count: groupCount + 1)
            for row in 0..<rows.count where isJoinable[row] { starts[Int(groups[row]) + 1] += 1 }
            for group in 0..<groupCount { starts[group + 1] += starts[group] }
            var order = [UInt32](repeating: 0, count: Int(starts[groupCount]))
            var next = starts
            for row in 0..<rows.count where isJoinable[row] {
                order[Int(next[Int(groups[row])])] = UInt32(row)
                next[Int(groups[row])] += 1
            }
            self.narrow = narrow
            self.wide = wide
            self.starts = starts
            self.order = order
        }

        /// The group of each probing row; `missingRow` where there is none.
        func find(_ keys: [Column], _ pairs: [JoinPlan.KeyPair], _ count: Int) throws(KernelError) -> [UInt32] {
            guard let layout else { return Array(repeating: rows.count == 0 ? missingRow : 0, count: count) }
            var groups = [UInt32](repeating: missingRow, count: count)
            if rows.count == 0 { return groups }
            let probe = try layout.probed(keys, rowCount: count)
            switch probe.keys {
            case .narrow(let packed, _):
                for row in 0..<count where !probe.unknown[row] { groups[row] = narrow.find(packed[row]) ?? missingRow }
            case .wide(let packed, _):
                for row in 0..<count where !probe.unknown[row] { groups[row] = wide.find(packed[row]) ?? missingRow }
            }
            for (column, pair) in zip(keys, pairs) where !pair.matchesNulls {
                if let validity = column.validity {
                    for row in 0..<count where !validity[row] { groups[row] = missingRow }
                }
            }
            return groups
        }

        func range(_ group: UInt32) -> Range<Int> {
            group == missingRow ? 0..<0 : Int(starts[Int(group)])..<Int(starts[Int(group) + 1])
        }
    }

    func pipeline() throws -> Pipeline {
        let rightRows = try right.whole(execution)
        let rightEvaluator = Evaluator(context: execution.context, columns: right.columns)
        let rightKeys = try join.keys.map { try rightEvaluator.column($0.right, rightRows) }
        // Rows, packed keys and their numbers.
        let reservation = try execution.memory.reserve(rightRows.byteCount + rightRows.count * 24)
        let table = try kernel(join.range) { try Table(rightRows, rightKeys, join.keys, reservation) }
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
                let wanted = join.kind == .semi
                let positions = (0..<rows.count).filter { found[$0] == wanted }.map { UInt32($0) }
                return positions.count == rows.count ? rows : try kernel { try rows.taking(positions) }
            }
        case .mark(let isIn):
            let nulls = isIn ? try NullGroups(rightKeys, join, rightRows.count) : nil
            return left.map(columns) { rows in
                let found = try hasMatch(rows, table, leftEvaluator, pairEvaluator)
                var validity: Bitmap?
                if let nulls {
                    let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
                    let unknown = try kernel { try nulls.unknown(keys, rows.count) }
                    validity = Bitmap((0..<rows.count).map { found[$0] || !unknown[$0] })
                }
                let mark = Column(.bool, .bool(Bitmap(found))).with(validity: validity)
                return Rows(rows.columns + [mark], count: rows.count)
            }
        case .full: return try full(table, leftEvaluator, pairEvaluator)
        case .asOf(let isLeft): return try asOf(table, isLeft, rightEvaluator, leftEvaluator)
        }
    }

    /// The pairs of rows that match, residual included.
    private func matches(
        _ rows: Rows, _ table: Table, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator
    ) throws -> (left: [UInt32], right: [UInt32]) {
        let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
        var (mine, others) = ([UInt32](), [UInt32]())
        try kernel(join.range) {
            let groups = try table.find(keys, join.keys, rows.count)
            mine.reserveCapacity(rows.count)
            others.reserveCapacity(rows.count)
            for row in 0..<rows.count {
                for position in table.range(groups[row]) {
                    mine.append(UInt32(truncatingIfNeeded: row))
                    others.append(table.order[position])
                }
            }
        }
        guard let residual = join.residual, !mine.isEmpty else { return (mine, others) }
        var (keptMine, keptOthers) = ([UInt32](), [UInt32]())
        // Pairs in pieces, so that a join of everything with everything does not hold all columns at once.
        for start in stride(from: 0, to: mine.count, by: 1 << 16) {
            let end = min(mine.count, start + 1 << 16)
            let (a, b) = (Array(mine[start..<end]), Array(others[start..<end]))
            let pairs = try kernel(join.range) {
                Rows(try rows.taking(a).columns + table.rows.taking(b).columns, count: a.count)
            }
            for index in try pairEvaluator.selection(residual, pairs).rowPositions {
                keptMine.append(a[Int(index)])
                keptOthers.append(b[Int(index)])
            }
        }
        return (keptMine, keptOthers)
    }

    private func hasMatch(
        _ rows: Rows, _ table: Table, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator
    ) throws -> [Bool] {
        var found = [Bool](repeating: false, count: rows.count)
        if join.residual == nil {
            let keys = try join.keys.map { try leftEvaluator.column($0.left, rows) }
            let groups = try kernel(join.range) { try table.find(keys, join.keys, rows.count) }
            for row in 0..<rows.count { found[row] = !table.range(groups[row]).isEmpty }
        } else {
            for row in try matches(rows, table, leftEvaluator, pairEvaluator).left { found[Int(row)] = true }
        }
        return found
    }

    private func output(
        _ rows: Rows, _ table: Table, _ mine: [UInt32], _ others: [UInt32], keepsLeft: Bool
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
                var next = 0
                for row in 0..<rows.count {
                    if counts[row] == 0 {
                        all.append(UInt32(row))
                        partners.append(missingRow)
                    }
                    while next < mine.count, mine[next] == UInt32(row) {
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
            let kept = isIdentity ? rows.columns : try rows.taking(mine).columns
            let span = others.span
            let found = try table.rows.columns.map { try $0.taking(span, mayMiss: keepsLeft) }
            return Rows(kept + found, count: mine.count)
        }
    }

    /// FULL: as LEFT, and then the right rows that no row of the left matched.
    private func full(_ table: Table, _ leftEvaluator: Evaluator, _ pairEvaluator: Evaluator) throws -> Pipeline {
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
        _ table: Table, _ isLeft: Bool, _ rightEvaluator: Evaluator, _ leftEvaluator: Evaluator
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
                let groups = try table.find(keys, join.keys, rows.count)
                var (kept, partners) = ([UInt32](), [UInt32]())
                for row in 0..<rows.count {
                    var best = missingRow
                    if own.isValid(row) {
                        for position in table.range(groups[row]) {
                            let candidate = table.order[position]
                            guard times.isValid(Int(candidate)) else { continue }
                            let time = b[Int(candidate)]
                            let fits =
                                findsLargest
                                ? (isStrict ? time < a[row] : time <= a[row])
                                : (isStrict ? time > a[row] : time >= a[row])
                            guard fits else { continue }
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
    private let groups: GroupIndex<UInt128>
    private let hasNull: [Bool]
    private let isEmpty: Bool

    init(_ keys: [Column], _ join: JoinPlan, _ count: Int) throws {
        isEmpty = count == 0
        let values = keys[keys.count - 1]
        let others = Array(keys.dropLast())
        if others.isEmpty {
            layout = nil
            groups = GroupIndex(bits: 128)
            hasNull = [values.nullCount > 0]
            return
        }
        let layout = try kernel { try KeyLayout(chunks: [others]) }
        var groups = GroupIndex<UInt128>(bits: 128)
        var hasNull: [Bool] = []
        let packed = try kernel(join.range) { try layout.packed(others, rowCount: count) }
        for (row, key) in packed.wideKeys.enumerated() {
            let group = Int(groups.insert(key))
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
        let packed = probe.keys.wideKeys
        return (0..<count).map { row in
            guard !probe.unknown[row], let group = groups.find(packed[row]) else { return false }
            return hasNull[Int(group)] || !values.isValid(row)
        }
    }
}

extension PackedKeys {
    /// The keys in 128 bits.
    var wideKeys: [UInt128] {
        switch self {
        case .narrow(let keys, _): keys.map { UInt128($0) }
        case .wide(let keys, _): keys
        }
    }
}
