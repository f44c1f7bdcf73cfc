internal import Configuration
package import Formatting
package import Models

/// A measure with one definition for all reports of a platform: an entry of `Reports/<platform>/metrics.yaml`.
package struct MetricDefinition: Sendable, Hashable {
    /// Its name in definitions.
    package let name: String
    /// Its label for people.
    package let label: String
    /// The model whose rows it is computed from.
    package let model: String
    /// How.
    package let expression: MetricExpression
    /// What it counts.
    package let unit: UnitName
    /// Whether growth is good news.
    package let good: Direction
    /// What it means, in a sentence.
    package let definition: String

    /// Why the metric cannot be computed from the rows of a model, with what to do; nil if it can.
    func problem(on model: ModelDefinition) -> (message: String, hint: String?)? {
        let named = expression.columns + expression.countedColumns + expression.conditions.map(\.column)
        for name in named where model.column(name) == nil {
            let near = Suggestion.nearest(to: name, among: model.columns.map(\.name))
            return (
                "the model '\(model.name)' has no column '\(name)'",
                near.map { "did you mean '\($0)'?" }
                    ?? "it has \(model.columns.map(\.name).joined(separator: ", "))"
            )
        }
        for name in expression.columns {
            guard let column = model.column(name), !column.kind.isNumeric else { continue }
            return ("the column '\(name)' of '\(model.name)' is \(column.kind.rawValue), not a number", nil)
        }
        if let problem = expression.conditions.lazy.compactMap({ $0.problem(on: model) }).first { return problem }
        if model.bucket == nil, expression.isOverBuckets {
            return ("the model '\(model.name)' has no buckets to take an average of", nil)
        }
        // Of a person's rows alone there may be one a bucket: that is seen when they are there.
        if expression.isOverBuckets, !model.hasOneRowEachBucket, model.subjectColumn == nil {
            return ("the model '\(model.name)' has several rows a bucket: an average of them has no meaning", nil)
        }
        for name in expression.summedColumns where model.column(name)?.isAdditive == false {
            return (
                "the column '\(name)' of '\(model.name)' is not additive: a sum of it would count twice",
                "use average(\(name)), max(\(name)) or last(\(name))"
            )
        }
        return nil
    }

    /// Reads `metrics.yaml`.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file.
    static func readAll(
        _ document: YAMLDocument, models: [ModelDefinition]
    ) throws(ConfigurationErrors) -> [MetricDefinition] {
        try document.mapping { map in
            map.required("metrics")?.entries { name, value in read(name, value, models) }
        }
    }

    private static func read(_ name: String, _ value: YAMLValue, _ models: [ModelDefinition]) -> MetricDefinition? {
        value.mapping { map in
            if !isName(name) || SentenceScope.documentNames.contains(name) {
                map.refuse(
                    "a metric can't be named '\(name)'",
                    hint: "write small letters, digits and '_', and no word that sentences have already")
            }
            let label = map.required("label")?.text()
            let modelValue = map.required("model")
            let expressionValue = map.required("expr")
            let unit = UnitName.read(map, default: nil)
            let good =
                map.optional("good").map { value in
                    value.choice(among: [("up", Direction.up), ("down", .down), ("neutral", .neutral)])
                } ?? .neutral
            let definition = map.required("definition")?.text()
            let expression = expressionValue.flatMap(readExpression)
            guard let label, let model = modelValue?.text(), let expression, let unit, let good, let definition else {
                return nil
            }
            let metric = MetricDefinition(
                name: name, label: label, model: model, expression: expression, unit: unit, good: good,
                definition: definition)
            guard let found = models.first(where: { $0.name == model }) else {
                let names = models.map(\.name)
                modelValue?.refuse(
                    "unknown model '\(model)'",
                    hint: Suggestion.nearest(to: model, among: names).map { "did you mean '\($0)'?" }
                        ?? "there are \(names.joined(separator: ", "))")
                return nil
            }
            if let problem = metric.problem(on: found) {
                expressionValue?.refuse(problem.message, hint: problem.hint)
                return nil
            }
            return metric
        }
    }

    /// Names become names in sentences and cells: `daily_customers`.
    private static func isName(_ name: String) -> Bool {
        name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
            && name.utf8.first.map { (0x61...0x7A).contains($0) } ?? false && name.utf8.count <= 64
    }

    private static func readExpression(_ value: YAMLValue) -> MetricExpression? {
        guard let text = value.text() else { return nil }
        do {
            return try MetricExpression(parsing: text)
        } catch {
            value.refuse("'expr': \(error)", hint: error.hint)
            return nil
        }
    }
}

extension MetricCondition {
    /// Why no row of a model can meet the condition, with what to do; nil if one can.
    func problem(on model: ModelDefinition) -> (message: String, hint: String?)? {
        guard let found = model.column(column) else {
            let near = Suggestion.nearest(to: column, among: model.columns.map(\.name))
            return ("the model '\(model.name)' has no column '\(column)'", near.map { "did you mean '\($0)'?" })
        }
        guard !value.fits(found.kind) else { return nil }
        return (
            "the column '\(column)' of '\(model.name)' is \(found.kind.rawValue) and never that value",
            found.kind.hintForConditions
        )
    }
}

extension MetricCondition.Value {
    /// Whether a column of a kind can have such a value.
    fileprivate func fits(_ kind: ModelColumn.Kind) -> Bool {
        switch self {
        case .text: kind == .text || kind == .id
        case .integer: kind == .integer
        case .boolean: kind == .boolean
        }
    }
}

extension ModelColumn.Kind {
    /// How a condition on a column of the kind is written; nil for those that have none.
    fileprivate var hintForConditions: String? {
        switch self {
        case .text, .id: "write 'a text' in single quotes"
        case .integer: "write a whole number"
        case .boolean: "write true or false"
        case .date, .number, .timestamp: nil
        }
    }
}
