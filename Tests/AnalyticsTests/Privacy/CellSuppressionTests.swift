import AlmanacTesting
import Analytics
import Columnar
import Query
import Testing

@Suite struct CellSuppressionTests {
    /// All combinations of values of dimensions.
    private static func cells(_ sizes: [Int]) -> [[UInt32]] {
        sizes.reduce([[]]) { known, size in known.flatMap { cell in (0..<UInt32(size)).map { cell + [$0] } } }
    }

    private static func suppressed(_ sizes: [Int], _ counts: [Int64], k: Int64) throws -> CellSuppression {
        try CellSuppression(codes: cells(sizes), counts: counts, valueCounts: sizes, threshold: k)
    }

    @Test("A cell of one person hides three more, at the corners of a rectangle, and no total")
    func rectangle() throws {
        let counts: [Int64] = [1, 20, 9, 30, 8, 40, 7, 50, 60]
        let table = try Self.suppressed([3, 3], counts, k: 5)
        let hidden = table.isSuppressed.indices.filter { table.isSuppressed[$0] }
        #expect(hidden == [0, 2, 6, 8] || hidden == [0, 1, 3, 4])
        // The cheapest: 20 + 30 + 8, against 9 + 7 + 60 = 76 and others.
        #expect(hidden == [0, 1, 3, 4])
    }

    @Test("Fewer than k people in all are hidden altogether; cells of nobody are shown")
    func fewPeople() throws {
        let table = try Self.suppressed([2, 2], [1, 0, 1, 2], k: 5)
        #expect(table.isSuppressed == table.counts.map { $0 > 0 })
    }

    @Test("Nothing is hidden where every cell and total has k people")
    func nothing() throws {
        let table = try Self.suppressed([2, 3], [5, 6, 7, 8, 9, 10], k: 5)
        #expect(!table.isSuppressed.contains(true))
    }

    @Test("A team of its department alone is hidden with another team's totals: nested groups have no rectangles")
    func nested() throws {
        // Department 0 has teams 0 and 1, department 1 team 2.
        let codes: [[UInt32]] = [[0, 0], [0, 1], [1, 2]]
        let table = try CellSuppression(codes: codes, counts: [2, 9, 30], valueCounts: [2, 3], threshold: 5)
        let attack = CellAttack(table, codes: codes, dimensionCount: 2)
        #expect(attack.computable().isEmpty && attack.pinned(limit: 60).isEmpty)
        // The departments' own totals stay.
        let shown = table.keys.indices.filter { !table.isSuppressed[$0] }
        #expect(shown.contains { table.code($0, 0) == 0 && table.code($0, 1) == nil })
        #expect(shown.contains { table.code($0, 0) == nil && table.code($0, 1) == nil })
    }

    @Test(
        "No hidden number can be computed: not by sums and differences, not by trying all tables",
        arguments: [[4], [2, 2], [2, 3], [3, 3], [2, 2, 2], [4, 2], [2, 1, 3]])
    func attack(_ sizes: [Int]) throws {
        var random = SeededGenerator(seed: 23)
        var (hiddenCount, weakCount) = (0, 0)
        for _ in 0..<400 {
            let all = Self.cells(sizes)
            let codes = all.filter { _ in Int.random(in: 0..<8, using: &random) > 0 }
            let counts = codes.map { _ in
                Int64.random(in: 0...(Bool.random(using: &random) ? 3 : 12), using: &random)
            }
            let k = Int64.random(in: 2...6, using: &random)
            let table = try CellSuppression(codes: codes, counts: counts, valueCounts: sizes, threshold: k)
            // What is shown is right and of enough people; what is of too few is hidden.
            for place in table.keys.indices where !table.isSuppressed[place] {
                #expect(table.counts[place] == 0 || table.counts[place] >= k)
            }
            let attack = CellAttack(table, codes: codes, dimensionCount: sizes.count)
            for place in table.keys.indices {
                #expect(attack.sums[place].reduce(0) { $0 + counts[$1] } == table.counts[place])
            }
            let total = counts.reduce(0, +)
            hiddenCount += table.isSuppressed.filter { $0 }.count
            #expect(attack.computable().isEmpty, "\(sizes) \(codes) \(counts) \(k)")
            // All tables, as long as they are few: a cell can have no more than all people, or a few more.
            if codes.count <= 6 || total <= 30 {
                #expect(attack.pinned(limit: total + 1).isEmpty, "\(sizes) \(codes) \(counts) \(k)")
                weakCount += 1
            }
        }
        #expect(hiddenCount > 100 && weakCount > 10)
    }

    @Test("The attack finds what hiding small cells alone gives away")
    func attackWorks() throws {
        // One hidden cell of a row whose total is shown.
        let codes = Self.cells([2, 2])
        let table = try CellSuppression(codes: codes, counts: [1, 9, 9, 9], valueCounts: [2, 2], threshold: 5)
        let complete = CellAttack(table, codes: codes, dimensionCount: 2)
        let naive = CellAttack(
            sums: complete.sums,
            shown: complete.sums.map { sum in
                let people = sum.reduce(0) { $0 + [1, 9, 9, 9][$1] }
                return people < 5 ? nil : Int64(people)
            }, cellCount: 4)
        #expect(naive.computable() == [0] && naive.pinned(limit: 30) == [0])
        #expect(complete.computable().isEmpty)
    }

    @Test("A thousand cells and more: none is computable")
    func large() throws {
        var random = SeededGenerator(seed: 7)
        let codes = Self.cells([40, 45]).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
        let counts = codes.map { _ in Int64.random(in: 1...60, using: &random) }
        let table = try CellSuppression(codes: codes, counts: counts, valueCounts: [40, 45], threshold: 5)
        #expect(table.isSuppressed.contains(true))
        #expect(CellAttack(table, codes: codes, dimensionCount: 2).computable().isEmpty)
        // Less than a third of the cells and none of the totals.
        #expect(table.isSuppressed.prefix(codes.count).filter { $0 }.count < codes.count / 3)
        #expect(!table.isSuppressed.dropFirst(codes.count).contains(true))
    }
}

@Suite struct SuppressSmallCellsTests {
    private static let moods = """
        (SELECT * FROM (VALUES (DATE '2026-05-04', 'north', 'low', 2, 10), (DATE '2026-05-04', 'north', 'high', 9, 80),
        (DATE '2026-05-04', 'south', 'low', 8, 20), (DATE '2026-05-04', 'south', 'high', 30, 200),
        (DATE '2026-05-11', NULL, 'low', 1, 5), (DATE '2026-05-11', NULL, 'high', 2, 6))
        AS t(week, region, mood, n, points))
        """

    @Test("Cells and all totals, week by week; a week of three people shows nothing")
    func answer() throws {
        let rows = try AnalyticsSession.rows(
            "SELECT * FROM suppress_small_cells(TABLE \(Self.moods), per => week, group => [region, mood], count => n, "
                + "values => [points])")
        #expect(
            rows == [
                "2026-05-04|north|high|0|NULL|true|NULL", "2026-05-04|north|low|0|NULL|true|NULL",
                "2026-05-04|south|high|0|NULL|true|NULL", "2026-05-04|south|low|0|NULL|true|NULL",
                "2026-05-04|north|NULL|1|11|false|90", "2026-05-04|south|NULL|1|38|false|220",
                "2026-05-04|NULL|high|2|39|false|280", "2026-05-04|NULL|low|2|10|false|30",
                "2026-05-04|NULL|NULL|3|49|false|310",
                "2026-05-11|(none)|high|0|NULL|true|NULL", "2026-05-11|(none)|low|0|NULL|true|NULL",
                "2026-05-11|(none)|NULL|1|NULL|true|NULL", "2026-05-11|NULL|high|2|NULL|true|NULL",
                "2026-05-11|NULL|low|2|NULL|true|NULL", "2026-05-11|NULL|NULL|3|NULL|true|NULL",
            ])
    }

    @Test("One row a person: whoever comes twice is refused, whoever is nobody left out")
    func actors() throws {
        let people = "(SELECT nullif(i, 0) AS id, i % 2 AS side FROM generate_series(0, 20) g(i))"
        let call = "suppress_small_cells(TABLE \(people), actor => id, group => side)"
        #expect(
            try AnalyticsSession.rows("SELECT side, people FROM \(call)") == ["0|10", "1|10", "NULL|20"])
        #expect(throws: QueryError.self) {
            try AnalyticsSession.rows(
                "SELECT * FROM suppress_small_cells(TABLE (SELECT 1 AS id, 2 AS side FROM generate_series(1, 2) g(i)), "
                    + "actor => id, group => side)")
        }
    }

    @Test("Sums are exact, missing values are left out, and the answer does not depend on the order of rows")
    func sums() throws {
        let table =
            "SELECT i % 3 AS a, i % 2 AS b, nullif(i, 7)::decimal(12, 2) / 100 AS v FROM generate_series(1, 60) g(i)"
        let call = { (order: String) in
            "SELECT * FROM suppress_small_cells(TABLE (\(table) ORDER BY \(order)), group => [a, b], values => v, k => 3)"
        }
        let rows = try AnalyticsSession.rows(call("i"))
        #expect(rows.count == 12)
        #expect(rows.last?.hasPrefix("NULL|NULL|3|60|false|18.23") ?? false, "\(rows.last ?? "")")
        #expect(try AnalyticsSession.rows(call("i DESC")) == rows)
    }

    @Test(
        "What has no meaning is refused",
        arguments: [
            "group => [a], count => a - 5", "group => [a], k => 1", "group => [a], values => 'x'",
            "group => [a], count => NULL::bigint", "group => [a, a, a, a, a, a, a]",
            "group => [a], count => 1, actor => a",
            "group => [a], count => 9223372036854775807",
        ])
    func refused(_ arguments: String) throws {
        #expect(throws: QueryError.self) {
            try AnalyticsSession.rows(
                "SELECT * FROM suppress_small_cells(TABLE (SELECT i AS a FROM generate_series(1, 9) g(i)), \(arguments))"
            )
        }
    }
}
