internal import Checksum
package import CivilTime
internal import Tenancy

/// What a stored model's table was computed from: its watermark in the table's log, so that it belongs to the version.
package struct ModelState: Sendable, Equatable {
    /// SHA-256 of the model's file, of the views that it reads, and of the engine's version.
    package var definition: String
    /// The tenant's zone, weeks, fiscal year, holidays and currency, and the machine's edition of the time zones.
    package var calendar: String
    /// Everything at the source up to this instant was in the inputs.
    package var asOf: Instant
    /// The version of each input: `raw/orders`, `aggregates/sales_daily`.
    package var inputs: [String: Int64]

    package init(definition: String, calendar: String, asOf: Instant, inputs: [String: Int64]) {
        self.definition = definition
        self.calendar = calendar
        self.asOf = asOf
        self.inputs = inputs
    }

    private static let heading = "almanac-model-1"

    /// As the log keeps it: a line for each thing.
    package var text: String {
        var lines = [
            Self.heading, "definition \(definition)", "calendar \(calendar)", "as_of \(asOf.microsecondsSinceEpoch)",
        ]
        lines += inputs.sorted { $0.key < $1.key }.map { "input \($0.value) \($0.key)" }
        return lines.joined(separator: "\n")
    }

    /// Nil for a text that is none of this form: the table is computed anew then.
    package init?(text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.first == Self.heading else { return nil }
        var facts: [String: String] = [:]
        var inputs: [String: Int64] = [:]
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            if words.count == 3, words[0] == "input", let version = Int64(words[1]) {
                inputs[words[2]] = version
            } else if words.count == 2 {
                facts[words[0]] = words[1]
            }
        }
        guard let definition = facts["definition"], let calendar = facts["calendar"],
            let asOf = facts["as_of"].flatMap({ Int64($0) })
        else { return nil }
        self.init(
            definition: definition, calendar: calendar, asOf: Instant(microsecondsSinceEpoch: asOf), inputs: inputs)
    }

    /// SHA-256 of everything about a calendar that figures depend on.
    package static func hash(of calendar: TenantCalendar, currency: String, timeZoneData: String) -> String {
        let parts = [
            calendar.zone.name, "\(calendar.weekStart)", calendar.fiscalYearStart.description,
            calendar.holidays.map(\.description).joined(separator: " "), currency, timeZoneData,
        ]
        return SHA256Digest(of: parts.joined(separator: "\n")).description
    }
}

extension ModelGraph {
    /// SHA-256 of all that decides a model's rows beside its inputs.
    package func definitionHash(of model: ModelDefinition, engine: String) -> String {
        let files = inlined(into: model).map { "\($0.name) \($0.fileHash)" }
        return SHA256Digest(of: ([engine] + files).joined(separator: "\n")).description
    }
}
