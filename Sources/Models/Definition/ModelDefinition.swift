package import CivilTime
package import Columnar
package import Configuration
package import Query

/// A table that is computed by SQL: `Reports/<platform>/models/<name>.sql`, its front matter and its query.
package struct ModelDefinition: Sendable {
    /// Whether and how the rows are stored.
    package enum Materialization: String, Sendable, CaseIterable {
        /// Computed whole by every run whose inputs have changed, and stored.
        case table
        /// Stored, and computed again where the inputs have changed: bucket by bucket.
        case incremental
        /// Not stored: computed where it is read, with the reader's parameters.
        case view
    }

    /// The file's name without its extension; the aggregate's name in the lake.
    package let name: String
    /// What it holds, in a sentence.
    package let description: String
    /// Whether its rows are stored.
    package let materialization: Materialization
    /// The columns that together name a row.
    package let grain: [String]
    /// Where the grain is written.
    package let grainPosition: SourcePosition
    /// Which column says to which bucket of time a row belongs, and how long the buckets are; nil for a model without
    /// time, all rows of which are of any period.
    package let bucket: ModelBucket?
    /// The column that holds the currency of the money columns; nil where it is the tenant's by agreement.
    package let currencyColumn: String?
    /// The column that says whose row it is, inside the tenant: a creator, coach or member.
    package let subjectColumn: String?
    /// How many days before a changed one are computed again with it; only of incremental models.
    package let lookbackDays: Int
    /// How many days after its end a bucket is sealed: what changes in it later is told as an adjustment. Nil: never.
    package let sealedAfterDays: Int?
    /// Whether dashboards get its rows.
    package let isPublished: Bool
    /// The columns.
    package let columns: [ModelColumn]
    /// What must be true of the rows.
    package let tests: [ModelTest]
    /// The query. Its places count in the file: the front matter stands there as blanks.
    package let query: SourceText
    /// SHA-256 of the file, in hexadecimal digits.
    package let fileHash: String
    /// The tables and parameters that the query reads.
    package let references: QueryReferences
    /// The model whose adjustments these are: they come with its sealing, not with a file.
    package let adjustedModel: String?

    /// The name of its file.
    package var file: String { (adjustedModel ?? name) + ".sql" }
    /// The column of the bucket's first date.
    package var bucketColumn: String? { bucket?.column }
    /// The length of the buckets.
    package var bucketGrain: Grain? { bucket?.grain }
    /// Whether there is one row a bucket.
    package var hasOneRowEachBucket: Bool { bucket.map { grain == [$0.column] } ?? false }
    /// Whether the rows are in the lake.
    package var isStored: Bool { materialization != .view }

    /// A column by its name.
    package func column(_ name: String) -> ModelColumn? { columns.first { $0.name == name } }

    /// What a table lacks of the declared columns, or has of another kind; nil where it has them all. Further columns
    /// are the table's own affair.
    package func problem(with schema: Schema) -> String? {
        for column in columns {
            guard let index = schema.index(of: column.name) else { return "the column '\(column.name)' is missing" }
            let type = schema.fields[index].type
            guard column.kind.holds(type) else {
                return "the column '\(column.name)' is \(type), declared as \(column.kind.rawValue)"
            }
        }
        return nil
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
