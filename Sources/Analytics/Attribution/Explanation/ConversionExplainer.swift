internal import CivilTime
internal import Columnar
package import Query

/// Explains conversions with the tables of a session, which has the operators of analytics.
package struct ConversionExplainer: Sendable {
    private let session: QuerySession
    private let sources: JourneySources
    private let windowSeconds: Int64
    private let models: [AttributionModel]

    /// The names of the models, as `attribution` takes them for single conversions.
    package static let modelNames = AttributionModel.allCases.filter { $0 != .markov }.map(\.rawValue)

    /// - Parameters:
    ///   - windowDays: how old a touch may be.
    ///   - models: names of models; all where there are none. `markov` is a journey's own split here.
    /// - Throws: `QueryError` for another name.
    package init(
        _ session: QuerySession, _ sources: JourneySources = JourneySources(), windowDays: Int = 30,
        models: [String] = []
    ) throws {
        guard (0...36_500).contains(windowDays) else {
            throw QueryError(.invalidArgument, "the window is 0 to 36500 days")
        }
        self.session = session
        self.sources = sources
        windowSeconds = Int64(windowDays) * 86_400
        var chosen: [AttributionModel] = []
        for name in models.isEmpty ? Self.modelNames : models {
            guard let model = AttributionModel(rawValue: name) else {
                throw QueryError(
                    .invalidArgument, "there is no model of this name", try: Self.modelNames.joined(separator: ", "))
            }
            let own = model == .markov ? .markovJourney : model
            if !chosen.contains(own) { chosen.append(own) }
        }
        self.models = chosen
    }

    /// A row of the log.
    private struct Entry {
        let at: Int64?
        let seq: String
        let kind: String
        let channel: String?
        let conversionID: String?
        let value: Int64
    }

    /// A row of the ledger of credits.
    private struct Booking {
        let model: String
        let touchSeq: String?
        let credit: ConversionExplanation.Credit
    }

    /// - Parameter id: the conversion's key, as a text.
    /// - Returns: nil where there is none.
    /// - Throws: `QueryError` where tables or columns are missing, or the key comes twice.
    package func explanation(of id: String) throws -> ConversionExplanation? {
        let key = JourneySources.literal(id)
        let found = try session.rows(
            "SELECT journey, at, seq, value, currency FROM (\(sources.log)) l WHERE "
                + "kind = '\(JourneySources.conversionKind)' AND conversion_id = \(key)"
        ).rows
        guard let own = found.first else { return nil }
        guard found.count == 1 else {
            throw QueryError(.invalidArgument, "\(found.count) conversions have this key: credits would count twice")
        }
        let journey = own[0].text
        // What other journeys did does not matter, but to Markov's chain.
        let log =
            "SELECT * FROM (\(sources.log)) l WHERE conversion_id = \(key)"
            + (journey.map { " OR journey = \(JourneySources.literal($0))" } ?? "")
        let entries = try self.entries(log)
        let bookings = try self.bookings(key, log)
        let path = bookings.path
        let refunds = entries.filter { $0.kind == JourneySources.refundKind && $0.conversionID == id }
        let value = own[3].integer
        let net = try refunds.reduce(value) { net, refund in try Self.less(net, refund.value, ofNegative: value < 0) }
        return ConversionExplanation(
            id: id, journey: journey, at: own[1].instant.map(Self.text), valueMinor: value,
            currency: own[4].text, windowSeconds: windowSeconds,
            touches: own[1].instant.map { touches(entries, $0, own[2].text ?? "", path) } ?? [],
            refunds: refunds.map {
                .init(id: Self.id($0.seq), at: $0.at.map(Self.text) ?? "", valueMinor: $0.value)
            },
            netMinor: net, models: try models.map { try model($0, bookings.all, net) })
    }

    private func entries(_ log: String) throws -> [Entry] {
        try session.rows("SELECT at, seq, kind, channel, conversion_id, value FROM (\(log)) l ORDER BY at, seq").rows
            .map {
                Entry(
                    at: $0[0].instant, seq: $0[1].text ?? "", kind: $0[2].text ?? "", channel: $0[3].text,
                    conversionID: $0[4].text, value: $0[5].integer)
            }
    }

    /// The credits of the models, and the path: touches that linear attribution credits, which are all of it.
    private func bookings(_ key: String, _ log: String) throws -> (all: [Booking], path: [String: Int]) {
        let ruled = models.filter { $0 != .markovJourney }.map(\.rawValue)
        var all = try bookings(key, log, Set(ruled + ["linear"]).sorted())
        var path: [String: Int] = [:]
        for booking in all where booking.model == "linear" && booking.credit.entry == "credit" {
            if let seq = booking.touchSeq { path[seq] = booking.credit.position }
        }
        // Removal effects are of all journeys.
        if models.contains(.markovJourney) {
            all += try bookings(key, "SELECT * FROM (\(sources.log)) l", ["markov_journey"])
        }
        return (all, path)
    }

    private func bookings(_ key: String, _ log: String, _ models: [String]) throws -> [Booking] {
        let call = sources.call(log, by: "credit", windowSeconds: windowSeconds)
        let names = models.map(JourneySources.literal).joined(separator: ", ")
        return try session.rows(
            """
            SELECT model, touch_seq, entry, booked_at, position, channel, weight, credit_minor FROM \(call),
            model => [\(names)]) a WHERE conversion_id = \(key) ORDER BY model, booked_at, entry, position
            """
        ).rows.map { row in
            Booking(
                model: row[0].text ?? "", touchSeq: row[1].text,
                credit: .init(
                    entry: row[2].text ?? "", at: row[3].instant.map(Self.text) ?? "",
                    position: row[4] == .null ? nil : Int(row[4].integer), channel: row[5].text ?? "",
                    weight: row[6].number, creditMinor: row[7].integer))
        }
    }

    private func touches(
        _ entries: [Entry], _ at: Int64, _ seq: String, _ path: [String: Int]
    ) -> [ConversionExplanation.Touch] {
        let before = entries.filter { entry in
            entry.at.map { ($0, entry.seq) < (at, seq) } ?? false
        }
        let last = before.lastIndex { $0.kind == JourneySources.conversionKind } ?? -1
        return before.enumerated().compactMap { index, entry in
            guard entry.kind == JourneySources.touchKind, let moment = entry.at else { return nil }
            let (age, overflow) = at.subtractingReportingOverflow(moment)
            let seconds = overflow ? Int64.max : age / 1_000_000
            let standing: ConversionExplanation.Standing =
                if path[entry.seq] != nil {
                    .counted
                } else if index < last {
                    .claimed
                } else if overflow || age > windowSeconds * 1_000_000 {
                    .tooOld
                } else {
                    .merged
                }
            return .init(
                id: Self.id(entry.seq), at: Self.text(moment), ageSeconds: seconds, channel: entry.channel,
                position: path[entry.seq], standing: standing)
        }
    }

    private func model(
        _ model: AttributionModel, _ bookings: [Booking], _ net: Int64
    ) throws -> ConversionExplanation.Model {
        let credits = bookings.filter { $0.model == model.rawValue }.map(\.credit)
        let sum = try credits.reduce(Int128(0)) { $0 + Int128($1.creditMinor) }.narrowed("a sum of credits")
        return .init(name: model.rawValue, credits: credits, netMinor: sum, addsUp: sum == net)
    }

    private static func less(_ net: Int64, _ refund: Int64, ofNegative isNegative: Bool) throws -> Int64 {
        // Refunds are amounts; a conversion below 0 is given back upwards, as `attribution` does.
        let amount = refund == .min ? .max : abs(refund)
        let (rest, overflow) =
            isNegative ? net.addingReportingOverflow(amount) : net.subtractingReportingOverflow(amount)
        guard !overflow else { throw QueryError(.overflow, "value less refunds does not fit 64 bits") }
        return rest
    }

    private static func id(_ seq: String) -> String { String(seq.dropFirst().drop { $0 == " " }) }

    private static func text(_ instant: Int64) -> String { Instant(microsecondsSinceEpoch: instant).description }
}

extension Scalar {
    fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var instant: Int64? { if case .timestamp(let instant) = self { instant } else { nil } }
    fileprivate var integer: Int64 { if case .int(let value) = self { Int64(value) } else { 0 } }
    fileprivate var number: Double { if case .double(let value) = self { value } else { 0 } }
}
