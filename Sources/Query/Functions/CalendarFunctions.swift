internal import CivilTime
internal import Columnar
internal import Kernels

/// Periods by the calendar of the session's tenant: its weeks, its fiscal years, its holidays.
enum CalendarFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction("period_start", [.text, .date], .date, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try dates(arguments, rowCount, context) { $0.from }
        },
        ScalarFunction("period_end", [.text, .date], .date, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try dates(arguments, rowCount, context) { $0.to }
        },
        ScalarFunction("period_label", [.text, .date], .text, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try RowFunctions.boxed(.text, arguments, rowCount) { values throws(KernelError) in
                let period = context.calendar.period(try grain(values[0].asText), containing: date(values[1]))
                return .text(period.name)
            }
        },
        ScalarFunction("fiscal_year", [.date], .int32) { arguments, rowCount, context throws(KernelError) in
            try RowFunctions.boxed(.int32, arguments, rowCount) { values in
                .int(Int64(context.calendar.fiscalYear(of: date(values[0]))))
            }
        },
        ScalarFunction("is_holiday", [.date], .bool) { arguments, rowCount, context throws(KernelError) in
            try RowFunctions.boxed(.bool, arguments, rowCount) { values in
                .bool(context.calendar.isHoliday(date(values[0])))
            }
        },
    ]

    private static func date(_ value: Scalar) -> LocalDate {
        if case .date(let days) = value { LocalDate(daysSinceEpoch: days) } else { .epoch }
    }

    private static func grain(_ name: String) throws(KernelError) -> Grain {
        guard let grain = Grain(rawValue: name.lowercased()), grain != .range else {
            throw .invalidArgument(
                "a period is one of day, week, month, quarter, year, fiscal_period, fiscal_quarter, fiscal_year: not "
                    + "'\(name)'")
        }
        return grain
    }

    /// One date of the period that each date lies in; neighbouring rows mostly share it.
    private static func dates(
        _ arguments: [Operand], _ rowCount: Int, _ context: EvaluationContext, _ chosen: (Period) -> LocalDate
    ) throws(KernelError) -> Column {
        let grains = arguments[0]
        let column = arguments[1].expanded(to: rowCount)
        guard case .int32(let days) = column.values else { throw .invalidArgument("a period of \(column.type)") }
        let validity = Kernels.validity(of: [grains, .column(column)], rowCount: rowCount)
        let fixed = grains.isConstant && grains.column.isValid(0) ? try grain(grains.column.scalar(0).asText) : nil
        var values = [Int32](repeating: 0, count: rowCount)
        var (known, lengths): (Grain?, Range<Int32>) = (nil, 0..<0)
        var value: Int32 = 0
        for row in 0..<rowCount where validity?[row] ?? true {
            let own = if let fixed { fixed } else { try grain(grains.column.scalar(grains.position(row)).asText) }
            if own != known || !lengths.contains(days[row]) {
                let period = context.calendar.period(own, containing: LocalDate(daysSinceEpoch: days[row]))
                (known, lengths) = (own, period.from.daysSinceEpoch..<period.to.daysSinceEpoch)
                value = chosen(period).daysSinceEpoch
            }
            values[row] = value
        }
        return Column(.date, validity: validity, .int32(Buffer(values)))
    }
}
