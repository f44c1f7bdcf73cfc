internal import CivilTime
internal import Columnar
internal import Kernels

/// `local_date(instant, zone)`: the date that clocks of a zone show at an instant (analytics rule X2), the key of daily
/// buckets. The zone may differ from row to row: personal figures are in the person's own (rule X3). With one argument
/// the zone is the session's.
///
/// `local_date('2024-11-03T05:30:00Z', 'America/New_York')` is 3 November, `'Europe/Berlin'` as well; half an hour after
/// midnight UTC on the first day of a month is still the month before in New York.
enum LocalDateFunction {
    static let all: [ScalarFunction] = [
        ScalarFunction("local_date", [.timestamptz], .date) { arguments, rowCount, context throws(KernelError) in
            try dates(arguments[0], rowCount, context.zone)
        },
        ScalarFunction("local_date", [.timestamptz, .text], .date, canFail: true) {
            arguments, rowCount, context throws(KernelError) in
            if arguments.contains(where: \.isConstantNull) { return Column.nulls(.date, rowCount) }
            guard arguments[1].isConstant else { return try dates(arguments, rowCount, context) }
            return try dates(
                arguments[0], rowCount, try zone(arguments[1].column.scalar(0).asText, context))
        },
    ]

    private static func zone(_ name: String, _ context: EvaluationContext) throws(KernelError) -> Zone {
        if name == context.zone.name { return context.zone }
        do {
            return name == "UTC" ? .utc : try context.zones.zone(name)
        } catch {
            throw .invalidArgument("\(error)")
        }
    }

    /// All rows in one zone.
    private static func dates(_ operand: Operand, _ rowCount: Int, _ zone: Zone) throws(KernelError) -> Column {
        let column = operand.expanded(to: rowCount)
        guard case .int64(let buffer) = column.values else { throw .invalidArgument("a date of \(column.type)") }
        var days = [Int32](repeating: 0, count: rowCount)
        var output = days.mutableSpan
        let instants = buffer.span
        zone.localDates(instants, into: &output)
        return Column(.date, validity: column.validity, .int32(Buffer(days)))
    }

    /// Each row in its own zone; neighbouring rows often share one.
    private static func dates(
        _ arguments: [Operand], _ rowCount: Int, _ context: EvaluationContext
    ) throws(KernelError) -> Column {
        let column = arguments[0].expanded(to: rowCount)
        let names = arguments[1].column
        guard case .int64(let buffer) = column.values else { throw .invalidArgument("a date of \(column.type)") }
        let validity = Kernels.validity(of: arguments, rowCount: rowCount)
        var known: [String: Zone] = [:]
        var days = [Int32](repeating: 0, count: rowCount)
        for row in 0..<rowCount where validity?[row] ?? true {
            let name = names.scalar(arguments[1].position(row)).asText
            let own = if let found = known[name] { found } else { try zone(name, context) }
            known[name] = own
            days[row] = own.localDate(of: Instant(microsecondsSinceEpoch: buffer[row])).daysSinceEpoch
        }
        return Column(.date, validity: validity, .int32(Buffer(days)))
    }
}
