import Columnar
import Parquet
import Query
import Testing

/// A reader of rows that has enough of them, or fails, is no error of the table that they come from.
@Suite struct LimitTests {
    /// Twenty batches of five rows in one part.
    private struct Numbers: TableSource, TableCatalog {
        let name = "numbers"
        let schema = Schema([Field("n", .int64, isNullable: false)])
        let rowCount: Int64? = 100
        let partCount = 1
        let tableNames = ["numbers"]

        func table(_ name: [String], _ moment: TableMoment) -> (any TableSource)? { name == ["numbers"] ? self : nil }

        func readPart(
            _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
            _ body: (ColumnBatch) throws -> Void
        ) throws {
            for batch in 0..<20 {
                let rows = (0..<5).map { [Scalar.int(Int64(batch * 5 + $0))] }
                try body(try ColumnBatch(schema: schema, rows: rows))
            }
        }
    }

    private func rows(_ sql: String) throws -> [String] {
        Scenario.text(try QuerySession(catalog: Numbers(), options: .forTests).rows(sql).rows)
    }

    @Test func aLimitEndsTheReading() throws {
        #expect(try rows("select n from numbers limit 3") == ["0", "1", "2"])
        #expect(try rows("select n from numbers where n > 20 limit 2 offset 9") == ["30", "31"])
        #expect(try rows("select count(*) from (select * from numbers limit 7) t") == ["7"])
    }

    @Test func anErrorOfTheReaderIsItsOwn() throws {
        let error = #expect(throws: QueryError.self) { try rows("select 1 / (n - 50) from numbers limit 90") }
        #expect(error.map { !$0.description.contains("can't read table") } == true)
    }
}
