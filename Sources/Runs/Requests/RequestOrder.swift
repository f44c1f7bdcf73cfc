internal import CivilTime
internal import Rendering
internal import Report

/// What a request asks for, understood.
struct RequestOrder: Sendable {
    /// Whose report; nil where the report is one for the tenant.
    let subject: String?
    /// The period's name: half-open local dates.
    let period: String
    /// The report's parameters, as on a command line.
    let parameters: [(name: String, text: String)]
    /// The format's word for `--format`.
    let format: String

    /// - Parameter calendar: the tenant's; its zone decides on which dates instants lie.
    /// - Throws: `RequestRefusal` with a sentence for whoever asked.
    init(_ row: RequestRow, of contract: RequestContract, _ calendar: TenantCalendar) throws(RequestRefusal) {
        if contract.columns.subject != nil, row.subject == nil { throw RequestRefusal("the request names nobody") }
        subject = row.subject
        period = try Self.period(row, calendar)
        let object = try Self.object(row.parameters)
        format = try Self.format(object[contract.formats.key], contract.formats)
        var parameters: [(name: String, text: String)] = []
        for (key, name) in contract.parameters.sorted(by: { $0.key < $1.key }) {
            // What other kinds of requests say there, such as the music of a video, is none of ours.
            guard let value = object[key], value != .null else { continue }
            parameters.append((name, try Self.text(value, key)))
        }
        self.parameters = parameters
    }

    private static func text(_ value: CanonicalJSON, _ key: String) throws(RequestRefusal) -> String {
        switch value {
        case .text(let text): return text
        case .integer(let number): return String(number)
        case .truth(let truth): return truth ? "true" : "false"
        case .list(let values):
            let texts = values.compactMap { value in if case .text(let text) = value { text } else { nil } }
            guard texts.count == values.count else { throw RequestRefusal("'\(key)' is no list of texts") }
            return ParameterValue.list(texts).canonicalText
        case .object, .null: throw RequestRefusal("'\(key)' is no text, number or list of texts")
        }
    }

    /// The dates that are meant: by default the year that ends with the day of the request, that day included.
    ///
    /// An end at a local midnight excludes the day that begins there; any other instant includes its day.
    private static func period(_ row: RequestRow, _ calendar: TenantCalendar) throws(RequestRefusal) -> String {
        let zone = calendar.zone
        let end = row.to ?? row.createdAt
        let lastDay = zone.localDate(of: end)
        let to = row.to != nil && zone.startOfDay(lastDay) == end ? lastDay : lastDay.adding(days: 1)
        let from = row.from.map(zone.localDate) ?? to.adding(years: -1)
        guard from < to else {
            throw RequestRefusal("the period is empty: it would begin on \(from) and end before \(to)")
        }
        guard (1900...2101).contains(from.year), (1900...2101).contains(to.year) else {
            throw RequestRefusal("the period lies outside of the years 1900 to 2100")
        }
        return "\(from)..\(to)"
    }

    private static func object(_ text: String?) throws(RequestRefusal) -> [String: CanonicalJSON] {
        guard let text else { return [:] }
        let value: CanonicalJSON
        do {
            value = try CanonicalJSON(bytes: Array(text.utf8))
        } catch {
            throw RequestRefusal("the parameters can't be read: \(error)")
        }
        switch value {
        case .object(let object): return object
        case .null: return [:]
        default: throw RequestRefusal("the parameters are no JSON object")
        }
    }

    private static func format(
        _ value: CanonicalJSON?, _ formats: RequestContract.Formats
    ) throws(RequestRefusal) -> String {
        let word: String
        switch value {
        case nil, .null: word = formats.standard
        case .text(let text): word = text.uppercased()
        default: throw RequestRefusal("'\(formats.key)' is no text")
        }
        guard let format = formats.words[word] else {
            let known = formats.words.keys.sorted().joined(separator: ", ")
            throw RequestRefusal("'\(formats.key)' must be one of \(known)")
        }
        return format
    }
}
