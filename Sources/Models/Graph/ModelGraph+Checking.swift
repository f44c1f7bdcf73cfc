package import Configuration
internal import Query

extension ModelGraph {
    /// Holds the models against the platform's datasets.
    ///
    /// - Throws: `ConfigurationErrors`: every name that is neither a dataset nor a model, with its place and a suggestion;
    ///   every name that is both; what a stored model cannot read.
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
            errors += unknownParameters(of: model)
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
