internal import Analytics
internal import ArgumentParser
internal import CivilTime
internal import Columnar
internal import Query
internal import Runs

struct ExplainConversionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conversion", abstract: "List a conversion's touches, window, weights and credits.",
        discussion: """
            Every touch before the conversion is listed, with the reason where it does not count; then what each model gives \
            and what refunds take back, to the last minor unit. Markov's weights are removal effects of all journeys.

            Examples:
              almanac explain conversion 8d1c… --tenant harbour-records
              almanac explain conversion 42 --tenant shop --model linear \\
                --model time_decay --window-days 7
              almanac explain conversion 7 --table commerce_events=e.parquet \\
                --table orders=o.parquet --no-refunds --json

            Exit codes: 0; 64 there is no such conversion; 65 the tables are not as the options say.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions
    @OptionGroup var tables: QueryTables
    @OptionGroup(title: "Where journeys are") var sources: JourneySourceOptions

    @Option(name: .long, help: "How old a touch may be, in days.")
    var windowDays = 30

    @Option(name: .long, help: "A model; may be given several times; else all of them.")
    var model: [String] = []

    @Option(name: .long, help: "MiB that the question may hold at once.")
    var memory: Int?

    @Argument(help: "The conversion's key.")
    var conversion: String

    func validate() throws {
        guard (1...1_000_000_000).contains(memory ?? 1) else { throw ValidationError("--memory is at least 1 MiB") }
    }

    func run() throws {
        let environment = try common.environment()
        var options = QueryOptions(
            zones: environment.zones, now: environment.now.microsecondsSinceEpoch, clock: environment.clock)
        options.tableFunctions = AnalyticsFunctions.all
        options.memoryBytesMax = memory.map { $0 << 20 }
        let session = QuerySession(catalog: try tables.catalog(location, common), options: options)
        let found: ConversionExplanation?
        do {
            found = try ConversionExplainer(
                session, try sources.journeys(), windowDays: windowDays, models: model
            ).explanation(of: conversion)
        } catch let error as QueryError {
            common.console.error("\(common.console.alarm("error:")) \(error)")
            throw ExitCode(65)
        }
        guard let found else {
            common.console.error(
                "\(common.console.alarm("error:")) can't explain the conversion: there is none of this key in "
                    + "'\(sources.conversions)'")
            throw ExitCode(64)
        }
        if common.json { return try common.console.answer(json: found) }
        for line in ConversionScreen(found).lines { common.console.answer(line) }
    }
}

/// The tables and columns of journeys: those of NEXUS unless others are named.
struct JourneySourceOptions: ParsableArguments {
    @Option(name: .long, help: "The table of touches.") var touches = "commerce_events"
    @Option(name: .long, help: "A touch's key.") var touchId = "id"
    @Option(name: .long, help: "Whose touch it is.") var touchJourney = "visitor_id"
    @Option(name: .long, help: "When: a time with a zone.") var touchAt = "occurred_at"
    @Option(name: .long, help: "The touch's channel.") var channel = "channel"
    @Option(name: .long, help: "Touches of one session and channel in a row are one; '' where there are no sessions.")
    var touchSession = "session_id"
    @Option(name: .long, help: "SQL that rows have to meet to be touches, as \"kind = 'click'\".")
    var touchWhere: String?

    @Option(name: .long, help: "The table of conversions.") var conversions = "orders"
    @Option(name: .long, help: "A conversion's key.") var conversionId = "id"
    @Option(name: .long, help: "Whose conversion it is.") var conversionJourney = "visitor_id"
    @Option(name: .long, help: "When: a time with a zone.") var conversionAt = "placed_at"
    @Option(name: .long, help: "Its value in minor units.") var value = "items_minor"
    @Option(name: .long, help: "The value's currency; '' where the table has none.") var currency = "currency"
    @Option(name: .long, help: "SQL that rows have to meet to be conversions, as \"status = 'paid'\".")
    var conversionWhere: String?

    @Option(name: .long, help: "The table of refunds.") var refunds = "order_refunds"
    @Flag(name: .long, help: "There is no table of refunds.") var noRefunds = false
    @Option(name: .long, help: "A refund's key.") var refundId = "id"
    @Option(name: .long, help: "The key of its conversion.") var refundConversion = "order_id"
    @Option(name: .long, help: "When: a time with a zone.") var refundAt = "refunded_at"
    @Option(name: .long, help: "What was given back, in minor units.") var refundValue = "items_minor"

    func journeys() throws -> JourneySources {
        var sources = JourneySources()
        sources.touches.table = touches
        sources.touches.id = touchId
        sources.touches.journey = touchJourney
        sources.touches.at = touchAt
        sources.touches.channel = channel
        sources.touches.session = touchSession.isEmpty ? nil : touchSession
        sources.touches.condition = touchWhere
        sources.conversions.table = conversions
        sources.conversions.id = conversionId
        sources.conversions.journey = conversionJourney
        sources.conversions.at = conversionAt
        sources.conversions.value = value
        sources.conversions.currency = currency.isEmpty ? nil : currency
        sources.conversions.condition = conversionWhere
        if noRefunds {
            sources.refunds = nil
        } else {
            sources.refunds = .init(
                table: refunds, id: refundId, conversion: refundConversion, at: refundAt, value: refundValue)
        }
        return sources
    }
}

/// A conversion's explanation for a terminal.
private struct ConversionScreen {
    private let explanation: ConversionExplanation

    init(_ explanation: ConversionExplanation) { self.explanation = explanation }

    var lines: [String] {
        let own = explanation
        let currency = own.currency.map { " \($0)" } ?? ""
        var lines = [
            "Conversion \(own.id): \(own.valueMinor)\(currency) minor units at \(own.at ?? "an unknown time")",
            "Journey \(own.journey ?? "unknown"), window \(own.windowSeconds / 86_400) days", "",
        ]
        lines += touches + [""]
        if !own.refunds.isEmpty {
            lines += own.refunds.map { "Refund \($0.id): \($0.valueMinor)\(currency) at \($0.at)" }
            lines += ["Net \(own.netMinor)\(currency)", ""]
        }
        for model in own.models { lines += credits(model) + [""] }
        return Array(lines.dropLast())
    }

    private var touches: [String] {
        guard !explanation.touches.isEmpty else { return ["No touch before it: (direct)."] }
        var table = TextTable([
            ("#", .right), ("TOUCH", .left), ("AT", .left), ("AGE", .right), ("CHANNEL", .left), ("", .left),
        ])
        for touch in explanation.touches {
            let hours = "\(touch.ageSeconds / 86_400)d \(touch.ageSeconds % 86_400 / 3_600)h"
            table.add([
                touch.position.map(String.init) ?? "-", touch.id, touch.at, hours, touch.channel ?? "(none)",
                touch.standing.words,
            ])
        }
        return table.lines
    }

    private func credits(_ model: ConversionExplanation.Model) -> [String] {
        let sum = "\(model.name): \(model.netMinor) of \(explanation.netMinor)"
        guard !model.credits.isEmpty else { return [sum + ", the model gives nobody anything"] }
        var table = TextTable([
            ("", .left), ("#", .right), ("CHANNEL", .left), ("WEIGHT", .right), ("CREDIT", .right), ("BOOKED", .left),
        ])
        for credit in model.credits {
            table.add([
                "  " + credit.entry, credit.position.map(String.init) ?? "-", credit.channel, "\(credit.weight)",
                "\(credit.creditMinor)", credit.at,
            ])
        }
        return [sum + (model.addsUp ? "" : ", which does not add up")] + table.lines
    }
}
