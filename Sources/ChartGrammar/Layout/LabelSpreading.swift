/// Pushes labels apart that stand one above the other.
package enum LabelSpreading {
    /// The tops of labels that want their middles at `middles`, so that none overlaps another and all lie between
    /// `lower` and `upper` if there is room. Order is kept; the given order of equal middles too.
    package static func tops(
        middles: [Double], heights: [Double], gap: Double, lower: Double, upper: Double
    ) -> [Double] {
        let order = middles.indices.sorted { (middles[$0], $0) < (middles[$1], $1) }
        var tops = zip(middles, heights).map { $0 - $1 / 2 }
        var free = lower
        for index in order {
            tops[index] = max(tops[index], free)
            free = tops[index] + heights[index] + gap
        }
        var limit = upper
        for index in order.reversed() {
            tops[index] = max(min(tops[index], limit - heights[index]), lower)
            limit = tops[index] - gap
        }
        return tops
    }
}
