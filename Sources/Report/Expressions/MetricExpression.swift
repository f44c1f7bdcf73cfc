/// How a metric is computed from the rows of its model: the `expr` of `metrics.yaml`.
///
/// | expression | over rows | over no rows |
/// |---|---|---|
/// | `sum(column)` | exact sum; refused for columns that are not additive (analytics rule X13) | 0 |
/// | `count()` | number of rows | 0 |
/// | `min(column)`, `max(column)` | smallest, largest value | null |
/// | `last(column)` | the value of the one row of the last bucket: for balances and cells | null |
/// | `average(column)` | mean over the buckets: for distinct counts a day | null |
/// | `ratio(a, b)` | ratio of two sums, counts or last values, never a mean of ratios (rule X1) | null |
package indirect enum MetricExpression: Sendable, Hashable {
    case sum(String)
    case count
    case minimum(String)
    case maximum(String)
    case last(String)
    case average(String)
    case ratio(MetricExpression, MetricExpression)

    /// The columns that it reads, in order.
    package var columns: [String] {
        switch self {
        case .sum(let column), .minimum(let column), .maximum(let column), .last(let column), .average(let column):
            [column]
        case .count: []
        case .ratio(let numerator, let denominator): numerator.columns + denominator.columns
        }
    }

    /// The columns that it sums over rows, which must be additive.
    package var summedColumns: [String] {
        switch self {
        case .sum(let column): [column]
        case .ratio(let numerator, let denominator): numerator.summedColumns + denominator.summedColumns
        default: []
        }
    }

    /// Whether it is a mean over buckets, which needs one row for each.
    package var isOverBuckets: Bool {
        if case .average = self { true } else { false }
    }

    /// Whether it takes the value of one row: it has no total over several.
    package var takesOneRow: Bool {
        switch self {
        case .last: true
        case .ratio(let numerator, let denominator): numerator.takesOneRow || denominator.takesOneRow
        default: false
        }
    }

    /// Reads an expression: `ratio(sum(revenue_minor), sum(orders))`.
    ///
    /// - Throws: `MetricExpressionError` with the place in the text.
    package init(parsing text: String) throws(MetricExpressionError) {
        var parser = MetricExpressionParser(text)
        self = try parser.whole()
    }
}

/// What is wrong in a metric's expression, and where in its text.
package struct MetricExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let message: String
    /// The character where, from 1.
    package let character: Int
    /// What to write instead.
    package let hint: String?

    package init(_ message: String, character: Int, hint: String? = nil) {
        self.message = message
        self.character = character
        self.hint = hint
    }

    package var description: String { "\(message) (character \(character))" }
}
