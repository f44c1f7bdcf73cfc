internal import Configuration

extension ReportReader {
    /// A sentence, or `{ when: sales.change < -10%, say: "…" }`.
    func headlineRule(_ value: YAMLValue) -> HeadlineRule? {
        guard value.isMapping else { return sentence(value).map { HeadlineRule(conditions: [], sentence: $0) } }
        return value.mapping { map in
            let conditions = map.required("when").flatMap(self.headlineConditions)
            let sentence = map.required("say").flatMap { self.sentence($0) }
            guard let conditions, let sentence else { return nil }
            return HeadlineRule(conditions: conditions, sentence: sentence)
        }
    }

    private func headlineConditions(_ value: YAMLValue) -> [HeadlineCondition]? {
        guard let text = value.text() else { return nil }
        var conditions: [HeadlineCondition] = []
        for part in text.split(separator: " and ", omittingEmptySubsequences: false) {
            guard let condition = HeadlineCondition(parsing: String(part)) else {
                value.refuse(
                    "'\(part)' is no comparison of a tile's figure with a number",
                    hint: "write sales.change < -10%, sales.previous = 0 or orders >= 30")
                return nil
            }
            guard find(condition.metric, "tile", among: tiles, value) != nil else { return nil }
            conditions.append(condition)
        }
        return conditions
    }
}
