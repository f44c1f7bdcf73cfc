internal import Columnar
internal import Kernels
internal import Query

/// The journeys of a batch as paths of numbers: states for what is credited, currencies, conversions with their refunds.
struct JourneyBatch {
    /// A conversion's money.
    struct Conversion {
        var row: UInt32
        var value: Int64
        var currency: UInt32
        /// Where its refunds begin and end in `refunds`.
        var refunds: Range<Int>
    }

    /// Money given back, in the order of time.
    struct Refund {
        var row: UInt32
        /// All that was given back so far.
        var total: Int64
    }

    let arguments: AttributionArguments
    /// The names of states, one column for each level; the last state is direct traffic.
    private(set) var stateNames: [Column] = []
    private(set) var stateCount = 0
    /// Whether a state is direct traffic.
    private(set) var isDirect: [Bool] = []
    private(set) var currencies: Column?
    private(set) var currencyCount = 1
    private(set) var paths: JourneyPaths
    /// Of each path, its conversion; none of paths to nothing.
    private(set) var conversions: [Conversion?] = []
    private(set) var refunds: [Refund] = []
    /// Refunds whose conversion is not in the journey, by currency.
    private(set) var loneRefunds: [Int128]

    /// The state of conversions without a touch.
    var directState: UInt32 { UInt32(stateCount - 1) }

    init(_ batch: ColumnBatch, _ starts: [Int], _ arguments: AttributionArguments) throws {
        self.arguments = arguments
        paths = JourneyPaths(window: arguments.window, asOf: arguments.asOf)
        loneRefunds = [0]
        let touches = try batch.columns[arguments.touch].trueRows()
        let converts = try batch.columns[arguments.conversion].trueRows()
        let returns = try arguments.refund.map { try batch.columns[$0].trueRows() }
        let states = try numberStates(batch, touches)
        let currencyOf = try numberCurrencies(batch)
        let sessions = try arguments.session.map { try Self.numbers([batch.columns[$0]], batch.rowCount) }
        let keyed = returns.map { converts.union($0) } ?? converts
        let ids = try Self.numbers(of: keyed, batch.columns[arguments.conversionID.position])
        let moments = batch.columns[arguments.at]
        let (times, journeys) = (try moments.int64Values(), batch.columns[arguments.journey])
        let values = arguments.value.map { batch.columns[$0] }
        let amounts = try values?.int64Values()
        loneRefunds = Array(repeating: 0, count: currencyCount)
        let time = times.span
        var found: [UInt32: Int] = [:]
        var returned: [UInt32] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            let isKnown = journeys.isValid(partition.lowerBound)
            let firstPath = conversions.count
            returned.removeAll(keepingCapacity: true)
            for row in partition {
                let number = UInt32(truncatingIfNeeded: row)
                let hasTime = isKnown && moments.isValid(row)
                if hasTime && touches[row] {
                    paths.addTouch(row: number, state: states[row], time: time[row], session: sessions?[row])
                }
                if converts[row] {
                    if hasTime {
                        paths.addConversion(row: number, time: time[row])
                    } else {
                        paths.addLoneConversion(row: number)
                    }
                }
                if let returns, returns[row] { returned.append(number) }
            }
            paths.endJourney()
            for path in firstPath..<paths.count {
                let row = paths.conversionRows[path]
                guard row != JourneyPaths.none else {
                    conversions.append(nil)
                    continue
                }
                let isGiven = values?.isValid(Int(row)) ?? false
                conversions.append(
                    Conversion(
                        row: row, value: isGiven ? amounts?[Int(row)] ?? 0 : 0, currency: currencyOf[Int(row)],
                        refunds: 0..<0))
            }
            guard isKnown || !returned.isEmpty else { continue }
            try attach(returned, firstPath, ids, amounts, values, currencyOf, &found)
        }
    }

    /// Gives refunds to their conversions, by the conversions' keys; a key that comes twice is refused.
    private mutating func attach(
        _ returned: [UInt32], _ firstPath: Int, _ ids: [UInt32], _ amounts: Buffer<Int64>?, _ values: Column?,
        _ currencyOf: [UInt32], _ found: inout [UInt32: Int]
    ) throws {
        let own = conversions.count - firstPath
        // Journeys mostly have few conversions and no refunds: then there is nothing to look up.
        if own < 2 && returned.isEmpty { return }
        found.removeAll(keepingCapacity: true)
        for path in firstPath..<conversions.count {
            guard let conversion = conversions[path] else { continue }
            guard found.updateValue(path, forKey: ids[Int(conversion.row)]) == nil else {
                throw QueryError(
                    .invalidArgument, "a conversion_id comes twice in one journey: its value would count twice",
                    try: "one row for each conversion")
            }
        }
        if returned.isEmpty { return }
        var groups: [Int: [UInt32]] = [:]
        for row in returned {
            let amount = values?.isValid(Int(row)) ?? false ? amounts?[Int(row)] ?? 0 : 0
            guard amount != .min else { throw QueryError(.overflow, "a refund does not fit 64 bits") }
            guard let path = found[ids[Int(row)]] else {
                loneRefunds[Int(currencyOf[Int(row)])] += Int128(abs(amount))
                continue
            }
            groups[path, default: []].append(row)
        }
        for (path, rows) in groups.sorted(by: { $0.key < $1.key }) {
            guard var conversion = conversions[path] else { continue }
            let first = refunds.count
            var total: Int64 = 0
            for row in rows {
                let amount = values?.isValid(Int(row)) ?? false ? amounts?[Int(row)] ?? 0 : 0
                let (sum, overflow) = total.addingReportingOverflow(abs(amount))
                guard !overflow else { throw QueryError(.overflow, "the refunds of a conversion do not fit 64 bits") }
                guard currencyOf[Int(row)] == conversion.currency else {
                    throw QueryError(.invalidArgument, "a refund is of another currency than its conversion")
                }
                total = sum
                refunds.append(Refund(row: row, total: conversion.value < 0 ? -total : total))
            }
            conversion.refunds = first..<refunds.count
            conversions[path] = conversion
        }
    }

    private mutating func numberStates(_ batch: ColumnBatch, _ touches: Bitmap) throws -> [UInt32] {
        let rows = touches.rowPositions
        let span = rows.span
        let columns = try arguments.names.map { try batch.columns[$0].taking(span).withNamedMissing() }
        var numbers = [UInt32](repeating: 0, count: batch.rowCount)
        var firsts: [UInt32] = []
        if !rows.isEmpty {
            let keys = try KeyLayout(chunks: [columns]).packed(columns, rowCount: rows.count)
            let (groups, firstRows) = keys.grouped()
            for (index, row) in rows.enumerated() { numbers[Int(row)] = groups[index] }
            firsts = firstRows
        }
        let first = firsts.span
        let names = try columns.map { try $0.taking(first) }
        // Behind the states of touches that of conversions without one; the same name there is the same channel.
        let lone = arguments.names.indices.map { Column.of($0 == 0 ? "(direct)" : "(none)", count: 1) }
        stateNames = try zip(names, lone).map { try Column.joined([$0, $1], type: .text) }
        stateCount = firsts.count + 1
        let direct = Set(arguments.direct.map { Array($0.utf8) })
        let channel = stateNames[0]
        isDirect = (0..<stateCount).map { direct.contains(channel.textBytes($0)) }
        isDirect[stateCount - 1] = true
        return numbers
    }

    private mutating func numberCurrencies(_ batch: ColumnBatch) throws -> [UInt32] {
        guard let position = arguments.currency, batch.rowCount > 0 else {
            return [UInt32](repeating: 0, count: batch.rowCount)
        }
        let column = batch.columns[position]
        let (groups, firsts) = try KeyLayout(chunks: [[column]]).packed([column], rowCount: batch.rowCount).grouped()
        let span = firsts.span
        currencies = try column.taking(span)
        currencyCount = firsts.count
        return groups
    }

    /// Numbers of values, the same for equal ones.
    private static func numbers(_ columns: [Column], _ count: Int) throws -> [UInt32] {
        if count == 0 { return [] }
        return try KeyLayout(chunks: [columns]).packed(columns, rowCount: count).grouped().groups
    }

    /// Numbers of the values of some rows, by row.
    private static func numbers(of rows: Bitmap, _ column: Column) throws -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: rows.count)
        let positions = rows.rowPositions
        if positions.isEmpty { return numbers }
        let span = positions.span
        let groups = try Self.numbers([try column.taking(span)], positions.count)
        for (index, row) in positions.enumerated() { numbers[Int(row)] = groups[index] }
        return numbers
    }
}
