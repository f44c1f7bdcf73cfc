import Query
import Testing

@Suite struct ScenarioTests {
    @Test(arguments: try Scenario.all())
    func answers(_ scenario: Scenario) throws {
        let rows = Scenario.text(try session().rows(scenario.sql).rows)
        #expect(rows == scenario.expected)
    }

    @Test(arguments: [
        ("select 1 / 0", QueryError.Code.divisionByZero), ("select 2147483647 + 1", .overflow),
        ("select nosuch", .unknownName), ("select * from nosuch", .unknownName), ("select 1 +", .syntax),
        ("select cast('x' as integer)", .badCast), ("select :p", .unboundParameter), ("select ln(0)", .invalidArgument),
        ("select sum(x) from (values (1)) t(x) group by sum(x)", .syntax), ("selec 1", .syntax),
        ("select x from (values (1)) t(x) where sum(x) > 1", .syntax),
        ("select (select x from (values (1), (2)) t(x))", .manyRows),
        ("select x, sum(y) from (values (1, 2)) t(x, y)", .type),
    ])
    func errorsHaveAPlace(_ sql: String, _ code: QueryError.Code) throws {
        let error = #expect(throws: QueryError.self) { _ = try session().rows(sql) }
        #expect(error?.code == code)
        #expect(error?.range != nil)
    }

    @Test func errorsShowTheLine() throws {
        let error = try #require(#expect(throws: QueryError.self) { _ = try session().rows("select 1,\n  nosuch + 1") })
        let text = error.rendered(in: SourceText("select 1,\n  nosuch + 1"))
        #expect(text == "there is no column 'nosuch'\n  at query:2:3\n      nosuch + 1\n      ^^^^^^")
    }
}
