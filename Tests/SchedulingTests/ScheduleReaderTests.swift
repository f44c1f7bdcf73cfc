import CivilTime
import Configuration
import Effects
import Foundation
import Scheduling
import SystemPackage
import Tenancy
import Testing

@Suite("Schedule files")
struct ScheduleReaderTests {
    @Test("The project's own schedules are good")
    func sample() throws {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let layout = ProjectLayout(root: root)
        let schedules = try ScheduleReader.load(layout, store: DiskFileStore(), zones: zones)
        #expect(schedules.map(\.name.text) == ["monthly-sales", "monthly-activity"])
        #expect(schedules.map(\.platform.text) == ["retail", "flights"])
        #expect(schedules.map(\.report.text) == ["monthly-sales", "monthly-activity"])
        #expect(schedules.allSatisfy { $0.timezone == .tenant && $0.tenants == .all && $0.catchUp == .latest })
    }

    @Test("A project without the file has no schedules")
    func none() throws {
        let layout = ProjectLayout(root: FilePath(#filePath).removingLastComponent())
        #expect(try ScheduleReader.load(layout, store: DiskFileStore(), zones: zones).isEmpty)
    }

    @Test("Every key has a meaning, and a value if it is left out")
    func keys() throws {
        let text = """
            version: 1
            schedules:
              full:
                platform: retail
                report: monthly-sales
                tenants: [acme, beta]
                cron: "30 6 * * mon"
                timezone: Africa/Lagos
                dst: skip
                catch_up: { all: 5 }
                paused: true
              bare: { report: retail/weekly, cron: "@weekly" }
            """
        let schedules = try ScheduleReader.read(text: text, file: "s.yaml", zones: zones)
        let full = schedules[0]
        #expect(full.tenants == .named([try TenantID("acme"), try TenantID("beta")]))
        #expect(full.timezone == .zone(try zones.zone("Africa/Lagos")))
        #expect(full.daylight == .skip && full.catchUp == .all(countMax: 5) && full.isPaused)
        let bare = schedules[1]
        #expect(bare.tenants == .all && bare.timezone == .tenant && bare.daylight == .once && bare.catchUp == .latest)
    }

    @Test("A platform's lakes are compared with their sources by an entry of its own")
    func reconciliations() throws {
        let text = """
            version: 1
            schedules:
              weekly: { reconcile: retail, cron: "0 3 * * sun" }
              report: { report: retail/reconcile, cron: "0 3 * * sun" }
            """
        let schedules = try ScheduleReader.read(text: text, file: "s.yaml", zones: zones)
        #expect(schedules.map(\.isReconciliation) == [true, false])
        #expect(schedules.map(\.platform.text) == ["retail", "retail"])
        // A report of that name is something else.
        #expect(schedules[0].version != schedules[1].version)
        let someone = try tenant("a", reports: [])
        #expect(schedules[0].covers(someone) && !schedules[1].covers(someone))
        let both = "version: 1\nschedules:\n  a: { reconcile: retail, report: retail/b, cron: \"@weekly\" }\n"
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ScheduleReader.read(text: both, file: "s.yaml", zones: zones)
        }
        #expect(errors?.description.contains("not both") == true)
    }

    @Test("Cron lines that YAML takes for something else are explained")
    func traps() {
        let text = """
            version: 1
            schedules:
              a: { report: retail/a, cron: 1:30 }
              b: { report: retail/b, cron: 90 }
              c: { report: c, cron: "0 4 * * *" }
              d: { report: retail/d, cron: "0 4 31 2 *", tenants: ["../x"], timezone: Lagos, dst: onse, catch_up: { all: 0 } }
              E: { report: retail/e, cron: "0 4 * * *", tenant: ["*"] }
            """
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ScheduleReader.read(text: text, file: "s.yaml", zones: zones)
        }
        let told = errors?.description ?? ""
        for part in [
            "YAML reads 1:30 as 90", "'cron' must be text, not a number", "write it like retail/monthly-sales",
            "never comes", "can't be a tenant id", "did you mean 'Africa/Lagos'?", "did you mean 'once'?",
            "lies outside of 1 to 1000", "can't be the name of a schedule", "did you mean 'tenants'?",
        ] { #expect(told.contains(part), "\(part) in \(told)") }
    }

    @Test("A line that starts with a star must be quoted")
    func unquoted() {
        let text = "version: 1\nschedules:\n  a:\n    cron: */5 * * * *\n    report: retail/a\n"
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ScheduleReader.read(text: text, file: "s.yaml", zones: zones)
        }
        #expect(errors?.description.contains("quote the value: \"*/5 * * * *\"") == true)
    }
}
