import Analytics

/// What somebody can find out who sees the shown cells and totals of a cube and knows that no cell is negative. Written
/// from the definition alone: every cell is an unknown number, every total a sum of them.
struct CellAttack {
    /// The unknown cells that each row (a cell or total) is the sum of.
    let sums: [Set<Int>]
    /// What is shown; nil where it is hidden.
    let shown: [Int64?]
    /// The number of unknown cells.
    let cellCount: Int

    /// The hidden rows that are sums and differences of shown ones: their forms lie in the span of the shown forms.
    func computable() -> [Int] {
        var basis: [[Int]] = []
        for row in sums.indices where shown[row] != nil { _ = Self.reduce(form(row), &basis, adds: true) }
        return sums.indices.filter { shown[$0] == nil && !Self.reduce(form($0), &basis, adds: false) }
    }

    private func form(_ row: Int) -> [Int] { (0..<cellCount).map { sums[row].contains($0) ? 1 : 0 } }

    /// Whether something is left of a form behind those of a basis, in arithmetic modulo a large prime.
    private static func reduce(_ form: [Int], _ basis: inout [[Int]], adds: Bool) -> Bool {
        let prime = 2_147_483_647
        var rest = form
        for own in basis {
            guard let pivot = own.firstIndex(where: { $0 != 0 }), rest[pivot] != 0 else { continue }
            let factor = rest[pivot]
            for index in rest.indices { rest[index] = ((rest[index] - factor * own[index]) % prime + prime) % prime }
        }
        guard let pivot = rest.firstIndex(where: { $0 != 0 }) else { return false }
        guard adds else { return true }
        let inverse = power(rest[pivot], prime - 2, prime)
        basis.append(rest.map { $0 * inverse % prime })
        return true
    }

    private static func power(_ base: Int, _ exponent: Int, _ prime: Int) -> Int {
        var (result, base, exponent) = (1, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result = result * base % prime }
            base = base * base % prime
            exponent >>= 1
        }
        return result
    }

    /// The hidden rows that have one value in all tables of whole numbers from 0 on that agree with what is shown.
    ///
    /// Tries all tables, cell by cell; `limit` bounds a cell that no shown sum bounds.
    func pinned(limit: Int64) -> [Int] {
        var search = Search(attack: self, limit: limit)
        search.run(0)
        return sums.indices.filter { shown[$0] == nil && search.values[$0].count < 2 }
    }

    private struct Search {
        let attack: CellAttack
        let limit: Int64
        var values: [Set<Int64>]
        private var cells: [Int64]
        private var left: [Int64?]
        private let rowsOf: [[Int]]
        private let lastCell: [Int]

        init(attack: CellAttack, limit: Int64) {
            self.attack = attack
            self.limit = limit
            values = Array(repeating: [], count: attack.sums.count)
            cells = Array(repeating: 0, count: attack.cellCount)
            left = attack.shown
            rowsOf = (0..<attack.cellCount).map { cell in attack.sums.indices.filter { attack.sums[$0].contains(cell) }
            }
            lastCell = attack.sums.map { $0.max() ?? -1 }
        }

        private var isDone: Bool { attack.sums.indices.allSatisfy { attack.shown[$0] != nil || values[$0].count > 1 } }

        mutating func run(_ cell: Int) {
            if cell == attack.cellCount {
                for row in attack.sums.indices where attack.shown[row] == nil {
                    values[row].insert(attack.sums[row].reduce(0) { $0 + cells[$1] })
                }
                return
            }
            var (low, high): (Int64, Int64) = (0, limit)
            for row in rowsOf[cell] {
                guard let left = left[row] else { continue }
                high = min(high, left)
                if lastCell[row] == cell { low = max(low, left) }
            }
            guard low <= high else { return }
            for value in low...high {
                cells[cell] = value
                for row in rowsOf[cell] { left[row] = left[row].map { $0 - value } }
                run(cell + 1)
                for row in rowsOf[cell] { left[row] = left[row].map { $0 + value } }
                if isDone { return }
            }
        }
    }
}

extension CellAttack {
    init(_ table: CellSuppression, codes: [[UInt32]], dimensionCount: Int) {
        var forms: [Set<Int>] = []
        for place in table.keys.indices {
            let wanted = (0..<dimensionCount).map { table.code(place, $0) }
            forms.append(
                Set(
                    codes.indices.filter { cell in
                        zip(wanted, codes[cell]).allSatisfy { $0 == nil || $0 == Int($1) }
                    }))
        }
        self.init(
            sums: forms, shown: table.keys.indices.map { table.isSuppressed[$0] ? nil : table.counts[$0] },
            cellCount: codes.count)
    }
}
