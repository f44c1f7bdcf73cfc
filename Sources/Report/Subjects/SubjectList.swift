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

/// `for_each: { model: clients, key: user_id, name: name, timezone: tz }`
extension ReportReader {
    /// The people of a report for subjects.
    func subjects(_ value: YAMLValue) -> SubjectList? {
        value.mapping { map in
            let model = map.required("model").flatMap { value in value.text().flatMap { self.model($0, value) } }
            guard let model else {
                map.ignore("key", "name", "timezone")
                return nil
            }
            let key = map.required("key").flatMap { self.subjectColumn($0, model, [.text, .id, .integer]) }
            let name = map.optional("name").map { self.subjectColumn($0, model, [.text, .id]) }
            let zone = map.optional("timezone").map { self.subjectColumn($0, model, [.text]) }
            guard let key, name != .some(nil), zone != .some(nil) else { return nil }
            return SubjectList(model: model.name, keyColumn: key, nameColumn: name ?? nil, zoneColumn: zone ?? nil)
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
            guard let model = models.first(where: { $0.name == used.name }), !model.isOfSubjects else { continue }
            used.value.refuse(
                "the model '\(used.name)' does not say whose its rows are, and the report is for subjects",
                hint: "add 'subject: \(subjects.keyColumn)' to the model")
        }
        guard let model = models.first(where: { $0.name == subjects.model }) else { return }
        if let column = model.subjectColumn, column != subjects.keyColumn {
            value.refuse("the subject of '\(model.name)' is '\(column)', not '\(subjects.keyColumn)'")
        }
    }
}

extension ModelDefinition {
    /// Whether each subject gets rows of its own: by a column that names whose a row is, or in a view that asks for one.
    var isOfSubjects: Bool { subjectColumn != nil }
}
