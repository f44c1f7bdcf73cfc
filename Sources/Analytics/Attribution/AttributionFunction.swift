internal import Columnar
internal import Kernels
internal import Query

/// `attribution`: which channel earned a conversion, by several models, as a ledger of credits that adds up.
struct AttributionFunction {
    private let arguments: AttributionArguments
    private let journeyType: SQLType

    static let function = TableFunction(
        "attribution", parameters: AttributionArguments.parameters, partition: ["journey"], order: ["at", "seq"],
        documentation: documentation
    ) { arguments in
        let function = AttributionFunction(
            arguments: try AttributionArguments(arguments), journeyType: arguments.column("journey")?.type ?? .text)
        return function.bound
    }

    private var bound: BoundTableFunction {
        let arguments = arguments
        // Removal effects are known when all journeys are: these are read twice.
        guard arguments.models.contains(.markovJourney) else { return answering(JourneyEffects()) }
        return answering(
            JourneyEffects(),
            firstPass: BoundTableFunction.FirstPass {
                var counts = AttributionCounts(try JourneyBatch($0, $1, arguments))
                return try counts.stepsAlone()
            } then: {
                answering(try AttributionAnswer($0, arguments).journeyEffects())
            })
    }

    private func answering(
        _ effects: JourneyEffects, firstPass: BoundTableFunction.FirstPass? = nil
    ) -> BoundTableFunction {
        let (arguments, columns) = (arguments, columns)
        switch arguments.grain {
        case .channel, .check:
            return BoundTableFunction(
                columns: columns, rows: arguments.rows, firstPass: firstPass,
                combine: { try Self.answer($0, arguments) }
            ) {
                let journeys = try JourneyBatch($0, $1, arguments)
                var counts = AttributionCounts(journeys, effects: effects.of(journeys))
                return try counts.counted()
            }
        case .credit, .conversion:
            return BoundTableFunction(columns: columns, rows: arguments.rows, firstPass: firstPass) {
                let journeys = try JourneyBatch($0, $1, arguments)
                return try Self.ledger($0, journeys, effects: effects.of(journeys))
            }
        }
    }

    private static func answer(_ batches: [ColumnBatch], _ arguments: AttributionArguments) throws -> ColumnBatch {
        let answer = try AttributionAnswer(batches, arguments)
        return arguments.grain == .check ? try answer.check() : try answer.byChannel()
    }

    private static func ledger(_ batch: ColumnBatch, _ journeys: JourneyBatch, effects: [Double]) throws -> ColumnBatch
    {
        var ledger = AttributionLedger(batch, journeys, effects: effects)
        return journeys.arguments.grain == .credit ? try ledger.credits() : try ledger.conversions()
    }

    /// The columns of the answer.
    private var columns: [AnswerColumn] {
        switch arguments.grain {
        case .channel: Self.byChannel.answer()
        case .check: Self.check.answer()
        case .credit: Self.creditColumns(journeyType, arguments.conversionID.type, arguments.seq.type)
        case .conversion: Self.conversionColumns(journeyType, arguments.conversionID.type)
        }
    }

    /// The columns of credits, of a batch's types.
    static func credits(_ batch: ColumnBatch, _ arguments: AttributionArguments) -> [AnswerColumn] {
        creditColumns(
            SQLType(batch.columns[arguments.journey].type) ?? .text, arguments.conversionID.type, arguments.seq.type)
    }

    /// The columns of conversions, of a batch's types.
    static func conversions(_ batch: ColumnBatch, _ arguments: AttributionArguments) -> [AnswerColumn] {
        conversionColumns(
            SQLType(batch.columns[arguments.journey].type) ?? .text, arguments.conversionID.type)
    }

    private static func creditColumns(_ journey: SQLType, _ conversion: SQLType, _ seq: SQLType) -> [AnswerColumn] {
        byCredit.answer(["journey": journey, "conversion_id": conversion, "touch_seq": seq])
    }

    private static func conversionColumns(_ journey: SQLType, _ conversion: SQLType) -> [AnswerColumn] {
        byConversion.answer(["journey": journey, "conversion_id": conversion])
    }

    private static let states: [OutputColumn] = [
        .init("channel", .text, "the channel; (direct) of conversions without a touch"),
        .init("campaign_id", .text, "the campaign, from level campaign on"),
        .init("content_id", .text, "the content, from level content on"),
        .init("creator_id", .text, "the creator, at level creator"),
    ]

    static let byChannel: [OutputColumn] =
        [.init("model", .text, "the model"), .init("level", .text, "what is credited")] + states
        + [
            .init("conversions", .double, unit: "count", "credited conversions"),
            .init("value_minor", .int64, unit: "minor", "credited value less refunds"),
            .init("currency", .text, "of the value"),
            .init("share", .double, unit: "1", "of the model's conversions"),
            .init("removal_effect", .double, unit: "1", "share of conversions lost without it; of Markov's models"),
            .init("touches", .int64, unit: "count", "its touches in paths that converted"),
            .init("assisted", .int64, unit: "count", "conversions that it had a touch of before the last"),
            .init("lookback_days", .int32, unit: "days", "how old a touch may be"),
        ]

    private static let journey = OutputColumn(argument: "journey", "whose conversion it is")
    private static let conversion = OutputColumn(argument: "conversion_id", "the conversion's key")

    static let byConversion: [OutputColumn] =
        [
            .init("model", .text, "the model; markov_journey for markov"), journey, conversion,
            .init("converted_at", .timestamptz, "when it converted"),
        ] + states
        + [
            .init("conversions", .double, unit: "1", "the channel's part of the conversion"),
            .init("value_minor", .int64, unit: "minor", "its part of the value less refunds"),
            .init("currency", .text, "of the value"),
            .init("touches", .int64, unit: "count", "its touches in the path"),
        ]

    static let byCredit: [OutputColumn] =
        [
            .init("model", .text, "the model; markov_journey for markov"), journey, conversion,
            .init("entry", .text, "credit, or reversal: what a refund takes back"),
            .init("booked_at", .timestamptz, "when the conversion, or the refund, was"),
            .init("touch_at", .timestamptz, "when the touch was; NULL of (direct)"),
            .init(argument: "touch_seq", "the touch's seq; NULL of (direct)"),
            .init("position", .int32, "the touch's place in the path, from 1; NULL of (direct)"),
        ] + states
        + [
            .init("weight", .double, unit: "1", "the touch's share of the conversion"),
            .init("credit_minor", .int64, unit: "minor", "its part of the value; of a reversal what is taken back"),
            .init("currency", .text, "of the value"),
        ]

    static let check: [OutputColumn] = [
        .init("model", .text, "the model"), .init("currency", .text, "the currency"),
        .init("total_minor", .int64, unit: "minor", "value of all conversions less refunds"),
        .init("credited_minor", .int64, unit: "minor", "what channels were credited with"),
        .init("diff_minor", .int64, unit: "minor", "total - credited - unattributed: 0"),
        .init(
            "unattributed_minor", .int64, unit: "minor", "value that a model gives nobody; refunds without conversion"),
        .init("null_paths", .int64, unit: "count", "paths to nothing; without any removal effects mean little"),
        .init("p_conv", .double, unit: "1", "the chance to convert, of Markov's models"),
    ]

    private static let documentation = FunctionDocumentation(
        summary:
            "Which channel earned a conversion, by rule, by removal effect and by Shapley value; credits add up to "
            + "the value of every conversion to the last minor unit.",
        formula:
            "path = touches after the conversion before and no older than window; first, last, last_non_direct: one "
            + "touch; linear: 1/n; position_based: 0.4, 0.2/(n-2), 0.4; time_decay: 2^(-age/half_life), normalised; "
            + "markov: "
            + "RE / sum RE of the absorbing chain, RE = 1 - P(conv without the channel) / P(conv); markov_journey: "
            + "RE of "
            + "the touches of the path; shapley: 1 / number of distinct channels of the path",
        source:
            "Anderl, Becker, von Wangenheim, Schumann 2016 (removal effect); Shapley value with v(S) = conversions of "
            + "paths whose channels lie in S; largest remainder (Hamilton) for money",
        columns: byChannel.documentation,
        variants: [
            .init("by => 'conversion'", byConversion.documentation), .init("by => 'credit'", byCredit.documentation),
            .init("by => 'check'", check.documentation),
        ],
        edgeCases: [
            "a conversion without a touch goes to (direct): none is dropped",
            "a refund takes back with the weights of its conversion, on its own date: the split of all that was "
                + "given back "
                + "less what was booked",
            "markov's chain is solved exactly; a path to nothing is counted when its window is over on as_of",
            "by => 'conversion' and 'credit' give markov_journey for markov: a journey's own split",
            "money is never added up over currencies", "by => 'check' proves that credits are the total",
        ],
        example: "SELECT * FROM attribution(TABLE events, journey => visitor_id, at => at, seq => id, touch => kind = "
            + "'touch', channel => channel, conversion => kind = 'order', conversion_id => id, value => amount_minor)")
}
