package import CivilTime
package import Formatting

/// A chart as data: what is shown, not how it is drawn. Shapes follow from `Mark`, words from the fields here.
package struct Chart: Sendable {
    /// What a chart is called in definitions. Each is a composition of the same few marks, channels, scales and
    /// transforms: see `Recipes`.
    package enum Mark: String, Hashable, Sendable, CaseIterable {
        /// One point a bucket on a time axis; the first `current` series is the story, the others context.
        case line
        /// A line that keeps its value up to the next point: prices, stock levels.
        case step
        /// A filled line that starts at zero; several series lie one on the other.
        case area
        /// Vertical columns; several series stand on each other or side by side, by `stack`.
        case columns
        /// Horizontal bars of categories; a `previous` series becomes a tick across each bar. Several series lie
        /// behind each other or below each other, by `stack`.
        case bars
        /// Horizontal positions of categories: like bars, where the axis may not start at zero.
        case dot
        /// Two periods of many categories, joined by a line.
        case dumbbell
        /// Two moments, a line for each category.
        case slope
        /// Ranks over time.
        case bump
        /// From a start through rises and falls to an end.
        case waterfall
        /// Steps that ever fewer take.
        case funnel
        /// Rows of categories against ordinal columns, cells coloured by value: the cohort triangle, weekday × hour.
        case heatMap = "heat_map"
        /// A cell for each day, weeks side by side.
        case calendar
        /// Categories against categories, values written in: amounts, or correlations around zero.
        case matrix
        /// How often values fall in each of some equal intervals.
        case histogram
        /// Each value as a dot on one line for each category.
        case strip
        /// The share of values up to each value.
        case ecdf
        /// A line with a band around it, such as from the 10th to the 90th percentile.
        case band
        /// A line that goes on into bands of what may come.
        case fan
        /// One measure against another.
        case scatter
        /// Levels along a measure, each kept up to the next: the share that stays so long after a beginning.
        case curve
        /// The share of the whole that the smallest x % have.
        case lorenz
        /// A small line chart for each series, all on one scale.
        case smallMultiples = "small_multiples"
        /// A row for each series: its name, a word-sized line, its last value.
        case sparkline
        /// Values against targets.
        case bullet
        /// What lasts from when to when.
        case timeline
        /// Amounts that flow from one group to the next.
        case sankey
    }

    /// How several series share the room of one.
    package enum Stack: String, Hashable, Sendable, CaseIterable {
        /// Side by side.
        case none
        /// One on the other.
        case zero
        /// One on the other, as shares of their sum.
        case normalize
    }

    /// Something that lasts.
    package struct Span: Sendable, Hashable {
        /// The row that it belongs to.
        package var row: String
        /// What it is; empty for nothing to say.
        package var label: String
        /// The first date.
        package var from: LocalDate
        /// The date behind the last.
        package var to: LocalDate

        package init(row: String, label: String, from: LocalDate, to: LocalDate) {
            self.row = row
            self.label = label
            self.from = from
            self.to = to
        }
    }

    /// From where to where something flows.
    package struct Link: Sendable, Hashable {
        package var source: String
        package var target: String

        package init(source: String, target: String) {
            self.source = source
            self.target = target
        }
    }

    /// What the values belong to.
    package enum Domain: Sendable, Equatable {
        /// Local dates, ascending.
        case dates([LocalDate])
        /// Names, in the order in which they are drawn.
        case categories([String])
        /// The horizontal measure of a scatter plot, one for each value.
        case numbers([Double])
        /// Nothing: each value stands for itself. How many there are at most in a series.
        case observations(count: Int)
        /// The rows of a timeline; the chart has no series.
        case spans([Span])
        /// The ribbons of a Sankey diagram, one for each value.
        case links([Link])
    }

    /// The part that a series plays.
    package enum Role: Hashable, Sendable {
        /// The story: the strong colour.
        case current
        /// The period that is compared with: grey.
        case previous
        /// Everything else, such as "43 others".
        case other
        /// The lower and the upper edge of a band; the first of both belong together, then the second, outermost first.
        case lower, upper
        /// What is expected of values that are not there yet.
        case forecast
        /// What a value is measured against.
        case target
    }

    /// Values along the domain.
    package struct Series: Sendable, Equatable {
        /// Its label, drawn at the line's end.
        package var label: String
        /// The part it plays.
        package var role: Role
        /// One value for each element of the domain; nil is a gap, not a zero.
        package var values: [Double?]

        package init(label: String, role: Role, values: [Double?]) {
            self.label = label
            self.role = role
            self.values = values
        }
    }

    /// A remark at a range of dates.
    package struct Annotation: Sendable, Hashable {
        /// What is remarked.
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            /// Something that lasted: a band behind the marks.
            case range
            /// Something that happened: a thin line.
            case event
            /// A value that is out of line: a ring around it. Without words there may be any number of them.
            case anomaly
        }

        /// What is remarked.
        package var kind: Kind
        /// The first date.
        package var from: LocalDate
        /// The date behind the last.
        package var to: LocalDate
        /// One or two short lines.
        package var text: String

        package init(from: LocalDate, to: LocalDate, text: String, kind: Kind = .range) {
            self.kind = kind
            self.from = from
            self.to = to
            self.text = text
        }
    }

    /// The finding, or the plain name where no rule fires.
    package var title: String
    /// Measure, unit, period, comparison.
    package var subtitle: String
    /// How the values are drawn.
    package var mark: Mark
    /// The unit of the values.
    package var unit: Unit
    /// What the values belong to: dates, categories, or the rows of a heat map.
    package var domain: Domain
    /// The values. In a heat map or matrix each series is one column, its label the column's head.
    package var series: [Series]
    /// Remarks; at most two are drawn.
    package var annotations: [Annotation]
    /// Its name in the definition that it follows; empty where it has none.
    package var name = ""
    /// The first date that is not complete yet; from there on the line is drawn hatched or dashed.
    package var partialFrom: LocalDate?
    /// Whether growth is good news: the colour of changes beside bars.
    package var good: Direction
    /// How several series share the room of one.
    package var stack: Stack
    /// Whether the value axis is logarithmic: never unless a definition asks for it.
    package var isLogarithmic: Bool
    /// Labels of the single values of a scatter or strip plot, in their order; empty for none.
    package var pointNames: [String]
    /// What the horizontal axis of a scatter plot, histogram or distribution measures, and in which unit.
    package var horizontal: Horizontal
    /// The categories of a waterfall that are totals: the level reached, not a step. One without a value is summed up.
    package var totals: Set<Int>
    /// What the chart says, for a reader who cannot see it; empty for a sentence computed from the values.
    package var alternativeText: String

    /// The measure of a horizontal value axis.
    package struct Horizontal: Sendable, Hashable {
        package var label: String
        package var unit: Unit
        /// Whether the axis is logarithmic: never unless a definition asks for it.
        package var isLogarithmic: Bool

        package init(label: String = "", unit: Unit = .none, isLogarithmic: Bool = false) {
            self.label = label
            self.unit = unit
            self.isLogarithmic = isLogarithmic
        }
    }

    package init(
        title: String, subtitle: String, mark: Mark, unit: Unit, domain: Domain, series: [Series],
        annotations: [Annotation] = [], partialFrom: LocalDate? = nil, good: Direction = .up, stack: Stack = .none,
        isLogarithmic: Bool = false, pointNames: [String] = [], horizontal: Horizontal = Horizontal(),
        totals: Set<Int> = [], alternativeText: String = ""
    ) {
        self.title = title
        self.subtitle = subtitle
        self.mark = mark
        self.unit = unit
        self.domain = domain
        self.series = series
        self.annotations = annotations
        self.partialFrom = partialFrom
        self.good = good
        self.stack = stack
        self.isLogarithmic = isLogarithmic
        self.pointNames = pointNames
        self.horizontal = horizontal
        self.totals = totals
        self.alternativeText = alternativeText
    }
}

extension Chart {
    /// Whether the chart is a series of values for each date or category and is drawn as such: what a spreadsheet's
    /// own charts can show too.
    package var isTabular: Bool {
        switch (mark, domain) {
        case (.heatMap, _), (.matrix, _), (.calendar, _): false
        case (_, .dates), (_, .categories): true
        case (_, .numbers), (_, .observations), (_, .spans), (_, .links): false
        }
    }
}
