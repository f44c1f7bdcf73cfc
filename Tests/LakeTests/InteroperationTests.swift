import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import Parquet
import SystemPackage
import Tenancy
import Testing

/// Tables that went through every operation are the same to every engine; and tables that delta-rs made and kept in order
/// are read as delta-rs reads them.
@Suite(.enabled(if: DeltaOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct InteroperationTests {
    private struct Place {
        let folder: TestFolder
        var path: FilePath { folder.path.appending("table") }
        var table: DeltaTable {
            DeltaTable(
                at: TableAddress(path: path), store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
        }

        init() throws { folder = try TestFolder() }
    }

    private func sorted(_ rows: [[String?]]) -> [[String?]] {
        rows.sorted { (Int($0[0] ?? "") ?? 0) < (Int($1[0] ?? "") ?? 0) }
    }

    /// A table with a history of all operations; its rows as texts, sorted by id.
    private func written(_ place: Place, _ policy: PartitionPolicy) throws -> [[String?]] {
        let zone = try ZoneDatabase(folder: nil, store: DiskFileStore()).zone("America/New_York")
        let orders = OrderTable(place.table, zone: zone)
        for first in stride(from: Int64(0), to: 200, by: 20) {
            var change = orders.change(partition: policy)
            change.properties = ["delta.checkpointInterval": "6"]
            try orders.table.write(change) { writer in
                try writer.write(try OrderTable.batch((first..<first + 20).map { ($0, "a") }))
            }
        }
        try orders.merge([(3, "b"), (77, "b"), (900, "new")], deletes: [5, 199])
        try orders.table.delete(where: .between("id", .int(100), .int(120)), orders.info)
        let days = LocalDate(daysSinceEpoch: 20_699)..<LocalDate(daysSinceEpoch: 20_700)
        try orders.table.replace(.days(days), orders.change()) { try $0.write(try OrderTable.batch([(50, "r")])) }
        var change = TableChange(
            .append, schema: Schema(OrderTable.schema.fields + [Field("extra", .int32)]), eventTime: orders.eventTime)
        change.contract = .evolve
        try orders.table.write(change) {
            try $0.write(try ColumnBatch(schema: change.schema, rows: [OrderTable.row(901, "e") + [.int(7)]]))
        }
        try orders.table.compact(orders.info)
        try orders.append(950..<960, "late")
        let verification = try orders.table.verify { $0 == zone.name ? zone : nil }
        #expect(verification.findings.isEmpty, "\(verification.findings)")
        return sorted(try orders.table.snapshot().rows().map { $0.map(DeltaOracle.text) })
    }

    private static let columns = "id, placed_at, price, note, extra"

    @Test(arguments: [PartitionPolicy.none, .day, .month]) func everyEngineReadsTheSameRows(
        policy: PartitionPolicy
    ) throws {
        let place = try Place()
        let expected = try written(place, policy)
        #expect(expected.count > 150)
        let path = place.path.string
        let deltaRS = try DeltaOracle.rows(
            """
            import deltalake
            rows = deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table().sort_by("id")
            show(row.values() for row in rows.select("\(Self.columns)".split(", ")).to_pylist())
            """, [path])
        #expect(deltaRS == expected)
        if DeltaOracle.hasPolars {
            let polars = try DeltaOracle.rows(
                """
                import polars
                show(polars.read_delta(sys.argv[1]).select("\(Self.columns)".split(", ")).sort("id").rows())
                """, [path])
            #expect(polars == expected)
        }
        if DeltaOracle.hasDuckDB {
            let duckDB = try DeltaOracle.rows(
                DeltaOracle.duckDB + """
                    show(connection.execute("select \(Self.columns) from delta_scan('%s') order by id" % sys.argv[1]).fetchall())
                    """, [path])
            #expect(duckDB == expected)
        }
    }

    @Test(
        .enabled(if: DeltaOracle.hasSail, "pysail is not among the oracles"),
        arguments: [PartitionPolicy.none, .day, .month])
    func sailReadsTheSameRows(policy: PartitionPolicy) throws {
        let place = try Place()
        let expected = try written(place, policy)
        let sail = try DeltaOracle.rows(
            DeltaOracle.sail + """
                rows = spark.read.format("delta").load(sys.argv[1]).select(*"\(Self.columns)".split(", ")).orderBy("id")
                show(tuple(row) for row in rows.collect())
                """, [place.path.string])
        #expect(sail == expected)
    }

    /// The partition columns that we derive say the local day, to engines that filter by them.
    @Test func otherEnginesFilterByOurDays() throws {
        let place = try Place()
        _ = try written(place, .day)
        let answer = try DeltaOracle.run(
            """
            import deltalake, datetime, zoneinfo
            table = deltalake.DeltaTable(sys.argv[1])
            rows = table.to_pyarrow_table().to_pylist()
            zone = zoneinfo.ZoneInfo("America/New_York")
            for row in rows:
                at = row["placed_at"]
                day = at and at.replace(tzinfo=at.tzinfo or datetime.timezone.utc).astimezone(zone).date()
                assert row["event_day"] == day, row
            day = datetime.date(2026, 9, 3)
            found = table.to_pyarrow_table(partitions=[("event_day", "=", "2026-09-03")]).num_rows
            assert found == sum(row["event_day"] == day for row in rows) > 0
            print("good")
            """, [place.path.string])
        #expect(answer == "good\n")
    }

    private static let writer = #"""
        import deltalake, pyarrow as pa, datetime as d, decimal
        UTC = d.timezone.utc
        path = sys.argv[1]
        def rows(a, b):
            return pa.table({
                "id": pa.array(range(a, b), pa.int64()),
                "day": pa.array([None if i % 7 == 0 else d.date(2026, 10, 25) + d.timedelta(days=i % 4) for i in range(a, b)], pa.date32()),
                "kind": pa.array([["x y", "a/b", "ü%=", None][i % 4] for i in range(a, b)], pa.string()),
                "small": pa.array([i % 3 - 1 for i in range(a, b)], pa.int16()),
                "flag": pa.array([i % 2 == 0 for i in range(a, b)], pa.bool_()),
                "price": pa.array([decimal.Decimal(i % 5) / 4 for i in range(a, b)], pa.decimal128(12, 2)),
                "at": pa.array([d.datetime(2026, 10, 31, 1, 2, 3, 4567 * (i % 2), tzinfo=UTC) + d.timedelta(hours=i % 3) for i in range(a, b)], pa.timestamp("us", "UTC")),
                "name": pa.array([None if i % 4 == 0 else f"näme {i}" for i in range(a, b)], pa.string())})

        """#

    private static let reader = """

        table = deltalake.DeltaTable(path).to_pyarrow_table().sort_by("id")
        show(row.values() for row in table.to_pylist())
        """

    private func compare(_ place: Place, _ program: String, versions: Int64) throws {
        let answer = try DeltaOracle.rows(Self.writer + program + Self.reader, [place.path.string])
        let snapshot = try place.table.snapshot()
        #expect(snapshot.version == versions)
        #expect(sorted(try snapshot.rows().map { $0.map(DeltaOracle.text) }) == answer)
        let verification = try place.table.verify()
        #expect(verification.isClean, "\(verification.findings)")
    }

    @Test(arguments: ["day", "kind", "small", "flag", "price", "at", "kind,day"]) func partitionsOfDeltaRS(
        columns: String
    ) throws {
        try compare(
            try Place(),
            """
            deltalake.write_deltalake(path, rows(0, 60), partition_by="\(columns)".split(","))
            deltalake.write_deltalake(path, rows(60, 80), mode="append")
            deltalake.DeltaTable(path).delete("id >= 20 and id < 33")
            deltalake.DeltaTable(path).create_checkpoint()
            """, versions: 2)
    }

    @Test func tablesThatDeltaRSKeptInOrder() throws {
        let place = try Place()
        try compare(
            place,
            """
            for i in range(8):
                deltalake.write_deltalake(path, rows(i * 10, i * 10 + 10), mode="append")
            table = deltalake.DeltaTable(path)
            table.optimize.compact()
            table.merge(rows(75, 85), "t.id = s.id", source_alias="s", target_alias="t").when_matched_update({"name": "'m'"}).when_not_matched_insert_all().execute()
            deltalake.write_deltalake(path, rows(90, 95).append_column("extra", pa.array([1.5] * 5)), mode="append", schema_mode="merge")
            table = deltalake.DeltaTable(path)
            table.optimize.z_order(["day"])
            table.create_checkpoint()
            deltalake.DeltaTable(path).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
            """, versions: 13)
        #expect(throws: LakeError.self) { try place.table.snapshot(at: .version(2)).rows() }
    }

    @Test func deltaRSGoesOnWithOurTables() throws {
        let place = try Place()
        let expected = try written(place, .day)
        let program = """
            import deltalake, pyarrow as pa
            table = deltalake.DeltaTable(sys.argv[1])
            table.delete("id < 20")
            table.optimize.compact()
            table.create_checkpoint()
            rows = deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table().sort_by("id")
            show(row.values() for row in rows.select("\(Self.columns)".split(", ")).to_pylist())
            """
        let answer = try DeltaOracle.rows(program, [place.path.string])
        #expect(answer == expected.filter { (Int($0[0] ?? "") ?? 0) >= 20 })
        let rows = try place.table.snapshot().rows().map { $0.map(DeltaOracle.text) }
        #expect(sorted(rows) == answer)
        #expect(try place.table.verify().isClean)
    }
}
