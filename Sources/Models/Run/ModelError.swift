package import Query

/// Why a model's rows could not be computed. Names columns and places, never values.
package enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The query could not be answered; the place is in the model's file.
    case query(QueryError, model: String, place: String)
    /// The query gives other columns than the front matter declares.
    case columns(model: String, problem: String)
    /// A number that does not fit its column.
    case overflow(model: String, column: String)
    /// A row without a bucket.
    case withoutBucket(model: String, column: String)
    /// An incremental model gives rows of other dates than it was asked for.
    case outsideDates(model: String, column: String)
    /// A bucket outside of the years 1900 to 2100.
    case outsideCalendar(model: String, column: String)

    /// An error of a model's query.
    init(_ error: QueryError, model: String, in source: SourceText) {
        self = .query(error, model: model, place: error.rendered(in: source))
    }

    package var description: String {
        switch self {
        case .query(_, let model, let place): "model '\(model)': \(place)"
        case .columns(let model, let problem): "model '\(model)': \(problem)"
        case .overflow(let model, let column): "model '\(model)': a value of '\(column)' does not fit 64 bits"
        case .withoutBucket(let model, let column): "model '\(model)': a row has no '\(column)', and so no bucket"
        case .outsideDates(let model, let column):
            "model '\(model)': a row's '\(column)' lies outside of :from and :to; an incremental model keeps to them"
        case .outsideCalendar(let model, let column):
            "model '\(model)': '\(column)' holds a date outside of the years 1900 to 2100"
        }
    }
}
