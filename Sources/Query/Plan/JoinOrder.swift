internal import Kernels

/// The order of inner joins: of all trees over the tables the one that makes the fewest rows on its way, found by dynamic
/// programming over sets of tables (Selinger); beyond `exhaustiveTableCountMax` tables the two that join to the fewest rows
/// are joined first, again and again.
///
/// Tables have no counts of distinct values. Columns that equalities connect are one class, and a class has no more values
/// than the smallest of its tables has rows without conditions: for keys and their references that is right.
struct JoinOrder {
    /// A tree over some tables: how it is joined, its rows, and the rows made on its way.
    struct Tree {
        indirect enum Shape {
            case table(Int)
            /// The left side is looked up in a hash table of the right.
            case join(Tree, Tree)
        }

        let shape: Shape
        let rows: Double
        let cost: Double
        let tables: UInt64
    }

    static let exhaustiveTableCountMax = 9

    private let tables: [LogicalPlan]
    private let rows: [Double]
    /// Rows of each table without conditions.
    private let baseRows: [Double]
    private let conditions: [(tables: UInt64, condition: Expression, classID: Int?)]
    private let classValues: [Double]

    init(_ tables: [LogicalPlan], _ conditions: [Expression]) {
        self.tables = tables
        rows = tables.map(Estimate.rows)
        let base = tables.map(Estimate.baseRows)
        baseRows = base
        var owner: [ColumnID: Int] = [:]
        for (index, table) in tables.enumerated() { for column in table.columns { owner[column.id] = index } }
        // Classes of columns that equalities connect.
        var classOf: [ColumnID: Int] = [:]
        var members: [[ColumnID]] = []
        for condition in conditions {
            guard case .compare(.equal, let left, let right) = condition.kind, let a = left.columnID,
                let b = right.columnID
            else { continue }
            let (first, second) = (classOf[a], classOf[b])
            switch (first, second) {
            case (nil, nil):
                members.append([a, b])
                (classOf[a], classOf[b]) = (members.count - 1, members.count - 1)
            case (let known?, nil):
                members[known].append(b)
                classOf[b] = known
            case (nil, let known?):
                members[known].append(a)
                classOf[a] = known
            case (let x?, let y?) where x != y:
                for column in members[y] { classOf[column] = x }
                members[x] += members[y]
                members[y] = []
            default: break
            }
        }
        classValues = members.map { columns in columns.compactMap { owner[$0].map { base[$0] } }.min() ?? 1 }
        self.conditions = conditions.map { condition in
            var mask: UInt64 = 0
            for column in condition.columns { if let index = owner[column] { mask |= 1 << UInt64(index) } }
            var classID: Int?
            if case .compare(.equal, let left, _) = condition.kind { classID = left.columnID.flatMap { classOf[$0] } }
            return (mask, condition, classID)
        }
    }

    /// The tree of all tables.
    func best() -> Tree {
        let leaves = tables.indices.map {
            Tree(shape: .table($0), rows: rows[$0], cost: 0, tables: 1 << UInt64($0))
        }
        return tables.count <= Self.exhaustiveTableCountMax ? exhaustive(leaves) : greedy(leaves)
    }

    private func exhaustive(_ leaves: [Tree]) -> Tree {
        let all = (UInt64(1) << UInt64(leaves.count)) - 1
        var best: [UInt64: Tree] = [:]
        for leaf in leaves { best[leaf.tables] = leaf }
        var set: UInt64 = 1
        while set <= all {
            if set.nonzeroBitCount > 1 {
                var found: Tree?
                // Trees that an equality holds together come before products.
                var foundConnected = false
                var part = (set - 1) & set
                while part > 0 {
                    if part > set ^ part, let left = best[part], let right = best[set ^ part] {
                        let isConnected = connects(left.tables, right.tables)
                        if isConnected || !foundConnected {
                            let tree = joined(left, right)
                            if found == nil || (isConnected && !foundConnected) || tree.cost < found?.cost ?? 0 {
                                found = tree
                            }
                            foundConnected = foundConnected || isConnected
                        }
                    }
                    part = (part - 1) & set
                }
                best[set] = found
            }
            set += 1
        }
        return best[all] ?? greedy(leaves)
    }

    private func greedy(_ leaves: [Tree]) -> Tree {
        var trees = leaves
        while trees.count > 1 {
            var chosen: (Int, Int, Tree, Bool)?
            for a in trees.indices {
                for b in trees.indices where b > a {
                    let isConnected = connects(trees[a].tables, trees[b].tables)
                    let tree = joined(trees[a], trees[b])
                    let isBetter =
                        chosen.map { isConnected != $0.3 ? isConnected : tree.rows < $0.2.rows } ?? true
                    if isBetter { chosen = (a, b, tree, isConnected) }
                }
            }
            guard let (a, b, tree, _) = chosen else { break }
            trees.remove(at: b)
            trees[a] = tree
        }
        return trees[0]
    }

    private func connects(_ left: UInt64, _ right: UInt64) -> Bool {
        conditions.contains { $0.tables & left != 0 && $0.tables & right != 0 && $0.tables & ~(left | right) == 0 }
    }

    /// The smaller side is built, which costs more for a row than looking up.
    private func joined(_ left: Tree, _ right: Tree) -> Tree {
        let (probe, build) = left.rows >= right.rows ? (left, right) : (right, left)
        var values = 1.0
        var share = 1.0
        var seen: Set<Int> = []
        let both = left.tables | right.tables
        for (mask, condition, classID) in conditions
        where mask & left.tables != 0 && mask & right.tables != 0 && mask & ~both == 0 {
            if let classID {
                if seen.insert(classID).inserted { values *= max(1, classValues[classID]) }
            } else if case .compare(.equal, _, _) = condition.kind {
                values *= max(1, min(base(left.tables, condition), base(right.tables, condition)))
            } else {
                share *= 0.4
            }
        }
        // Several keys together have no more values than the smaller side has rows.
        let limit = min(base(left.tables, nil), base(right.tables, nil))
        let made = left.rows * right.rows / max(1, min(values, max(1, limit))) * share
        return Tree(
            shape: .join(probe, build), rows: max(1, made),
            cost: left.cost + right.cost + probe.rows + 2 * build.rows + made, tables: both)
    }

    private func base(_ set: UInt64, _ condition: Expression?) -> Double {
        var largest = 1.0
        for (index, table) in tables.enumerated() where set & (1 << UInt64(index)) != 0 {
            if let condition, condition.columns.isDisjoint(with: table.columns.map(\.id)) { continue }
            largest = max(largest, baseRows[index])
        }
        return largest
    }
}
