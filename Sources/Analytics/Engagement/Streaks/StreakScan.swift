/// Runs of active days of one person: gaps and islands over distinct local dates (analytics rule E6).
///
/// A gap holds a run together where it has at most `grace` missed days. Days on which the person spent a freeze token
/// are not missed. Missed and frozen days do not count as active.
struct StreakScan {
    /// A run of active days.
    struct Run: Equatable {
        var start: Int32
        var last: Int32
        var dayCount: Int32
    }

    private let grace: Int64
    private var run: Run?
    private var frozenSince: Int64 = 0
    private var lastFrozen: Int32?
    private(set) var longest: Run?

    /// - Parameter grace: how many missed days in a row a run outlives.
    init(grace: Int64) { self.grace = grace }

    /// The last active day.
    var lastActive: Int32? { run?.last }

    /// Adds a day; days come ascending, and twice is once.
    ///
    /// A day that is active and frozen is active.
    mutating func add(_ day: Int32, isFrozen: Bool) {
        guard day != run?.last else { return }
        guard !isFrozen else {
            if day != lastFrozen { frozenSince += 1 }
            lastFrozen = day
            return
        }
        if lastFrozen == day { frozenSince -= 1 }
        if let current = run, isAlive(current, on: day) {
            run = Run(start: current.start, last: day, dayCount: current.dayCount + 1)
        } else {
            run = Run(start: day, last: day, dayCount: 1)
        }
        frozenSince = 0
        if let run, run.dayCount > longest?.dayCount ?? 0 { longest = run }
    }

    /// The days of the run that is alive on a date: that date itself may still become active. 0 where none is.
    func current(asOf date: Int32) -> Int32 {
        guard let run, isAlive(run, on: date) else { return 0 }
        return run.dayCount
    }

    private func isAlive(_ run: Run, on day: Int32) -> Bool {
        Int64(day) - Int64(run.last) - 1 - frozenSince <= grace
    }
}
