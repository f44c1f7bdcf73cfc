package import CivilTime
package import Columnar
internal import Configuration

/// A model's table as reports see it: `Reports/<platform>/models/<model>.yaml`, the same keys that stand in the front
/// matter of a model in SQL.
package struct ModelDefinition: Sendable, Hashable {
    /// The file's name without its extension; the aggregate's name in the lake.
    package let name: String
    /// What it holds, in a sentence.
    package let description: String
    /// Which column says to which bucket of time a row belongs, and how long the buckets are; nil for a model without
    /// time, all rows of which are of any period.
    package let bucket: ModelBucket?
    /// The columns that together name a row.
    package let grain: [String]
    /// The column that holds the currency of the money columns; nil where it is the tenant's by agreement.
    package let currencyColumn: String?
    /// The column that says whose row it is, inside the tenant: a creator, coach or member.
    package let subjectColumn: String?
    /// The columns.
    package let columns: [ModelColumn]

    /// The column of the bucket's first date.
    package var bucketColumn: String? { bucket?.column }
    /// The length of the buckets.
    package var bucketGrain: Grain? { bucket?.grain }
    /// Whether there is one row a bucket.
    package var hasOneRowEachBucket: Bool { bucket.map { grain == [$0.column] } ?? false }

    /// A column by its name.
    package func column(_ name: String) -> ModelColumn? { columns.first { $0.name == name } }

    /// Checks that a table has the declared columns, of their kinds; further columns are the model's own affair.
    ///
    /// - Throws: `ReportError.wrongTable`.
    package func check(_ schema: Schema) throws(ReportError) {
        for column in columns {
            guard let index = schema.index(of: column.name) else {
                throw .wrongTable(model: name, problem: "the column '\(column.name)' is missing")
            }
            let type = schema.fields[index].type
            guard column.kind.holds(type) else {
                throw .wrongTable(
                    model: name, problem: "the column '\(column.name)' is \(type), declared as \(column.kind.rawValue)")
            }
        }
    }
}

/// How a model's rows belong to time.
package struct ModelBucket: Sendable, Hashable {
    /// The column that holds a bucket's first local date.
    package let column: String
    /// The length: day, week, month, quarter or year.
    package let grain: Grain

    package init(column: String, grain: Grain) {
        self.column = column
        self.grain = grain
    }
}

/// A column of a model.
package struct ModelColumn: Sendable, Hashable {
    /// The kinds that reports tell apart.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case date, text, integer, number, boolean, timestamp
        /// A name or number that things are told apart by; written as text, never grouped or summed.
        case id

        /// Whether values of a type are of this kind.
        func holds(_ type: LogicalType) -> Bool {
            switch (self, type) {
            case (.date, .date), (.boolean, .bool), (.timestamp, .timestamp), (.text, .text), (.text, .uuid): true
            case (.integer, .int8), (.integer, .int16), (.integer, .int32), (.integer, .int64), (.integer, .uint8),
                (.integer, .uint16), (.integer, .uint32), (.integer, .uint64), (.integer, .decimal(_, scale: 0)):
                true
            case (.number, .float), (.number, .double), (.number, .decimal): true
            case (.number, _): Kind.integer.holds(type)
            case (.id, _): Kind.integer.holds(type) || Kind.text.holds(type)
            default: false
            }
        }

        /// Whether it can be computed with.
        var isNumeric: Bool { self == .integer || self == .number }
    }

    /// Its name in the table.
    package let name: String
    /// What kind of values it has.
    package let kind: Kind
    /// Its label for people.
    package let label: String
    /// What it counts.
    package let unit: UnitName
    /// What it means, in a sentence.
    package let description: String
    /// Whether it may be summed over rows (analytics rule X13: distinct counts may not).
    package let isAdditive: Bool
}

extension ModelDefinition {
    /// Reads a model's file.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the file.
    init(name: String, document: YAMLDocument) throws(ConfigurationErrors) {
        self = try document.mapping(subject: "model '\(name)'") { map in Self.read(name, map) }
    }

    private static func read(_ name: String, _ map: YAMLMapping) -> ModelDefinition? {
        let description = map.required("description")?.text()
        let grain = map.required("grain")
        let bucketValue = map.optional("bucket")
        let columns = map.required("columns")?.entries { key, value in ModelColumn.read(key, value) }
        guard let description, let columns, let grain else {
            map.ignore("currency", "subject")
            return nil
        }
        let names = columns.map(\.name)
        let grainColumns = grain.list { value in
            value.text().flatMap { knownColumn($0, names, value) }
        }
        let bucket = bucketValue.map { readBucket($0, columns) }
        let currency = map.optional("currency").map { value in
            value.text().flatMap { knownColumn($0, names, value) }
        }
        let subject = map.optional("subject").map { value in
            value.text().flatMap { knownColumn($0, names, value) }
        }
        guard let grainColumns, bucket != .some(nil), currency != .some(nil), subject != .some(nil) else { return nil }
        return ModelDefinition(
            name: name, description: description, bucket: bucket ?? nil, grain: grainColumns,
            currencyColumn: currency ?? nil, subjectColumn: subject ?? nil, columns: columns)
    }

    private static func readBucket(_ value: YAMLValue, _ columns: [ModelColumn]) -> ModelBucket? {
        let bucket: ModelBucket? = value.mapping { map in
            let column = map.required("column").flatMap { value in
                value.text().flatMap { knownColumn($0, columns.map(\.name), value) }
            }
            let grain = map.required("grain")?.choice(of: Grain.self)
            guard let column, let grain else { return nil }
            return ModelBucket(column: column, grain: grain)
        }
        guard let bucket else { return nil }
        guard columns.first(where: { $0.name == bucket.column })?.kind == .date else {
            value.refuse("the bucket column '\(bucket.column)' must be a date")
            return nil
        }
        return bucket
    }

    private static func knownColumn(_ name: String, _ names: [String], _ value: YAMLValue) -> String? {
        if names.contains(name) { return name }
        value.refuse(
            "unknown column '\(name)'",
            hint: Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "there are \(names.joined(separator: ", "))")
        return nil
    }
}

extension ModelColumn {
    fileprivate static func read(_ name: String, _ value: YAMLValue) -> ModelColumn? {
        value.mapping { map in
            let kind = map.required("type")?.choice(of: Kind.self)
            let unit = UnitName.read(map, default: UnitName.none)
            let description = map.required("description")?.text()
            let label = map.optional("label").map { $0.text() } ?? name.replacing("_", with: " ").capitalizedFirst
            let isAdditive = map.optional("additive").map { $0.boolean() } ?? true
            guard let kind, let unit, let description, let label, let isAdditive else { return nil }
            if unit != .none && !kind.isNumeric {
                map.refuse("a column of type '\(kind.rawValue)' has no unit")
                return nil
            }
            return ModelColumn(
                name: name, kind: kind, label: label, unit: unit, description: description,
                isAdditive: isAdditive && kind.isNumeric)
        }
    }
}

extension String {
    /// With a capital first letter.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
