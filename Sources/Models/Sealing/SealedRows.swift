internal import CivilTime
internal import Columnar
internal import Configuration
internal import Query

/// The rows of a model's sealed buckets as a version of its table has them, and the queries that hold others to them.
struct SealedRows {
    /// The model's own columns in the table.
    private let schema: Schema
    private let grain: [String]
    private let bucket: String
    /// The first bucket that was not sealed: the buckets before it were.
    private let firstOpen: LocalDate
    /// The name under which the version can be read.
    private let table: String

    /// - Parameters:
    ///   - model: a sealed model.
    ///   - schema: the columns of its table.
    ///   - asOf: when the table was computed.
    ///   - table: the name under which the version can be read.
    /// - Returns: nil for a model that is not sealed, and for a table with other columns than the model has now.
    init?(
        of model: ModelDefinition, _ schema: Schema, own: Schema, asOf: Instant, _ calendar: TenantCalendar,
        named table: String
    ) {
        guard let days = model.sealedAfterDays, let bucket = model.bucket else { return nil }
        guard Schema(schema.fields.filter({ model.column($0.name) != nil })).isLike(own) else { return nil }
        self.schema = own
        grain = model.grain
        self.bucket = bucket.column
        self.table = table
        let day = calendar.zone.localDate(of: asOf).adding(days: -days)
        firstOpen = calendar.period(bucket.grain, containing: day).from
    }

    /// The name of a model's rows as they were before, while they are computed again: no file can be named so.
    static func nameBefore(_ model: ModelDefinition) -> String { "\(model.name) before" }
    /// The name of a model's rows as they are now.
    static func nameNow(_ model: ModelDefinition) -> String { "\(model.name) now" }

    /// A query for the model's rows, computed anew under its name, each with its revision.
    func restatedRows(of model: ModelDefinition) -> SourceText {
        let columns = schema.fields.map { "n.\(SQLText.name($0.name))" }
        let revision = """
            CASE WHEN n.\(SQLText.name(bucket)) >= \(date) THEN 0 WHEN o.revision IS NULL THEN 1 \
            WHEN \(isDifferent) THEN o.revision + 1 ELSE o.revision END AS revision
            """
        return SourceText(
            """
            SELECT \((columns + [revision]).joined(separator: ", "))
            FROM \(SQLText.name(model.name)) AS n
            LEFT JOIN (SELECT * FROM \(SQLText.name(table)) WHERE \(SQLText.name(bucket)) < \(date)) AS o
            ON \(hasSameGrain)
            ORDER BY \(grain.map { "n.\(SQLText.name($0))" }.joined(separator: ", "))
            """, name: model.query.name)
    }

    /// A query for what changed up to another version: the rows of the model's adjustments, with their revision.
    ///
    /// - Parameters:
    ///   - now: the name under which the other version can be read.
    ///   - version: its number.
    func adjustments(to now: String, version: Int64, of model: ModelDefinition) -> SourceText {
        let columns = schema.fields.map { field in
            let name = SQLText.name(field.name)
            if grain.contains(field.name) { return "coalesce(n.\(name), o.\(name)) AS \(name)" }
            guard model.column(field.name)?.kind.isNumeric == true else {
                return "CASE WHEN n.is_there IS NULL THEN o.\(name) ELSE n.\(name) END AS \(name)"
            }
            return "coalesce(n.\(name), 0) - coalesce(o.\(name), 0) AS \(name)"
        }
        let others = [
            "CASE WHEN o.is_there IS NULL THEN 'added' WHEN n.is_there IS NULL THEN 'removed' ELSE 'changed' END "
                + "AS adjustment",
            "\(version) AS table_version",
            "CASE WHEN n.is_there IS NULL THEN o.revision + 1 ELSE n.revision END AS revision",
        ]
        func sealed(_ table: String) -> String {
            "(SELECT *, TRUE AS is_there FROM \(SQLText.name(table)) WHERE \(SQLText.name(bucket)) < \(date))"
        }
        return SourceText(
            """
            SELECT \((columns + others).joined(separator: ", "))
            FROM \(sealed(now)) AS n FULL JOIN \(sealed(table)) AS o ON \(hasSameGrain)
            WHERE n.is_there IS NULL OR o.is_there IS NULL OR \(isDifferent)
            ORDER BY \(grain.map(SQLText.name).joined(separator: ", "))
            """, name: model.query.name)
    }

    private var date: String { "DATE '\(firstOpen)'" }

    private var isDifferent: String {
        let columns = schema.fields.map(\.name).filter { !grain.contains($0) }.map(SQLText.name)
        return columns.isEmpty
            ? "FALSE" : "(" + columns.map { "n.\($0) IS DISTINCT FROM o.\($0)" }.joined(separator: " OR ") + ")"
    }

    /// Joins compare with `=`; rows without a value in a column of the grain are told apart from those that have it.
    private var hasSameGrain: String {
        schema.fields.filter { grain.contains($0.name) }.map { field in
            let (new, old) = ("n.\(SQLText.name(field.name))", "o.\(SQLText.name(field.name))")
            return "\(Self.key(new, field.type)) = \(Self.key(old, field.type)) AND (\(new) IS NULL) = (\(old) IS NULL)"
        }.joined(separator: " AND ")
    }

    /// A column with some value in the place of a missing one.
    private static func key(_ column: String, _ type: LogicalType) -> String {
        switch type {
        case .date: "coalesce(\(column), DATE '1970-01-01')"
        case .timestamp: "coalesce(\(column), TIMESTAMP '1970-01-01 00:00:00Z')"
        case .bool: "coalesce(\(column), FALSE)"
        case .text, .uuid: "coalesce(CAST(\(column) AS text), '')"
        default: "coalesce(\(column), 0)"
        }
    }
}
