/// A test as two queries: how many rows break it, and which.
struct ModelTestQuestion {
    /// Gives one number: 0 where the test holds.
    let count: String
    /// Gives some of what breaks it.
    let example: String
}

extension ModelTest {
    /// The queries of the test on a model, which is read under its name.
    func question(on model: String) -> ModelTestQuestion {
        let table = Self.name(model)
        switch self {
        case .unique(let columns):
            let keys = columns.map(Self.name).joined(separator: ", ")
            let twice = "SELECT \(keys), count(*) AS row_count FROM \(table) GROUP BY \(keys) HAVING count(*) > 1"
            return ModelTestQuestion(count: "SELECT count(*) FROM (\(twice)) AS twice", example: twice + " LIMIT 10")
        case .notNull(let columns):
            let condition = columns.map { "\(Self.name($0)) IS NULL" }.joined(separator: " OR ")
            return Self.rows(of: table, where: condition)
        case .acceptedValues(let column, let values):
            let list = values.map(Self.text).joined(separator: ", ")
            return Self.rows(
                of: table,
                where: "\(Self.name(column)) IS NOT NULL AND CAST(\(Self.name(column)) AS text) NOT IN (\(list))")
        case .relationships(let column, let other, let field):
            let (own, there) = (Self.name(column), Self.name(field))
            return Self.rows(
                of: table,
                where: "\(own) IS NOT NULL AND CAST(\(own) AS text) NOT IN "
                    + "(SELECT CAST(\(there) AS text) FROM \(Self.name(other)) WHERE \(there) IS NOT NULL)")
        case .sumsEqual(let column, let other, let field, let condition):
            let there = condition.map { " WHERE \($0)" } ?? ""
            let sums =
                "(SELECT coalesce(sum(\(Self.name(column))), 0) AS total FROM \(table)) AS own, "
                + "(SELECT coalesce(sum(\(Self.name(field))), 0) AS total FROM \(Self.name(other))\(there)) AS other"
            return ModelTestQuestion(
                count: "SELECT count(*) FROM \(sums) WHERE own.total <> other.total",
                example: "SELECT own.total AS own, other.total AS other FROM \(sums)")
        }
    }

    private static func rows(of table: String, where condition: String) -> ModelTestQuestion {
        ModelTestQuestion(
            count: "SELECT count(*) FROM \(table) WHERE \(condition)",
            example: "SELECT * FROM \(table) WHERE \(condition) LIMIT 10")
    }

    /// A name between quotes, which are doubled inside.
    private static func name(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
    private static func text(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
