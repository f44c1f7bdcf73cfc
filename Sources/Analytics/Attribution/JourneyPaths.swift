/// The paths of touches to conversions, and those that came to nothing, of one journey after the other.
///
/// A conversion's path are the touches of its journey after the conversion before it and no older than the window; a
/// touch belongs to one path. Touches that no conversion claims are paths to nothing: from the first on for a window's
/// length, then from the next; one whose window is not over on `asOf` is no path yet.
package struct JourneyPaths: Sendable {
    /// The row of a path to nothing.
    package static let none = UInt32.max

    private let window: Int64
    private let asOf: Int64
    private var pending: [Touch] = []

    private struct Touch {
        var row: UInt32
        var state: UInt32
        var time: Int64
        var session: UInt32
    }

    /// The row of the conversion of each path, or `none`.
    package private(set) var conversionRows: [UInt32] = []
    /// Where the touches of each path begin, with the end behind them.
    package private(set) var starts: [Int] = [0]
    /// The states of the touches of all paths.
    package private(set) var states: [UInt32] = []
    /// Their times.
    package private(set) var times: [Int64] = []
    /// Their rows.
    package private(set) var rows: [UInt32] = []

    /// - Parameters:
    ///   - window: how old a touch may be at the conversion.
    ///   - asOf: what is known up to.
    package init(window: Int64, asOf: Int64) {
        self.window = window
        self.asOf = asOf
    }

    /// The number of paths.
    package var count: Int { conversionRows.count }

    /// Adds a touch of the present journey; touches and conversions come in the order of time and sequence.
    /// - Parameter session: touches of one session and state beside each other are one, the last of them; nil where
    ///   each stands for itself.
    package mutating func addTouch(row: UInt32, state: UInt32, time: Int64, session: UInt32?) {
        let touch = Touch(row: row, state: state, time: time, session: session ?? 0)
        if session != nil, let last = pending.last, last.state == state, last.session == touch.session {
            pending[pending.count - 1] = touch
        } else {
            pending.append(touch)
        }
    }

    /// Adds a conversion of the present journey.
    package mutating func addConversion(row: UInt32, time: Int64) {
        let (earliest, overflow) = time.subtractingReportingOverflow(window)
        let first = overflow ? 0 : pending.firstIndex { $0.time >= earliest } ?? pending.count
        addNulls(0..<first)
        close(first..<pending.count, row)
        pending.removeAll(keepingCapacity: true)
    }

    /// Adds a conversion whose journey is not known.
    package mutating func addLoneConversion(row: UInt32) { close(0..<0, row) }

    /// Ends the journey.
    package mutating func endJourney() {
        addNulls(0..<pending.count)
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func addNulls(_ range: Range<Int>) {
        var first = range.lowerBound
        while first < range.upperBound {
            let (end, overflow) = pending[first].time.addingReportingOverflow(window)
            if overflow || end > asOf { return }
            var next = first + 1
            while next < range.upperBound && pending[next].time <= end { next += 1 }
            close(first..<next, Self.none)
            first = next
        }
    }

    private mutating func close(_ range: Range<Int>, _ row: UInt32) {
        for index in range {
            states.append(pending[index].state)
            times.append(pending[index].time)
            rows.append(pending[index].row)
        }
        starts.append(states.count)
        conversionRows.append(row)
    }
}
