import Columnar
import Query
import Testing

/// Functions that are registered from outside the engine.
@Suite struct TableFunctionTests {
    private static let bigint = SQLType.int64

    /// Adds to each row the number of its session: a new one after a gap.
    private static let sessions = TableFunction(
        "sessions",
        parameters: [
            .init("actor", .columns(nil)), .init("at", .column(bigint)), .init("seq", .column(bigint)),
            .init("gap", .constant(bigint), isRequired: false),
        ], partition: ["actor"], order: ["at", "seq"], keepsRows: true
    ) { arguments in
        let at = try #require(arguments.column("at")).position
        let gap: Int64 = if case .int(let gap)? = arguments.constant("gap") { gap } else { 30 }
        return BoundTableFunction(columns: [AnswerColumn(name: "session", type: bigint)]) { batch, starts in
            let first = Set(starts)
            var number: Int64 = 0
            var before: Int64 = 0
            let rows = try batch.rows.enumerated().map { row, values -> [Scalar] in
                guard case .int(let time) = values[at] else { throw Refusal() }
                if first.contains(row) { number = 1 } else if time - before > gap { number += 1 }
                before = time
                return [.int(number)]
            }
            return try ColumnBatch(schema: Schema([Field("session", .int64)]), rows: rows)
        }
    }

    /// How many actors reach each step, in order.
    private static let reached = TableFunction(
        "reached",
        parameters: [
            .init("actor", .column(nil)), .init("seq", .column(bigint)), .init("steps", .columns(.bool)),
        ], partition: ["actor"], order: ["seq"]
    ) { arguments in
        let steps = arguments.columns("steps").map(\.position)
        let schema = Schema([Field("step", .int64), Field("actors", .int64)])
        let columns = schema.fields.map { AnswerColumn(name: $0.name, type: bigint) }
        let combine: @Sendable ([ColumnBatch]) throws -> ColumnBatch = { batches in
            var counts = [Int64](repeating: 0, count: steps.count)
            for values in batches.flatMap(\.rows) {
                if case .int(let step) = values[0], case .int(let count) = values[1] { counts[Int(step)] += count }
            }
            return try ColumnBatch(
                schema: schema, rows: counts.enumerated().map { [.int(Int64($0.offset)), .int($0.element)] })
        }
        return BoundTableFunction(columns: columns, combine: combine) { batch, starts in
            let rows = Array(batch.rows)
            var counts = [Int64](repeating: 0, count: steps.count)
            for (start, end) in zip(starts, starts.dropFirst() + [batch.rowCount]) {
                var next = 0
                for row in start..<end where next < steps.count && rows[row][steps[next]] == .bool(true) {
                    counts[next] += 1
                    next += 1
                }
            }
            return try ColumnBatch(
                schema: schema, rows: counts.enumerated().map { [.int(Int64($0.offset)), .int($0.element)] })
        }
    }

    private struct Refusal: Error {}

    private static func session(threads: Int = 2, isOptimized: Bool = true) -> QuerySession {
        var options = QueryOptions.forTests
        options.threads = threads
        options.isOptimized = isOptimized
        options.tableFunctions = [sessions, reached]
        return QueryTests.session(options)
    }

    private static let events =
        "with events(actor, at, id, kind) as (values ('b', 5, 1, 'view'), ('a', 1, 2, 'view'), ('a', 100, 3, 'buy'), "
        + "('a', 20, 4, 'cart'), (null, 7, 5, 'view'), ('b', 60, 6, 'cart')) "

    @Test(arguments: [true, false])
    func rowsKeepTheirColumns(isOptimized: Bool) throws {
        let sql =
            Self.events
            + "select actor, id, session from sessions(TABLE events, actor => [actor], at => at, seq => id) order by id"
        let rows = try Self.session(isOptimized: isOptimized).rows(sql).rows
        #expect(
            Scenario.text(rows) == ["b|1|1", "a|2|1", "a|3|2", "a|4|1", "NULL|5|1", "b|6|2"])
    }

    @Test func batchesAreCombinedAndJoined() throws {
        let sql =
            Self.events
            + "select r.step, r.actors, e.id from reached(TABLE (select * from events where actor is not null), "
            + "seq => id, actor => actor, steps => [kind = 'view', kind = 'cart', kind = 'buy']) r "
            + "join events e on e.id = r.step order by 1"
        #expect(Scenario.text(try Self.session().rows(sql).rows) == ["1|2|1", "2|0|2"])
        let none = "select * from reached(TABLE (select 1 as a where false), actor => a, seq => a, steps => a = 1) r"
        #expect(Scenario.text(try Self.session().rows(none).rows) == ["0|0"])
    }

    /// Many rows are cut into pieces: the answer is that of one thread, and of SQL.
    @Test func piecesGiveTheSameAnswer() throws {
        let sql =
            "select count(*), sum(session), max(session) from sessions(TABLE (select x % 1000 as u, x * 7 % 5003 as t, "
            + "x as id from generate_series(1, 400000) g(x)), actor => u, at => t, seq => id, gap => 20)"
        let oracle =
            "select count(*), sum(s), max(s) from (select 1 + sum(case when t - p > 20 then 1 else 0 end) over "
            + "(partition by u order by t, id) as s from (select u, t, id, lag(t) over (partition by u order by t, id) as p "
            + "from (select x % 1000 as u, x * 7 % 5003 as t, x as id from generate_series(1, 400000) g(x)) e) f) g"
        let rows = try Self.session(threads: 2).rows(sql).rows
        #expect(rows == (try Self.session(threads: 1).rows(sql).rows))
        #expect(Scenario.text(rows) == Scenario.text(try Self.session().rows(oracle).rows))
    }

    @Test(arguments: [
        ("select * from sessions(TABLE events, actor => [actor], at => at)", QueryError.Code.type),
        ("select * from sessions(actor => actor, at => at, seq => id)", .type),
        ("select * from sessions(TABLE events, actor => nosuch, at => at, seq => id)", .unknownName),
        ("select * from sessions(TABLE events, actor => actor, at => at, seq => id, gapp => 3)", .unknownName),
        ("select * from sessions(TABLE events, actor, at => at, seq => id)", .syntax),
        ("select * from sessions(TABLE events, actor => actor, at => at, at => at, seq => id)", .syntax),
        ("select * from sessions(TABLE events, actor => actor, at => nullif(at, 7), seq => id)", .invalidArgument),
        ("select * from nosuch(TABLE events)", .unknownName),
    ])
    func wrongCallsHaveAPlace(_ sql: String, _ code: QueryError.Code) throws {
        let error = #expect(throws: QueryError.self) { _ = try Self.session().rows(Self.events + sql) }
        #expect(error?.code == code)
        #expect(error?.range != nil)
    }
}
