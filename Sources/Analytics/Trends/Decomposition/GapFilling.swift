/// Fills the gaps of a series in front of a fit, which one missing value would spoil as a whole (rule T3).
package enum GapFilling {
    /// The longest gap that a straight line bridges.
    package static let longestLine = 3

    /// The series without gaps: values that are missing or not finite are filled.
    ///
    /// A gap of up to three values between two others is bridged by a straight line. A longer one, and one at an end,
    /// takes the values a period before (or, where there are none, after), also filled ones. Where a series has no
    /// period, gaps are lines, and at its ends the nearest value.
    ///
    /// - Parameter period: the length of the season; below 2 where there is none.
    /// - Returns: the filled values and which of them are; nil where no value is finite.
    package static func filled(_ values: Span<Double>, period: Int) -> (values: [Double], isFilled: [Bool])? {
        var result: [Double] = []
        var isFilled: [Bool] = []
        result.reserveCapacity(values.count)
        isFilled.reserveCapacity(values.count)
        for row in values.indices {
            result.append(values[row])
            isFilled.append(!values[row].isFinite)
        }
        guard isFilled.contains(false) else { return nil }
        var row = 0
        while row < result.count {
            if !isFilled[row] {
                row += 1
                continue
            }
            var end = row
            while end < result.count, isFilled[end] { end += 1 }
            fill(row..<end, &result, isFilled, period)
            row = end
        }
        return (result, isFilled)
    }

    private static func fill(_ gap: Range<Int>, _ values: inout [Double], _ isFilled: [Bool], _ period: Int) {
        let isInside = gap.lowerBound > 0 && gap.upperBound < values.count
        if isInside && (gap.count <= longestLine || period < 2) { return bridge(gap, &values) }
        for row in gap {
            if period >= 2, row >= period {
                values[row] = values[row - period]
            } else if period >= 2,
                let later = stride(from: row, to: values.count, by: period).first(where: { !isFilled[$0] })
            {
                values[row] = values[later]
            } else if gap.lowerBound > 0 {
                values[row] = values[gap.lowerBound - 1]
            } else {
                values[row] = values[gap.upperBound]
            }
        }
    }

    private static func bridge(_ gap: Range<Int>, _ values: inout [Double]) {
        let (before, after) = (values[gap.lowerBound - 1], values[gap.upperBound])
        let steps = Double(gap.count + 1)
        for (index, row) in gap.enumerated() {
            let share = Double(index + 1) / steps
            // Not a + (b - a) × share: the difference of two great values may not be finite.
            values[row] = before * (1 - share) + after * share
        }
    }
}
