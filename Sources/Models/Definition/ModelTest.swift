internal import Configuration

/// What must be true of a model's rows, or nothing of the run is published.
package enum ModelTest: Sendable, Hashable {
    /// No two rows have the same values in these columns.
    case unique([String])
    /// No row lacks a value in one of these columns.
    case notNull([String])
    /// A column has no other values than these; missing ones are no matter.
    case acceptedValues(column: String, values: [String])
    /// Every value of a column is in a column of another table.
    case relationships(column: String, table: String, field: String)
    /// A column's sum is that of a column of another table, over the rows for which a condition holds.
    case sumsEqual(column: String, table: String, field: String, condition: String?)

    /// The test as definitions write it: `unique(day, currency)`.
    package var label: String {
        switch self {
        case .unique(let columns): "unique(\(columns.joined(separator: ", ")))"
        case .notNull(let columns): "not_null(\(columns.joined(separator: ", ")))"
        case .acceptedValues(let column, let values): "accepted_values(\(column): \(values.joined(separator: ", ")))"
        case .relationships(let column, let table, let field): "relationships(\(column) in \(table).\(field))"
        case .sumsEqual(let column, let table, let field, let condition):
            "sums_equal(\(column) = \(table).\(field)\(condition.map { " where " + $0 } ?? ""))"
        }
    }

    /// The other table that it reads.
    package var table: String? {
        switch self {
        case .relationships(_, let table, _), .sumsEqual(_, let table, _, _): table
        case .unique, .notNull, .acceptedValues: nil
        }
    }
}

extension ModelTest {
    /// Reads an entry of `tests:`, a mapping with one key: the name of the test.
    static func read(_ value: YAMLValue, _ columns: [String]) -> ModelTest? {
        value.mapping { map in
            let found = [
                map.optional("unique").map { $0.knownColumns(columns).map(ModelTest.unique) },
                map.optional("not_null").map { $0.knownColumns(columns).map(ModelTest.notNull) },
                map.optional("accepted_values").map { acceptedValues($0, columns) },
                map.optional("relationships").map { relationships($0, columns) },
                map.optional("sums_equal").map { sumsEqual($0, columns) },
            ].compactMap { $0 }
            guard found.count == 1 else {
                map.refuse(
                    "a test is one of unique, not_null, accepted_values, relationships, sums_equal",
                    hint: "- unique: [\(columns.first ?? "day")]")
                return nil
            }
            return found[0]
        }
    }

    private static func acceptedValues(_ value: YAMLValue, _ columns: [String]) -> ModelTest? {
        value.mapping { map in
            let column = map.required("column")?.knownColumn(columns)
            let values = map.required("values")?.list { $0.literal() }
            guard let column, let values, !values.isEmpty else { return nil }
            return .acceptedValues(column: column, values: values)
        }
    }

    private static func relationships(_ value: YAMLValue, _ columns: [String]) -> ModelTest? {
        value.mapping { map in
            let column = map.required("column")?.knownColumn(columns)
            let table = map.required("to")?.text()
            let field = map.required("field")?.text()
            guard let column, let table, let field else { return nil }
            return .relationships(column: column, table: table, field: field)
        }
    }

    private static func sumsEqual(_ value: YAMLValue, _ columns: [String]) -> ModelTest? {
        value.mapping { map in
            let column = map.required("column")?.knownColumn(columns)
            let table = map.required("to")?.text()
            let field = map.required("field")?.text()
            let condition = map.optional("where").map { $0.text() }
            guard let column, let table, let field, condition != .some(nil) else { return nil }
            return .sumsEqual(column: column, table: table, field: field, condition: condition ?? nil)
        }
    }
}

extension YAMLValue {
    /// The name of one of some columns.
    func knownColumn(_ names: [String]) -> String? {
        guard let name = text() else { return nil }
        if names.contains(name) { return name }
        refuse(
            "unknown column '\(name)'",
            hint: Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "there are \(names.joined(separator: ", "))")
        return nil
    }

    /// The names of some columns, at least one; a single name stands for a list of it.
    func knownColumns(_ names: [String]) -> [String]? {
        guard isList else { return knownColumn(names).map { [$0] } }
        guard let found = list({ $0.knownColumn(names) }), !found.isEmpty else { return nil }
        return found
    }
}
