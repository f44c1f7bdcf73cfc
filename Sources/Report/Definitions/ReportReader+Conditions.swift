internal import Configuration
internal import Models

extension ReportReader {
    /// `where: "kind = 'tag' and pocs != 0"`: which rows of a model are taken, by the same conditions as in metrics.
    func conditions(_ value: YAMLValue, on model: ModelDefinition) -> [MetricCondition]? {
        guard let text = value.text() else { return nil }
        let head = "count(where "
        do {
            let expression = try MetricExpression(parsing: "\(head)\(text))")
            if let problem = expression.conditions.lazy.compactMap({ $0.problem(on: model) }).first {
                value.refuse(problem.message, hint: problem.hint)
                return nil
            }
            return expression.conditions
        } catch {
            value.refuse("\(error.message) (character \(max(1, error.character - head.count)))", hint: error.hint)
            return nil
        }
    }
}
