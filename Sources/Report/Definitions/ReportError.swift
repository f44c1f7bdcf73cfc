internal import Configuration

/// Why a report could not be made from its tables.
package enum ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The report needs a model whose table was not given.
    case missingTable(model: String)
    /// A table is not as its model declares it.
    case wrongTable(model: String, problem: String)
    /// A model has amounts in other currencies than the tenant's, and no figure is made of two.
    case otherCurrencies(ForeignAmounts)
    /// A total or a number in the data does not fit in 38 digits.
    case overflow(column: String)
    /// Values of several buckets would have to be combined in a column that is not additive.
    case notAdditive(model: String, column: String, period: String)
    /// The tenant's currency has no minor unit in ISO 4217.
    case unknownCurrency(String)
    /// There is no report of this name on the platform.
    case unknownReport(name: String, suggestion: String?)
    /// A report for subjects is made for one of them, and no other report is.
    case needsSubject(report: String)
    /// The report has no figure of this address.
    case unknownFigure(name: String, known: [String])
    /// A sentence could not be written.
    case sentence(String)

    package var description: String {
        switch self {
        case .missingTable(let model): "the table of the model '\(model)' is missing"
        case .wrongTable(let model, let problem): "the table of the model '\(model)' does not fit: \(problem)"
        case .otherCurrencies(let amounts): amounts.description
        case .overflow(let column): "the numbers of the column '\(column)' do not fit in 38 digits"
        case .notAdditive(let model, let column, let period):
            "the column '\(column)' of '\(model)' cannot be combined over the buckets of \(period): it is not additive"
        case .unknownCurrency(let code): "'\(code)' is no currency with minor units (ISO 4217)"
        case .unknownReport(let name, let suggestion):
            "there is no report '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
        case .needsSubject(let report): "the report '\(report)' is made for each subject, or for none"
        case .unknownFigure(let name, let known):
            "the report has no figure '\(name)'"
                + (Suggestion.nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? "")
        case .sentence(let problem): "a sentence of the report could not be written: \(problem)"
        }
    }
}

extension ReportError {
    /// What to write so that the report can be made; nil where the words of the error say it.
    package var remedy: String? { if case .otherCurrencies(let amounts) = self { amounts.remedy } else { nil } }
}
