import AlmanacTesting
import CivilTime
import Columnar
import Cryptography
import Effects
import Lake
import Parquet
import SystemPackage
import Tenancy
import Testing

/// What operations do to rows, against models of them.
@Suite struct OperationTests {
    private func checkClean(_ orders: OrderTable, _ lake: TestLake) throws {
        let zone = orders.eventTime.zone
        let verification = try orders.table.verify { $0 == zone.name ? zone : nil }
        #expect(verification.findings.isEmpty, "\(verification.findings)")
        #expect(lake.store.openFileCount == 0)
    }

    private func dictionary(_ ids: some Sequence<Int64>, _ note: String) -> [Int64: String] {
        Dictionary(uniqueKeysWithValues: ids.map { ($0, note) })
    }

    @Test(arguments: [PartitionPolicy.none, .day, .month]) func randomMergesDeletesAndReplacements(
        policy: PartitionPolicy
    ) throws {
        for seed in 0..<UInt64(12) {
            var random = SeededGenerator(seed: seed)
            let lake = try TestLake(seed: seed)
            let orders = try lake.orders()
            var model: [Int64: String] = [:]
            for step in 0..<14 {
                let note = "s\(step)"
                let known = try orders.table.exists() ? try orders.table.snapshot().version : -1
                let before = model
                switch step == 0 ? 0 : Int.random(in: 0..<6, using: &random) {
                case 0, 1, 2:
                    let keys = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                        Int64.random(in: 0..<120, using: &random)
                    }
                    let gone = Bool.random(using: &random) ? [Int64.random(in: 0..<130, using: &random)] : []
                    let result = try orders.merge(keys.map { ($0, note) }, deletes: gone, partition: policy)
                    for key in keys { model[key] = note }
                    for key in gone { model[key] = nil }
                    #expect(result.supersededRowCount >= Int64(keys.count - Set(keys).count))
                    #expect(
                        result.insertedRowCount
                            == Int64(Set(keys).subtracting(gone).subtracting(before.keys).count))
                case 3:
                    let low = Int64.random(in: 0..<120, using: &random)
                    let predicate = ScanPredicate.between("id", .int(low), .int(low + 9))
                    let deleted = try orders.table.delete(where: predicate, orders.info).deletedRowCount
                    #expect(deleted == Int64(model.keys.count { (low...low + 9).contains($0) }))
                    for key in low...low + 9 { model[key] = nil }
                case 4:
                    let first = Int32.random(in: 0..<4, using: &random)
                    let days = LocalDate(daysSinceEpoch: 20_697 + first)..<LocalDate(daysSinceEpoch: 20_698 + first)
                    let rows = (Int64(first) * 24..<Int64(first) * 24 + 24).filter { OrderTable.day($0) != nil }
                    var change = orders.change()
                    change.limits.fileRows = 9
                    try orders.table.replace(.days(days), change) {
                        try $0.write(try OrderTable.batch(rows.map { ($0, note) }))
                    }
                    for key in model.keys where OrderTable.day(key) == 20_697 + first { model[key] = nil }
                    for key in rows { model[key] = note }
                default:
                    var info = orders.info
                    info.limits.sortBytes = Bool.random(using: &random) ? 500 : 1 << 20
                    try orders.table.compact(info)
                    let files = try orders.table.snapshot().files
                    #expect(Set(files.map(\.partitionValues)).count == files.count)
                }
                #expect(try orders.notes() == model, "seed \(seed), step \(step)")
                let changes = try orders.table.changes(after: known)
                let changed = Set(before.keys).union(model.keys).filter { before[$0] != model[$0] }
                // No day with a change is left out.
                let days = try #require(changes.days)
                #expect(Set(changed.compactMap(OrderTable.day)).isSubset(of: days.days), "seed \(seed), step \(step)")
                #expect(days.hasMissing || changed.allSatisfy { OrderTable.day($0) != nil })
                try checkClean(orders, lake)
            }
        }
    }

    @Test func aMergeTouchesOnlyFilesThatHoldItsKeys() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        for first in stride(from: Int64(0), to: 100, by: 10) { try orders.append(first..<first + 10) }
        let before = Set(try orders.table.snapshot().files.map(\.name))
        let opened = lake.store.count(of: .open)
        let result = try orders.merge([(33, "b"), (200, "new")], deletes: [34])
        #expect(result.rewrittenFileCount == 1)
        #expect(result.updatedRowCount == 1 && result.insertedRowCount == 1 && result.deletedRowCount == 1)
        let after = Set(try orders.table.snapshot().files.map(\.name))
        #expect(before.subtracting(after).count == 1 && after.subtracting(before).count == 2)
        #expect(lake.store.count(of: .open) - opened < 35, "files without the keys are not opened")
        let changes = try orders.table.changes(after: 9)
        #expect(changes.days?.days == Set([33, 34, 200].compactMap(OrderTable.day)))
    }

    @Test func keysOfSeveralColumnsAndTexts() throws {
        let lake = try TestLake()
        let schema = Schema([
            Field("shop", .text, isNullable: false), Field("number", .uint32, isNullable: false), Field("x", .double),
        ])
        func merge(_ rows: [[Scalar]]) throws -> MergeCommit {
            try lake.table("multi").merge(MergeChange(key: ["shop", "number"], schema: schema)) {
                try $0.upsert(try ColumnBatch(schema: schema, rows: rows))
            }
        }
        _ = try merge([[.text("ab"), .int(1), .double(1)], [.text("a"), .int(4_294_967_295), .double(2)]])
        let result = try merge([[.text("a"), .int(4_294_967_295), .double(3)], [.text("b"), .int(1), .double(4)]])
        #expect(result.updatedRowCount == 1 && result.insertedRowCount == 1)
        #expect(
            Set(try lake.table("multi").snapshot().rows()) == [
                [.text("ab"), .int(1), .double(1)], [.text("a"), .int(4_294_967_295), .double(3)],
                [.text("b"), .int(1), .double(4)],
            ])
        let missing = Schema([Field("shop", .text), Field("number", .uint32), Field("x", .double)])
        #expect(throws: (any Error).self) {
            try lake.table("multi").merge(MergeChange(key: ["shop", "number"], schema: missing)) {
                try $0.upsert(try ColumnBatch(schema: missing, rows: [[.null, .int(1), .null]]))
            }
        }
        #expect(throws: LakeError.self) {
            try lake.table("multi").merge(MergeChange(key: ["x"], schema: schema)) { _ in }
        }
    }

    @Test func aReplacementRefusesRowsOfOtherDays() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        try orders.append(0..<48)
        let day = LocalDate(daysSinceEpoch: 20_697)..<LocalDate(daysSinceEpoch: 20_698)
        let error = #expect(throws: LakeError.self) {
            try orders.table.replace(.days(day), orders.change()) { try $0.write(try OrderTable.batch([(30, "x")])) }
        }
        #expect(error?.code == .schema)
        #expect(try orders.notes() == dictionary(0..<48, "a"))
        try checkClean(orders, lake)
    }

    @Test func compactionSortsByTimeAndChangesNothing() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        var random = SeededGenerator(seed: 5)
        let ids = (0..<Int64(400)).shuffled(using: &random)
        for start in stride(from: 0, to: 400, by: 20) { try orders.append(ids[start..<start + 20]) }
        for sortBytes in [1_500, 48 << 20] {
            let copy = lake.copy(seed: UInt64(sortBytes))
            let orders = try copy.orders()
            var info = orders.info
            info.limits.sortBytes = sortBytes
            let result = try orders.table.compact(info)
            #expect(result.removedFileCount == 20 && result.addedFileCount == 1 && result.rowCount == 400)
            #expect(try orders.notes() == dictionary(0..<400, "a"))
            let times = try orders.table.snapshot().rows(columns: ["placed_at"]).map { row -> Int64 in
                if case .timestamp(let time) = row[0] { time } else { .min }
            }
            #expect(times == times.sorted())
            #expect(try orders.table.changes(after: 19).isEmpty)
            #expect(try orders.table.compactionPlan().bins.isEmpty)
            #expect(try orders.notes(at: .version(5)).count == 120, "old versions stay")
            try checkClean(orders, copy)
        }
    }

    @Test func restoredTablesAreAsTheyWere() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        try orders.append(0..<30)
        try orders.append(30..<60)
        let rows = try orders.table.snapshot().rows()
        try orders.merge([(3, "b")], deletes: [40])
        try orders.table.delete(where: .compare("id", .greater, .int(50)), orders.info)
        let commit = try orders.table.restore(to: .version(1))
        #expect(commit.version == 4)
        #expect(try orders.table.snapshot().rows() == rows, "rows and their order")
        #expect(try orders.table.restore(to: .version(1)).isUnchanged)
        #expect(try orders.notes(at: .version(3)).count == 50)
        try checkClean(orders, lake)
    }

    @Test func aVacuumKeepsWhatIsNeeded() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        let week: Int64 = 7 * 86_400_000
        for version in 0..<Int64(6) {
            try orders.table.write(orders.change(.overwrite)) {
                try $0.write(try OrderTable.batch([(version, "v\(version)")]))
            }
            lake.clock.advance(nanoseconds: UInt64(2 * 86_400) * 1_000_000_000)
        }
        let folder = try lake.address("orders", of: "acme").folder
        let orphan = folder.appending("part-00000-left-over.zstd.parquet")
        try CommittedFile(store: lake.store, random: lake.random).commit([1, 2, 3], to: orphan)
        let pins = VacuumPins(versions: [1])
        let plan = try orders.table.vacuumPlan(pins: pins)
        // Versions 3, 4 and 5 are within the week or were when it began; 1 is named by a receipt; the orphan is young.
        #expect(plan.files.map(\.reason) == [.removed] && plan.pinnedFileCount == 1)
        lake.clock.advance(nanoseconds: UInt64(week) * 1_000_000 + 86_400_000_000_000)
        let later = try orders.table.vacuumPlan(pins: pins)
        #expect(later.files.count(where: { $0.reason == .removed }) == 4)
        #expect(later.files.count(where: { $0.reason == .orphan }) == 1)
        #expect(try orders.table.vacuum(plan, pins: pins).count == 1)
        #expect(try orders.table.vacuum(later, pins: pins).count == 4)
        #expect(try orders.notes(at: .version(1)) == [1: "v1"])
        #expect(try orders.notes() == [5: "v5"])
        #expect(throws: LakeError.self) { try orders.table.snapshot(at: .version(0)).rows() }
        #expect(throws: LakeError.self) { try orders.table.restore(to: .version(0)) }
        try checkClean(orders, lake)
    }

    @Test func theLogIsCutBehindACheckpointAndWhatReceiptsName() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        for version in 0..<Int64(45) {
            try orders.append([version])
            lake.clock.advance(nanoseconds: 86_400_000_000_000)
        }
        lake.clock.advance(nanoseconds: 86_400_000_000_000 * 25)
        #expect(try orders.table.vacuumPlan(pins: VacuumPins(versions: [7])).firstVersion == nil)
        let plan = try orders.table.vacuumPlan(pins: VacuumPins(versions: [25]))
        #expect(plan.firstVersion == 19)
        try orders.table.vacuum(plan, pins: VacuumPins(versions: [25]))
        #expect(try orders.notes(at: .version(25)).count == 26)
        #expect(try orders.notes().count == 45)
        #expect(try orders.table.changes(after: 3).days == nil, "what is not known is not nothing")
        #expect(try orders.table.changes(after: 30).days?.isEmpty == false)
        #expect(throws: LakeError.self) { try orders.table.snapshot(at: .version(18)) }
        try checkClean(orders, lake)
    }

    @Test func predicatesReadFewFilesAndTheRightRows() throws {
        let lake = try TestLake()
        for policy in [PartitionPolicy.none, .day, .month] {
            let copy = lake.copy(seed: 3)
            let orders = try copy.orders()
            for first in stride(from: Int64(0), to: 240, by: 24) {
                try orders.append(first..<first + 24, partition: policy)
            }
            let snapshot = try orders.table.snapshot()
            var random = SeededGenerator(seed: 8)
            for _ in 0..<60 {
                let (low, high) = (Int64.random(in: 0..<240, using: &random), Int64.random(in: 0..<40, using: &random))
                let time = OrderTable.start + low * OrderTable.hour
                let predicates: [ScanPredicate] = [
                    .between("id", .int(low), .int(low + high)), .compare("placed_at", .less, .timestamp(time)),
                    .not(.compare("placed_at", .lessOrEqual, .timestamp(time))), .isNull("placed_at"),
                    .or([.compare("id", .equal, .int(low)), .compare("note", .greater, .text("b"))]),
                    .isAmong("id", [.int(low), .int(low + high)]), .compare("note", .equal, .text("a")),
                ]
                let predicate = predicates[Int.random(in: 0..<predicates.count, using: &random)]
                let filter = try ScanFilter(predicate, schema: snapshot.schema)
                var expected: [[Scalar]] = []
                try snapshot.forEachBatch { expected += $0.filtered(by: try filter.selection(of: $0)).rows }
                var found: [[Scalar]] = []
                try snapshot.forEachBatch(where: predicate) { found += $0.rows }
                #expect(found == expected, "\(predicate)")
            }
            let statistics = try snapshot.forEachBatch(columns: ["note"], where: .compare("id", .equal, .int(100))) {
                #expect($0.rowCount == 1)
            }
            #expect(statistics.filesRead == 1 && statistics.filesSkipped == snapshot.files.count - 1)
        }
    }

    @Test func encryptedTablesAreReadByTheirKeyAlone() throws {
        let lake = try TestLake()
        let scope = try lake.scope("acme")
        func keys(_ fill: UInt8) throws -> TenantKeys {
            TenantKeys(
                of: scope, in: lake.layout, masterKey: try AESKey(Array(repeating: fill, count: 32)),
                store: lake.store, random: lake.random)
        }
        #expect(try keys(1).encryption() == nil)
        var table = try lake.table()
        table.encryption = try keys(1).makeEncryption()
        let orders = OrderTable(table, zone: scope.tenant.calendar.zone)
        try orders.append(0..<40, "canary")
        try orders.append(40..<80, "canary")
        try orders.merge([(7, "other")], deletes: [50])
        var info = orders.info
        info.limits.sortBytes = 900
        try table.compact(info)
        #expect(try orders.notes().count == 79)
        try checkClean(orders, lake)
        for path in lake.store.paths() {
            let bytes = try lake.store.contents(of: path)
            #expect(bytes.firstRange(of: Array("canary".utf8)) == nil, "\(path)")
        }
        var same = try lake.table()
        #expect(throws: LakeError.self) { try same.snapshot().rows() }
        same.encryption = try keys(1).encryption()
        #expect(try same.snapshot().rowCount == 79)
        #expect(try same.snapshot().rows().count == 79)
        #expect(throws: LakeError.self) { try keys(2).encryption() }
        try keys(1).destroy()
        #expect(throws: LakeError.self) { try keys(1).encryption() }
        #expect(throws: LakeError.self) { try keys(1).makeEncryption() }
    }
}
