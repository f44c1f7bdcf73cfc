import AlmanacTesting
import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Formatting
import Testing

/// The words of definitions: what they make, and what is said about wrong ones.
@Suite struct SpecificationTests {
    private static let columns = [
        ChartColumn(name: "day", kind: .date), ChartColumn(name: "city", kind: .text),
        ChartColumn(name: "sales", kind: .number), ChartColumn(name: "visits", kind: .number),
    ]

    private static func read(_ text: String) throws -> ChartSpecification {
        try YAMLDocument(text: "version: 1\nchart:\n" + text, file: "chart.yaml").mapping { map in
            map.required("chart")?.mapping { ChartSpecification.read($0, columns: columns) }
        }
    }

    private static func table(_ rows: [(Int32, String, Double?)]) -> ChartTable {
        ChartTable(
            columns: Array(columns.prefix(3)),
            values: [
                "day": rows.map { .date($0.0) }, "city": rows.map { .text($0.1) },
                "sales": rows.map { $0.2.map(Scalar.double) ?? .null },
            ])
    }

    private static func build(_ text: String, _ rows: [(Int32, String, Double?)], unit: Formatting.Unit = .count) throws
        -> Chart
    {
        let formatter = ValueFormatter(locale: "en", currency: "USD")
        return ChartBuilder(try read(text)) { formatter.full($0, unit: .none) }.chart(
            table(rows), words: ChartBuilder.Words(title: "T", subtitle: "S", unit: unit))
    }

    @Test(arguments: [
        ("  mark: lines\n  x: day\n  y: sales\n", 3, 9, "did you mean 'line'?"),
        ("  mark: line\n  x: dya\n  y: sales\n", 4, 6, "did you mean 'day'?"),
        ("  mark: line\n  x: day\n  y: sum(sale)\n", 5, 6, "did you mean 'sales'?"),
        ("  mark: line\n  x: day\n  y: summ(sales)\n", 5, 6, "did you mean 'sum'?"),
        ("  mark: line\n  x: day\n  y: city\n", 5, 6, "count(city)"),
        ("  mark: bars\n  x: city\n  y: sales\n  stak: zero\n", 6, 3, "did you mean 'stack'?"),
        ("  mark: bars\n  x: city\n  y: sales\n  scale: log\n", 6, 10, "mark: dot"),
        ("  mark: line\n  x: city\n  y: sales\n", 3, 3, "is a date"),
        ("  mark: bars\n  x: city\n  y: sales\n  transform: [cumulat]\n", 6, 15, "did you mean 'cumulate'?"),
        ("  mark: bullet\n  x: city\n  y: sales\n", 3, 3, "needs 'target'"),
    ]) func mistakesAreToldWithTheirPlace(text: String, line: Int, column: Int, hint: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try Self.read(text) }
        let first = error?.errors.first
        #expect(first?.position.line == line && first?.position.column == column, "\(String(describing: first))")
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
    }

    @Test func sumsArePreservedByTheOthersBar() throws {
        let random = SeededRandom(seed: 3)
        for _ in 0..<200 {
            let rows = (0..<Int(random.nextBits() % 80) + 1).map { _ in
                (Int32(1), "c\(random.nextBits() % 30)", Double(random.nextBits() % 1_000) as Double?)
            }
            let chart = try Self.build("  mark: bars\n  x: city\n  y: sales\n  top: 5\n", rows)
            let total = rows.reduce(0.0) { $0 + ($1.2 ?? 0) }
            #expect(chart.series[0].values.reduce(0.0) { $0 + ($1 ?? 0) } == total)
        }
    }

    @Test func ratesAreNotSummedIntoOthers() throws {
        let rows = (0..<20).map { (Int32(1), "c\($0)", 0.5 as Double?) }
        let chart = try Self.build("  mark: bars\n  x: city\n  y: mean(sales)\n  top: 5\n", rows, unit: .percent)
        #expect(chart.series[0].values.count == 5)
        #expect(chart.subtitle.contains("15 others"))
    }

    @Test func aMissingDayIsAGap() throws {
        let chart = try Self.build(
            "  mark: line\n  x: day\n  y: sales\n", [(1, "a", 1), (2, "a", 2), (3, "a", nil), (6, "a", 4)])
        #expect(chart.series[0].values == [1, 2, nil, nil, nil, 4])
        // Firsts of months are months, not days that are missing.
        let months = try Self.build(
            "  mark: line\n  x: day\n  y: sales\n", [(0, "a", 1), (31, "a", 2), (59, "a", 3), (120, "a", 4)])
        #expect(months.series[0].values == [1, 2, 3, nil, 4])
    }

    @Test func transformsDoWhatTheySay() throws {
        let rows: [(Int32, String, Double?)] = [
            (1, "a", 1), (2, "a", 2), (3, "a", 6), (1, "b", 3), (2, "b", 2), (3, "b", 2),
        ]
        let line = "  mark: line\n  x: day\n  y: sales\n  color: city\n"
        #expect(
            try Self.build(line + "  transform: [cumulate]\n", rows).series.map(\.values) == [[1, 3, 9], [3, 5, 7]])
        #expect(
            try Self.build(line + "  transform: [share]\n", rows).series.map(\.values) == [
                [0.25, 0.5, 0.75], [0.75, 0.5, 0.25],
            ])
        #expect(try Self.build(line + "  transform: [rank]\n", rows).series.map(\.values) == [[2, 1, 1], [1, 2, 2]])
        #expect(try Self.build(line + "  transform: [change]\n", rows).series[0].values == [nil, 1, 2])
        #expect(try Self.build(line + "  transform: [{ average: 2 }]\n", rows).series[0].values == [nil, 1.5, 4])
    }

    @Test func seriesOfAColorAddUpToTheWhole() throws {
        let rows: [(Int32, String, Double?)] = (0..<90).map { (Int32($0 % 30), ["a", "b", "c"][$0 % 3], Double($0)) }
        let whole = try Self.build("  mark: area\n  x: day\n  y: sales\n", rows)
        let parts = try Self.build("  mark: area\n  x: day\n  y: sales\n  color: city\n  stack: zero\n", rows)
        for place in 0..<30 {
            let sum = parts.series.reduce(0.0) { $0 + ($1.values[place] ?? 0) }
            #expect(sum == whole.series[0].values[place])
        }
    }
}
