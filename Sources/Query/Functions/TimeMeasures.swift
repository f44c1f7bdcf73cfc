internal import CivilTime
internal import Columnar
internal import Kernels

/// Times as text, distances between times, and bins of any width.
enum TimeMeasures {
    static let all: [ScalarFunction] = texts + ages + intervalParts + bins + differences + made

    // MARK: to_char

    private static let texts: [ScalarFunction] = [SQLType.timestamp, .timestamptz].map { type in
        ScalarFunction("to_char", [type, .text], .text) { arguments, rowCount, context throws(KernelError) in
            let column = arguments[0].expanded(to: rowCount)
            guard case .int64(let times) = column.values else { throw .invalidArgument("to_char of \(column.type)") }
            let validity = Kernels.validity(of: [.column(column), arguments[1]], rowCount: rowCount)
            let fixed =
                arguments[1].isConstant ? TimePattern(arguments[1].column.scalar(0).asText) : nil
            let zone = type == .timestamptz ? context.zone : .utc
            return try RowFunctions.texts(rowCount) { row in
                guard validity?[row] ?? true else { return nil }
                let pattern = fixed ?? TimePattern(arguments[1].column.scalar(arguments[1].position(row)).asText)
                let instant = Instant(microsecondsSinceEpoch: times[row])
                return pattern.text(
                    zone.localDateTime(of: instant), offsetSeconds: zone.offsetSeconds(at: instant))
            }
        }
    }

    // MARK: age

    private static let ages: [ScalarFunction] = [SQLType.timestamp, .timestamptz].flatMap { type in
        [
            ScalarFunction("age", [type, type], .interval) { arguments, rowCount, context throws(KernelError) in
                let zone = type == .timestamptz ? context.zone : .utc
                return try RowFunctions.boxed(.interval, arguments, rowCount) { values in
                    age(local(values[0], zone), local(values[1], zone))
                }
            },
            ScalarFunction("age", [type], .interval) { arguments, rowCount, context throws(KernelError) in
                // Against midnight of the session's date.
                let today = context.zone.localDate(of: Instant(microsecondsSinceEpoch: context.now))
                let midnight = LocalDateTime(
                    utc: Instant(microsecondsSinceEpoch: Int64(today.daysSinceEpoch) * 86_400_000_000))
                let zone = type == .timestamptz ? context.zone : .utc
                return try RowFunctions.boxed(.interval, arguments, rowCount) { values in
                    age(midnight, local(values[0], zone))
                }
            },
        ]
    }

    private static func local(_ value: Scalar, _ zone: Zone) -> LocalDateTime {
        guard case .timestamp(let time) = value else { return LocalDateTime(utc: Instant(microsecondsSinceEpoch: 0)) }
        return zone.localDateTime(of: Instant(microsecondsSinceEpoch: time))
    }

    /// Years, months and days by the calendar: days that are missing come from the earlier time's month, as
    /// PostgreSQL's `timestamp_age` has it.
    private static func age(_ left: LocalDateTime, _ right: LocalDateTime) -> Scalar {
        let isEarlier = left < right
        let (late, early) = isEarlier ? (right, left) : (left, right)
        var micros = Int64(late.microsecondOfDay) - Int64(early.microsecondOfDay)
        var days = Int64(late.date.day - early.date.day)
        var months = Int64(late.date.year - early.date.year) * 12 + Int64(late.date.month - early.date.month)
        if micros < 0 {
            micros += 86_400_000_000
            days -= 1
        }
        if days < 0 {
            days += Int64(LocalDate.dayCount(ofMonth: early.date.month, year: early.date.year))
            months -= 1
        }
        let sign: Int64 = isEarlier ? -1 : 1
        return .structure([.int(sign * months), .int(sign * days), .int(sign * micros)])
    }

    // MARK: extract

    /// `extract` from intervals, each part by itself; an epoch has years of 365.25 days and months of 30.
    private static let intervalParts: [ScalarFunction] = [
        "year", "quarter", "month", "day", "hour", "minute", "second", "epoch", "decade", "century", "millennium",
        "milliseconds", "microseconds",
    ].map { field in
        let scale = field == "milliseconds" ? 3 : ["second", "epoch"].contains(field) ? 6 : 0
        let result = SQLType.decimal(precision: 18, scale: scale)
        return ScalarFunction("extract_" + field, [.interval], result, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(result.logical, arguments, rowCount) { values throws(KernelError) in
                guard case .structure(let parts) = values[0] else { return .null }
                let number = try part(field, parts[0].asInt, parts[1].asInt, parts[2].asInt)
                return .decimal(ExactDecimal(unscaled: number, scale: scale))
            }
        }
    }

    private static func part(
        _ field: String, _ months: Int64, _ days: Int64, _ micros: Int64
    ) throws(KernelError) -> Int128 {
        switch field {
        case "year": return Int128(months / 12)
        case "quarter": return Int128(months % 12 / 3 + 1)
        case "month": return Int128(months % 12)
        case "day": return Int128(days)
        case "hour": return Int128(micros / 3_600_000_000)
        case "minute": return Int128(micros / 60_000_000 % 60)
        case "second", "milliseconds", "microseconds": return Int128(micros % 60_000_000)
        case "decade": return Int128(months / 120)
        case "century": return Int128(months / 1_200)
        case "millennium": return Int128(months / 12_000)
        default:
            let seconds = months / 12 * 31_557_600 + (months % 12 * 30 + days) * 86_400
            let total = Int128(seconds) * 1_000_000 + Int128(micros)
            guard Int64(exactly: total) != nil else { throw .overflow("decimal(18,6)") }
            return total
        }
    }

    // MARK: date_bin

    private static let bins: [ScalarFunction] = [SQLType.timestamp, .timestamptz].map { type in
        ScalarFunction("date_bin", [.interval, type, type], type, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.timestamp, arguments, rowCount) { values throws(KernelError) in
                guard case .structure(let parts) = values[0], case .timestamp(let time) = values[1],
                    case .timestamp(let origin) = values[2]
                else { return .null }
                guard parts[0].asInt == 0 else { throw .invalidArgument("date_bin by months: their lengths differ") }
                let (days, isTooLong) = parts[1].asInt.multipliedReportingOverflow(by: 86_400_000_000)
                let (width, isWider) = days.addingReportingOverflow(parts[2].asInt)
                if isTooLong || isWider { throw .overflow("interval") }
                guard width > 0 else { throw .invalidArgument("date_bin by no time or less") }
                let (distance, isFar) = time.subtractingReportingOverflow(origin)
                if isFar { throw .overflow("timestamp") }
                return .timestamp(flooredQuotient(distance, width) * width + origin)
            }
        }
    }

    // MARK: date_diff

    /// How many borders of a unit lie between two times, as DuckDB counts them; weeks begin on Monday.
    private static let differences: [ScalarFunction] = [SQLType.date, .timestamp, .timestamptz].map { type in
        ScalarFunction("date_diff", [.text, type, type], .int64, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            let zone = type == .timestamptz ? context.zone : .utc
            return try RowFunctions.boxed(.int64, arguments, rowCount) { values throws(KernelError) in
                guard let unit = TimeUnit(name: values[0].asText) else {
                    throw .invalidArgument("date_diff knows no unit '\(values[0].asText)'")
                }
                return .int(unit.number(micros(values[2], zone)) - unit.number(micros(values[1], zone)))
            }
        }
    }

    private static func micros(_ value: Scalar, _ zone: Zone) -> Int64 {
        switch value {
        case .date(let days): return Int64(days) * 86_400_000_000
        case .timestamp(let time):
            let local = zone.localDateTime(of: Instant(microsecondsSinceEpoch: time))
            return Int64(local.date.daysSinceEpoch) * 86_400_000_000 + Int64(local.microsecondOfDay)
        default: return 0
        }
    }

    // MARK: Made of numbers

    private static let made: [ScalarFunction] = [
        ScalarFunction("to_timestamp", [.double], .timestamptz, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.timestamp, arguments, rowCount) { values throws(KernelError) in
                let micros = (values[0].asDouble * 1e6).rounded(.toNearestOrEven)
                guard abs(micros) < 9.2e18 else { throw .overflow("timestamp") }
                return .timestamp(Int64(micros))
            }
        },
        ScalarFunction("make_timestamp", [.int32, .int32, .int32, .int32, .int32, .double], .timestamp, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.timestamp, arguments, rowCount) { values throws(KernelError) in
                let seconds = values[5].asDouble
                guard
                    let date = try? LocalDate(
                        year: Int(values[0].asInt), month: Int(values[1].asInt), day: Int(values[2].asInt)),
                    (0...23).contains(values[3].asInt), (0...59).contains(values[4].asInt), seconds >= 0, seconds <= 60
                else { throw .invalidArgument("there is no such time") }
                let time = values[3].asInt * 3_600_000_000 + values[4].asInt * 60_000_000
                return .timestamp(
                    Int64(date.daysSinceEpoch) * 86_400_000_000 + time
                        + Int64((seconds * 1e6).rounded(.toNearestOrEven)))
            }
        },
        ScalarFunction("last_day", [.date], .date) { arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.date, arguments, rowCount) { values in
                guard case .date(let days) = values[0] else { return .null }
                let first = LocalDate(daysSinceEpoch: days).startOfMonth
                return .date(first.adding(months: 1).adding(days: -1).daysSinceEpoch)
            }
        },
    ]
}

extension TimeUnit {
    /// Which of all units of its kind a local time lies in.
    fileprivate func number(_ local: Int64) -> Int64 {
        if let length = microseconds {
            let shift: Int64 = self == .week ? 4 * 86_400_000_000 : 0
            return flooredQuotient(local &- shift, length)
        }
        let date = LocalDate(daysSinceEpoch: Int32(clamping: flooredQuotient(local, 86_400_000_000)))
        let year = Int64(date.year)
        switch self {
        case .month: return year * 12 + Int64(date.month)
        case .quarter: return year * 4 + Int64(date.quarter)
        case .decade: return flooredQuotient(year, 10)
        case .century: return flooredQuotient(year - 1, 100)
        case .millennium: return flooredQuotient(year - 1, 1_000)
        default: return year
        }
    }
}
