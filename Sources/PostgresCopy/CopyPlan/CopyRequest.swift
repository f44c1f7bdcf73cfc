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
        /// The column, by its name at the source.
        package let column: String
        /// The value that it must have, as text.
        package let value: String

        package init(column: String, equals value: String) {
            self.column = column
            self.value = value
        }
    }

    /// Where rows come from.
    package var source: Source
    /// Only rows that meet it; nil for all.
    package var condition: Condition?
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
        _ source: Source, condition: Condition? = nil, excludedColumns: Set<String> = [],
        declarations: [String: ColumnDeclaration] = [:], keyColumns: [String] = [],
        naiveTimestamps: NaiveTimestamps = .undeclared, refusalPolicy: RefusalPolicy = .fail
    ) {
        self.source = source
        self.condition = condition
        self.excludedColumns = excludedColumns
        self.declarations = declarations
        self.keyColumns = keyColumns
        self.naiveTimestamps = naiveTimestamps
        self.refusalPolicy = refusalPolicy
    }
}
