/// What happens to values before they are drawn. Pure; values that are no numbers are never looked at.
enum Transform {
    /// The finite ones of some values.
    static func finite(_ values: [Double?]) -> [Double] {
        values.compactMap { $0?.isFinite == true ? $0 : nil }
    }

    /// Lower and upper ends of values that are put on each other, for each series and place: positive ones upwards
    /// from zero, negative ones downwards. The outermost ends of a place are the sums of its signs.
    ///
    /// - Parameter isShare: whether ends are shares of the sum of magnitudes.
    static func stacked(_ series: [[Double?]], count: Int, isShare: Bool) -> [[Plot.Interval?]] {
        var (above, below) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        let wholes = (0..<count).map { place in
            series.reduce(0.0) { $0 + (value($1, place)?.magnitude ?? 0) }
        }
        return series.map { values in
            // Nothing of what else lies below the axis lies below it too: so does its name.
            let liesBelow = values.contains { ($0 ?? 0) < 0 }
            return (0..<count).map { place in
                guard var value = value(values, place) else { return nil }
                if isShare {
                    guard wholes[place] > 0, wholes[place].isFinite else { return nil }
                    value /= wholes[place]
                }
                let isBelow = value < 0 || value == 0 && liesBelow
                let from = isBelow ? below[place] : above[place]
                let to = from + value
                guard to.isFinite else { return nil }
                if isBelow { below[place] = to } else { above[place] = to }
                return Plot.Interval(from, to)
            }
        }
    }

    static func value(_ values: [Double?], _ place: Int) -> Double? {
        guard values.indices.contains(place), let value = values[place], value.isFinite else { return nil }
        return value
    }

    /// Equal intervals with round ends and how many values fall into each; the last one holds its upper end too.
    ///
    /// The widths are 1, 2 or 5 times a power of ten, the smallest that gives at most `countMax` intervals, as D3 and
    /// Vega choose them.
    static func bins(_ values: [Double], countMax: Int) -> [(range: Plot.Interval, count: Int)] {
        guard let low = values.min(), let high = values.max(), countMax > 0 else { return [] }
        guard low < high, (high - low).isFinite, (high - low) > 1e-290 else {
            return [(Plot.Interval(low, low), values.count)]
        }
        let step = binStep(low, high, countMax)
        let first = (low / step + 1e-12).rounded(.down)
        let count = max(1, Int(min(((high / step - 1e-12).rounded(.up) - first), Double(countMax) + 1)))
        var counts = [Int](repeating: 0, count: count)
        for value in values {
            let place = (value / step - first + 1e-12).rounded(.down)
            counts[Int(min(Double(count - 1), max(0, place)))] += 1
        }
        return counts.enumerated().map { index, number in
            (Plot.Interval((first + Double(index)) * step, (first + Double(index + 1)) * step), number)
        }
    }

    private static func binStep(_ low: Double, _ high: Double, _ countMax: Int) -> Double {
        let least = (high - low) / Double(countMax)
        var power = 1.0
        while power > least { power /= 10 }
        while power * 10 <= least { power *= 10 }
        for factor in [1.0, 2, 5, 10, 20] where power * factor >= least * (1 - 1e-12) {
            let step = power * factor
            if (high / step - 1e-12).rounded(.up) - (low / step + 1e-12).rounded(.down) <= Double(countMax) {
                return step
            }
        }
        return power * 50
    }

    /// The value below which a share of sorted values lies, between neighbours in proportion (Hyndman and Fan's type 7,
    /// as Postgres' `percentile_cont`).
    static func percentile(_ share: Double, of sorted: [Double]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let place = share * Double(sorted.count - 1)
        let lower = Int(place.rounded(.down))
        let upper = min(sorted.count - 1, lower + 1)
        let weight = place - Double(lower)
        return sorted[lower] * (1 - weight) + sorted[upper] * weight
    }

    /// For each place the ranks of all series, 1 the largest; equal values rank in the order of the series.
    static func ranks(_ series: [[Double?]], count: Int) -> [[Int?]] {
        var ranks = series.map { _ in [Int?](repeating: nil, count: count) }
        for place in 0..<count {
            let present = series.indices.compactMap { index in
                value(series[index], place).map { (index: index, value: $0) }
            }
            for (rank, entry) in present.sorted(by: { ($1.value, $0.index) < ($0.value, $1.index) }).enumerated() {
                ranks[entry.index][place] = rank + 1
            }
        }
        return ranks
    }

    /// The Lorenz curve of values: shares of the count and of the sum, smallest first, from 0,0 to 1,1; and the Gini
    /// coefficient, G = Σ(2i − n − 1)·x / (n·Σx). Nil where a value is negative or all are zero.
    static func lorenz(_ values: [Double]) -> (curve: [Point], gini: Double)? {
        let sorted = values.sorted()
        let sum = sorted.reduce(0, +)
        guard let first = sorted.first, first >= 0, sum > 0, sum.isFinite else { return nil }
        let count = Double(sorted.count)
        var curve = [Point(x: 0, y: 0)]
        var (reached, weighted) = (0.0, 0.0)
        for (index, value) in sorted.enumerated() {
            reached += value
            weighted += (2 * Double(index + 1) - count - 1) * (value / sum)
            curve.append(Point(x: Double(index + 1) / count, y: min(1, reached / sum)))
        }
        return (curve, weighted / count)
    }

    /// From where to where each step of a waterfall goes; totals go from zero to the level reached, or to their own
    /// value where they have one.
    static func waterfall(_ values: [Double?], count: Int, totals: Set<Int>) -> [Plot.Interval?] {
        var level = 0.0
        return (0..<count).map { place in
            let value = value(values, place)
            if totals.contains(place) {
                level = value ?? level
                return Plot.Interval(0, level)
            }
            guard let value, (level + value).isFinite else { return nil }
            defer { level += value }
            return Plot.Interval(level, level + value)
        }
    }

    /// At most `countMax` points that keep the look of a line: in each of equal groups the point that makes the largest
    /// triangle with its neighbours (Steinarsson 2013).
    static func thinned(_ points: [Point], countMax: Int) -> [Point] {
        guard points.count > countMax, countMax >= 3 else { return points }
        var kept = [points[0]]
        let size = Double(points.count - 2) / Double(countMax - 2)
        let start = { (group: Int) in min(points.count - 1, Int(Double(group) * size) + 1) }
        for group in 0..<countMax - 2 {
            let (from, to) = (start(group), max(start(group) + 1, start(group + 1)))
            let next = points[to..<max(to + 1, min(points.count, start(group + 2)))]
            let x = next.reduce(0.0) { $0 + $1.x } / Double(next.count)
            let y = next.reduce(0.0) { $0 + $1.y } / Double(next.count)
            let last = kept[kept.count - 1]
            var best = (index: from, area: -1.0)
            for index in from..<to {
                let area = ((last.x - x) * (points[index].y - last.y) - (last.x - points[index].x) * (y - last.y))
                    .magnitude
                if area > best.area { best = (index, area) }
            }
            kept.append(points[best.index])
        }
        return kept + [points[points.count - 1]]
    }
}
