package import CivilTime
package import Formatting

/// The chart of a definition: which mark, which columns on which channels, which transforms. The same words in the
/// sections of reports and in files for `almanac chart`.
///
/// ```yaml
/// mark: bars                     # see Chart.Mark
/// x: [origin]                    # what values belong to: a date or categories; the horizontal measure of a scatter
/// y: sum(flights)                # a column, or sum, mean, median, min, max, count of one; a list for several series
/// color: carrier                 # a series for each of its values; facet: the same, a panel for each
/// stack: normalize               # none | zero | normalize
/// transform: [cumulate]          # cumulate | share | rank | change | { average: 7 } | { bucket: month }
/// sort: descending               # of categories, by their values: descending | ascending | none
/// top: 10                        # the others are summed, or counted where they cannot be
/// ```
package struct ChartSpecification: Sendable, Hashable {
    /// How rows that belong together become one value.
    package enum Aggregate: String, Sendable, Hashable, CaseIterable {
        case sum, mean, median, min, max, count
    }

    /// A value channel.
    package struct Measure: Sendable, Hashable {
        package var aggregate: Aggregate
        /// Empty for `count()`.
        package var column: String
        package var label: String

        package init(aggregate: Aggregate = .sum, column: String, label: String) {
            self.aggregate = aggregate
            self.column = column
            self.label = label
        }
    }

    /// What happens to the values of each series before they are drawn, in order.
    package enum Step: Sendable, Hashable {
        /// Running sums.
        case cumulate
        /// Shares of the sum of all series at each place.
        case share
        /// Ranks, 1 the largest, among the series.
        case rank
        /// The growth since the value before, a fraction.
        case change
        /// The mean of the last so many values.
        case average(Int)
        /// Dates at the start of their week, month, quarter or year.
        case bucket(Grain)
    }

    package enum Order: String, Sendable, Hashable, CaseIterable {
        case descending, ascending, none
    }

    package var mark: Chart.Mark
    /// What values belong to; for timelines the first date.
    package var x: [String] = []
    package var y: [Measure] = []
    package var color: String?
    package var label: String?
    /// The date behind the last, of timelines.
    package var end: String?
    /// Both ends of flows.
    package var source: String?
    package var target: String?
    package var previous: Measure?
    /// Whether the previous period is compared with; only where there is a period, as in reports.
    package var isCompared = false
    package var goal: Measure?
    package var forecast: Measure?
    package var low: [Measure] = []
    package var high: [Measure] = []
    package var stack: Chart.Stack = .none
    package var steps: [Step] = []
    package var order: Order?
    package var top: Int?
    package var isLogarithmic = false
    package var isHorizontalLogarithmic = false
    package var totals: [String] = []
    package var annotations: [Chart.Annotation] = []
    package var partialFrom: LocalDate?
    package var separator = " – "
    package var horizontalTitle: String?

    package init(mark: Chart.Mark) { self.mark = mark }

    /// The columns whose values decide which rows belong together.
    package var keyColumns: [String] {
        let channels: [String?] = [color, label, end, source, target]
        let mentioned = x + channels.compactMap(\.self)
        return mentioned.enumerated().filter { mentioned.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }

    /// All value channels.
    package var measures: [Measure] { y + [previous, goal, forecast].compactMap(\.self) + low + high }
}

extension Chart.Mark {
    /// Whether each row is a value of its own: nothing is added up.
    package var takesObservations: Bool {
        switch self {
        case .histogram, .strip, .ecdf, .lorenz, .scatter, .curve: true
        default: false
        }
    }

    /// Whether values lie along time.
    package var needsDates: Bool {
        switch self {
        case .line, .step, .area, .calendar, .band, .fan: true
        default: false
        }
    }
}
