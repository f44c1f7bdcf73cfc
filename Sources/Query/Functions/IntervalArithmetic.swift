internal import CivilTime
internal import Columnar
internal import Kernels

/// Sums and differences of dates, times and intervals, as PostgreSQL has them: months first (clamped to the month's
/// end), then days on the calendar of the zone, then time.
enum IntervalArithmetic {
    /// The call and result type for `left operation right`; nil where it is not of times.
    static func resolve(_ operation: Arithmetic, _ left: SQLType, _ right: SQLType) -> (ScalarCall, [SQLType], SQLType)?
    {
        let sign: Int64 = operation == .subtract ? -1 : 1
        switch (operation, left, right) {
        case (.subtract, .date, .date):
            return (dates, [.date, .date], .int32)
        case (.subtract, _, _) where left.isTime && right.isTime:
            let type = SQLType.common(left, right) ?? .timestamptz
            return (difference, [type, type], .interval)
        case (.add, .date, _) where right.isInteger, (.subtract, .date, _) where right.isInteger:
            return (days(sign), [.date, .int32], .date)
        case (.add, _, .date) where left.isInteger: return (days(1, swapped: true), [.int32, .date], .date)
        case (.add, _, .interval) where left.isTime, (.subtract, _, .interval) where left.isTime:
            let type: SQLType = left == .date ? .timestamp : left
            return (shift(sign, type), [type, .interval], type)
        case (.add, .interval, _) where right.isTime:
            let type: SQLType = right == .date ? .timestamp : right
            return (shift(1, type, swapped: true), [.interval, type], type)
        case (.add, .interval, .interval), (.subtract, .interval, .interval):
            return (sum(sign), [.interval, .interval], .interval)
        case (.multiply, .interval, _) where right.isNumeric: return (product(), [.interval, .double], .interval)
        case (.multiply, _, .interval) where left.isNumeric:
            return (product(swapped: true), [.double, .interval], .interval)
        case (.divide, .interval, _) where right.isNumeric:
            return (product(divides: true), [.interval, .double], .interval)
        default: return nil
        }
    }

    private static let dates = ScalarCall("date difference", canFail: true) {
        arguments, rowCount, _ throws(KernelError) in
        try Arithmetic.subtract.evaluate(
            integers(arguments[0]), integers(arguments[1]), type: .int32, rowCount: rowCount)
    }

    private static func integers(_ operand: Operand) -> Operand {
        let column = operand.column.reinterpreted(as: .int32)
        return operand.isConstant ? .constant(column) : .column(column)
    }

    private static func days(_ sign: Int64, swapped: Bool = false) -> ScalarCall {
        ScalarCall("date plus days", canFail: true) { arguments, rowCount, _ throws(KernelError) in
            let operation: Arithmetic = sign < 0 ? .subtract : .add
            let ordered = swapped ? [arguments[1], arguments[0]] : arguments
            let result = try operation.evaluate(
                integers(ordered[0]), integers(ordered[1]), type: .int32, rowCount: rowCount)
            return result.reinterpreted(as: .date)
        }
    }

    /// Months, days and microseconds of an interval.
    private static func parts(_ value: Scalar) -> (months: Int64, days: Int64, microseconds: Int64) {
        guard case .structure(let parts) = value else { return (0, 0, 0) }
        return (parts[0].asInt, parts[1].asInt, parts[2].asInt)
    }

    private static func interval(_ months: Int64, _ days: Int64, _ microseconds: Int64) throws(KernelError) -> Scalar {
        guard Int32(exactly: months) != nil, Int32(exactly: days) != nil else { throw .overflow("interval") }
        return .structure([.int(months), .int(days), .int(microseconds)])
    }

    private static let difference = ScalarCall("time difference", canFail: true) {
        arguments, rowCount, _ throws(KernelError) in
        try RowFunctions.boxed(.interval, arguments, rowCount) { values throws(KernelError) in
            guard case .timestamp(let a) = values[0], case .timestamp(let b) = values[1] else { return .null }
            let (total, overflow) = a.subtractingReportingOverflow(b)
            if overflow { throw .overflow("interval") }
            return try interval(0, total / 86_400_000_000, total % 86_400_000_000)
        }
    }

    private static func shift(_ sign: Int64, _ type: SQLType, swapped: Bool = false) -> ScalarCall {
        ScalarCall("time plus interval", canFail: true) { arguments, rowCount, context throws(KernelError) in
            let times = (swapped ? arguments[1] : arguments[0]).expanded(to: rowCount)
            let intervals = swapped ? arguments[0] : arguments[1]
            let zone = type == .timestamptz ? context.zone : .utc
            guard case .int64(let buffer) = times.values else { throw .invalidArgument("interval arithmetic") }
            let validity = Kernels.validity(of: [.column(times), intervals], rowCount: rowCount)
            var values = [Int64](repeating: 0, count: rowCount)
            let fixed = intervals.isConstant && intervals.column.isValid(0) ? parts(intervals.column.scalar(0)) : nil
            for row in 0..<rowCount where validity?[row] ?? true {
                let own = fixed ?? parts(intervals.column.scalar(intervals.position(row)))
                values[row] = try moved(buffer[row], own, sign, zone)
            }
            return Column(.timestamp, validity: validity, .int64(Buffer(values)))
        }
    }

    private static func moved(
        _ time: Int64, _ own: (months: Int64, days: Int64, microseconds: Int64), _ sign: Int64, _ zone: Zone
    ) throws(KernelError) -> Int64 {
        var result = time
        if own.months != 0 || own.days != 0 {
            if zone == .utc, own.months == 0 {
                let (days, overflow) = (own.days * sign).multipliedReportingOverflow(by: 86_400_000_000)
                let (sum, overflowOfSum) = result.addingReportingOverflow(days)
                if overflow || overflowOfSum { throw .overflow("timestamp") }
                result = sum
            } else {
                let local = zone.localDateTime(of: Instant(microsecondsSinceEpoch: time))
                let date = local.date.adding(months: Int(own.months * sign)).adding(days: Int(own.days * sign))
                let start = Int64(date.daysSinceEpoch).multipliedReportingOverflow(by: 86_400_000_000)
                let wall = start.partialValue.addingReportingOverflow(local.microsecondOfDay)
                if start.overflow || wall.overflow { throw .overflow("timestamp") }
                let moved = LocalDateTime(utc: Instant(microsecondsSinceEpoch: wall.partialValue))
                guard let instant = try? zone.instant(of: moved, gap: .shiftForward, fold: .first) else {
                    throw .overflow("timestamp")
                }
                result = instant.microsecondsSinceEpoch
            }
        }
        let (delta, overflow) = own.microseconds.multipliedReportingOverflow(by: sign)
        let (sum, overflowOfSum) = result.addingReportingOverflow(delta)
        if overflow || overflowOfSum { throw .overflow("timestamp") }
        return sum
    }

    private static func sum(_ sign: Int64) -> ScalarCall {
        ScalarCall("interval sum", canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.interval, arguments, rowCount) { values throws(KernelError) in
                let (a, b) = (parts(values[0]), parts(values[1]))
                let delta = b.microseconds.multipliedReportingOverflow(by: sign)
                let (microseconds, overflow) = a.microseconds.addingReportingOverflow(delta.partialValue)
                if overflow || delta.overflow { throw .overflow("interval") }
                return try interval(a.months + sign * b.months, a.days + sign * b.days, microseconds)
            }
        }
    }

    private static func product(swapped: Bool = false, divides: Bool = false) -> ScalarCall {
        ScalarCall("interval product", canFail: true) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.interval, arguments, rowCount) { values throws(KernelError) in
                let own = parts(swapped ? values[1] : values[0])
                var factor = (swapped ? values[0] : values[1]).asDouble
                if divides {
                    if factor == 0 { throw .divisionByZero }
                    factor = 1 / factor
                }
                // What is left of a month becomes days of 30 to it, what is left of a day time.
                let months = Double(own.months) * factor
                let days = Double(own.days) * factor + (months - months.rounded(.towardZero)) * 30
                let micros = Double(own.microseconds) * factor + (days - days.rounded(.towardZero)) * 86_400_000_000
                guard abs(months) < 2e9, abs(days) < 2e9, abs(micros) < 9e18 else { throw .overflow("interval") }
                return try interval(Int64(months), Int64(days), Int64(micros.rounded()))
            }
        }
    }
}
