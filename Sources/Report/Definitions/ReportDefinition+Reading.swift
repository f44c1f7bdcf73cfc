internal import CivilTime
internal import Configuration
internal import Models

extension ReportDefinition {
    /// Reads a report's file.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file.
    init(
        slug: String, document: YAMLDocument, graph: ModelGraph, metrics: [MetricDefinition]
    ) throws(ConfigurationErrors) {
        let reader = ReportReader(slug: slug, graph: graph, metrics: metrics)
        self = try document.mapping(subject: "report '\(slug)'") { map in reader.report(map) }
    }
}

/// Reads the keys of a report, checking every name against metrics, models and parameters.
final class ReportReader {
    let slug: String
    let graph: ModelGraph
    let metrics: [MetricDefinition]
    /// What sentences may use; grows while charts are read.
    var scope: SentenceScope
    /// Whether the scope has all tiles and charts: else a name that it lacks may be that of one with a mistake of its own.
    var isScopeWhole = true
    var parameters: [ReportParameter] = []
    var tiles: [String] = []
    /// Whether each person gets one.
    private(set) var isForSubjects = false
    /// The formats of the report.
    private(set) var formats: [ReportDefinition.Format] = []
    private var tableNames: Set<String> = []
    private var chartCount = 0
    /// Where each model was named first.
    private(set) var usedModels: [(name: String, value: YAMLValue)] = []

    init(slug: String, graph: ModelGraph, metrics: [MetricDefinition]) {
        self.slug = slug
        self.graph = graph
        self.metrics = metrics
        scope = SentenceScope(names: SentenceScope.documentNames, sections: [:])
    }

    func report(_ map: YAMLMapping) -> ReportDefinition? {
        checkSlug(map)
        let title = map.required("title")?.text()
        let audience = map.optional("audience").map { $0.choice(of: ReportDefinition.Audience.self) } ?? .tenant
        let subjectsValue = map.optional("for_each")
        if audience != .subject {
            subjectsValue?.refuse("'for_each' is only for 'audience: subject'")
        } else if subjectsValue == nil {
            map.refuse(
                "a report for subjects needs 'for_each'", hint: "for_each: { model: clients, key: user_id, name: name }"
            )
        }
        let subjects = audience == .subject ? subjectsValue.map(self.subjects) : .none
        let period = map.required("period")?.mapping(period)
        if let value = map.optional("parameters") { parameters = self.parameters(value) }
        for parameter in parameters { scope.names.insert(parameter.name) }
        let needs = map.optional("needs").map { $0.entries(need) } ?? []
        let onIncomplete =
            map.optional("on_incomplete").map { $0.choice(of: ReportDefinition.IncompletePolicy.self) } ?? .hold
        let formats = map.required("formats")?.list { $0.choice(of: ReportDefinition.Format.self) }
        self.formats = formats ?? []
        let csv = map.optional("csv").map { $0.mapping(self.csv) } ?? CSVOptions()
        // Sections first: they say which tiles and charts the headline can speak of.
        let sections = map.required("sections").flatMap(sections)
        let headline = map.optional("headline").map { value in value.list { self.headlineRule($0) } }
        let empty = map.optional("empty").map { self.sentence($0) }
        guard let title, let audience, let period, let needs, let onIncomplete, let formats, let csv, let sections,
            headline != .some(nil), empty != .some(nil), subjects != .some(nil)
        else { return nil }
        isForSubjects = audience == .subject
        if let subjects = subjects ?? nil, let value = subjectsValue { checkModels(of: subjects, value) }
        checkParametersOfViews()
        return ReportDefinition(
            slug: slug, title: title, audience: audience, subjects: subjects ?? nil, grain: period.grain,
            comparison: period.comparison,
            parameters: parameters, needs: needs, onIncomplete: onIncomplete, formats: formats, csv: csv,
            headline: headline ?? nil,
            empty: empty ?? nil, tiles: tiles, sections: sections)
    }

    /// `csv: { values: local, line_end: crlf, byte_order_mark: true, guard: false, compress: gzip }`
    private func csv(_ map: YAMLMapping) -> CSVOptions? {
        let values = map.optional("values").map { $0.choice(of: CSVOptions.Values.self) } ?? .iso
        let lineEnd = map.optional("line_end").map { $0.choice(of: CSVOptions.LineEnd.self) } ?? .lf
        let hasByteOrderMark = map.optional("byte_order_mark").map { $0.boolean() } ?? false
        let isGuarded = map.optional("guard").map { $0.boolean() } ?? true
        let compression = map.optional("compress").map { $0.choice(of: TextCompression.self) } ?? TextCompression.none
        guard let values, let lineEnd, let hasByteOrderMark, let isGuarded, let compression else { return nil }
        return CSVOptions(
            values: values, lineEnd: lineEnd, hasByteOrderMark: hasByteOrderMark, isGuarded: isGuarded,
            compression: compression)
    }

    private func checkSlug(_ map: YAMLMapping) {
        guard let value = map.required("slug"), let written = value.text() else { return }
        if written != slug { value.refuse("the slug is '\(written)', the file is named '\(slug).yaml'") }
    }

    private func period(_ map: YAMLMapping) -> (grain: Grain, comparison: ReportDefinition.Comparison)? {
        let grain = map.required("grain")?.choice(of: Grain.self)
        let comparison = map.optional("compare").map { $0.choice(of: ReportDefinition.Comparison.self) } ?? .previous
        guard let grain, let comparison else { return nil }
        return (grain, comparison)
    }

    private func need(_ name: String, _ value: YAMLValue) -> DataNeed? {
        // How fresh a table is says nothing of anybody's rows.
        guard find(name, "model", among: graph.models.map(\.name), value) != nil else { return nil }
        return value.mapping { map in
            map.required("fresh_within")?.seconds().map { DataNeed(model: name, freshWithinSeconds: $0) }
        }
    }

    // MARK: Names

    /// A model by its name; a wrong one is noted at the value.
    func model(_ name: String, _ value: YAMLValue) -> ModelDefinition? {
        guard find(name, "model", among: graph.models.map(\.name), value) != nil else { return nil }
        if !usedModels.contains(where: { $0.name == name }) { usedModels.append((name, value)) }
        return graph.model(name)
    }

    /// A metric that can be computed from a model; a wrong one is noted at the value.
    func metric(_ name: String, on model: ModelDefinition?, _ value: YAMLValue) -> MetricDefinition? {
        guard find(name, "metric", among: metrics.map(\.name), value) != nil,
            let metric = metrics.first(where: { $0.name == name })
        else { return nil }
        if model == nil, !usedModels.contains(where: { $0.name == metric.model }) {
            usedModels.append((metric.model, value))
        }
        if let model, let problem = metric.problem(on: model) {
            value.refuse("'\(name)' cannot be shown of '\(model.name)': \(problem.message)", hint: problem.hint)
            return nil
        }
        return metric
    }

    /// A column of a model; a wrong one is noted at the value.
    func column(_ name: String, of model: ModelDefinition, _ value: YAMLValue) -> ModelColumn? {
        find(name, "column", among: model.columns.map(\.name), value).flatMap(model.column)
    }

    /// A name that must be one of some; a wrong one is noted with a suggestion.
    func find(_ name: String, _ what: String, among names: [String], _ value: YAMLValue) -> String? {
        if names.contains(name) { return name }
        let hint =
            Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? (names.isEmpty ? nil : "there are \(names.joined(separator: ", "))")
        value.refuse("unknown \(what) '\(name)'", hint: hint)
        return nil
    }

    /// A template whose names are all known.
    func sentence(_ value: YAMLValue, allowsEmpty: Bool = false) -> SentenceTemplate? {
        guard let text = value.text(allowsEmpty: allowsEmpty) else { return nil }
        do {
            return try SentenceTemplate(text, scope: scope)
        } catch {
            guard isScopeWhole || error.candidates.isEmpty else { return nil }
            let near = Suggestion.nearest(to: error.name, among: error.candidates).map { "did you mean '\($0)'?" }
            let all = error.candidates.isEmpty ? nil : "there are \(error.candidates.joined(separator: ", "))"
            value.refuse(error.message, hint: near ?? all)
            return nil
        }
    }

    /// A whole number, or the name of a parameter that is one and always within the same bounds.
    func count(_ value: YAMLValue, in range: ClosedRange<Int64> = 1...1_000) -> ShownCount? {
        guard let text = value.literal() else { return nil }
        guard let parameter = parameters.first(where: { $0.name == text }) else {
            return value.integer(in: range).map { .number(Int($0)) }
        }
        guard case .integer(let standard) = parameter.standard else {
            value.refuse("the parameter '\(text)' is \(parameter.type.words), not a whole number")
            return nil
        }
        guard range.contains(standard) else {
            value.refuse(
                "the parameter '\(text)' is \(standard): it must be \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        // Whoever gives the parameter another value is told the bounds then.
        parameters = parameters.map { $0.name == text ? $0.within(range) : $0 }
        return .parameter(text)
    }

    /// A name that no table of the report has yet.
    func claimTable(_ name: String, _ value: YAMLValue) -> Bool {
        guard tableNames.insert(name.lowercased()).inserted else {
            value.refuse("there are two tables named '\(name)'", hint: "give one a 'name' of its own")
            return false
        }
        return true
    }

    /// A name for a chart that has none.
    func nextChartName() -> String {
        chartCount += 1
        return "chart_\(chartCount)"
    }
}

/// A reason in words, for `YAMLValue.parsed`.
struct DefinitionProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
