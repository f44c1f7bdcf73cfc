package import Columnar

/// What can be wrong with the data of a model. Names columns and rows' kinds, never values.
package enum AnalyticsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A column is not there or not of the type that the model needs.
    case column(ColumnarError, model: String)
    /// A column of the source is not of a type that the model can use.
    case wrongType(column: String, expected: String, found: String, model: String)
    /// A sum does not fit its type.
    case overflow(column: String, model: String)
    /// Amounts of several currencies, which are never summed.
    case mixedCurrencies(column: String, model: String)
    /// An instant outside of the years 1900 to 2100.
    case outsideCalendar(column: String, model: String)
    /// A missing value where the model has no rule for one.
    case missing(column: String, model: String)

    package var description: String {
        switch self {
        case .column(let error, let model): "model '\(model)': \(error)"
        case .wrongType(let column, let expected, let found, let model):
            "model '\(model)' needs column '\(column)' as \(expected), and it is \(found)"
        case .overflow(let column, let model): "model '\(model)': the sum of '\(column)' does not fit 64 bits"
        case .mixedCurrencies(let column, let model):
            "model '\(model)': '\(column)' holds several currencies, and sums over currencies have no meaning"
        case .outsideCalendar(let column, let model):
            "model '\(model)': '\(column)' holds an instant outside of the years 1900 to 2100"
        case .missing(let column, let model): "model '\(model)': '\(column)' has rows without a value"
        }
    }
}
