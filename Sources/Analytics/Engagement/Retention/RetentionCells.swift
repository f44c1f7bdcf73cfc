internal import Kernels
internal import Query

/// Counts of a retention triangle (analytics rule E8): of each cohort and age, the actors that were active at it, and
/// those for whom it was the last.
struct RetentionCells {
    /// A cell's place: the cohort's bucket and the age in buckets.
    struct Cell: Hashable {
        var slice: UInt32
        var cohort: Int32
        var age: Int32
    }

    /// A count of each cell, packed: slice, cohort, age, and whether it is the actor's last.
    private var keys: [UInt64] = []
    private var counts: [Int64] = []
    private var isTooLarge = false

    private static let cohortBits = 23
    private static let ageBits = 23
    private static let sliceBits = 17

    /// Adds an actor, or several, to a cell.
    /// - Parameter isLast: whether the cell is that of the last activity, which is counted beside the activities.
    @inline(__always)
    mutating func add(_ cell: Cell, count: Int64 = 1, isLast: Bool) {
        let cohort = Int64(cell.cohort) + 1 << Int64(Self.cohortBits - 1)
        let age = Int64(cell.age) + 1
        if cohort < 0 || cohort >> Int64(Self.cohortBits) != 0 || age >> Int64(Self.ageBits) != 0
            || cell.slice >> UInt32(Self.sliceBits) != 0
        {
            isTooLarge = true
            return
        }
        let place = UInt64(cell.slice) << UInt64(Self.cohortBits) | UInt64(truncatingIfNeeded: cohort)
        keys.append(
            (place << UInt64(Self.ageBits) | UInt64(truncatingIfNeeded: age)) << 1 | (isLast ? 1 : 0))
        counts.append(count)
    }

    /// The cells with what was counted in them, in the order of their first counts.
    /// - Throws: `QueryError` where dates lie too far apart, or there are too many slices.
    func cells() throws -> [(cell: Cell, count: Int64, isLast: Bool)] {
        guard !isTooLarge else {
            throw QueryError(
                .budget,
                "the dates of the cohorts lie more than 10,000 years away, or there are more than 131,071 slices",
                try: "WHERE, on the dates")
        }
        let (groups, firstRows) = PackedKeys.narrow(keys, bits: 64).grouped()
        var sums = [Int64](repeating: 0, count: firstRows.count)
        for row in groups.indices { sums[Int(groups[row])] &+= counts[row] }
        return firstRows.enumerated().map { number, row in
            let key = keys[Int(row)]
            let age = Int32(truncatingIfNeeded: key >> 1 & (1 << UInt64(Self.ageBits) - 1)) - 1
            let place = key >> UInt64(Self.ageBits + 1)
            let cohort = Int64(place & (1 << UInt64(Self.cohortBits) - 1)) - 1 << Int64(Self.cohortBits - 1)
            let cell = Cell(
                slice: UInt32(truncatingIfNeeded: place >> UInt64(Self.cohortBits)),
                cohort: Int32(truncatingIfNeeded: cohort), age: age)
            return (cell, sums[number], key & 1 == 1)
        }
    }
}

/// The ages at which an actor was active, of one actor after the other.
struct RetentionScan {
    /// The lower bounds of ages that are taken together, ascending; none where each age stands for itself.
    let brackets: [Int32]
    private var before: Int32 = -1

    init(brackets: [Int32]) { self.brackets = brackets }

    /// Begins with another actor.
    mutating func reset() { before = -1 }

    /// The age of a cell that an activity is the first of its actor in; nil where it was active in it already.
    @inline(__always)
    mutating func cell(_ age: Int32) -> Int32? {
        guard !brackets.isEmpty else {
            if age == before { return nil }
            before = age
            return age
        }
        guard let bracket = brackets.last(where: { $0 <= age }), bracket != before else { return nil }
        before = bracket
        return bracket
    }
}
