package import CivilTime
internal import Models

/// A model whose data does not reach as far as a report needs it.
///
/// Every report needs its models up to the end of the period; where the definition says `needs`, those models alone, each
/// up to `fresh_within` before that end:
///
/// | needs | period 2026-10 of a tenant in UTC, data to | is |
/// |---|---|---|
/// | nothing said | 2026-11-01T00:00Z | complete |
/// | nothing said | 2026-10-31T23:00Z | a gap of every model |
/// | `sales_daily: { fresh_within: 1d }` | 2026-10-31T23:00Z | complete enough |
/// | `sales_daily: { fresh_within: 1d }` | 2026-10-30T23:59Z | a gap of `sales_daily` |
///
/// No clock takes part: a report that is made again from its receipt finds the same gaps.
package struct DataGap: Sendable, Hashable {
    /// The model.
    package let model: String
    /// What it holds, in words.
    package let description: String
    /// Everything up to this instant is in it.
    package let reaches: Instant
    /// Up to where it should reach.
    package let wanted: Instant
}

extension ReportDefinition {
    /// What is missing for a period; nothing where the data is complete enough.
    ///
    /// - Parameters:
    ///   - definitions: the platform's.
    ///   - period: the report's period.
    ///   - calendar: the tenant's.
    ///   - asOf: everything up to this instant is in the tables.
    package func gaps(
        _ definitions: PlatformDefinitions, _ period: Period, _ calendar: TenantCalendar, asOf: Instant
    ) -> [DataGap] {
        let end = calendar.instants(of: period).end
        let wanted: [(model: String, at: Instant)] =
            needs.isEmpty
            ? models(definitions.metrics).map { ($0, end) }
            : needs.map { ($0.model, end.adding(seconds: -$0.freshWithinSeconds)) }
        return wanted.filter { asOf < $0.at }.map { model, at in
            let words = definitions.models.first { $0.name == model }?.description ?? model
            return DataGap(model: model, description: words, reaches: asOf, wanted: at)
        }
    }
}
