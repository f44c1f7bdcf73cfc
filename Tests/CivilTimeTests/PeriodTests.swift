import CivilTime
import Testing

@Suite("Periods")
struct PeriodTests {
    @Test(
        "Names are read, printed and labelled",
        arguments: [
            ("2026", "2026-01-01", "2027-01-01", "2026", "2026"),
            ("2026-Q4", "2026-10-01", "2027-01-01", "Q4 2026", "Q4"),
            ("2026-10", "2026-10-01", "2026-11-01", "October 2026", "Oct"),
            ("2026-W44", "2026-10-26", "2026-11-02", "Week 44, 2026", "W44"),
            ("2026-10-31", "2026-10-31", "2026-11-01", "31 October 2026", "31 Oct"),
            ("FY2026", "2026-01-01", "2027-01-01", "FY2026", "FY2026"),
            ("FY2026-P07", "2026-07-01", "2026-08-01", "FY2026, period 7", "P7"),
            ("FY2026-Q2", "2026-04-01", "2026-07-01", "FY2026, quarter 2", "Q2"),
            ("2026-10-03..2026-10-17", "2026-10-03", "2026-10-17", "3–16 October 2026", "3 Oct–16 Oct"),
            ("2026-12-20..2027-01-03", "2026-12-20", "2027-01-03", "20 December 2026 – 2 January 2027", "20 Dec–2 Jan"),
        ])
    func names(name: String, from: String, to: String, label: String, short: String) throws {
        let period = try TenantCalendar.utc.period(parsing: name)
        #expect(period.name == name)
        #expect(period.from == (try date(from)))
        #expect(period.to == (try date(to)))
        #expect(period.label == label)
        #expect(period.shortLabel == short)
    }

    @Test(
        "What is no period is refused",
        arguments: [
            "", "26", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2025-W53", "2026-W00", "2026-02-29", "2026-1",
            "FY2026-P13", "FY2026-P00", "FY2026-07", "FY2026-QP07", "2026-10-03..2026-10-03", "2026-10-03..2026-10-01",
            "2026-10..2026-11", "2026-10 ", "../x", "0000", "9999", "2026-10-31T00", "2026-W4", "last month",
        ])
    func refused(name: String) {
        #expect(throws: CivilTimeError.self) { try TenantCalendar.utc.period(parsing: name) }
    }

    @Test("The period before, and the same of last year")
    func comparisons() throws {
        let calendar = TenantCalendar.utc
        for (name, previous, lastYear) in [
            ("2026", "2025", "2025"), ("2026-Q1", "2025-Q4", "2025-Q1"), ("2026-01", "2025-12", "2025-01"),
            ("2026-W01", "2025-W52", "2025-W01"), ("2021-W01", "2020-W53", "2020-W02"),
            ("2024-03-01", "2024-02-29", "2023-03-01"), ("2024-02-29", "2024-02-28", "2023-02-28"),
            ("FY2026-P01", "FY2025-P12", "FY2025-P01"), ("FY2026-Q1", "FY2025-Q4", "FY2025-Q1"),
            ("2026-10-03..2026-10-17", "2026-09-19..2026-10-03", "2025-10-03..2025-10-17"),
            // Whole months have as many months before them, whatever their days.
            ("2025-01-01..2026-01-01", "2024-01-01..2025-01-01", "2024-01-01..2025-01-01"),
            ("2026-03-01..2026-05-01", "2026-01-01..2026-03-01", "2025-03-01..2025-05-01"),
            ("2026-02-01..2026-03-01", "2026-01-01..2026-02-01", "2025-02-01..2025-03-01"),
        ] {
            let period = try calendar.period(parsing: name)
            #expect(calendar.previous(of: period).name == previous)
            #expect(calendar.sameLastYear(as: period).name == lastYear)
            #expect(calendar.next(of: calendar.previous(of: period)) == period)
        }
    }

    @Test("A fiscal year from 6 April, and weeks from Sunday")
    func fiscalAndSunday() throws {
        let calendar = TenantCalendar(
            zone: .utc, weekStart: .sunday, fiscalYearStart: try MonthDay(month: 4, day: 6))
        let year = try calendar.period(parsing: "FY2026")
        #expect(year.from.description == "2025-04-06" && year.to.description == "2026-04-06")
        #expect(calendar.period(.fiscalPeriod, containing: try date("2026-04-05")).name == "FY2026-P12")
        #expect(calendar.period(.fiscalPeriod, containing: try date("2026-04-06")).name == "FY2027-P01")
        #expect(calendar.period(.fiscalQuarter, containing: try date("2026-01-05")).name == "FY2026-Q3")
        let week = calendar.period(.week, containing: try date("2026-10-31"))
        #expect(week.name == "2026-10-25..2026-11-01")
        #expect(week.label == "Week of 25 October 2026")
        #expect(try calendar.period(parsing: week.name) == week)
        #expect(throws: CivilTimeError.self) { try calendar.period(parsing: "2026-W44") }
    }

    @Test("Every date lies in its period, in every grain and calendar, and names survive reading")
    func containment() throws {
        let starts = [(1, 1), (2, 28), (4, 6), (7, 1), (12, 31), (10, 31)]
        for (month, day) in starts {
            for weekStart in [Weekday.monday, .sunday, .saturday] {
                let calendar = TenantCalendar(
                    zone: .utc, weekStart: weekStart, fiscalYearStart: try MonthDay(month: month, day: day))
                for date in try stride(from: date("2019-12-20"), to: date("2025-01-10"), by: 3) {
                    for grain in Grain.allCases {
                        let period = calendar.period(grain, containing: date)
                        #expect(period.contains(date), "\(period) \(date)")
                        #expect(try calendar.period(parsing: period.name) == period)
                        #expect(calendar.previous(of: period).to == period.from)
                        #expect(calendar.next(of: period).from == period.to)
                    }
                }
            }
        }
    }

    @Test(
        "The last complete period",
        arguments: [
            ("UTC", "2026-11-21T02:00:00Z", Grain.month, "2026-10"),
            ("UTC", "2026-11-01T00:00:00Z", .month, "2026-10"),
            ("UTC", "2026-10-31T23:59:59.999999Z", .month, "2026-09"),
            ("America/New_York", "2026-11-01T03:59:59Z", .month, "2026-09"),
            ("America/New_York", "2026-11-01T04:00:00Z", .month, "2026-10"),
            ("Africa/Lagos", "2026-10-31T23:00:00Z", .month, "2026-10"),
            ("Pacific/Apia", "2011-12-30T12:00:00Z", .day, "2011-12-29"),
            ("America/St_Johns", "2010-11-07T02:31:00Z", .day, "2010-11-06"),
            ("UTC", "2026-11-02T00:00:00Z", .week, "2026-W44"),
        ])
    func lastComplete(zone: String, asOf: String, grain: Grain, name: String) throws {
        let calendar = TenantCalendar(zone: try zones.zone(zone))
        #expect(calendar.lastComplete(grain, asOf: try instant(asOf)).name == name)
    }

    @Test("The buckets of a period are dense")
    func buckets() throws {
        let calendar = TenantCalendar.utc
        let month = try calendar.period(parsing: "2026-10")
        #expect(calendar.periods(.day, in: month).count == 31)
        #expect(calendar.periods(.week, in: month).map(\.name) == ["2026-W41", "2026-W42", "2026-W43", "2026-W44"])
        #expect(calendar.periods(.month, in: try calendar.period(parsing: "2026")).count == 12)
        #expect(calendar.periods(.month, in: month) == [month])
    }
}
