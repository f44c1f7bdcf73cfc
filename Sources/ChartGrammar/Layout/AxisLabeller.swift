package import CivilTime
package import Formatting

/// Writes numbers and dates for charts in the reader's language.
package protocol AxisLabeller {
    /// Labels of an axis, one for each tick, all in one magnitude ("m"); only the last bears the unit: `0 2 4 ₦6m`.
    func axisLabels(of ticks: [Double], unit: Unit) -> [String]
    /// Three significant figures with the unit: `₦8.2m`.
    func compact(_ value: Double, unit: Unit) -> String
    /// Whole major units without a sign or suffix: `522`, `48,200,000`.
    func whole(_ value: Double, unit: Unit) -> String
    /// The change between two values, with arrow: `▲ 8.4%`, and +1, −1 or 0 for its direction; nil where it has no
    /// meaning, as from zero.
    func change(from previous: Double, to current: Double, unit: Unit) -> (text: String, direction: Int)?
    /// The seven weekdays, short, Monday first.
    var weekdays: [String] { get }
    /// A date on an axis.
    func date(_ date: LocalDate, form: DateForm) -> String
}

/// How much of a date is written.
package enum DateForm: Hashable, Sendable {
    /// "8 Oct".
    case dayMonth
    /// "Oct".
    case month
    /// "Oct 2026".
    case monthYear
    /// "2026".
    case year
}

/// The few words that charts say by themselves, in English unless a catalogue gives others.
package struct ChartTexts: Sendable, Equatable {
    package var noData = "no data"
    package var emptyTitle = "Nothing in this period"
    package var emptyNote = "The source was read; it has no rows for this chart."
    package var missingTitle = "No data in this period"
    package var missingNote = "No values were received. This is not a zero."
    package var zeroThroughout = "0 throughout"
    package var soFar = "so far"
    package var onePoint = "The first value. A trend line starts with the third."
    /// Behind the subtitle of a line that does not start at zero; `%` is the first tick.
    package var axisStartsAt = "axis starts at %"
    /// The last bar of too many; `%` is how many it sums.
    package var others = "% others"
    /// Behind the subtitle where what is left out can't be summed.
    package var othersLeftOut = "% others not shown"
    /// Behind the subtitle of a line chart with too many lines.
    package var moreInGrey = "% more in grey"
    /// Behind the subtitle where one bar is cut; `%` is its name.
    package var barIsCut = "the bar of % is cut"
    /// Behind the subtitle of a heat map with too many rows.
    package var lastRows = "the last % rows"

    package var median = "Median"
    /// Beside a Lorenz curve; the first `%` is the share of the smallest, the second what they have.
    package var lorenz = "the lower % have %"
    /// Behind the subtitle of a Lorenz curve.
    package var gini = "Gini coefficient %"
    /// The sentences for readers who cannot see a chart.
    package var summaryLine = "last %; highest % (%); lowest % (%)"
    package var summaryRanking = "highest % (%); lowest % (%)"
    package var summarySpread = "% values from % to %, median %"
    package var summaryFlow = "largest flow from % to %: %"
    package var summarySpans = "% spans from % to %"

    package init() {}

    /// Puts values in the places of `%`, one after the other.
    package static func fill(_ template: String, _ values: String...) -> String {
        var parts = template.split(separator: "%", maxSplits: values.count, omittingEmptySubsequences: false)
        guard !parts.isEmpty else { return template }
        var text = String(parts.removeFirst())
        for (part, value) in zip(parts, values) { text += value + part }
        return text
    }
}
