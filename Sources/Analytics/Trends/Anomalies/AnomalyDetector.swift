/// A way to find values that do not belong (rule T5).
enum AnomalyMethod: String, CaseIterable, Sendable {
    case modifiedZ = "modified_z"
    case fences = "iqr"
    case extremeDeviates = "gesd"
    case decomposition = "stl"
}

/// Flags values of series.
struct AnomalyDetector: Sendable {
    let method: AnomalyMethod
    /// From which z on a value is flagged.
    let threshold: Double
    /// How wide the fences are, in distances of the quartiles.
    let fenceWidth: Double
    /// How many outliers Rosner's test looks for, and its level.
    let most: Int
    let significance: Double
    /// Whether values are counts, of which small ones are judged by Anscombe's z.
    let areCounts: Bool

    /// What was found of each value; NaN for what does not exist.
    struct Finding {
        var scores: [Double]
        var expected: [Double]
        var lower: [Double]
        var upper: [Double]
        var isAnomaly: [Bool]

        init(count: Int) {
            scores = Array(repeating: .nan, count: count)
            (expected, lower, upper) = (scores, scores, scores)
            isAnomaly = Array(repeating: false, count: count)
        }
    }

    /// Judges values by the others, or by what a decomposition expects of them.
    ///
    /// - Parameter parts: the robust decomposition, where the method is `decomposition`; without it nothing is found.
    func finding(_ values: [Double], parts: SeasonalTrendComponents?) -> Finding {
        var finding = Finding(count: values.count)
        switch method {
        case .modifiedZ:
            judge(values, around: nil, &finding)
        case .decomposition:
            if let parts { judge(values, around: zip(parts.trend, parts.seasonal).map { $0 + $1 }, &finding) }
        case .fences: fence(values, &finding)
        case .extremeDeviates: deviates(values, &finding)
        }
        return finding
    }

    /// The modified z of the values' distances from what is expected: their median, or what a curve says.
    private func judge(_ values: [Double], around curve: [Double]?, _ finding: inout Finding) {
        let rest = curve.map { zip(values, $0).map { $0 - $1 } } ?? values
        guard let (median, scale) = Outliers.scale(rest) else { return }
        let scores = Outliers.modifiedZ(rest)
        for index in values.indices where values[index].isFinite {
            let expected = (curve?[index] ?? 0) + median
            finding.expected[index] = expected
            finding.lower[index] = expected - threshold * scale
            finding.upper[index] = expected + threshold * scale
            finding.scores[index] = scores[index]
            if areCounts, expected < 10 { finding.scores[index] = Outliers.countZ(values[index], expected: expected) }
            finding.isAnomaly[index] = abs(finding.scores[index]) > threshold
        }
    }

    private func fence(_ values: [Double], _ finding: inout Finding) {
        guard let (low, high) = Outliers.fences(values, width: fenceWidth) else { return }
        for index in values.indices where values[index].isFinite {
            finding.lower[index] = low
            finding.upper[index] = high
            finding.isAnomaly[index] = values[index] < low || values[index] > high
        }
    }

    private func deviates(_ values: [Double], _ finding: inout Finding) {
        let (steps, outliers) = Outliers.extremeDeviates(values, most: most, significance: significance)
        for (index, step) in steps.enumerated() {
            finding.scores[step.position] = step.statistic
            finding.isAnomaly[step.position] = index < outliers
        }
    }
}
