import CivilTime
import Foundation
import Testing

/// Figures that other engines computed: o0_time_money.json of the folder that `ALMANAC_SHARED` names, or of `shared`
/// beside the package.
private let oracle: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["ALMANAC_SHARED"].map { URL(filePath: $0) }
        ?? package.deletingLastPathComponent().appending(path: "shared")
    let file = folder.appending(path: "oracles/o0_time_money.json")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
}()

@Suite("Shared figures", .enabled(if: oracle != nil, "there is no folder of shared figures"))
struct SharedOracleTests {
    private struct Figures: Decodable {
        struct Day: Decodable {
            let tz: String
            let localDate: String
            let startUtc: String
            let endUtc: String
            let seconds: Int64
        }
        struct Row: Decodable {
            let utc: String
            let localDate: String
        }
        let dayBuckets: [Day]
        let isoWeek: [String: String]
        let shiftClamp: [String: String]
        let stJohns20101107Nonmonotone: [Row]
        let nyHours20241103: [String]
    }

    private func figures() throws -> Figures {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Figures.self, from: Data(contentsOf: try #require(oracle)))
    }

    @Test("Day buckets of odd days in odd zones")
    func dayBuckets() throws {
        let days = try figures().dayBuckets
        #expect(days.count >= 18)
        for day in days {
            let calendar = TenantCalendar(zone: try zones.zone(day.tz))
            let local = try date(day.localDate)
            let range = calendar.instants(of: local..<local.adding(days: 1))
            #expect(range.start.description == day.startUtc, "\(day.tz) \(local)")
            #expect(range.end.description == day.endUtc, "\(day.tz) \(local)")
            #expect(range.start.microseconds(until: range.end) == day.seconds * 1_000_000)
        }
    }

    @Test("Local dates that are not monotone")
    func notMonotone() throws {
        let zone = try zones.zone("America/St_Johns")
        for row in try figures().stJohns20101107Nonmonotone {
            #expect(zone.localDate(of: try instant(row.utc)).description == row.localDate)
        }
    }

    @Test("The 25 hours of a day in New York")
    func hours() throws {
        let zone = try zones.zone("America/New_York")
        let hours = try figures().nyHours20241103
        #expect(hours.count == 25)
        let start = zone.startOfDay(try date("2024-11-03"))
        for (index, text) in hours.enumerated() {
            let found = start.adding(seconds: Int64(index) * 3600)
            #expect(try instant(text) == found)
            #expect(text.hasPrefix(zone.localDateTime(of: found).description))
        }
    }

    @Test("ISO weeks, and month shifts that clamp")
    func weeksAndShifts() throws {
        let figures = try figures()
        for (text, week) in figures.isoWeek {
            let date = try date(text)
            let (year, number) = date.isoWeek
            #expect(week == "\(year)-W\(number < 10 ? "0" : "")\(number)-\(date.weekday.rawValue)")
        }
        #expect(figures.shiftClamp.count >= 5)
        for (key, result) in figures.shiftClamp {
            let words = key.split(separator: " ")
            let count = try #require(Int(words[1]))
            let from = try LocalDate(parsing: words[0])
            let shifted = words[2] == "years" ? from.adding(years: count) : from.adding(months: count)
            #expect(shifted.description == result, "\(key)")
        }
    }
}
