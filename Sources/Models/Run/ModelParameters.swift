package import CivilTime
package import Columnar

/// The values that a model's query is computed with.
package struct ModelParameters: Sendable, Hashable {
    /// The local dates that are asked for, half-open: `:from` and `:to`.
    package var dates: Range<LocalDate>
    /// The dates that they are compared with: `:compare_from` and `:compare_to`, NULL without a comparison.
    package var comparedDates: Range<LocalDate>?
    /// Everything at the source up to this instant is in the tables: `:as_of`.
    package var asOf: Instant
    /// The tenant's zone: `:tz`.
    package var zone: Zone
    /// The tenant's currency, an ISO 4217 code: `:currency`; nil where it is not known, which is NULL.
    package var currency: String?
    /// Whose rows are asked for inside the tenant: `:subject`; nil where rows of all are.
    package var subject: String?
    /// The report's own parameters.
    package var own: [String: Scalar]

    package init(
        dates: Range<LocalDate>, comparedDates: Range<LocalDate>? = nil, asOf: Instant, zone: Zone,
        currency: String? = nil, subject: String? = nil, own: [String: Scalar] = [:]
    ) {
        self.dates = dates
        self.comparedDates = comparedDates
        self.asOf = asOf
        self.zone = zone
        self.currency = currency
        self.subject = subject
        self.own = own
    }

    /// The parameters of a stored model: all dates up to the local day of the as-of, that day with it.
    package init(wholeHistoryUpTo asOf: Instant, zone: Zone, currency: String? = nil) {
        self.init(
            dates: Self.firstDate..<zone.localDate(of: asOf).adding(days: 1), asOf: asOf, zone: zone,
            currency: currency)
    }

    /// The first date that tables are asked for: 1900-01-01.
    package static let firstDate = LocalDate(daysSinceEpoch: -25_567)

    /// By name, as queries have them.
    package var values: [String: Scalar] {
        var values = own
        values["from"] = .date(dates.lowerBound.daysSinceEpoch)
        values["to"] = .date(dates.upperBound.daysSinceEpoch)
        values["compare_from"] = comparedDates.map { .date($0.lowerBound.daysSinceEpoch) } ?? .null
        values["compare_to"] = comparedDates.map { .date($0.upperBound.daysSinceEpoch) } ?? .null
        values["as_of"] = .timestamp(asOf.microsecondsSinceEpoch)
        values["tz"] = .text(zone.name)
        values["currency"] = currency.map { .text($0) } ?? .null
        if let subject { values["subject"] = .text(subject) }
        return values
    }
}
