import Analytics
import CivilTime
import Columnar
import Effects
import Foundation
import Kernels
import Query
import SystemPackage

/// SQL with the operators of analytics.
enum AnalyticsSession {
    static let zones = ZoneDatabase { path in FileManager.default.contents(atPath: path).map { Array($0) } }

    /// - Parameters:
    ///   - tables: paths of files by the names of tables.
    ///   - zone: the session's zone.
    ///   - now: the instant of the query, as `2024-03-12T12:00:00Z`.
    static func make(
        tables: [String: String] = [:], zone: String = "UTC", now: String = "2026-05-29T00:00:00Z", threads: Int = 2,
        weekStart: Weekday = .monday, fiscalYearStart: MonthDay = .january1
    ) throws -> QuerySession {
        let instant = try Instant(parsing: now)
        var options = QueryOptions(zones: zones, now: instant.microsecondsSinceEpoch, clock: SystemClock())
        options.zone = try zones.zone(zone)
        options.calendar = TenantCalendar(
            zone: options.zone, weekStart: weekStart, fiscalYearStart: fiscalYearStart)
        options.threads = threads
        options.tableFunctions = AnalyticsFunctions.all
        let catalog = FileCatalog(
            tables.mapValues { FilePath($0) }, store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
        return QuerySession(catalog: catalog, options: options)
    }

    /// The rows of an answer as texts with `|` between the values.
    static func rows(_ sql: String, zone: String = "UTC", now: String = "2026-05-29T00:00:00Z") throws -> [String] {
        text(try make(zone: zone, now: now).rows(sql).rows)
    }

    /// Values with `|` between them, NULL for a missing one.
    static func text(_ rows: [[Scalar]]) -> [String] {
        rows.map { $0.map { $0 == .null ? "NULL" : TextValues.text($0) }.joined(separator: "|") }
    }
}
