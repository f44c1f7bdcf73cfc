package import Configuration
internal import Query

extension ModelGraph {
    /// Holds the models against the platform's datasets.
    ///
    /// - Throws: `ConfigurationErrors`: every name that is neither a dataset nor a model, with its place and a suggestion;
    ///   every name that is both; what a stored model cannot read; columns of a query that are not those declared.
    package func check(datasets: [String]) throws(ConfigurationErrors) {
        var errors: [ConfigurationError] = []
        let known = Set(datasets)
        for model in models {
            if known.contains(model.name) {
                errors.append(
                    ConfigurationError(
                        "'\(model.name)' is a model and a dataset", SourceRange(0, 1), in: model.query,
                        hint: "datasets and models share one namespace: rename one"))
            }
            for table in model.references.tables { errors += problems(with: table, in: model, known) }
            for test in model.tests {
                guard let name = test.table, self.model(name) == nil, !known.contains(name) else { continue }
                errors.append(
                    ConfigurationError(
                        "the test \(test.label) of model '\(model.name)' reads '\(name)', which is no dataset or model",
                        SourceRange(0, 1), in: model.query, hint: suggestion(for: name, known)))
            }
            errors += unknownParameters(of: model) + wrongOutputs(of: model)
        }
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
    }

    /// The parameters that a stored model has: those of comparison are NULL, so that views that ask for them can be read.
    package static let storedParameters: Set<String> = [
        "from", "to", "compare_from", "compare_to", "as_of", "tz", "currency",
    ]

    private func problems(
        with table: QueryReferences.Table, in model: ModelDefinition, _ datasets: Set<String>
    ) -> [ConfigurationError] {
        func error(_ message: String, _ hint: String?) -> [ConfigurationError] {
            [ConfigurationError(message, table.range, in: model.query, hint: hint)]
        }
        if table.hasMoment {
            return error("a model reads the versions that its run has pinned", "leave AS OF out")
        }
        let isModel = self.model(table.name) != nil
        let isDataset = datasets.contains(table.name)
        switch table.parts.count {
        case 1 where isModel || isDataset: return []
        case 2 where table.parts[0] == "raw" && isDataset: return []
        case 2 where table.parts[0] == "aggregates" && isModel: return []
        default:
            let name = table.parts.joined(separator: ".")
            return error("there is no dataset or model '\(name)'", suggestion(for: table.name, datasets))
        }
    }

    /// What the text of a query alone tells of its columns: those that are not declared, and, where it names all, those
    /// that it lacks.
    private func wrongOutputs(of model: ModelDefinition) -> [ConfigurationError] {
        // Adjustments have columns of their own beside those of the query.
        guard model.adjustedModel == nil else { return [] }
        let outputs = model.references.outputs
        let names = Set(outputs.map(\.name))
        let missing = model.columns.map(\.name).filter { !names.contains($0) }
        let undeclared = outputs.filter { model.column($0.name) == nil }
        guard undeclared.isEmpty, !model.references.mayGiveOthers else {
            return undeclared.map { output in
                let near = Suggestion.nearest(to: output.name, among: missing).map { "did you mean '\($0)'?" }
                return ConfigurationError(
                    "the query gives a column '\(output.name)' that is not declared", output.range, in: model.query,
                    hint: near ?? "declare it under 'columns', or leave it out")
            }
        }
        return missing.map { name in
            ConfigurationError(
                "the query of model '\(model.name)' gives no column '\(name)', which is declared",
                outputs.first?.range ?? SourceRange(0, 1), in: model.query, hint: "… AS \(name)")
        }
    }

    private func suggestion(for name: String, _ datasets: Set<String>) -> String {
        let names = (datasets.union(models.map(\.name))).sorted()
        return Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? "there are \(names.joined(separator: ", "))"
    }

    /// What is stored or published has no reader whose parameters it could take.
    private func unknownParameters(of model: ModelDefinition) -> [ConfigurationError] {
        guard model.isStored || model.isPublished else { return [] }
        return inlined(into: model).flatMap { part in
            part.references.parameters.sorted { $0.key < $1.key }.compactMap { name, range in
                guard !Self.storedParameters.contains(name) else { return nil }
                let near = Suggestion.nearest(to: name, among: Self.storedParameters.sorted())
                return ConfigurationError(
                    part.name == model.name
                        ? "a model that is \(model.isStored ? "stored" : "published") has no parameter ':\(name)'"
                        : "':\(name)' has no value where the stored model '\(model.name)' reads this view", range,
                    in: part.query, hint: near.map { "did you mean ':\($0)'?" } ?? "materialized: view has it"
                )
            }
        }
    }
}
