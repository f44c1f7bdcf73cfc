import Models
import Testing

@Suite struct PortabilityTests {
    @Test(
        "What another engine lacks is named with its place",
        arguments: [
            ("SELECT x FROM orders", nil), ("SELECT x / 2 AS x FROM orders", "truncates"),
            ("SELECT DISTINCT ON (x) x FROM orders", "DISTINCT ON"), ("SELECT x FROM orders QUALIFY x > 1", "QUALIFY"),
            ("SELECT count(*) AS x FROM streaks(TABLE orders, actor => x, at => y)", "operator of Almanac"),
            ("SELECT local_date(x, 'UTC') AS x FROM orders", "local_date"),
        ])
    func findings(sql: String, words: String?) throws {
        let model = try GraphTests.model("a", sql)
        let findings = PortabilityCheck.findings(in: model)
        guard let words else { return #expect(findings.isEmpty) }
        #expect(findings.count == 1 && findings[0].message.contains(words))
        #expect(findings[0].place.hasPrefix("models/a.sql:9:"))
    }
}
