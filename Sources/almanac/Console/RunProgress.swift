internal import Foundation
internal import Runs
internal import Synchronization

/// Tells what a run does: a line for each finished stage, or with `--json` an object for each event.
final class RunProgress: Sendable {
    private let console: Console
    /// Lines of several threads, one at a time.
    private let mutex = Mutex(())

    init(_ console: Console) { self.console = console }

    var tell: @Sendable (RunEvent) -> Void {
        { event in
            self.mutex.withLock { _ in
                if self.console.isJSON {
                    try? self.console.answer(json: EventLine(event))
                } else {
                    self.say(event)
                }
            }
        }
    }

    private func say(_ event: RunEvent) {
        switch event {
        case .tenantStarted(let tenant): console.note("\(tenant): started", from: .stages)
        case .extracted(let tenant, let table, let rows, let unchanged, let seconds):
            let change = unchanged ? ", unchanged" : ""
            console.note("\(tenant): read \(table), \(rows) rows in \(Self.seconds(seconds))\(change)", from: .stages)
        case .chunkKept(let tenant, let table, let rows):
            console.note("\(tenant): kept \(rows) rows of \(table), further ones follow", from: .stages)
        case .aggregated(let tenant, let table, let rows, let unchanged):
            console.note("\(tenant): \(table), \(rows) rows\(unchanged ? ", unchanged" : "")", from: .stages)
        case .rendered(let tenant, let report, let period, let edition, let files, _, let unchanged):
            let what = unchanged ? "is as it was" : "\(files.count) files"
            console.note("\(tenant): \(report) \(period), edition \(edition), \(what)", from: .stages)
        case .reconciled(let tenant, let table, let rows, let difference):
            let word = difference.isEmpty ? console.calm("same") : console.alarm("differs")
            let what = difference.isEmpty ? "\(rows) rows as at the source" : difference
            console.note("\(word) \(tenant)  \(table): \(what)", from: difference.isEmpty ? .stages : .normal)
        case .strangersFound(let table, let rows, let keyless):
            let what = keyless > 0 ? ", \(keyless) without a key" : ""
            console.note(
                "\(console.alarm("note")) \(table): \(rows + keyless) rows are of no tenant of this run\(what)",
                from: .normal)
        case .readAgain(let tenants, let why):
            let who = tenants.count == 1 ? tenants[0] : "\(tenants.count) tenants of one source"
            console.note("\(console.alarm("note")) \(who): the source is read again: \(why)", from: .normal)
        case .tenantDone(let tenant): console.note("\(console.calm("done")) \(tenant)", from: .normal)
        case .tenantFailed(let tenant, let failure):
            console.note("\(console.alarm("fail")) \(tenant)  \(failure.description)", from: .normal)
        }
    }

    static func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }
}

/// An event as a line of JSON.
private struct EventLine: Encodable {
    var event = ""
    var tenant = ""
    var tenants: [String]?
    var table: String?
    var report: String?
    var period: String?
    var edition: Int64?
    var rows: Int64?
    var keyless: Int64?
    var difference: String?
    var seconds: Double?
    var unchanged: Bool?
    var files: [String]?
    var bytes: Int64?
    var error: String?
    var cause: String?

    init(_ event: RunEvent) {
        switch event {
        case .tenantStarted(let tenant): (self.event, self.tenant) = ("tenant.start", tenant)
        case .extracted(let tenant, let table, let rows, let unchanged, let seconds):
            (self.event, self.tenant, self.table) = ("extract.done", tenant, table)
            (self.rows, self.unchanged, self.seconds) = (rows, unchanged, (seconds * 1_000).rounded() / 1_000)
        case .chunkKept(let tenant, let table, let rows):
            (self.event, self.tenant, self.table, self.rows) = ("extract.chunk", tenant, table, rows)
        case .aggregated(let tenant, let table, let rows, let unchanged):
            (self.event, self.tenant, self.table) = ("aggregate.done", tenant, table)
            (self.rows, self.unchanged) = (rows, unchanged)
        case .rendered(let tenant, let report, let period, let edition, let files, let bytes, let unchanged):
            (self.event, self.tenant, self.report, self.period) = ("report.done", tenant, report, period)
            (self.edition, self.files, self.bytes, self.unchanged) = (edition, files, bytes, unchanged)
        case .reconciled(let tenant, let table, let rows, let difference):
            (self.event, self.tenant, self.table) = ("reconcile.done", tenant, table)
            (self.rows, self.difference) = (rows, difference)
        case .strangersFound(let table, let rows, let keyless):
            (self.event, self.table, self.rows, self.keyless) = ("fanout.strangers", table, rows, keyless)
        case .readAgain(let tenants, let why): (self.event, self.tenants, error) = ("source.again", tenants, why)
        case .tenantDone(let tenant): (self.event, self.tenant) = ("tenant.done", tenant)
        case .tenantFailed(let tenant, let failure):
            (self.event, self.tenant) = ("tenant.failed", tenant)
            (error, cause) = (failure.description, failure.cause.rawValue)
        }
    }
}
