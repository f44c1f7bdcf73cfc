import CivilTime
import Columnar
import Models
import Query
import Testing

private let eventSchema = Schema([
    Field("occurred_at", .timestamp, isNullable: false), Field("actor_id", .text), Field("dep_delay", .double),
    Field("origin", .text), Field("dest", .text),
])

private func tables(_ rows: [[Scalar]], dictionary: Bool = false) throws -> [String: ColumnBatch] {
    var batches = try rows.map { try ColumnBatch(schema: eventSchema, rows: [$0]) }
    if dictionary { batches = try batches.map(coded) }
    return try compute(batches, asOf: 2 * 86_400_000_000)
}

private func compute(_ batches: [ColumnBatch], asOf: Int64) throws -> [String: ColumnBatch] {
    var tables = MemoryTables()
    tables.add("events", eventSchema, batches)
    return try TestModels.tables(try TestModels.graph(platform: "flights"), tables, asOf: asOf)
}

/// The same batch with its texts as codes of a dictionary.
private func coded(_ batch: ColumnBatch) throws -> ColumnBatch {
    let columns = batch.columns.map { column -> Column in
        guard case .bytes(let buffer) = column.values else { return column }
        let codes = Buffer((0..<UInt32(column.rowCount)).map { $0 })
        return Column(column.type, validity: column.validity, .dictionary(codes: codes, BytesDictionary(buffer)))
    }
    return try ColumnBatch(schema: batch.schema, columns: columns, rowCount: batch.rowCount)
}

@Suite struct FlightModelTests {
    private let day: Int64 = 86_400_000_000
    private var rows: [[Scalar]] {
        [
            [.timestamp(0), .text("N1"), .double(20), .text("JFK"), .text("LAX")],
            [.timestamp(1), .text("N1"), .double(-5), .text("JFK"), .text("LAX")],
            [.timestamp(2), .null, .null, .text("LGA"), .null],
            [.timestamp(day * 2), .text("N2"), .double(15), .text("JFK"), .text("BOS")],
        ]
    }

    @Test(arguments: [false, true])
    func daysAreDenseAndNullsAreCounted(dictionary: Bool) throws {
        let table = try #require(try tables(rows, dictionary: dictionary)["activity_daily"])
        #expect(
            table.rows.map { Array($0.prefix(7)) } == [
                [.date(0), .int(3), .int(1), .int(1), .int(2), .int(1), .double(15)],
                [.date(1), .int(0), .int(0), .int(0), .int(0), .int(0), .double(0)],
                [.date(2), .int(1), .int(1), .int(0), .int(1), .int(1), .double(15)],
            ])
    }

    @Test func routesAreRankedAndAMissingPlaceIsKept() throws {
        let table = try #require(try tables(rows)["top_routes"])
        #expect(
            try table.selecting(["rank", "route", "events", "actors"]).rows == [
                [.int(1), .text("JFK – LAX"), .int(2), .int(1)], [.int(2), .text("JFK – BOS"), .int(1), .int(1)],
                [.int(3), .text("LGA – (none)"), .int(1), .int(0)],
            ])
    }

    @Test func originsAreOrderedByName() throws {
        let table = try #require(try tables(rows)["origin_monthly"])
        #expect(
            try table.selecting(["origin", "events", "actors", "departed"]).rows == [
                [.text("JFK"), .int(3), .int(2), .int(3)], [.text("LGA"), .int(1), .int(0), .int(0)],
            ])
    }

    @Test func manyTextsKeepTheirCodes() throws {
        let many = (0..<5_000).map { index -> [Scalar] in
            [.timestamp(0), .text("N\(index % 1_700)"), .double(0), .text("A"), .text("B")]
        }
        let batches = try stride(from: 0, to: many.count, by: 999).map { start in
            try ColumnBatch(schema: eventSchema, rows: Array(many[start..<min(start + 999, many.count)]))
        }
        let table = try #require(try compute(batches, asOf: 1)["activity_daily"])
        #expect(table.row(0)[1...2] == [.int(5_000), .int(1_700)])
    }
}
