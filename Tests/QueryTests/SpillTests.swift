import Columnar
import Effects
import Foundation
import Kernels
import Query
import SystemPackage
import Testing

/// Sorts, groups, joins, windows and set operations of more rows than the budget holds: the answers are those of memory,
/// and no file is left.
@Suite struct SpillTests {
    /// A folder of its own under the system's temporary one.
    static func place() -> SpillPlace {
        let name = "almanac-spill-\(UUID().uuidString)"
        return SpillPlace(
            store: DiskFileStore(), folder: FilePath(FileManager.default.temporaryDirectory.path).appending(name))
    }

    private static func options(_ mebibytes: Int, _ place: SpillPlace) -> QueryOptions {
        var options = QueryOptions.forTests
        options.memoryBytesMax = mebibytes << 20
        options.spillPlace = place
        return options
    }

    /// 300,000 rows of 40 bytes and more: four times the budget.
    private static let rows = """
        (select x, (x * 7919) % 300007 as k, x % 97 as g, cast(x as double) / 7 as d,
            case when x % 11 = 0 then null else 'text ' || ((x * 31) % 5003) end as t
         from generate_series(1, 300000) s(x))
        """

    static let queries = [
        "select * from \(rows) a order by k",
        "select * from \(rows) a order by t desc nulls last, g",
        "select x, t from \(rows) a order by g, d desc limit 100000 offset 7",
        "select k, count(*), sum(x), min(t), max(d) from \(rows) a group by k",
        "select t, sum(d), avg(d), quantile_cont(d, 0.3), string_agg(g::text, ',' order by x) from \(rows) a group by t",
        "select k % 50000 as m, count(distinct g), array_agg(x order by x) from \(rows) a group by m",
        "select distinct k, t from \(rows) a",
        "select a.x, b.x, a.t from \(rows) a join \(rows) b on a.k = b.x",
        "select a.x, b.d, b.t from \(rows) a left join \(rows) b on a.k = b.x and b.g < 40",
        "select a.x, b.x from \(rows) a full join (select x + 150000 as x from \(rows) c) b on a.x = b.x",
        "select a.x from \(rows) a where exists (select 1 from \(rows) b where b.k = a.x and b.g <> a.g)",
        "select a.x from \(rows) a where not exists (select 1 from \(rows) b where b.k = a.x and b.g > 3)",
        "select x, sum(x) over (partition by g order by k), lag(t) over (partition by g order by k desc) from \(rows) a",
        "select x, rank() over (partition by t order by d), count(*) over (partition by k % 1000) from \(rows) a",
        "select g, k % 2000 as m, count(*), sum(x), min(t), grouping(g) from \(rows) a group by cube (g, m)",
        "select x, t from \(rows) a except select x + 1, t from \(rows) b where g < 50",
        "select k % 1000, t from \(rows) a intersect all select k % 1000, t from \(rows) b where g > 40",
        "with c as (select k, t, d from \(rows) a) select l.k, r.d from c l join c r on l.k = r.k + 1 where l.t < r.t",
        "select a.t, count(*) from \(rows) a join \(rows) b on a.t = b.t and a.x = b.x group by a.t order by 2 desc, 1",
    ]

    /// Windows without PARTITION BY: rows in the order of the window, or as they come.
    static let windows = [
        "select x, row_number() over (order by k desc), sum(x) over (order by k desc), avg(d) over (order by k desc) from \(rows) a",
        "select x, rank() over (order by g), dense_rank() over (order by g), count(t) over (order by g) from \(rows) a",
        "select x, sum(d) over (order by g, k rows unbounded preceding), min(t) over (order by g, k), max(d) over (order by g, k "
            + "rows unbounded preceding), first_value(t) over (order by g, k) from \(rows) a",
        "select x, lag(t) over (order by d desc), lead(x, 3, -x) over (order by d desc), lag(x, 1000) over (order by d desc), "
            + "lead(k, -2) over (order by d desc) from \(rows) a",
        "select x, sum(d) over (order by k rows between 6 preceding and current row), avg(x) over (order by k rows between 2 "
            + "preceding and 3 following exclude current row), last_value(g) over (order by k rows between 1 following and 2 "
            + "following), count(*) over (order by k) from \(rows) a",
        "select x, sum(x) filter (where g > 50) over (order by t nulls first, x), max(g) filter (where g < 3) over (order by t nulls "
            + "first, x) from \(rows) a",
        "select x, d / sum(d) over (), count(*) over (), max(t) over (), sum(x) filter (where g = 1) over () from \(rows) a",
        "select x, row_number() over (), count(*) over (rows unbounded preceding) from \(rows) a",
        "select x, row_number() over (order by k), row_number() over (order by d desc), sum(g) over () from \(rows) a",
    ]

    @Test(arguments: windows)
    func windowsWithoutPartitionsAreThoseOfMemory(_ sql: String) throws {
        let place = Self.place()
        let whole = try session().rows(sql).rows
        let spilled = try session(Self.options(5, place)).rows(sql).rows
        // To the last bit, row by row where one window orders them.
        #expect(Scenario.text(whole).sorted() == Scenario.text(spilled).sorted())
        #expect(whole.count == 300_000)
        let explained = try session(Self.options(5, place)).explanation(of: SourceText(sql), analyses: true)
        #expect(explained.spilledBytes ?? 0 > 1 << 20 && explained.peakBytes ?? .max <= 5 << 20)
        #expect(try place.store.status(of: place.folder) == nil)
    }

    @Test func aWindowThatNeedsAllRowsHasToFit() throws {
        let error = #expect(throws: QueryError.self) {
            _ = try session(Self.options(4, Self.place())).rows(
                "select a.*, ntile(7) over (order by k) from \(Self.rows) a")
        }
        #expect(error?.code == .budget)
    }

    @Test(arguments: queries)
    func answersAreThoseOfMemory(_ sql: String) throws {
        let place = Self.place()
        let whole = Scenario.text(try session().rows(sql).rows)
        let spilled = Scenario.text(try session(Self.options(4, place)).rows(sql).rows)
        // Without ORDER BY the rows of joins and groups come piece by piece.
        let isOrdered = sql.contains("a order by")
        #expect(isOrdered ? whole == spilled : whole.sorted() == spilled.sorted())
        #expect(try place.store.status(of: place.folder) == nil)
    }

    @Test func explanationsSayWhatWasPutAway() throws {
        let place = Self.place()
        let sql = "select count(*) from (select k, count(*) from \(Self.rows) a group by k order by k) b"
        let explained = try session(Self.options(2, place)).explanation(of: SourceText(sql), analyses: true)
        #expect(explained.spilledBytes ?? 0 > 1 << 20)
        #expect(explained.lines.contains { $0.contains("put away on disk") })
        #expect(explained.peakBytes ?? 0 <= 2 << 20)
        #expect(try place.store.status(of: place.folder) == nil)
    }

    @Test func nothingIsLeftAfterErrors() throws {
        let sorted = "select * from \(Self.rows) a order by k"
        let place = Self.place()
        var options = Self.options(4, place)
        options.rowsMax = 1000
        let error = #expect(throws: QueryError.self) { _ = try session(options).rows(sorted) }
        #expect(error?.code == .budget)
        #expect(try place.store.status(of: place.folder) == nil)
        // Division by zero in a row of the last part.
        let failing = "select k, sum(1000 / (300000 - x)) from \(Self.rows) a group by k"
        let failure = #expect(throws: QueryError.self) { _ = try session(Self.options(4, place)).rows(failing) }
        #expect(failure?.code == .divisionByZero)
        #expect(try place.store.status(of: place.folder) == nil)
    }

    @Test func aBudgetWithoutAPlaceIsAnError() throws {
        var options = QueryOptions.forTests
        options.memoryBytesMax = 4 << 20
        let error = #expect(throws: QueryError.self) {
            _ = try session(options).rows("select k, count(*) from \(Self.rows) a group by k")
        }
        #expect(error?.code == .budget)
    }
}
