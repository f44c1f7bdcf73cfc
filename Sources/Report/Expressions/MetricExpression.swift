/// How a metric is computed from the rows of its model: the `expr` of `metrics.yaml`.
///
/// | expression | over rows | over no rows |
/// |---|---|---|
/// | `sum(column)` | exact sum; refused for columns that are not additive (analytics rule X13) | 0 |
/// | `count()` | number of rows | 0 |
/// | `count(column)` | number of rows that have a value | 0 |
/// | `min(column)`, `max(column)` | smallest, largest value | null |
/// | `first(column)`, `last(column)` | the value of the one row of the first, last bucket: for balances and cells | null |
/// | `opening(column)`, `closing(column)` | sum over the rows of the first, last bucket: for balances of several things | null |
/// | `average(column)` | mean over the buckets: for distinct counts a day | null |
/// | `ratio(a, b)`, `a / b` | ratio of two totals, never a mean of ratios (rule X1) | null |
/// | `a + b`, `a - b` | of two totals; null where one is | |
///
/// Behind a column, or in `count`, `where kind = 'refund' and plan != 'free'` takes only such rows.
package indirect enum MetricExpression: Sendable, Hashable {
    case sum(String)
    case count
    case countOfValues(String)
    case minimum(String)
    case maximum(String)
    case first(String)
    case last(String)
    case opening(String)
    case closing(String)
    case average(String)
    case ratio(MetricExpression, MetricExpression)
    case plus(MetricExpression, MetricExpression)
    case minus(MetricExpression, MetricExpression)
    case only(MetricExpression, where: [MetricCondition])

    /// The parts of a ratio, sum or difference, or of what is taken of some rows only; none for others.
    private var parts: [MetricExpression] {
        switch self {
        case .ratio(let a, let b), .plus(let a, let b), .minus(let a, let b): [a, b]
        case .only(let expression, _): [expression]
        default: []
        }
    }

    /// The columns that it computes with, in order.
    package var columns: [String] {
        switch self {
        case .sum(let column), .minimum(let column), .maximum(let column), .first(let column), .last(let column),
            .opening(let column), .closing(let column), .average(let column):
            [column]
        case .count, .countOfValues: []
        case .ratio, .plus, .minus, .only: parts.flatMap(\.columns)
        }
    }

    /// The columns that only need to be there: those that are counted.
    package var countedColumns: [String] {
        if case .countOfValues(let column) = self { [column] } else { parts.flatMap(\.countedColumns) }
    }

    /// What rows must be like to be taken.
    package var conditions: [MetricCondition] {
        if case .only(let expression, let conditions) = self { return conditions + expression.conditions }
        return parts.flatMap(\.conditions)
    }

    /// The columns that it sums over rows of several buckets, which must be additive.
    package var summedColumns: [String] {
        switch self {
        case .sum(let column): [column]
        case .ratio, .plus, .minus, .only: parts.flatMap(\.summedColumns)
        default: []
        }
    }

    /// Whether it is a mean over buckets, which needs one row for each.
    package var isOverBuckets: Bool {
        if case .average = self { return true }
        return parts.contains(where: \.isOverBuckets)
    }

    /// Whether it takes the value of one row: it has no total over several.
    package var takesOneRow: Bool {
        switch self {
        case .first, .last: true
        default: parts.contains(where: \.takesOneRow)
        }
    }

    /// Whether it is a total that ratios, sums and differences are made of.
    var isTotal: Bool {
        switch self {
        case .ratio, .average: false
        default: parts.allSatisfy(\.isTotal)
        }
    }

    /// The expression as it can be written.
    package var text: String { written(where: "") }

    /// - Parameter conditions: what stands behind the column.
    private func written(where conditions: String) -> String {
        switch self {
        case .sum(let column): "sum(\(column)\(conditions))"
        case .count: "count(\(conditions.drop { $0 == " " }))"
        case .countOfValues(let column): "count(\(column)\(conditions))"
        case .minimum(let column): "min(\(column)\(conditions))"
        case .maximum(let column): "max(\(column)\(conditions))"
        case .first(let column): "first(\(column)\(conditions))"
        case .last(let column): "last(\(column)\(conditions))"
        case .opening(let column): "opening(\(column)\(conditions))"
        case .closing(let column): "closing(\(column)\(conditions))"
        case .average(let column): "average(\(column)\(conditions))"
        case .ratio(let a, let b): "ratio(\(a.text), \(b.text))"
        case .plus(let a, let b): "(\(a.text) + \(b.text))"
        case .minus(let a, let b): "(\(a.text) - \(b.text))"
        case .only(let expression, let list):
            expression.written(where: " where " + list.map(\.text).joined(separator: " and "))
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

/// What a row must be like to be taken: `kind = 'refund'`, `plan != 'free'`, `is_paid = true`, `age = 0`.
package struct MetricCondition: Sendable, Hashable {
    /// The column.
    package let column: String
    /// The value that it must have, or must not have.
    package let value: Value
    /// Whether the row is taken where the column has another value. A missing value is neither.
    package let isNegated: Bool

    /// The condition as it can be written.
    package var text: String {
        let written =
            switch value {
            case .text(let text): "'" + text.replacing("'", with: "''") + "'"
            case .integer(let number): String(number)
            case .boolean(let truth): String(truth)
            }
        return "\(column) \(isNegated ? "!=" : "=") \(written)"
    }

    package init(column: String, value: Value, isNegated: Bool) {
        self.column = column
        self.value = value
        self.isNegated = isNegated
    }

    /// A value in a condition.
    package enum Value: Sendable, Hashable {
        case text(String)
        case integer(Int64)
        case boolean(Bool)
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
