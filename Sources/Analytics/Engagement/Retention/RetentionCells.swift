internal import Kernels

/// Counts of a retention triangle (analytics rule E8): of each cohort and age, the actors that were active at it, and
/// those for whom it was the last.
struct RetentionCells {
    /// A cell's place: the cohort's bucket and the age in buckets.
    struct Cell: Hashable {
        var slice: UInt32
        var cohort: Int32
        var age: Int32
    }

    private var index = GroupIndex<UInt128>(bits: 128, expected: 1 << 12)
    private(set) var active: [Int64] = []
    private(set) var last: [Int64] = []

    /// Adds counts to a cell.
    @inline(__always)
    mutating func add(_ cell: Cell, active isActive: Int64, last isLast: Int64) {
        let key =
            UInt128(cell.slice) << 64 | UInt128(UInt32(bitPattern: cell.cohort)) << 32
            | UInt128(UInt32(bitPattern: cell.age))
        let number = Int(index.insert(key))
        if number == active.count {
            active.append(0)
            last.append(0)
        }
        active[number] &+= isActive
        last[number] &+= isLast
    }

    /// The cells with what was counted in them, in the order of their first counts.
    var cells: [(cell: Cell, active: Int64, last: Int64)] {
        index.keys.enumerated().map { number, key in
            let cell = Cell(
                slice: UInt32(truncatingIfNeeded: key >> 64),
                cohort: Int32(truncatingIfNeeded: key >> 32), age: Int32(truncatingIfNeeded: key))
            return (cell, active[number], last[number])
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
