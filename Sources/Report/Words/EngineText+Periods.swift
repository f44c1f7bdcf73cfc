package import CivilTime
package import Formatting

extension EngineText {
    /// A period in the formatter's language, for titles: `October 2026`, `outubro de 2026`, `Week 44, 2026`,
    /// `3–16 Oct 2026` (both days included).
    package func label(of period: Period, _ formatter: ValueFormatter) -> String {
        let year = formatter.ordinal(period.ordinal.year)
        let number = formatter.ordinal(period.ordinal.number)
        switch period.grain {
        case .year: return year
        case .quarter: return formatter.quarterAndYear(period.from)
        case .month: return formatter.monthAndYear(period.from)
        case .day: return formatter.date(period.from)
        case .week:
            return period.from.weekday == .monday
                ? self(.periodWeek, ["week": number, "year": year])
                : self(.periodWeekOf, ["date": formatter.date(period.from)])
        case .fiscalYear: return self(.periodFiscalYear, ["year": year])
        case .fiscalQuarter: return self(.periodFiscalQuarter, ["year": year, "quarter": number])
        case .fiscalPeriod: return self(.periodFiscalPeriod, ["year": year, "period": number])
        case .range: return formatter.dateRange(from: period.from, to: period.to)
        }
    }

    /// A period where the year is known, for axes and column heads: `Oct`, `W44`, `31 Oct`, `Q4`, `P7`.
    package func shortLabel(of period: Period, _ formatter: ValueFormatter) -> String {
        let number = formatter.ordinal(period.ordinal.number)
        switch period.grain {
        case .year: return formatter.ordinal(period.ordinal.year)
        case .quarter, .fiscalQuarter: return self(.periodQuarterShort, ["quarter": number])
        case .month: return formatter.month(period.from)
        case .day: return formatter.dayAndMonth(period.from)
        case .week:
            return period.from.weekday == .monday
                ? self(.periodWeekShort, ["week": number]) : formatter.dayAndMonth(period.from)
        case .fiscalYear: return self(.periodFiscalYear, ["year": formatter.ordinal(period.ordinal.year)])
        case .fiscalPeriod: return self(.periodFiscalPeriodShort, ["period": number])
        case .range:
            return period.dates.count == 1
                ? formatter.dayAndMonth(period.from) : formatter.dateRange(from: period.from, to: period.to)
        }
    }
}
