/// What becomes of scheduled times that clocks leave out, or show twice.
///
/// | | left out (gap) | shown twice (fold) |
/// |---|---|---|
/// | `once` | runs once, at the first instant after the gap | runs at the first |
/// | `skip` | does not run | runs at the first |
/// | `both` | runs once, at the first instant after the gap | runs at both |
///
/// Under every policy an interval (`CronExpression.isInterval`) keeps its real spacing: it runs through both passes of a
/// fold, and after a gap it goes on without a catch-up, unless it does not come within the hour after the gap.
/// Several times in one gap come to one run.
package enum DaylightPolicy: String, Sendable, Hashable, CaseIterable {
    case once
    case skip
    case both
}
