import AlmanacTesting
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

/// Checkpoints say what the log says, for us and for other engines, whatever happens while they are written.
@Suite struct CheckpointTests {
    private static func name(_ version: Int64, _ suffix: String = ".json") -> String {
        let digits = String(version)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    /// A table with a checkpoint every `interval` versions, an overwrite in its middle.
    private func written(_ table: DeltaTable, versions: Int64, interval: Int64) throws {
        for version in 0..<versions {
            var change = TableChange(version == versions / 2 ? .overwrite : .append, schema: Orders.schema)
            change.transaction = DeltaTransaction(application: "app \(version % 3)", version: version)
            change.properties = ["delta.checkpointInterval": String(interval)]
            change.limits.fileRows = 4
            let commit = try table.write(change) { try $0.write(try Orders.batch(version * 10..<version * 10 + 10)) }
            #expect(commit.checkpointFailure == nil)
        }
    }

    private func logFolder(_ lake: TestLake) throws -> FilePath {
        try lake.address("orders", of: "acme").folder.appending("_delta_log")
    }

    @Test func theLogIsReadFromTheLastCheckpoint() throws {
        let lake = try TestLake()
        try written(try lake.table(), versions: 45, interval: 20)
        let folder = try logFolder(lake)
        let names = try lake.store.names(in: folder).filter { $0.contains("checkpoint") }
        #expect(
            names == [Self.name(19, ".checkpoint.parquet"), Self.name(39, ".checkpoint.parquet"), "_last_checkpoint"])
        let whole = try lake.table().snapshot()
        let texts = try lake.store.text(of: folder.appending("_last_checkpoint"))
        #expect(try JSONValue(parsing: texts)["version"] == .integer(39))
        // Few of the versions are read, and what they make is the same, rows, order and all.
        let reads = lake.store.count(of: .open)
        #expect(try lake.table().snapshot().files == whole.files)
        #expect(lake.store.count(of: .open) - reads <= 8)
        for version in 0..<Int64(39) { try lake.store.remove(folder.appending(Self.name(version))) }
        let rest = try lake.table().snapshot()
        #expect(rest.files.map(\.name) == whole.files.map(\.name))
        #expect(rest.transactions == whole.transactions && rest.metadata == whole.metadata)
        #expect(try rest.rows() == whole.rows())
        #expect(try lake.table().snapshot(at: .version(40)).rowCount == 190)
        #expect(throws: LakeError.self) { try lake.table().snapshot(at: .version(38)) }
        #expect(try lake.table().verify().isClean)
        // Old checkpoints are no state of versions before them.
        #expect(try lake.table().snapshot(at: .version(39)).version == 39)
    }

    @Test func aDamagedCheckpointIsPassedOverWhereTheLogHasAll() throws {
        let lake = try TestLake()
        try written(try lake.table(), versions: 12, interval: 5)
        let whole = try lake.table().snapshot()
        let folder = try logFolder(lake)
        let newest = folder.appending(Self.name(9, ".checkpoint.parquet"))
        try lake.store.corrupt(newest) { $0 = Array($0.prefix($0.count / 2)) }
        #expect(try lake.table().snapshot().files == whole.files)
        for version in 0..<Int64(5) { try lake.store.remove(folder.appending(Self.name(version))) }
        #expect(try lake.table().snapshot().files.map(\.name) == whole.files.map(\.name), "from the one before")
        try lake.store.remove(folder.appending(Self.name(6)))
        let error = #expect(throws: LakeError.self) { try lake.table().snapshot() }
        #expect(error?.code == .damaged)
    }

    @Test func everyFaultWhileACheckpointIsWrittenLeavesTheVersion() throws {
        let image = try TestLake()
        try written(try image.table(), versions: 4, interval: 5)
        let undisturbed = image.copy(seed: 3)
        undisturbed.store.plan()
        try undisturbed.table().put(90..<95, sequence: 9)
        let calls = undisturbed.store.mutatingCallCount
        let kinds: [SimulatedFault.Kind] = [.error(5), .short(28), .errorAfterEffect(5), .crash]
        for call in 1...calls {
            for kind in kinds {
                let lake = image.copy(seed: UInt64(call))
                lake.store.plan([SimulatedFault(kind, at: call)])
                let told = try? lake.table().put(90..<95, sequence: 9)
                if kind == .crash { lake.store.powerCut(.losingSome(seed: UInt64(call))) } else { lake.store.plan() }
                let rows = try Set(Orders.ids(try lake.table().snapshot()))
                if told != nil { #expect(rows.contains(90), "\(kind) at \(call)") }
                try lake.table().put(90..<95, sequence: 9)
                try lake.table().put(95..<96, sequence: 10)
                // The next writer makes up for the one that failed.
                let names = try lake.store.names(in: try logFolder(lake))
                #expect(names.contains { $0.hasSuffix(".checkpoint.parquet") }, "\(kind) at \(call)")
                let verification = try lake.table().verify()
                #expect(verification.isClean, "\(kind) at \(call): \(verification.findings)")
                #expect(try Orders.ids(try lake.table().snapshot()).suffix(6) == [90, 91, 92, 93, 94, 95])
            }
        }
    }

    @Test(.enabled(if: DeltaOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
    func otherEnginesStartFromOurCheckpoints() throws {
        let folder = try TestFolder()
        let table = DeltaTable(
            at: TableAddress(path: folder.path.appending("table")), store: DiskFileStore(), random: SystemRandom(),
            clock: SystemClock())
        try written(table, versions: 25, interval: 10)
        let log = folder.path.appending("table/_delta_log")
        for version in 0..<Int64(19) { try DiskFileStore().remove(log.appending(Self.name(version))) }
        let expected = try table.snapshot().rows().map { $0.map(DeltaOracle.text) }
        #expect(expected.count == 130)
        let path = folder.path.appending("table").string
        let deltaRS = try DeltaOracle.rows(
            """
            import deltalake
            table = deltalake.DeltaTable(sys.argv[1])
            assert table.transaction_version("app 1") == 22, table.transaction_version("app 1")
            assert len(table.file_uris()) == 39
            show(row.values() for row in table.to_pyarrow_table().sort_by("id").to_pylist())
            """, [path])
        #expect(deltaRS == expected)
        if DeltaOracle.hasPolars {
            let polars = try DeltaOracle.rows(
                "import polars\nshow(polars.read_delta(sys.argv[1]).sort('id').rows())", [path])
            #expect(polars == expected)
        }
        if DeltaOracle.hasDuckDB {
            let duckDB = try DeltaOracle.rows(
                DeltaOracle.duckDB + """
                    show(connection.execute("from delta_scan('%s') order by id" % sys.argv[1]).fetchall())
                    """, [path])
            #expect(duckDB == expected)
        }
    }

    @Test(.enabled(if: DeltaOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
    func checkpointsOfDeltaRSAreReadInAnyNumberOfParts() throws {
        let folder = try TestFolder()
        let path = folder.path.appending("table")
        let answer = try DeltaOracle.rows(
            """
            import deltalake, pyarrow as pa, pyarrow.parquet as pq, os
            path = sys.argv[1]
            for i in range(12):
                deltalake.write_deltalake(path, pa.table({"id": pa.array(range(i * 5, i * 5 + 5), pa.int64()), "p": [i % 3] * 5}),
                                          mode="append", partition_by=["p"])
            table = deltalake.DeltaTable(path)
            table.delete("id = 7 or id = 31")
            table.create_checkpoint()
            # The same checkpoint in three parts, as older engines wrote them.
            log = os.path.join(path, "_delta_log")
            whole = os.path.join(log, f"{12:020}.checkpoint.parquet")
            rows = pq.read_table(whole)
            third = (rows.num_rows + 2) // 3
            for part in range(3):
                pq.write_table(rows.slice(part * third, third), os.path.join(log, f"{12:020}.checkpoint.{part + 1:010}.{3:010}.parquet"))
            os.remove(whole)
            os.remove(os.path.join(log, "_last_checkpoint"))
            for version in range(12): os.remove(os.path.join(log, f"{version:020}.json"))
            show(sorted([row["id"], row["p"]] for row in table.to_pyarrow_table().to_pylist()))
            """, [path.string])
        let table = DeltaTable(
            at: TableAddress(path: path), store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
        let rows = try table.snapshot().rows(columns: ["id", "p"]).map { $0.map(DeltaOracle.text) }
        #expect(rows.sorted { (Int($0[0] ?? "") ?? 0) < (Int($1[0] ?? "") ?? 0) } == answer)
        #expect(answer.count == 58)
        #expect(try table.verify().isClean)
    }
}
