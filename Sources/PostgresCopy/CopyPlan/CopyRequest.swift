/// What is to be read from a database, before the server has been asked what it looks like.
package struct CopyRequest: Sendable {
    /// Where rows come from.
    package enum Source: Sendable, Hashable {
        /// A table, partitioned table, view or materialized view, with all its columns.
        case table(QualifiedName)
        /// A query: one SELECT.
        case query(String)
    }

    /// A condition that every row must meet; it becomes part of the SQL as an identifier and a quoted literal.
    package struct Condition: Sendable, Hashable {
        enum Comparison: Sendable, Hashable { case equal, atLeastOrNull, atLeast, below, anyOf }

        /// The column, by its name at the source.
        package let column: String
        /// The value that it is compared with, as text that the column's type reads.
        package let value: String
        let comparison: Comparison

        /// The column has the value.
        package init(column: String, equals value: String) {
            self.column = column
            self.value = value
            comparison = .equal
        }

        /// The column has the value, a greater one or none.
        package init(column: String, atLeastOrNull value: String) {
            self.column = column
            self.value = value
            comparison = .atLeastOrNull
        }

        /// The column has the value or a greater one.
        package init(column: String, atLeast value: String) {
            self.column = column
            self.value = value
            comparison = .atLeast
        }

        /// The column has a lesser value.
        package init(column: String, below value: String) {
            self.column = column
            self.value = value
            comparison = .below
        }

        /// The column has one of the values.
        package init(column: String, anyOf values: [String]) {
            self.column = column
            // Each item in quotes, so that no text is an empty item, NULL or the end of one
            // (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO).
            let items = values.map { value in
                "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            }
            value = "{\(items.joined(separator: ","))}"
            comparison = .anyOf
        }
    }

    /// Where rows come from.
    package var source: Source
    /// Only rows that meet all of them.
    package var conditions: [Condition]
    /// The columns that are read; nil for all that are not excluded.
    package var columns: Set<String>?
    /// Columns that are not read at all.
    package var excludedColumns: Set<String>
    /// What is said about columns, by their name at the source.
    package var declarations: [String: ColumnDeclaration]
    /// The columns that know a row, for the record of what was left out.
    package var keyColumns: [String]
    /// How timestamps without a zone become instants.
    package var naiveTimestamps: NaiveTimestamps
    /// What happens to values that have no exact place.
    package var refusalPolicy: RefusalPolicy

    package init(
        _ source: Source, conditions: [Condition] = [], excludedColumns: Set<String> = [],
        declarations: [String: ColumnDeclaration] = [:], keyColumns: [String] = [],
        naiveTimestamps: NaiveTimestamps = .undeclared, refusalPolicy: RefusalPolicy = .fail
    ) {
        self.source = source
        self.conditions = conditions
        self.excludedColumns = excludedColumns
        self.declarations = declarations
        self.keyColumns = keyColumns
        self.naiveTimestamps = naiveTimestamps
        self.refusalPolicy = refusalPolicy
    }
}
