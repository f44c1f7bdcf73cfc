import Effects
import Runs
import Synchronization
import Testing

@Suite struct SQLiteLedgerTests {
    private let ledger: SQLiteLedger

    init() throws { ledger = try SQLiteLedger(path: nil) }

    private func record(_ id: String, edition: Int64 = 1, state: RunState = .running) -> RunRecord {
        RunRecord(
            id: id, kind: .report, tenant: "acme", subject: "monthly", period: "2026-10", edition: edition,
            state: state, startedAt: edition)
    }

    @Test func anOldLeaseCannotWrite() throws {
        let old = try ledger.takeLease(tenant: "acme", holder: "one", at: 1)
        try ledger.record(record("a"), counts: [], artefacts: [], under: old)
        let new = try ledger.takeLease(tenant: "acme", holder: "two", at: 2)
        #expect(new.epoch == old.epoch + 1)
        #expect(throws: LedgerError.leaseLost(tenant: "acme")) {
            try ledger.record(record("a", state: .done), counts: [], artefacts: [], under: old)
        }
        #expect(throws: LedgerError.leaseLost(tenant: "acme")) { try ledger.nextSequence(under: old) }
        #expect(try ledger.run("a")?.state == .unknown)
        #expect(try ledger.leaseHolder(tenant: "acme")?.holder == "two")
    }

    /// Writes of several threads are made together; one that is refused takes none of the others with it.
    @Test func writesOfSeveralThreadsAreEachMadeOrRefused() throws {
        let ledger = ledger
        let old = try ledger.takeLease(tenant: "lost", holder: "one", at: 1)
        _ = try ledger.takeLease(tenant: "lost", holder: "two", at: 2)
        let numbers = Mutex<[String: [Int64]]>([:])
        let refused = Mutex(0)
        ParallelWork.run(count: 400, threads: 8) { piece, _ in
            let tenant = "tenant-\(piece % 20)"
            if piece % 10 == 3 {
                do {
                    _ = try ledger.nextSequence(under: old)
                } catch LedgerError.leaseLost {
                    refused.withLock { $0 += 1 }
                } catch {
                    Issue.record(error)
                }
            }
            do {
                let lease = try ledger.takeLease(tenant: tenant, holder: "\(piece)", at: Int64(piece))
                numbers.withLock { $0[tenant, default: []].append(lease.epoch) }
            } catch {
                Issue.record(error)
            }
        }
        #expect(refused.withLock { $0 } == 40)
        let epochs = numbers.withLock { $0 }
        #expect(epochs.count == 20)
        for epochs in epochs.values { #expect(epochs.sorted() == Array(1...20)) }
    }

    @Test func aRunComesBackWithWhatItDid() throws {
        let lease = try ledger.takeLease(tenant: "acme", holder: "one", at: 1)
        var run = record("abc123", state: .failed)
        run.cause = .readWrite
        run.message = "can't write"
        run.finishedAt = 9
        let counts = [
            TableCount(
                table: "raw/orders", rowsRead: 3, rowsWritten: 2, rowsRejected: 1, version: 4, isUnchanged: false)
        ]
        let artefacts = [ArtefactRecord(name: "report.pdf", path: "out/x/report.pdf", sha256: "00", size: 7)]
        try ledger.record(run, counts: counts, artefacts: artefacts, under: lease)
        #expect(try ledger.run("abc") == run)
        #expect(try ledger.counts(of: "abc123") == counts)
        #expect(try ledger.artefacts(of: "abc123") == artefacts)
        try ledger.record(run, counts: counts, artefacts: [], under: lease)
        #expect(try ledger.counts(of: "abc123") == counts)
        #expect(try ledger.artefacts(of: "abc123").isEmpty)
    }

    @Test func editionsAndPrefixes() throws {
        let lease = try ledger.takeLease(tenant: "acme", holder: "one", at: 1)
        for edition in 1...3 {
            try ledger.record(record("r\(edition)", edition: Int64(edition)), counts: [], artefacts: [], under: lease)
        }
        #expect(
            try ledger.latestEdition(tenant: "acme", subject: "monthly", period: "2026-10", variant: "")?.id == "r3")
        #expect(try ledger.latestEdition(tenant: "acme", subject: "monthly", period: "2026-11", variant: "") == nil)
        #expect(
            try ledger.latestEdition(tenant: "acme", subject: "monthly", period: "2026-10", variant: "ada") == nil)
        #expect(throws: LedgerError.ambiguous(prefix: "r")) { try ledger.run("r") }
        #expect(try ledger.run("%") == nil)
        #expect(try ledger.runs(tenant: "acme", limit: 2).map(\.id) == ["r3", "r2"])
        #expect(try ledger.runs(tenant: "other", limit: 2).isEmpty)
    }

    /// One edition for each person is many between two ingestions.
    @Test func ingestionsAreFoundBehindAnyNumberOfEditions() throws {
        let lease = try ledger.takeLease(tenant: "acme", holder: "one", at: 1)
        for (edition, state) in [(1, RunState.done), (2, .done), (3, .failed)] {
            var run = record("i\(edition)", edition: Int64(edition), state: state)
            (run.kind, run.subject, run.period) = (.ingest, RunRecord.ingestion, "")
            // What is computed anew of the same data has the same beginning.
            run.startedAt = 7
            try ledger.record(run, counts: [], artefacts: [], under: lease)
        }
        for person in 0..<200 {
            var run = record("r\(person)", edition: 1, state: .done)
            (run.variant, run.startedAt) = ("person-\(person)", 8)
            try ledger.record(run, counts: [], artefacts: [], under: lease)
        }
        #expect(try ledger.ingestions(tenant: "acme", limit: 2).map(\.id) == ["i3", "i2"])
        #expect(try ledger.lastIngestion(tenant: "acme")?.id == "i2")
        #expect(try ledger.ingestions(tenant: "other", limit: 2).isEmpty)
    }

    @Test func anOccurrenceIsTakenOnce() throws {
        let occurrence = OccurrenceRecord(tenant: "acme", schedule: "monthly", nominal: 100)
        #expect(try ledger.take(occurrence, at: 101))
        #expect(try !ledger.take(occurrence, at: 102))
        #expect(try ledger.outcome(of: occurrence) == .taken)
        try ledger.settle(occurrence, .done, run: "abc")
        #expect(try ledger.outcome(of: occurrence) == .done)
        #expect(try !ledger.take(occurrence, at: 103))
    }

    @Test func theLastTickNeverGoesBack() throws {
        #expect(try ledger.lastTick() == nil)
        try ledger.advanceTick(to: 50)
        try ledger.advanceTick(to: 40)
        #expect(try ledger.lastTick() == 50)
    }

    @Test func sequencesRise() throws {
        let lease = try ledger.takeLease(tenant: "acme", holder: "one", at: 1)
        #expect(try ledger.nextSequence(under: lease) == 1)
        #expect(try ledger.nextSequence(under: lease) == 2)
    }
}
