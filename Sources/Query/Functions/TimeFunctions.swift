internal import CivilTime
internal import Columnar
internal import Kernels

/// Functions of dates and times. Instants are cut in the session's zone, or in a zone that is named.
enum TimeFunctions {
    static let all: [ScalarFunction] = truncations + zones + epochs + parts + clocks

    // MARK: date_trunc

    private static let truncations: [ScalarFunction] = [
        ScalarFunction("date_trunc", [.text, .timestamptz], .timestamptz, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try truncated(arguments, rowCount, context.zone)
        },
        ScalarFunction("date_trunc", [.text, .timestamp], .timestamp, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try truncated(arguments, rowCount, .utc)
        },
        ScalarFunction("date_trunc", [.text, .timestamptz, .text], .timestamptz, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try truncated(arguments, rowCount, try zone(arguments[2], context))
        },
    ]

    private static func constantText(_ operand: Operand, _ what: String) throws(KernelError) -> String {
        guard operand.isConstant || operand.column.rowCount > 0 else { return "" }
        let first = operand.column.scalar(0).asText
        if operand.isConstant { return first }
        for row in 1..<max(1, operand.column.rowCount) where operand.column.scalar(row).asText != first {
            throw .invalidArgument("\(what) must be the same for all rows")
        }
        return first
    }

    private static func zone(_ operand: Operand, _ context: EvaluationContext) throws(KernelError) -> Zone {
        try zone(named: try constantText(operand, "a zone"), context)
    }

    private static func zone(named name: String, _ context: EvaluationContext) throws(KernelError) -> Zone {
        do {
            return name == "UTC" || name.isEmpty ? .utc : try context.zones.zone(name)
        } catch {
            throw .invalidArgument("\(error)")
        }
    }

    private static func truncated(_ arguments: [Operand], _ rowCount: Int, _ zone: Zone) throws(KernelError) -> Column {
        if arguments.contains(where: \.isConstantNull) { return Column.nulls(.timestamp, rowCount) }
        let name = try constantText(arguments[0], "the unit of date_trunc")
        guard let unit = TimeUnit(name: name) else { throw .invalidArgument("date_trunc knows no unit '\(name)'") }
        let column = arguments[1].expanded(to: rowCount)
        guard case .int64(let buffer) = column.values else { throw .invalidArgument("date_trunc of \(column.type)") }
        var values = [Int64](repeating: 0, count: rowCount)
        let input = buffer.span
        if zone == .utc {
            var (start, end) = (Int64.max, Int64.min)
            for row in 0..<rowCount {
                let value = input[row]
                if value < start || value >= end { (start, end) = unit.bounds(value) }
                values[row] = start
            }
            return Column(.timestamp, validity: column.validity, .int64(Buffer(values)))
        }
        var output = values.mutableSpan
        zone.localMicroseconds(input, into: &output)
        var (start, end) = (Int64.max, Int64.min)
        for row in 0..<rowCount {
            let value = output[row]
            if value < start || value >= end { (start, end) = unit.bounds(value) }
            output[row] = start
        }
        let local = values
        var instants = [Int64](repeating: 0, count: rowCount)
        var target = instants.mutableSpan
        let source = local.span
        _ = zone.instants(ofLocal: source, into: &target)
        return Column(.timestamp, validity: column.validity, .int64(Buffer(instants)))
    }

    // MARK: Zones

    /// `AT TIME ZONE`: an instant becomes local time, local time an instant.
    private static let zones: [ScalarFunction] = [
        ScalarFunction("timezone", [.text, .timestamptz], .timestamp, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try converted(arguments, rowCount, context, local)
        },
        ScalarFunction("timezone", [.text, .timestamp], .timestamptz, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            try converted(arguments, rowCount, context, instants)
        },
    ]

    /// Between instants and local times by one zone, or by that of each row: each zone converts all rows at once, and
    /// gives those that are its own.
    private static func converted(
        _ arguments: [Operand], _ rowCount: Int, _ context: EvaluationContext, _ convert: (Column, Zone) -> Column
    ) throws(KernelError) -> Column {
        if arguments.contains(where: \.isConstantNull) { return Column.nulls(.timestamp, rowCount) }
        let (names, column) = (arguments[0], arguments[1].expanded(to: rowCount))
        if names.isConstant { return convert(column, try zone(names, context)) }
        let validity = Kernels.validity(of: [names, .column(column)], rowCount: rowCount)
        var places: [String: Int] = [:]
        var zones: [Buffer<Int64>] = []
        var values = [Int64](repeating: 0, count: rowCount)
        for row in 0..<rowCount where validity?[row] ?? true {
            let name = names.column.scalar(names.position(row)).asText
            let place: Int
            if let known = places[name] {
                place = known
            } else {
                guard case .int64(let buffer) = convert(column, try zone(named: name, context)).values else { continue }
                place = zones.count
                places[name] = place
                zones.append(buffer)
            }
            values[row] = zones[place][row]
        }
        return Column(.timestamp, validity: validity, .int64(Buffer(values)))
    }

    /// The local times of instants.
    static func local(_ column: Column, _ zone: Zone) -> Column {
        guard zone != .utc, case .int64(let buffer) = column.values else { return column }
        var values = [Int64](repeating: 0, count: buffer.count)
        var output = values.mutableSpan
        let input = buffer.span
        zone.localMicroseconds(input, into: &output)
        return Column(.timestamp, validity: column.validity, .int64(Buffer(values)))
    }

    /// The instants of local times; skipped ones move on, repeated ones are the first.
    static func instants(_ column: Column, _ zone: Zone) -> Column {
        guard zone != .utc, case .int64(let buffer) = column.values else { return column }
        var values = [Int64](repeating: 0, count: buffer.count)
        var output = values.mutableSpan
        let input = buffer.span
        _ = zone.instants(ofLocal: input, into: &output)
        return Column(.timestamp, validity: column.validity, .int64(Buffer(values)))
    }

    // MARK: Numbers of time

    private static let epochs: [ScalarFunction] = [("epoch_us", Int64(1)), ("epoch_ms", 1_000)].map { name, divisor in
        ScalarFunction(name, [.timestamptz], .int64) { arguments, rowCount, _ throws(KernelError) in
            let column = arguments[0].expanded(to: rowCount)
            guard divisor > 1, case .int64(let buffer) = column.values else { return column.reinterpreted(as: .int64) }
            let values = buffer.array.map { flooredQuotient($0, divisor) }
            return Column(.int64, validity: column.validity, .int64(Buffer(values)))
        }
    }

    /// The fields of `extract`; the value is a decimal with six digits for seconds and epochs, else of none.
    private static let fields: [String] = [
        "year", "quarter", "month", "week", "day", "dow", "isodow", "doy", "isoyear", "hour", "minute", "second",
        "epoch", "decade", "century", "millennium", "milliseconds", "microseconds",
    ]

    private static let parts: [ScalarFunction] = fields.flatMap { field in
        [SQLType.date, .timestamp, .timestamptz].map { type in
            let isFraction = ["second", "epoch", "milliseconds"].contains(field)
            let scale = field == "milliseconds" ? 3 : isFraction ? 6 : 0
            let result = SQLType.decimal(precision: 18, scale: scale)
            return ScalarFunction("extract_" + field, [type], result) {
                arguments, rowCount, context throws(KernelError) in
                let zone = type == .timestamptz ? context.zone : .utc
                return try part(field, arguments[0].expanded(to: rowCount), zone, result.logical)
            }
        }
    }

    private static func part(_ field: String, _ column: Column, _ zone: Zone, _ type: LogicalType) throws(KernelError)
        -> Column
    {
        var values = [Int64](repeating: 0, count: column.rowCount)
        let locals = local(column, field == "epoch" ? .utc : zone)
        switch locals.values {
        case .int32(let dates):
            for row in 0..<dates.count where column.isValid(row) {
                values[row] = number(field, LocalDate(daysSinceEpoch: dates[row]), 0)
            }
        case .int64(let times):
            var (day, date) = (Int64.min, LocalDate.epoch)
            for row in 0..<times.count where column.isValid(row) {
                let own = flooredQuotient(times[row], 86_400_000_000)
                if own != day { (day, date) = (own, LocalDate(daysSinceEpoch: Int32(clamping: own))) }
                values[row] = number(field, date, times[row] &- own &* 86_400_000_000)
            }
        default: throw .invalidArgument("extract from \(column.type)")
        }
        return Column(type, validity: column.validity, .int64(Buffer(values)))
    }

    private static func number(_ field: String, _ date: LocalDate, _ time: Int64) -> Int64 {
        switch field {
        case "year": Int64(date.year)
        case "quarter": Int64(date.quarter)
        case "month": Int64(date.month)
        case "day": Int64(date.day)
        case "doy": Int64(date.dayOfYear)
        case "isodow": isoWeekday(date)
        case "dow": isoWeekday(date) % 7
        case "week": isoWeek(date).week
        case "isoyear": isoWeek(date).year
        case "hour": time / 3_600_000_000
        case "minute": time / 60_000_000 % 60
        case "second": time % 60_000_000
        case "milliseconds": time % 60_000_000
        case "microseconds": time % 60_000_000
        case "epoch": Int64(date.daysSinceEpoch) * 86_400_000_000 + time
        case "decade": Int64((Double(date.year) / 10).rounded(.down))
        case "century": date.year > 0 ? Int64((date.year + 99) / 100) : Int64((date.year - 100) / 100)
        case "millennium": date.year > 0 ? Int64((date.year + 999) / 1_000) : Int64((date.year - 1_000) / 1_000)
        default: 0
        }
    }

    private static func isoWeekday(_ date: LocalDate) -> Int64 {
        let index = (Int64(date.daysSinceEpoch) + 3) % 7
        return (index < 0 ? index + 7 : index) + 1
    }

    /// The week with the year's first Thursday is its first.
    private static func isoWeek(_ date: LocalDate) -> (year: Int64, week: Int64) {
        let thursday = date.adding(days: 4 - Int(isoWeekday(date)))
        return (Int64(thursday.year), Int64((thursday.dayOfYear - 1) / 7 + 1))
    }

    // MARK: The query's instant

    private static let clocks: [ScalarFunction] = [
        ScalarFunction("now", [], .timestamptz) { _, rowCount, context throws(KernelError) in
            Column(.timestamp, .int64(Buffer(Array(repeating: context.now, count: rowCount))))
        },
        ScalarFunction("current_timestamp", [], .timestamptz) { _, rowCount, context throws(KernelError) in
            Column(.timestamp, .int64(Buffer(Array(repeating: context.now, count: rowCount))))
        },
        ScalarFunction("current_date", [], .date) { _, rowCount, context throws(KernelError) in
            let date = context.zone.localDate(of: Instant(microsecondsSinceEpoch: context.now)).daysSinceEpoch
            return Column(.date, .int32(Buffer(Array(repeating: date, count: rowCount))))
        },
        ScalarFunction("make_date", [.int32, .int32, .int32], .date, canFail: true) {
            arguments, rowCount, _ throws(KernelError) in
            try RowFunctions.boxed(.date, arguments, rowCount) { values throws(KernelError) in
                guard
                    let date = try? LocalDate(
                        year: Int(values[0].asInt), month: Int(values[1].asInt), day: Int(values[2].asInt))
                else { throw .invalidArgument("there is no such date") }
                return .date(date.daysSinceEpoch)
            }
        },
    ]
}
