internal import Columnar
internal import Kernels
internal import Query

/// The credits of conversions touch by touch, or added up by conversion and channel.
struct AttributionLedger {
    private let batch: ColumnBatch
    private let journeys: JourneyBatch
    private let effects: [Double]
    private var models: [Int32] = []
    private var conversionRows: [UInt32] = []
    private var states: [UInt32] = []
    private var shares: [Double] = []
    private var amounts: [Int64] = []
    private var touchTimes: [Int64?] = []
    private var touchRows: [UInt32?] = []
    private var positions: [Int32?] = []
    private var bookedAt: [Int64?] = []
    private var isReversal: [Bool] = []
    private var touchCounts: [Int64] = []

    init(_ batch: ColumnBatch, _ journeys: JourneyBatch, effects: [Double] = []) {
        self.batch = batch
        self.journeys = journeys
        self.effects = effects
    }

    private var arguments: AttributionArguments { journeys.arguments }

    private func time(_ row: UInt32) throws -> Int64? {
        let column = batch.columns[arguments.at]
        return column.isValid(Int(row)) ? try column.int64Values()[Int(row)] : nil
    }

    /// A row for each touch that a model gives something, and one for each that a refund takes something back from.
    mutating func credits() throws -> ColumnBatch {
        var split = PathSplit(journeys, effects)
        for (position, model) in arguments.models.enumerated() {
            for path in 0..<journeys.paths.count {
                guard let conversion = journeys.conversions[path], split.compute(model, path) else { continue }
                append(
                    try time(conversion.row), Int32(position), conversion.row, split, split.parts(of: conversion.value),
                    false)
                var before = [Int64](repeating: 0, count: split.count)
                for refund in journeys.refunds[conversion.refunds] {
                    // The split of all that was given back so far, less what was booked of it.
                    let parts = split.parts(of: refund.total)
                    let taken = parts.indices.map { before[$0] &- parts[$0] }
                    append(try time(refund.row), Int32(position), conversion.row, split, taken, true)
                    before = parts
                }
            }
        }
        let rows = conversionRows.span
        let columns: [Column] =
            try [
                modelNames(), batch.columns[arguments.journey].taking(rows),
                batch.columns[arguments.conversionID.position].taking(rows),
                Column.make(.text, isReversal.map { .text($0 ? "reversal" : "credit") }),
                .of(bookedAt, .timestamp), .of(touchTimes, .timestamp), touchSequence(), .of(positions),
            ] + names() + [.of(shares), .of(amounts), currency(rows)]
        return try AttributionFunction.credits(batch, arguments).batch(columns, rowCount: states.count)
    }

    private mutating func append(
        _ booked: Int64?, _ model: Int32, _ row: UInt32, _ split: PathSplit, _ parts: [Int64], _ reversal: Bool
    ) {
        for index in parts.indices where parts[index] != 0 || (!reversal && split.share(index) != 0) {
            let touch = split.touch(index)
            models.append(model)
            conversionRows.append(row)
            states.append(split.state(index))
            shares.append(split.share(index))
            amounts.append(parts[index])
            touchTimes.append(touch?.time)
            touchRows.append(touch?.row)
            positions.append(touch.map { _ in Int32(index + 1) })
            bookedAt.append(booked)
            isReversal.append(reversal)
        }
    }

    /// A row for each conversion and channel, net of refunds.
    mutating func conversions() throws -> ColumnBatch {
        var split = PathSplit(journeys, effects)
        for (position, model) in arguments.models.enumerated() {
            for path in 0..<journeys.paths.count {
                guard let conversion = journeys.conversions[path], split.compute(model, path) else { continue }
                let given = split.parts(of: conversion.value)
                let taken = split.parts(of: split.returned(conversion))
                let first = states.count
                for index in given.indices {
                    let state = split.state(index)
                    var place = first
                    while place < states.count && states[place] != state { place += 1 }
                    if place == states.count {
                        models.append(Int32(position))
                        conversionRows.append(conversion.row)
                        states.append(state)
                        shares.append(0)
                        amounts.append(0)
                        touchCounts.append(0)
                        bookedAt.append(try time(conversion.row))
                    }
                    shares[place] += split.share(index)
                    amounts[place] += given[index] - taken[index]
                    touchCounts[place] += split.touch(index) == nil ? 0 : 1
                }
            }
        }
        let rows = conversionRows.span
        let columns: [Column] =
            try [
                modelNames(), batch.columns[arguments.journey].taking(rows),
                batch.columns[arguments.conversionID.position].taking(rows), .of(bookedAt, .timestamp),
            ] + names() + [.of(shares), .of(amounts), currency(rows), .of(touchCounts)]
        return try AttributionFunction.conversions(batch, arguments).batch(columns, rowCount: states.count)
    }

    /// What tells touches of one instant apart.
    private func touchSequence() throws -> Column {
        let rows = touchRows.map { $0 ?? 0 }
        let taken = try batch.columns[arguments.seq.position].taking(rows.span)
        let known = Bitmap(touchRows.map { $0 != nil })
        return Column(taken.type, validity: taken.validity.map { $0.intersection(known) } ?? known, taken.values)
    }

    private func modelNames() throws -> Column {
        try Column.make(.text, models.map { .text(arguments.models[Int($0)].rawValue) })
    }

    private func names() throws -> [Column] {
        let rows = states.span
        let missing = Column.of(nil, count: states.count)
        return try (0..<4).map { level in
            level < journeys.stateNames.count ? try journeys.stateNames[level].taking(rows) : missing
        }
    }

    private func currency(_ rows: Span<UInt32>) throws -> Column {
        try arguments.currency.map { try batch.columns[$0].taking(rows) } ?? .of(nil, count: rows.count)
    }
}
