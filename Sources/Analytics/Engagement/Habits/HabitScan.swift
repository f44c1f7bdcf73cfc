/// What of a habit's schedule was done, of one person's habit after the other (analytics rule E10).
package struct HabitScan: Sendable {
    /// The counts of a habit.
    package struct Totals: Sendable, Equatable {
        /// Days on which it was to be done, without those that were paused.
        package var scheduledDays: Int64 = 0
        /// How often it was to be done on them.
        package var target: Int64 = 0
        /// How often it was done on them, no more than the day's target.
        package var done: Int64 = 0
        /// What was done beyond a day's target.
        package var surplus: Int64 = 0
        /// What was done on other days.
        package var offSchedule: Int64 = 0
        /// Days on which the target was reached.
        package var fullDays: Int64 = 0

        package init() {}
    }

    /// The counts so far, of the days that are closed.
    package private(set) var totals = Totals()
    private var day: Int32?
    private var target: Int64?
    private var done: Int64 = 0
    private var isPaused = false

    package init() {}

    /// Begins with another habit.
    package mutating func reset() { self = HabitScan() }

    /// Adds a row; rows come in the order of days and, within one, of sequence.
    /// - Parameters:
    ///   - target: how often it is to be done on the day, nil where the row does not say so: the last row counts.
    ///   - done: how often it was done.
    ///   - isPaused: whether the day is taken out.
    /// - Returns: false where a sum does not fit 64 bits.
    package mutating func add(day: Int32, target: Int64?, done: Int64, isPaused: Bool) -> Bool {
        if day != self.day {
            guard close() else { return false }
            self.day = day
        }
        if let target { self.target = target }
        let (sum, overflow) = self.done.addingReportingOverflow(done)
        self.done = sum
        self.isPaused = self.isPaused || isPaused
        return !overflow
    }

    /// Counts the last day.
    /// - Returns: false where a sum does not fit 64 bits.
    package mutating func close() -> Bool {
        defer {
            day = nil
            target = nil
            done = 0
            isPaused = false
        }
        guard day != nil else { return true }
        let achieved = max(done, 0)
        guard let target, target > 0, !isPaused else { return Self.add(achieved, to: &totals.offSchedule) }
        totals.scheduledDays += 1
        totals.fullDays += achieved >= target ? 1 : 0
        return Self.add(target, to: &totals.target) && Self.add(min(achieved, target), to: &totals.done)
            && Self.add(max(achieved - target, 0), to: &totals.surplus)
    }

    private static func add(_ value: Int64, to sum: inout Int64) -> Bool {
        let (total, overflow) = sum.addingReportingOverflow(value)
        sum = total
        return !overflow
    }
}
