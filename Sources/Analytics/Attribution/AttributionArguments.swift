internal import Columnar
internal import Query

/// What a call of `attribution` asks for.
struct AttributionArguments: Sendable {
    /// Of what the answer has a row.
    enum Grain: String, Sendable, CaseIterable {
        /// A model and a channel (or campaign, piece, creator), over all conversions.
        case channel
        /// A model, a conversion and a channel.
        case conversion
        /// A model and a touch, and again where a refund takes back what it got.
        case credit
        /// A model and a currency: whether the credits add up.
        case check
    }

    let journey: Int
    let at: Int
    let seq: TableFunctionArguments.BatchColumn
    let touch: Int
    let conversion: Int
    let conversionID: TableFunctionArguments.BatchColumn
    let value: Int?
    let currency: Int?
    let refund: Int?
    let session: Int?
    /// The columns that name what is credited: the channel, then down to the level.
    let names: [Int]
    let level: String
    let models: [AttributionModel]
    let grain: Grain
    let window: Int64
    let asOf: Int64
    let direct: [String]
    let settings: AttributionSettings

    static let levels = ["channel", "campaign", "content", "creator"]

    static let parameters: [TableFunction.Parameter] = [
        .init("journey", .column(nil), "whose touches and conversions belong together: a visitor, a customer"),
        .init("at", .column(.timestamptz), "when"), .init("seq", .column(nil), "tells rows of one instant apart"),
        .init("touch", .column(.bool), "whether the row is a touch"),
        .init("channel", .column(.text), "its channel; a missing one is (none)"),
        .init("campaign", .column(.text), isRequired: false, "its campaign"),
        .init("content", .column(.text), isRequired: false, "its content"),
        .init("creator", .column(.text), isRequired: false, "its creator"),
        .init("conversion", .column(.bool), "whether the row is a conversion"),
        .init("conversion_id", .column(nil), "the conversion's key; a refund names that of its conversion"),
        .init("value", .column(.int64), isRequired: false, "minor units of the conversion or refund; 0"),
        .init("currency", .column(.text), isRequired: false, "the currency of the value"),
        .init("refund", .column(.bool), isRequired: false, "whether the row gives money of a conversion back"),
        .init("session", .column(nil), isRequired: false, "touches of one session and channel in a row are one"),
        .init("window", .constant(.interval), isRequired: false, "how old a touch may be; 30 days"),
        .init("model", .constants(.text), isRequired: false, "the models; all but markov_journey"),
        .init("by", .constant(.text), isRequired: false, "channel, conversion, credit or check; channel"),
        .init("level", .constant(.text), isRequired: false, "channel, campaign, content or creator; channel"),
        .init("direct", .constants(.text), isRequired: false, "channels that last_non_direct passes over; (direct)"),
        .init("half_life", .constant(.interval), isRequired: false, "of time_decay; 7 days"),
        .init("position", .constants(.double), isRequired: false, "of position_based; [0.4, 0.2, 0.4]"),
        .init("as_of", .constant(.timestamptz), isRequired: false, "paths to nothing end by then; now"),
    ]

    init(_ arguments: TableFunctionArguments) throws {
        journey = try arguments.position("journey")
        at = try arguments.position("at")
        guard let seq = arguments.column("seq") else { throw QueryError(.type, "needs 'seq'") }
        self.seq = seq
        touch = try arguments.position("touch")
        conversion = try arguments.position("conversion")
        guard let id = arguments.column("conversion_id") else { throw QueryError(.type, "needs 'conversion_id'") }
        conversionID = id
        value = arguments.column("value")?.position
        currency = arguments.column("currency")?.position
        refund = arguments.column("refund")?.position
        session = arguments.column("session")?.position
        level = try arguments.choice("level", of: Self.levels, default: "channel")
        let depth = (Self.levels.firstIndex(of: level) ?? 0) + 1
        names = try Self.levels.prefix(depth).map { try arguments.position($0) }
        grain =
            Grain(rawValue: try arguments.choice("by", of: Grain.allCases.map(\.rawValue), default: "channel"))
            ?? .channel
        models = try Self.models(arguments, grain)
        window = try arguments.microseconds("window") ?? 2_592_000_000_000
        asOf = if case .timestamp(let instant)? = arguments.constant("as_of") { instant } else { arguments.context.now }
        let direct = arguments.constants("direct").compactMap { if case .text(let name) = $0 { name } else { nil } }
        self.direct = direct.isEmpty ? ["(direct)"] : direct
        settings = try Self.settings(arguments)
    }

    /// The models, in the order of the call. A conversion's own split of Markov's model is another than the headline's.
    private static func models(_ arguments: TableFunctionArguments, _ grain: Grain) throws -> [AttributionModel] {
        let known = AttributionModel.allCases.map(\.rawValue)
        var models: [AttributionModel] = []
        for value in arguments.constants("model") {
            guard case .text(let name) = value, let model = AttributionModel(rawValue: name) else {
                throw QueryError(.invalidArgument, "'model' is of \(known.joined(separator: ", "))")
            }
            guard !models.contains(model) else { throw QueryError(.invalidArgument, "'model' names \(name) twice") }
            models.append(model)
        }
        let isGiven = !models.isEmpty
        if !isGiven { models = AttributionModel.allCases.filter { $0 != .markovJourney } }
        if grain == .credit || grain == .conversion {
            // What one conversion gives each touch is the journey's split.
            models = models.map { $0 == .markov ? .markovJourney : $0 }
        }
        guard !(models.contains(.markov) && models.contains(.markovJourney)) else {
            throw QueryError(
                .invalidArgument, "markov and markov_journey answer different questions and do not go in one table",
                try: "two queries")
        }
        return models
    }

    private static func settings(_ arguments: TableFunctionArguments) throws -> AttributionSettings {
        var settings = AttributionSettings()
        if let halfLife = try arguments.microseconds("half_life") {
            guard halfLife > 0 else { throw QueryError(.invalidArgument, "'half_life' is longer than nothing") }
            settings.halfLife = halfLife
        }
        let shares = arguments.constants("position").map { value -> Double in
            if case .double(let share) = value { share } else { -1 }
        }
        guard !shares.isEmpty else { return settings }
        guard shares.count == 3, shares.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(shares.reduce(0, +) - 1) < 1e-9 else {
            throw QueryError(
                .invalidArgument,
                "'position' is the shares of the first touch, those between and the last; their sum is 1",
                try: "[0.4, 0.2, 0.4]")
        }
        var weights = shares.map { UInt64(($0 * 1e9).rounded()) }
        var divisor = weights.reduce(0) { Self.commonDivisor($0, $1) }
        divisor = max(divisor, 1)
        weights = weights.map { $0 / divisor }
        settings.position = (weights[0], weights[1], weights[2])
        return settings
    }

    private static func commonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : commonDivisor(b, a % b) }

    /// The rows that matter.
    var rows: BoundTableFunction.Rows { .whereAny([touch, conversion] + (refund.map { [$0] } ?? [])) }
}
