package import PostgresCopy

/// A relation of a source as its catalogue describes it.
package struct SourceTable: Sendable, Hashable {
    /// `pg_class.relkind`, as far as rows can be read from it.
    package enum Kind: String, Sendable, Hashable {
        case table = "r"
        case partitioned = "p"
        case view = "v"
        case materializedView = "m"
        case foreign = "f"
    }

    /// A column.
    package struct Column: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// Its type, as SQL writes it.
        package let typeName: String
        /// Whether it is NOT NULL.
        package let isNotNull: Bool
        /// Its default as SQL text; nil without one.
        package let standard: String?
        /// Whether the server numbers its rows: an identity column.
        package let isIdentity: Bool
        /// What `COMMENT ON COLUMN` says.
        package let comment: String?
        /// Whether we may read it.
        package let isReadable: Bool
    }

    /// An index, without those of expressions.
    package struct Index: Sendable, Hashable {
        /// Its columns, in its order; those that it only includes are left out.
        package let columns: [String]
        /// Whether it is the primary key's.
        package let isPrimary: Bool
        /// Whether it lets no two rows have the same values, now and not only at commit.
        package let isUnique: Bool
        /// Whether it holds some of the rows only.
        package let isPartial: Bool
    }

    /// A reference to another table.
    package struct ForeignKey: Sendable, Hashable {
        /// The columns, each with the column that it refers to.
        package let columns: [String]
        /// The table that is referred to.
        package let table: QualifiedName
        /// Its columns.
        package let referenced: [String]
    }

    /// The name, with its schema.
    package let name: QualifiedName
    /// What it is.
    package let kind: Kind
    /// What `COMMENT ON TABLE` says.
    package let comment: String?
    /// Whether we may read all of its columns.
    package let isReadable: Bool
    /// Updates and deletes that the server has counted since its statistics were reset.
    package let changedRowCount: Int64
    /// The columns, in the table's order.
    package var columns: [Column] = []
    /// The indexes, the primary key's first.
    package var indexes: [Index] = []
    /// The references to other tables.
    package var foreignKeys: [ForeignKey] = []

    /// The columns that know a row: the primary key, or a unique index of columns that are NOT NULL; nil without one.
    package var key: [String]? {
        if let primary = indexes.first(where: \.isPrimary) { return primary.columns }
        let areNotNull = Set(columns.filter(\.isNotNull).map(\.name))
        return indexes.first { $0.isUnique && !$0.isPartial && $0.columns.allSatisfy(areNotNull.contains) }?.columns
    }

    /// Whether no two rows can have the same values in some columns.
    package func isUnique(_ names: [String]) -> Bool {
        indexes.contains { $0.isUnique && !$0.isPartial && Set($0.columns).isSubset(of: Set(names)) }
    }

    /// Whether rows can be found by a column alone without reading the table: it is the first of an index.
    package func isIndexed(_ column: String) -> Bool {
        indexes.contains { !$0.isPartial && $0.columns.first == column }
    }
}
