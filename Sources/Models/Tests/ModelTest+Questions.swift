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
        let table = SQLText.name(model)
        switch self {
        case .unique(let columns):
            let keys = columns.map(SQLText.name).joined(separator: ", ")
            let twice = "SELECT \(keys), count(*) AS row_count FROM \(table) GROUP BY \(keys) HAVING count(*) > 1"
            return ModelTestQuestion(count: "SELECT count(*) FROM (\(twice)) AS twice", example: twice + " LIMIT 10")
        case .notNull(let columns):
            let condition = columns.map { "\(SQLText.name($0)) IS NULL" }.joined(separator: " OR ")
            return Self.rows(of: table, where: condition)
        case .acceptedValues(let column, let values):
            let list = values.map(SQLText.text).joined(separator: ", ")
            return Self.rows(
                of: table,
                where: "\(SQLText.name(column)) IS NOT NULL AND CAST(\(SQLText.name(column)) AS text) NOT IN (\(list))")
        case .relationships(let column, let other, let field):
            let (own, there) = (SQLText.name(column), SQLText.name(field))
            return Self.rows(
                of: table,
                where: "\(own) IS NOT NULL AND CAST(\(own) AS text) NOT IN "
                    + "(SELECT CAST(\(there) AS text) FROM \(SQLText.name(other)) WHERE \(there) IS NOT NULL)")
        case .sumsEqual(let column, let other, let field, let condition):
            let there = condition.map { " WHERE \($0)" } ?? ""
            let sums =
                "(SELECT coalesce(sum(\(SQLText.name(column))), 0) AS total FROM \(table)) AS own, "
                + "(SELECT coalesce(sum(\(SQLText.name(field))), 0) AS total FROM \(SQLText.name(other))\(there)) AS other"
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
}
