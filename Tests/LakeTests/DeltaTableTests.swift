import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import SystemPackage
import Tenancy
import Testing

@Suite struct DeltaTableTests {
    private func error(_ body: () throws -> Void) -> LakeError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? LakeError)?.code
        }
    }

    @Test func rowsAreAppendedAndOverwritten() throws {
        let table = try TestLake().table()
        #expect(try !table.exists())
        #expect(error { _ = try table.snapshot() } == .noTable)
        #expect(try table.put(0..<10).version == 0)
        #expect(try table.put(10..<15).version == 1)
        let old = try table.snapshot()
        #expect(try table.put(100..<103, .overwrite).version == 2)
        let new = try table.snapshot()
        #expect(try Orders.ids(new) == [100, 101, 102])
        #expect(new.rowCount == 3)
        #expect(new.schema == Orders.schema)
        // A snapshot goes on showing what it showed; so does the way back in time.
        #expect(try Orders.ids(old) == Array(0..<15))
        #expect(try table.snapshot(at: .version(0)).rows() == (0..<10).map(Orders.row))
        #expect(error { _ = try table.snapshot(at: .version(3)) } == .noVersion)
        #expect(try table.history().map(\.version) == [0, 1, 2])
        #expect(try table.history().map(\.addedRowCount) == [10, 5, 3])
        #expect(try table.history().map(\.removedFileCount) == [0, 0, 2])
    }

    @Test func aVersionIsFoundByItsInstant() throws {
        let lake = try TestLake()
        let table = try lake.table()
        let start = lake.clock.microsecondsSinceEpoch()
        for version in 0..<3 {
            try table.put([Int64(version)])
            lake.clock.advance(nanoseconds: 3_600_000_000_000)
        }
        let at = { (seconds: Int64) in
            DeltaTable.Moment.instant(Instant(microsecondsSinceEpoch: start + seconds * 1_000_000))
        }
        #expect(error { _ = try table.snapshot(at: at(-1)) } == .noVersion)
        #expect(try table.snapshot(at: at(0)).version == 0)
        #expect(try table.snapshot(at: at(3_599)).version == 0)
        #expect(try table.snapshot(at: at(3_600)).version == 1)
        #expect(try table.snapshot(at: at(999_999)).version == 2)
    }

    @Test func aChangeIsMadeOnceForEachTransaction() throws {
        let table = try TestLake().table()
        let first = try table.put(0..<5, sequence: 1, run: "r1")
        let second = try table.put(5..<9, sequence: 2)
        #expect(!first.isRepeated && !second.isRepeated)
        let files = try table.snapshot().files
        var isCalled = false
        var change = TableChange(.append, schema: Orders.schema)
        change.transaction = DeltaTransaction(application: "orders", version: 1)
        let again = try table.write(change) { _ in isCalled = true }
        #expect(!isCalled)
        #expect(again.isRepeated && again.version == 0 && again.rowCount == 5 && again.fileCount == 1)
        #expect(again.logSHA256 == first.logSHA256)
        #expect(try table.snapshot().files == files)
        // An earlier change that never was is too late now; another application counts for itself.
        change.transaction = DeltaTransaction(application: "orders", version: 0)
        #expect(error { try table.write(change) { _ in } } == .superseded)
        change.transaction = DeltaTransaction(application: "other", version: 0)
        #expect(try table.write(change) { _ in }.version == 2)
        #expect(try table.history()[0].run == "r1")
    }

    @Test func emptyTablesAreTables() throws {
        let table = try TestLake().table()
        let change = TableChange(.append, schema: Orders.schema)
        #expect(try table.write(change) { _ in }.rowCount == 0)
        #expect(try table.snapshot().rowCount == 0)
        #expect(try table.snapshot().rows() == [])
        try table.write(change) { try $0.write(try Orders.batch([])) }
        #expect(try table.snapshot().files.isEmpty)
    }

    @Test func filesAreCutByRowsAndBySize() throws {
        let table = try TestLake().table()
        var change = TableChange(.append, schema: Orders.schema)
        change.limits.fileRows = 7
        let commit = try table.write(change) { writer in
            try writer.write(try Orders.batch(0..<10))
            try writer.write(try Orders.batch(10..<30))
        }
        #expect(commit.fileCount == 5 && commit.rowCount == 30)
        #expect(try table.snapshot().files.map(\.rowCount) == [7, 7, 7, 7, 2])
        #expect(try Orders.ids(try table.snapshot()) == Array(0..<30))
        change.limits = DataFileLimits()
        change.limits.rowGroupRows = 4
        change.limits.fileBytes = 1
        #expect(try table.write(change) { try $0.write(try Orders.batch(30..<42)) }.fileCount == 1)
        #expect(try table.snapshot().rowCount == 42)
    }

    @Test func eachFileSaysWhichDaysItHolds() throws {
        let lake = try TestLake()
        let table = try lake.table()
        let zone = try lake.scope("acme").tenant.calendar.zone
        let change = TableChange(
            .append, schema: Orders.schema, eventTime: EventTime(column: "placed_at", zone: zone))
        // Noon of 31 October in New York is 16:00 UTC; order 3 has no time, order 36 is of the next day.
        try table.write(change) { try $0.write(try Orders.batch([0, 1, 2])) }
        try table.write(change) { try $0.write(try Orders.batch([3, 36])) }
        let files = try table.snapshot().files
        #expect(files.map { $0.days?.text } == ["2026-10-31..2026-11-01", "none,2026-11-01..2026-11-02"])
        #expect(try table.snapshot().days?.text == "none,2026-10-31..2026-11-02")
        #expect(try table.snapshot().eventTimeColumn == "placed_at")
        #expect(error { try table.put([1]) } == .schema)
        #expect(
            error {
                try table.write(
                    TableChange(.append, schema: Orders.schema, eventTime: EventTime(column: "placed_at", zone: .utc))
                ) { _ in }
            } == .schema)
    }

    @Test func aTenantReadsItsOwnTablesOnly() throws {
        let lake = try TestLake()
        let table = try lake.table("orders", of: "acme")
        try table.put(0..<3)
        // The whole table put where the other tenant's would be.
        let foreign = try lake.address("orders", of: "bolt").folder
        try lake.store.makeFolder(foreign.removingLastComponent())
        try lake.store.rename(try lake.address("orders", of: "acme").folder, to: foreign)
        #expect(error { _ = try lake.table("orders", of: "bolt").snapshot() } == .tenantMismatch)
        #expect(error { _ = try lake.table("orders", of: "acme").snapshot() } == .noTable)
        // By its path it can be read: whoever names a path has no tenant.
        let local = DeltaTable(
            at: TableAddress(path: foreign), store: lake.store, random: lake.random, clock: lake.clock)
        #expect(try Orders.ids(try local.snapshot()) == [0, 1, 2])
    }

    @Test func aFileOfAnotherTenantIsRefused() throws {
        let lake = try TestLake()
        let (acme, bolt) = (try lake.table("orders", of: "acme"), try lake.table("orders", of: "bolt"))
        try acme.put(0..<3)
        try bolt.put(0..<3)
        let (mine, theirs) = (try acme.snapshot().files[0], try bolt.snapshot().files[0])
        let bytes = try lake.store.contents(of: theirs.path)
        #expect(mine.size == theirs.size)
        try lake.store.corrupt(mine.path) { $0 = bytes }
        #expect(error { _ = try acme.snapshot().rows() } == .tenantMismatch)
    }

    @Test func tablesOfATenantAreListed() throws {
        let lake = try TestLake()
        #expect(try TableAddress.all(of: lake.scope("acme"), in: lake.layout, store: lake.store).isEmpty)
        for name in ["orders", "customers"] { try lake.table(name).put([1]) }
        try lake.table("orders", of: "bolt").put([1])
        try lake.store.makeFolder(lake.layout.rawTables(of: lake.scope("acme")).appending("no-table"))
        let found = try TableAddress.all(of: lake.scope("acme"), in: lake.layout, store: lake.store)
        #expect(found.map(\.name) == ["raw/customers", "raw/orders"])
        #expect(found.allSatisfy { $0.tenant == "acme" })
    }

    @Test func columnsMustFitOnAppendAndMayChangeOnOverwrite() throws {
        let table = try TestLake().table()
        try table.put(0..<3)
        let id = Orders.schema.fields[0]
        let wrong: [[Field]] = [
            [id, Field("extra", .text)], [Field("id", .text, isNullable: false)], [Field("id", .int64)],
            [Field("note", .text)], [id, Field("note", .binary)],
            [id, Field("price", .decimal(precision: 12, scale: 3))],
        ]
        for fields in wrong {
            #expect(error { try table.write(TableChange(.append, schema: Schema(fields))) { _ in } } == .schema)
        }
        // Columns that are left out are missing values; added ones are missing in the old files.
        let fewer = Schema([id, Field("note", .text)])
        try table.write(TableChange(.append, schema: fewer)) {
            try $0.write(try ColumnBatch(schema: fewer, rows: [[.int(50), .text("x")]]))
        }
        var more = TableChange(.append, schema: Schema([id, Field("extra", .uuid)]))
        more.contract = .evolve
        try table.write(more) { try $0.write(try ColumnBatch(schema: more.schema, rows: [[.int(51), .text("u")]])) }
        let rows = try table.snapshot().rows(columns: ["extra", "id", "note"])
        #expect(rows.map { $0[0] } == [.null, .null, .null, .null, .text("u")])
        #expect(rows[3] == [.null, .int(50), .text("x")])
        #expect(try table.snapshot().schema.fields.map(\.name) == ["id", "placed_at", "price", "note", "extra"])
        let other = Schema([Field("day", .date)])
        try table.write(TableChange(.overwrite, schema: other)) {
            try $0.write(try ColumnBatch(schema: other, rows: [[.date(1)]]))
        }
        #expect(try table.snapshot().rows() == [[.date(1)]])
        #expect(try table.snapshot(at: .version(0)).schema == Orders.schema)
    }

    @Test func aBatchOfOtherColumnsIsRefusedAndLeavesNothing() throws {
        let lake = try TestLake()
        let table = try lake.table()
        try table.put([1])
        let before = lake.store.paths()
        #expect(
            error {
                try table.write(TableChange(.append, schema: Orders.schema)) { writer in
                    try writer.write(try Orders.batch(0..<10))
                    try writer.write(try ColumnBatch(schema: Schema([Field("id", .int64)]), rows: [[.int(1)]]))
                }
            } == .schema)
        #expect(lake.store.paths() == before)
        #expect(lake.store.openFileCount == 0)
    }

    @Test(arguments: [
        (#"{"minReaderVersion":2,"minWriterVersion":5}"#, #"{"delta.columnMapping.mode":"name"}"#, "columnMapping"),
        (
            #"{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors","v2Checkpoint"],"writerFeatures":[]}"#,
            "{}", "'deletionVectors', 'v2Checkpoint'"
        ),
        (#"{"minReaderVersion":4,"minWriterVersion":2}"#, "{}", "reader version 4"),
    ])
    func aProtocolThatIsNotBuiltIsRefusedByName(text: String, configuration: String, name: String) throws {
        let lake = try TestLake()
        let log = """
            {"protocol":\(text)}
            {"metaData":{"id":"i","format":{"provider":"parquet"},"schemaString":"{\\"type\\":\\"struct\\",\\"fields\\":[]}","partitionColumns":[],"configuration":\(configuration)}}
            """
        try lake.store.makeFolder("/t/_delta_log")
        try CommittedFile(store: lake.store, random: lake.random).commit(
            Array(log.utf8), to: "/t/_delta_log/00000000000000000000.json")
        let table = DeltaTable(at: TableAddress(path: "/t"), store: lake.store, random: lake.random, clock: lake.clock)
        do {
            _ = try table.snapshot()
            Issue.record("the table was opened")
        } catch let error as LakeError {
            #expect(error.code == .unsupported)
            #expect(error.message.contains(name))
        }
    }

    @Test(arguments: ["../x", "/etc/passwd", "a/../../b", "file:///x", "s3://b/x", "a//b", ".", "%2e%2e/x", "a%00b"])
    func aPathThatLeavesTheTableIsRefused(path: String) throws {
        let lake = try TestLake()
        let table = try lake.table()
        try table.put([1])
        let bytes = DeltaLog.bytes([.add(AddedFile(path: path, size: 1, modifiedMilliseconds: 0))])
        let log = try lake.address("orders", of: "acme").folder.appending("_delta_log")
        try CommittedFile(store: lake.store, random: lake.random).commit(
            bytes, to: log.appending("00000000000000000001.json"))
        #expect(throws: LakeError.self) { try table.snapshot() }
    }

    @Test func aMissingVersionIsDamage() throws {
        let lake = try TestLake()
        let table = try lake.table()
        for id in 0..<3 { try table.put([Int64(id)]) }
        let log = try lake.address("orders", of: "acme").folder.appending("_delta_log")
        try lake.store.remove(log.appending("00000000000000000001.json"))
        #expect(error { _ = try table.snapshot() } == .damaged)
        #expect(try table.snapshot(at: .version(0)).rowCount == 1)
    }
}
