import AlmanacTesting
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

@Suite struct UnchangedTests {
    private func overwrite(_ table: DeltaTable, _ ids: Range<Int64>, schema: Schema = Orders.schema) throws
        -> TableCommit
    {
        var change = TableChange(.overwrite, schema: schema)
        change.keepsUnchanged = true
        let rows = try ColumnBatch(schema: Orders.schema, rows: ids.map(Orders.row))
        return try table.write(change) { try $0.write(try rows.selecting(schema.fields.map(\.name))) }
    }

    @Test func theSameRowsKeepTheVersionAndLeaveNothingBehind() throws {
        let lake = try TestLake()
        let table = try lake.table()
        #expect(try overwrite(table, 0..<20).isUnchanged == false)
        let files = try lake.store.names(in: table.address.folder)
        let again = try overwrite(table, 0..<20)
        #expect(again.isUnchanged && again.version == 0 && again.rowCount == 20)
        #expect(try lake.store.names(in: table.address.folder) == files)
        #expect(try overwrite(table, 0..<21).version == 1)
        // Other columns are another content, though the bytes of a column may be the same.
        let fewer = Schema(Array(Orders.schema.fields.dropLast()))
        #expect(try overwrite(table, 0..<21, schema: fewer).version == 2)
    }

    @Test func anEmptyTableStaysAsItIs() throws {
        let table = try TestLake().table()
        #expect(try overwrite(table, 0..<0).isUnchanged == false)
        #expect(try overwrite(table, 0..<0).isUnchanged)
        #expect(try table.snapshot().rowCount == 0)
    }
}
