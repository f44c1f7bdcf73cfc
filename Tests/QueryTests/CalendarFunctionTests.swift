import CivilTime
import Query
import Testing

/// Periods of a tenant whose weeks begin on Sunday, whose fiscal year begins in April, and who has a holiday.
@Suite struct CalendarFunctionTests {
    private func rows(_ sql: String) throws -> [String] {
        var options = QueryOptions.forTests
        options.calendar = TenantCalendar(
            zone: .utc, weekStart: .sunday, fiscalYearStart: try MonthDay(parsing: "04-01"),
            holidays: [try LocalDate(year: 2024, month: 12, day: 25)])
        return Scenario.text(try session(options).rows(sql).rows)
    }

    @Test func periodsAreTheTenants() throws {
        let sql = """
            select g, period_start(g, d), period_end(g, d), period_label(g, d) from (values ('day'), ('week'), ('month'),
              ('quarter'), ('year'), ('fiscal_period'), ('fiscal_quarter'), ('fiscal_year')) t(g),
              (values (date '2024-03-30')) u(d)
            """
        #expect(
            try rows(sql) == [
                "day|2024-03-30|2024-03-31|2024-03-30", "week|2024-03-24|2024-03-31|2024-03-24..2024-03-31",
                "month|2024-03-01|2024-04-01|2024-03", "quarter|2024-01-01|2024-04-01|2024-Q1",
                "year|2024-01-01|2025-01-01|2024", "fiscal_period|2024-03-01|2024-04-01|FY2024-P12",
                "fiscal_quarter|2024-01-01|2024-04-01|FY2024-Q4", "fiscal_year|2023-04-01|2024-04-01|FY2024",
            ])
    }

    @Test func manyDatesOfOneGrain() throws {
        let sql = """
            select count(distinct period_start('week', d)), min(period_start('week', d)), count(*) filter (where
              period_start('week', d) = d) from (select date '2024-01-01' + x as d from generate_series(0, 365) s(x)) t
            """
        #expect(try rows(sql) == ["53|2023-12-31|52"])
    }

    @Test func fiscalYearsAndHolidays() throws {
        #expect(
            try rows(
                "select fiscal_year(d), is_holiday(d) from (values (date '2024-03-31'), (date '2024-12-25'), (null)) t(d)"
            )
                == ["2024|false", "2025|true", "NULL|NULL"])
        let error = #expect(throws: QueryError.self) { _ = try rows("select period_start('fortnight', current_date)") }
        #expect(error?.code == .invalidArgument && error?.message.contains("fiscal_quarter") == true)
    }
}
