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
            ("ratio(sum(a), count())", .ratio(.sum("a"), .count)), ("count(a)", .countOfValues("a")),
            ("first(a)", .first("a")), ("opening(a)", .opening("a")), ("closing(a)", .closing("a")),
            ("sum(a) - sum(b) + count()", .plus(.minus(.sum("a"), .sum("b")), .count)),
            ("sum(a) / (sum(b) + max(c))", .ratio(.sum("a"), .plus(.sum("b"), .maximum("c")))),
            (
                "sum(a where kind = 'it''s' and b != -3)",
                .only(
                    .sum("a"),
                    where: [
                        MetricCondition(column: "kind", value: .text("it's"), isNegated: false),
                        MetricCondition(column: "b", value: .integer(-3), isNegated: true),
                    ])
            ),
            (
                "count(where paid = true)",
                .only(.count, where: [MetricCondition(column: "paid", value: .boolean(true), isNegated: false)])
            ), ("sum(where)", .sum("where")),
        ])
    func reads(text: String, expected: MetricExpression) throws {
        #expect(try MetricExpression(parsing: text) == expected)
    }

    @Test(
        "Errors name the place",
        arguments: [
            ("", 1), ("sum", 4), ("sum(", 5), ("sum(a", 6), ("sum(a) b", 8), ("sum(a,b)", 6), ("summ(a)", 1),
            ("sum(1a)", 5),
            ("ratio(sum(a))", 13), ("ratio(average(a), sum(b))", 7), ("ratio(a, b)", 7), ("sum(ä)", 5),
            ("average(a) - sum(b)", 1), ("sum(a) / sum(b) / sum(c)", 17), ("sum(a where b)", 14),
            ("sum(a where b = x)", 17), ("sum(a where b = 'x)", 20), ("(sum(a)", 8),
        ])
    func refuses(text: String, character: Int) {
        #expect {
            try MetricExpression(parsing: text)
        } throws: { error in
            (error as? MetricExpressionError)?.character == character
        }
    }
}
