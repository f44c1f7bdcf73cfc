/// The lengths of time that reports are made for.
package enum Grain: String, Sendable, Hashable, CaseIterable {
    case day
    case week
    case month
    case quarter
    case year
    /// A twelfth of a fiscal year, counted from its first day: `FY2026-P07`.
    case fiscalPeriod = "fiscal_period"
    /// A quarter of a fiscal year: `FY2026-Q2`.
    case fiscalQuarter = "fiscal_quarter"
    /// A fiscal year: `FY2026`.
    case fiscalYear = "fiscal_year"
    /// Any half-open range of dates: `2026-10-03..2026-10-17`.
    case range
}
