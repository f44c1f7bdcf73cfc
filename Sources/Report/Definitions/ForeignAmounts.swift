package import Configuration
package import Models

/// Amounts of a model in other currencies than the tenant's, where no figure can be made of them (analytics rule X17).
package struct ForeignAmounts: Sendable, Equatable, CustomStringConvertible {
    /// The model.
    package let model: String
    /// Where its grain is written.
    package let position: SourcePosition
    /// The currencies that are found beside the tenant's, in order.
    package let currencies: [String]
    /// The tenant's.
    package let tenantCurrency: String
    /// What to write so that the report can be made.
    package let remedy: String

    /// - Parameters:
    ///   - found: the currencies of all rows; those without any leave it out.
    ///   - tenantCurrency: the one that the tenant reports in.
    init(_ model: ModelDefinition, found: Set<String>, tenantCurrency: String) {
        self.model = model.name
        position = model.grainPosition
        currencies = found.subtracting([tenantCurrency]).sorted()
        self.tenantCurrency = tenantCurrency
        // One currency that is not the tenant's: the tenant's is not right. Several: the rows must be told apart by it.
        if found.count == 1 || model.currencyColumn.map(model.grain.contains) ?? true {
            remedy = "currency: \(currencies[0]) in the tenant's file, where that is its currency"
        } else {
            let column = model.currencyColumn ?? "currency"
            let grain = (model.grain + [column]).joined(separator: ", ")
            remedy = "grain: [\(grain)] there and GROUP BY \(column): tables are then made for each currency"
        }
    }

    package var description: String {
        "the model '\(model)' has amounts in \(shown), and the tenant's currency is \(tenantCurrency)\n  --> \(position)"
    }

    /// A few of the currencies: a column that is none may have any number of texts.
    private var shown: String {
        let few = currencies.prefix(3).map { ConfigurationError.shown($0, limit: 12) }.joined(separator: ", ")
        return currencies.count > 3 ? "\(few) and \(currencies.count - 3) others" : few
    }
}
