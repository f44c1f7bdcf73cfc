/// How far one actor gets through ordered steps (analytics rule E7).
///
/// The level is the largest k for which events e1 … ek, in the order of time and sequence, are of steps 1 … k, and ek
/// comes no later than `window` after e1. Any entry may win: of all chains that have come to a step the one that entered
/// last can be carried furthest, so one start a step is all that is remembered, and an event costs one comparison for
/// each step that it may be. One event fills one step.
package struct FunnelScan: Sendable {
    /// Steps that a funnel may have.
    package static let stepCountMax = 32

    private let window: Int64
    private let isStrict: Bool
    /// Of the chains at each step, the latest start, and when that chain's last event was.
    private var starts = InlineArray<32, Int64>(repeating: 0)
    private var lasts = InlineArray<32, Int64>(repeating: 0)
    /// Bit k: a chain has come to step k.
    private var reached: UInt32 = 0
    /// With strict order, chains of the present instant: no event of the same instant goes on from them.
    private var pendingStarts = InlineArray<32, Int64>(repeating: 0)
    private var pendingLasts = InlineArray<32, Int64>(repeating: 0)
    private var pendingReached: UInt32 = 0
    private var instant = Int64.min
    private var waits = InlineArray<32, Int64>(repeating: 0)

    /// - Parameters:
    ///   - stepCount: from 1 to `stepCountMax`.
    ///   - window: the most from the first event of a chain to its last, in the unit of the events' times.
    ///   - isStrict: whether the time of an event must be later than that of the step before.
    package init(stepCount: Int, window: Int64, isStrict: Bool = false) {
        precondition(stepCount > 0 && stepCount <= Self.stepCountMax)
        self.window = window
        self.isStrict = isStrict
    }

    /// The number of steps that were reached, from the first on.
    package var level: Int { 32 - (isStrict ? pendingReached : reached).leadingZeroBitCount }

    /// How long after the step before step `index` was reached first: of the chain that had entered last at that moment.
    /// - Precondition: `index` is at least 1 and below `level`.
    package func wait(_ index: Int) -> Int64 { waits[index] }

    /// Begins with another actor.
    package mutating func reset() {
        reached = 0
        pendingReached = 0
        instant = .min
    }

    /// Adds an event; events come in the order of time and sequence.
    /// - Parameters:
    ///   - time: when it was.
    ///   - steps: bit k where it may be step k.
    @inline(__always)
    package mutating func add(at time: Int64, steps: UInt32) {
        if isStrict { return addStrictly(time, steps) }
        var left = steps & (reached << 1 | 1)
        // From the last step to the first, so that the event does not go on from itself.
        while left != 0 {
            let step = 31 &- left.leadingZeroBitCount
            left &= ~(1 << UInt32(truncatingIfNeeded: step))
            if step == 0 {
                starts[0] = time
                lasts[0] = time
                reached |= 1
                continue
            }
            let start = starts[step &- 1]
            let (elapsed, overflow) = time.subtractingReportingOverflow(start)
            if overflow || elapsed > window { continue }
            let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: step)
            if reached & bit == 0 {
                reached |= bit
                waits[step] = time &- lasts[step &- 1]
            } else if start < starts[step] {
                continue
            }
            starts[step] = start
            lasts[step] = time
        }
    }

    private mutating func addStrictly(_ time: Int64, _ steps: UInt32) {
        if time != instant {
            instant = time
            starts = pendingStarts
            lasts = pendingLasts
            reached = pendingReached
        }
        var left = steps & (reached << 1 | 1)
        while left != 0 {
            let step = left.trailingZeroBitCount
            left &= left &- 1
            if step == 0 {
                pendingStarts[0] = time
                pendingLasts[0] = time
                pendingReached |= 1
                continue
            }
            let start = starts[step &- 1]
            let (elapsed, overflow) = time.subtractingReportingOverflow(start)
            if overflow || elapsed > window { continue }
            let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: step)
            if pendingReached & bit == 0 {
                pendingReached |= bit
                waits[step] = time &- lasts[step &- 1]
            } else if start < pendingStarts[step] {
                continue
            }
            pendingStarts[step] = start
            pendingLasts[step] = time
        }
    }
}
