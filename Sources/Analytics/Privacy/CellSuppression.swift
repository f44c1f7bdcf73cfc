/// Which cells of a table of people are hidden (analytics rule X23): those of fewer than k, and as many more that no hidden
/// cell can be computed from the cells and totals that are shown.
///
/// The table is a cube: the cells of all dimensions, and their sums over every set of dimensions (a *summed* dimension has
/// code 0 in a cell's key). A cell of 1 to k − 1 people is hidden, at whatever level. To each hidden cell belongs a **move**:
/// whole numbers that are added to some cells, taken from others, and leave every cell that is shown as it was. It proves
/// that another table without a negative cell has the same shown numbers and another number here. Two kinds of move:
///
/// - a *cube* (Repsilber's hypercube method): corners that differ in a set D of dimensions, with alternating signs; sums
///   over a dimension of D do not change, so that mostly no total need be hidden;
/// - a *pair*: one person more here and one fewer there; it always exists, but hides the totals that tell the two apart.
///
/// Every cell that a move changes is hidden, so that each of them is proved by the same move, and hiding more later cannot
/// undo the proof. Of all moves that one is taken by which the cell could as well be k people or more, then the one that
/// hides the fewest totals, then the fewest people.
package struct CellSuppression: Sendable {
    /// The most dimensions of a table.
    package static let dimensionCountMax = 6
    /// Cells that are tried as the other end of a move, besides those beside the cell itself.
    private static let partnerCountMax = 1_000

    /// Cells and totals; the cells of all dimensions first, in the order they were given.
    package private(set) var keys: [Int]
    /// Their people.
    package private(set) var counts: [Int64]
    /// Whether they are hidden.
    package private(set) var isSuppressed: [Bool]
    private var isProved: [Bool]
    private let cellCount: Int
    private let strides: [Int]
    private let codes: [[UInt32]]
    private let threshold: Int64
    private var places: [Int: Int] = [:]

    /// The sets of dimensions that are kept, of each level; all dimensions first.
    private var levels: [Int] { Array((0..<(1 << strides.count)).reversed()) }

    /// - Parameters:
    ///   - codes: of each cell, its values in each dimension as numbers from 0; no two cells are alike.
    ///   - counts: the people of each cell.
    ///   - valueCounts: how many numbers each dimension has.
    ///   - threshold: the fewest people of a cell that is shown.
    /// - Throws: `OperatorError` for a negative count, sums beyond 64 bits, or too many dimensions or values.
    package init(
        codes: [[UInt32]], counts: [Int64], valueCounts: [Int], threshold: Int64
    ) throws(OperatorError) {
        guard (1...Self.dimensionCountMax).contains(valueCounts.count) else {
            throw OperatorError("'group' has 1 to \(Self.dimensionCountMax) columns")
        }
        var strides: [Int] = []
        var size = 1
        for count in valueCounts {
            strides.append(size)
            let (product, overflow) = size.multipliedReportingOverflow(by: count + 1)
            guard !overflow else { throw OperatorError("the columns of 'group' have too many values together") }
            size = product
        }
        self.strides = strides
        self.codes = codes
        self.threshold = threshold
        cellCount = codes.count
        (keys, self.counts, isSuppressed, isProved) = ([], [], [], [])
        try addCells(counts)
        protect()
    }

    /// The place of the cell or total that a cell belongs to.
    /// - Parameter level: the dimensions that are kept, a bit for each, the first lowest.
    package func place(of cell: Int, level: Int) -> Int { places[key(codes[cell], level)] ?? cell }

    /// The number of a total's or cell's value in a dimension; nil where it is summed.
    package func code(_ place: Int, _ dimension: Int) -> Int? {
        let size = dimension + 1 < strides.count ? strides[dimension + 1] : Int.max
        let digit = keys[place] % size / strides[dimension]
        return digit == 0 ? nil : digit - 1
    }

    private mutating func addCells(_ given: [Int64]) throws(OperatorError) {
        for level in levels {
            for cell in codes.indices {
                guard given[cell] >= 0 else { throw OperatorError("'count' has a negative number of people") }
                let key = key(codes[cell], level)
                let place: Int
                if let known = places[key] {
                    place = known
                } else {
                    place = keys.count
                    places[key] = place
                    keys.append(key)
                    counts.append(0)
                }
                counts[place] = try counts[place].plus(given[cell], "a number of people")
            }
        }
        isSuppressed = counts.map { $0 > 0 && $0 < threshold }
        isProved = counts.map { _ in false }
    }

    private func key(_ codes: [UInt32], _ level: Int) -> Int {
        var key = 0
        for (dimension, code) in codes.enumerated() where level >> dimension & 1 == 1 {
            key += (Int(code) + 1) * strides[dimension]
        }
        return key
    }

    // MARK: - Moves

    private struct Move {
        /// The cells of all dimensions that it changes, and by how much.
        var corners: [(codes: [UInt32], sign: Int)]
        /// The dimensions in which they differ, a bit for each.
        var differing: Int
        var isCube: Bool
    }

    /// What a move costs: the less, the better.
    private struct Cost: Comparable {
        var isWeak: Bool
        var totalCount: Int
        var hiddenCount: Int64

        static func < (left: Cost, right: Cost) -> Bool {
            (left.isWeak ? 1 : 0, left.totalCount, left.hiddenCount)
                < (right.isWeak ? 1 : 0, right.totalCount, right.hiddenCount)
        }
    }

    private mutating func protect() {
        guard let total = counts.last, total > 0 else { return }
        let used = codes.indices.filter { counts[$0] > 0 }
        // Too few people altogether, or all of them in one cell that would be hidden: nothing can be shown.
        guard total >= threshold else {
            for place in counts.indices where counts[place] > 0 { isSuppressed[place] = true }
            return
        }
        let partners = used.sorted { left, right in rank(left) < rank(right) }
        for place in counts.indices where isSuppressed[place] && !isProved[place] {
            var best: (cost: Cost, move: Move)?
            for cell in used where self.place(of: cell, level: level(of: place)) == place {
                consider(partners.prefix(Self.partnerCountMax), cell, place, &best)
                if partners.count > Self.partnerCountMax {
                    consider(partners.filter { isBeside($0, cell) }, cell, place, &best)
                }
                // Cells of one place are few people; one of them is enough where the place has very many.
                if best != nil, partners.count > Self.partnerCountMax { break }
            }
            if best == nil { fallBack(used, place, &best) }
            if let best { apply(best.move) }
        }
    }

    /// A pair of a cell of the place and one that is not, which there is, since all people together are enough.
    private func fallBack(_ used: [Int], _ place: Int, _ best: inout (cost: Cost, move: Move)?) {
        let level = level(of: place)
        let own = used.first { self.place(of: $0, level: level) == place }
        let other = used.first { self.place(of: $0, level: level) != place }
        if let own, let other { consider([other], own, place, &best) }
    }

    private func rank(_ cell: Int) -> (Int, Int64, Int) {
        counts[cell] >= threshold ? (0, counts[cell], cell) : (1, -counts[cell], cell)
    }

    private func level(of place: Int) -> Int {
        var level = 0
        for dimension in strides.indices where code(place, dimension) != nil { level |= 1 << dimension }
        return level
    }

    private func isBeside(_ cell: Int, _ other: Int) -> Bool {
        differing(codes[cell], codes[other]).nonzeroBitCount == 1
    }

    private func differing(_ cell: [UInt32], _ other: [UInt32]) -> Int {
        var bits = 0
        for dimension in cell.indices where cell[dimension] != other[dimension] { bits |= 1 << dimension }
        return bits
    }

    private func consider(
        _ partners: some Sequence<Int>, _ cell: Int, _ place: Int, _ best: inout (cost: Cost, move: Move)?
    ) {
        let level = level(of: place)
        for partner in partners where partner != cell {
            let differing = differing(codes[cell], codes[partner])
            if differing & level == differing, let move = cube(cell, partner, differing) { choose(move, &best) }
            if differing & level != 0 {
                let pair = Move(
                    corners: [(codes[cell], 1), (codes[partner], -1)], differing: differing, isCube: false)
                choose(pair, &best)
            }
        }
    }

    private func choose(_ move: Move, _ best: inout (cost: Cost, move: Move)?) {
        let cost = cost(move)
        guard let known = best else {
            best = (cost, move)
            return
        }
        if cost < known.cost { best = (cost, move) }
    }

    /// The corners between two cells; nil where one of them has nobody.
    private func cube(_ cell: Int, _ partner: Int, _ differing: Int) -> Move? {
        var corners: [(codes: [UInt32], sign: Int)] = []
        var subset = differing
        while true {
            var corner = codes[cell]
            for dimension in corner.indices where subset >> dimension & 1 == 1 {
                corner[dimension] = codes[partner][dimension]
            }
            guard let place = places[key(corner, levels[0])], counts[place] > 0 else { return nil }
            corners.append((corner, subset.nonzeroBitCount % 2 == 0 ? 1 : -1))
            if subset == 0 { break }
            subset = (subset - 1) & differing
        }
        return Move(corners: corners, differing: differing, isCube: true)
    }

    /// The cells and totals that a move changes. Sums over a differing dimension of a cube do not change; of a pair those
    /// do not in which the two are one.
    private func changed(_ move: Move) -> [Int] {
        var changed: [Int] = []
        for level in levels {
            let changes = move.isCube ? level & move.differing == move.differing : level & move.differing != 0
            if !changes { continue }
            for corner in move.corners {
                if let place = places[key(corner.codes, level)] { changed.append(place) }
            }
        }
        return changed
    }

    private func cost(_ move: Move) -> Cost {
        var cost = Cost(isWeak: false, totalCount: 0, hiddenCount: 0)
        for corner in move.corners where corner.sign < 0 {
            if let place = places[key(corner.codes, levels[0])], counts[place] < threshold { cost.isWeak = true }
        }
        for place in changed(move) where !isSuppressed[place] {
            if place >= cellCount { cost.totalCount += 1 }
            // Sums of people fit 64 bits, but not those of all levels together.
            cost.hiddenCount =
                cost.hiddenCount.addingReportingOverflow(counts[place]).overflow
                ? .max : cost.hiddenCount + counts[place]
        }
        return cost
    }

    private mutating func apply(_ move: Move) {
        for place in changed(move) {
            isSuppressed[place] = true
            isProved[place] = true
        }
    }
}
