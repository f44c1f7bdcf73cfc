internal import CivilTime
internal import Columnar
internal import Configuration
internal import Models

/// The people who each get a report: the rows of a model.
package struct SubjectList: Sendable, Hashable {
    /// The model with a row for each.
    package let model: String
    /// The column of their keys, by which their rows in all models are found.
    package let keyColumn: String
    /// The column of their names; nil where the key stands for it.
    package let nameColumn: String?
    /// The column of their time zones; nil for that of the tenant.
    package let zoneColumn: String?
    /// What a row must be like for its person to get one; none for all.
    package let conditions: [MetricCondition]
}

/// One creator, coach or member who gets a report.
package struct ReportSubject: Sendable, Hashable {
    /// The key in the source. Personal data: not for messages.
    package let key: String
    /// The name on the cover.
    package let name: String
    /// The IANA name of the person's time zone; nil for that of the tenant.
    package let zone: String?

    package init(key: String, name: String, zone: String?) {
        self.key = key
        self.name = name
        self.zone = zone
    }
}

/// `for_each: { model: clients, key: user_id, name: name, timezone: tz, where: "plan != 'free' and is_active = true" }`
extension ReportReader {
    /// The people of a report for subjects.
    func subjects(_ value: YAMLValue) -> SubjectList? {
        value.mapping { map in
            let model = map.required("model").flatMap { value in value.text().flatMap { self.model($0, value) } }
            guard let model else {
                map.ignore("key", "name", "timezone", "where")
                return nil
            }
            let key = map.required("key").flatMap { self.subjectColumn($0, model, [.text, .id, .integer]) }
            let name = map.optional("name").map { self.subjectColumn($0, model, [.text, .id]) }
            let zone = map.optional("timezone").map { self.subjectColumn($0, model, [.text]) }
            let conditions = map.optional("where").map { self.conditions($0, on: model) } ?? []
            guard let key, name != .some(nil), zone != .some(nil), let conditions else { return nil }
            return SubjectList(
                model: model.name, keyColumn: key, nameColumn: name ?? nil, zoneColumn: zone ?? nil,
                conditions: conditions)
        }
    }

    private func subjectColumn(
        _ value: YAMLValue, _ model: ModelDefinition, _ kinds: [ModelColumn.Kind]
    ) -> String? {
        guard let name = value.text(), let column = column(name, of: model, value) else { return nil }
        guard kinds.contains(column.kind) else {
            value.refuse(
                "the column '\(name)' is \(column.kind.rawValue)",
                hint: "it must be \(kinds.map(\.rawValue).joined(separator: " or "))")
            return nil
        }
        return name
    }

    /// Refuses every model of which it is not known whose each row is: nobody may see the rows of others.
    func checkModels(of subjects: SubjectList, _ value: YAMLValue) {
        for used in usedModels where used.name != subjects.model {
            guard let model = graph.model(used.name), model.subjectColumn == nil, !asksForSubject(model)
            else { continue }
            used.value.refuse(
                "the model '\(used.name)' does not say whose its rows are, and the report is for subjects",
                hint: "add 'subject: \(subjects.keyColumn)' to the model, or ask for :subject in a view")
        }
        guard let model = graph.model(subjects.model) else { return }
        if let column = model.subjectColumn, column != subjects.keyColumn {
            value.refuse("the subject of '\(model.name)' is '\(column)', not '\(subjects.keyColumn)'")
        }
    }
}

extension ReportReader {
    /// Whether a model is a view whose rows are those of the one person that is asked for.
    private func asksForSubject(_ model: ModelDefinition) -> Bool {
        !model.isStored && graph.parameters(of: model).contains("subject")
    }

    /// Refuses views that ask for what the report does not have: parameters of other names, or a person where it is for
    /// nobody in particular.
    func checkParametersOfViews() {
        let names = parameters.map(\.name)
        for used in usedModels {
            guard let model = graph.model(used.name), !model.isStored else { continue }
            for name in graph.parameters(of: model).sorted() where !names.contains(name) {
                if name == "subject" {
                    guard !isForSubjects else { continue }
                    used.value.refuse(
                        "the view '\(model.name)' asks for :subject, and the report is not for subjects",
                        hint: "write 'audience: subject' and 'for_each'")
                } else if !Self.boundNames.contains(name) {
                    let near = Suggestion.nearest(to: name, among: names).map { "did you mean ':\($0)'?" }
                    used.value.refuse(
                        "the view '\(model.name)' asks for :\(name), and the report has no such parameter",
                        hint: near ?? "add it to 'parameters'")
                }
            }
        }
    }
}
