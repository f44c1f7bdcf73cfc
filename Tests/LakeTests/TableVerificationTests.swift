import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import SystemPackage
import Tenancy
import Testing

/// Damage of every kind is found, and named.
@Suite struct TableVerificationTests {
    private func prepared() throws -> TestLake {
        let lake = try TestLake()
        let zone = try lake.scope("acme").tenant.calendar.zone
        var change = TableChange(
            .append, schema: Orders.schema, eventTime: EventTime(column: "placed_at", zone: zone))
        for version in 0..<3 {
            change.transaction = DeltaTransaction(application: "orders", version: Int64(version))
            try lake.table().write(change) {
                try $0.write(try Orders.batch(Int64(version * 10)..<Int64(version * 10 + 10)))
            }
        }
        return lake
    }

    private func verify(_ lake: TestLake) throws -> TableVerification {
        let zone = try lake.scope("acme").tenant.calendar.zone
        return try lake.table().verify { $0 == zone.name ? zone : nil }
    }

    private func folder(_ lake: TestLake) throws -> FilePath { try lake.address("orders", of: "acme").folder }

    @Test func aWholeTableIsClean() throws {
        let verification = try verify(try prepared())
        #expect(verification.findings.isEmpty)
        #expect(verification.isClean)
        #expect(verification.version == 2 && verification.versionCount == 3 && verification.fileCount == 3)
        #expect(verification.rowCount == 30)
    }

    @Test func everyFlippedBitOfADataFileIsFound() throws {
        let lake = try prepared()
        let file = try lake.table().snapshot().files[1]
        for offset in 0..<Int(file.size) {
            let copy = lake.copy(seed: 1)
            try copy.store.corrupt(file.path) { $0[offset] ^= 1 << UInt8(offset % 8) }
            let findings = try verify(copy).findings
            #expect(findings.map(\.kind) == [.content] && findings[0].file == file.name, "byte \(offset)")
        }
    }

    @Test func everyChangedByteOfTheLogIsFoundButForTheLastVersions() throws {
        let lake = try prepared()
        let path = try folder(lake).appending("_delta_log/00000000000000000001.json")
        let size = try lake.store.contents(of: path).count
        for offset in 0..<size {
            let copy = lake.copy(seed: 1)
            try copy.store.corrupt(path) { $0[offset] = $0[offset] == UInt8(ascii: "7") ? 0x38 : 0x37 }
            // Refused altogether, or found.
            guard let verification = try? verify(copy) else { continue }
            #expect(!verification.isClean, "byte \(offset)")
        }
    }

    @Test func damageIsNamed() throws {
        let lake = try prepared()
        let files = try lake.table().snapshot().files
        let cases: [(TableFinding.Kind, (SimulatedFileStore) throws -> Void)] = [
            (.missing, { try $0.remove(files[0].path) }),
            (.content, { try $0.corrupt(files[0].path) { $0.removeLast() } }),
            (.content, { try $0.corrupt(files[0].path) { $0.append(0) } }),
            (
                .content,
                { store in
                    let other = try store.contents(of: files[1].path)
                    try store.corrupt(files[0].path) { $0 = other }
                }
            ),
            (.log, { try $0.remove(try folder(lake).appending("_delta_log/00000000000000000001.json")) }),
            (
                .chain,
                { store in
                    // A version written again with other bytes, as an enemy or an old backup would.
                    try store.corrupt(try folder(lake).appending("_delta_log/00000000000000000001.json")) { bytes in
                        bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("Append", with: "Apbend").utf8)
                    }
                }
            ),
        ]
        for (kind, damage) in cases {
            let copy = lake.copy(seed: 1)
            try damage(copy.store)
            let verification = try verify(copy)
            #expect(!verification.isClean)
            #expect(verification.findings.contains { $0.kind == kind }, "\(kind): \(verification.findings)")
        }
    }

    @Test func aLogThatTellsOtherStatisticsOrDaysIsFound() throws {
        let lake = try prepared()
        let path = try folder(lake).appending("_delta_log/00000000000000000002.json")
        let lies: [(TableFinding.Kind, String, String)] = [
            (.statistics, #"\"id\":20"#, #"\"id\":21"#), (.statistics, #"\"note\":2"#, #"\"note\":3"#),
            (.days, #""almanac.days":"none,"#, #""almanac.days":""#),
        ]
        for (kind, truth, lie) in lies {
            let copy = lake.copy(seed: 1)
            try copy.store.corrupt(path) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains(truth), "\(text)")
                bytes = Array(text.replacing(truth, with: lie).utf8)
            }
            #expect(try verify(copy).findings.map(\.kind) == [kind])
        }
    }

    @Test func whatNobodyNamesIsLeftOverAndNoDamage() throws {
        let lake = try prepared()
        let undisturbed = lake.copy(seed: 2)
        undisturbed.store.plan()
        try undisturbed.table().put(0..<1, .overwrite)
        let calls = undisturbed.store.mutatingCallCount
        var seen = 0
        for call in 1...calls {
            let copy = lake.copy(seed: 2)
            copy.store.crash(at: call)
            _ = try? copy.table().put(0..<1, .overwrite)
            copy.store.restart()
            let verification = try verify(copy)
            #expect(verification.isClean)
            seen += verification.findings.count
        }
        #expect(seen > 0)
    }
}
