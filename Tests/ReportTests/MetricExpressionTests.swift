import Report
import Testing

struct MetricExpressionTests {
    @Test(
        "Expressions are read",
        arguments: [
            ("sum(a)", MetricExpression.sum("a")), (" sum ( revenue_minor ) ", .sum("revenue_minor")),
            ("count()", .count),
            ("max(a1)", .maximum("a1")), ("min(a)", .minimum("a")), ("last(a)", .last("a")),
            ("average(a)", .average("a")),
            ("ratio(sum(a), count())", .ratio(.sum("a"), .count)),
        ])
    func reads(text: String, expected: MetricExpression) throws {
        #expect(try MetricExpression(parsing: text) == expected)
    }

    @Test(
        "Errors name the place",
        arguments: [
            ("", 1), ("sum", 4), ("sum(", 5), ("sum(a", 6), ("sum(a) b", 8), ("sum(a,b)", 6), ("summ(a)", 1),
            ("sum(1a)", 5),
            ("ratio(sum(a))", 13), ("ratio(max(a), sum(b))", 7), ("ratio(a, b)", 7), ("count(a)", 7), ("sum(ä)", 5),
        ])
    func refuses(text: String, character: Int) {
        #expect {
            try MetricExpression(parsing: text)
        } throws: { error in
            (error as? MetricExpressionError)?.character == character
        }
    }
}
