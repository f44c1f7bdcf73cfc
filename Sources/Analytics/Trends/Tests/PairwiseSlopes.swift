/// The slopes between all pairs of points, for Theil and Sen's estimate: its median and the bounds of its interval.
///
/// There are n(n-1)/2 of them, and only the values of a few ranks are asked for. A sample brackets each rank between two
/// slopes; one pass counts those below each bracket and keeps those within, and the rank is found among the kept. No more
/// than the kept slopes are held in memory; where a bracket missed its rank, the whole is selected from.
struct PairwiseSlopes {
    /// The positions, ascending, and the values; the same number of each.
    let positions: [Double]
    let values: [Double]
    /// Pairs of points this many positions apart are one group of slopes where positions are whole numbers without gaps.
    private let isRegular: Bool

    init(positions: [Double], values: [Double]) {
        self.positions = positions
        self.values = values
        isRegular = zip(positions, positions.dropFirst()).allSatisfy { $0.1 - $0.0 == 1 }
    }

    /// The number of pairs.
    var count: Int { values.count * (values.count - 1) / 2 }

    /// The slopes of these ranks.
    ///
    /// - Precondition: ranks ascend, and lie within `0..<count`.
    func values(at ranks: [Int]) -> [Double] {
        guard count > 4_096 else {
            return OrderStatistics.values(at: ranks, in: slopes())
        }
        var groups: [Group] = []
        let sample = sample()
        for rank in ranks {
            // Ranks that lie near each other share a bracket: the interval of a slope and its median mostly do.
            if let first = groups.last?.ranks.first, rank - first < count / 4 {
                groups[groups.count - 1].ranks.append(rank)
            } else {
                groups.append(Group(ranks: [rank]))
            }
        }
        for index in groups.indices { bracket(&groups[index], sample) }
        while groups.contains(where: { !$0.isFound }) { gather(&groups) }
        return groups.flatMap { group in
            OrderStatistics.values(at: group.ranks.map { $0 - group.below }, in: group.kept)
        }
    }

    /// Ranks, and the slopes among which they are.
    private struct Group {
        var ranks: [Int]
        var low = -Double.infinity
        var high = Double.infinity
        var below = 0
        var kept: [Double] = []

        var isFound: Bool { ranks[0] >= below && ranks[ranks.count - 1] < below + kept.count }
    }

    /// All slopes, the pairs of neighbours first.
    private func slopes() -> [Double] {
        var all: [Double] = []
        all.reserveCapacity(count)
        var run = [Double](repeating: 0, count: values.count)
        for lag in 1..<max(values.count, 1) {
            fill(&run, lag, values.count - lag)
            all.append(contentsOf: run[0..<values.count - lag])
        }
        return all
    }

    /// The slopes of pairs whose places are `lag` apart.
    private func fill(_ run: inout [Double], _ lag: Int, _ length: Int) {
        var output = run.mutableSpan
        let near = values.span.extracting(0..<length)
        let far = values.span.extracting(lag..<lag + length)
        if isRegular {
            let distance = Double(lag)
            for index in 0..<length {
                unsafe output[unchecked: index] = (far[unchecked: index] - near[unchecked: index]) / distance
            }
        } else {
            let from = positions.span.extracting(0..<length)
            let to = positions.span.extracting(lag..<lag + length)
            for index in 0..<length {
                unsafe output[unchecked: index] =
                    (far[unchecked: index] - near[unchecked: index]) / (to[unchecked: index] - from[unchecked: index])
            }
        }
    }

    /// Passes over all slopes, and keeps for each group those in its bracket, both ends included.
    private func gather(_ groups: inout [Group]) {
        for index in groups.indices where !groups[index].isFound {
            groups[index].below = 0
            groups[index].kept = []
        }
        let open = groups.indices.filter { !groups[$0].isFound }
        var run = [Double](repeating: 0, count: values.count)
        for lag in 1..<values.count {
            let length = values.count - lag
            fill(&run, lag, length)
            for index in open { Self.keep(run.span.extracting(0..<length), &groups[index]) }
        }
        // The sample was unlucky: widen the side that missed.
        for index in open where !groups[index].isFound {
            let group = groups[index]
            if group.ranks[0] < group.below { groups[index].low = -.infinity }
            if group.ranks[group.ranks.count - 1] >= group.below + group.kept.count { groups[index].high = .infinity }
        }
    }

    private static func keep(_ slopes: Span<Double>, _ group: inout Group) {
        // Every slope is written, and kept by moving on: no branch that is guessed wrong for every second one.
        let (low, high) = (group.low, group.high)
        var below = 0
        var place = group.kept.count
        group.kept.append(contentsOf: repeatElement(0, count: slopes.count))
        var output = group.kept.mutableSpan
        for index in slopes.indices {
            let slope = unsafe slopes[unchecked: index]
            unsafe output[unchecked: place] = slope
            let isNotBelow = slope >= low ? 1 : 0
            let isNotAbove = slope <= high ? 1 : 0
            place &+= isNotBelow & isNotAbove
            below &+= 1 &- isNotBelow
        }
        group.below += below
        group.kept.removeLast(group.kept.count - place)
    }

    /// The slopes of some pairs, ascending, drawn by a fixed rule: the same series takes the same way.
    private func sample() -> [Double] {
        let size = 1_024
        var sample: [Double] = []
        sample.reserveCapacity(size)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: Int) -> Int {
            // Knuth's multiplier; 31 bits times the bound, of which the whole part is even over the bound.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33).multipliedFullWidth(by: UInt64(bound) << 33).high)
        }
        while sample.count < size {
            let (a, b) = (draw(values.count), draw(values.count))
            if a == b { continue }
            sample.append((values[max(a, b)] - values[min(a, b)]) / (positions[max(a, b)] - positions[min(a, b)]))
        }
        sample.sort()
        return sample
    }

    /// Sets the slopes between which the ranks of a group lie, most likely.
    private func bracket(_ group: inout Group, _ sample: [Double]) {
        let share = Double(sample.count) / Double(count)
        // Three standard deviations of a rank in the sample, at most 0.5 × sqrt(size) each.
        let margin = 1.5 * Double(sample.count).squareRoot()
        let first = Int((Double(group.ranks[0]) * share - margin).rounded(.down))
        let last = Int((Double(group.ranks[group.ranks.count - 1]) * share + margin).rounded(.up))
        group.low = first < 0 ? -.infinity : sample[first]
        group.high = last >= sample.count ? .infinity : sample[last]
    }
}
