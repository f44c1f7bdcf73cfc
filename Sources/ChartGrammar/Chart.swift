package import CivilTime
package import Formatting

/// A chart as data: what is shown, not how it is drawn. Shapes follow from `Mark`, words from the fields here.
package struct Chart: Sendable {
    /// How the values are drawn.
    package enum Mark: Hashable, Sendable {
        /// One point a bucket on a time axis; the first `current` series is the story, the others context.
        case line
        /// Vertical columns on a time axis of few buckets.
        case columns
        /// Horizontal bars of categories; a `previous` series becomes a tick across each bar.
        case bars
        /// Rows of categories against ordinal columns, cells coloured by value: the cohort triangle.
        case heatMap
    }

    /// What the values belong to.
    package enum Domain: Sendable, Equatable {
        /// Local dates, ascending.
        case dates([LocalDate])
        /// Names, in the order in which they are drawn.
        case categories([String])
    }

    /// The part that a series plays.
    package enum Role: Hashable, Sendable {
        /// The story: the strong colour.
        case current
        /// The period that is compared with: grey.
        case previous
        /// Everything else, such as "43 others".
        case other
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
    package struct Annotation: Sendable, Equatable {
        /// The first date.
        package var from: LocalDate
        /// The date behind the last.
        package var to: LocalDate
        /// One or two short lines.
        package var text: String

        package init(from: LocalDate, to: LocalDate, text: String) {
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
    /// The values. In a heat map each series is one column, its label the column's head.
    package var series: [Series]
    /// Remarks; at most two are drawn.
    package var annotations: [Annotation]
    /// The first date that is not complete yet; from there on the line is drawn hatched or dashed.
    package var partialFrom: LocalDate?
    /// Whether growth is good news: the colour of changes beside bars.
    package var good: Direction
    /// What the chart says, for a reader who cannot see it.
    package var alternativeText: String

    package init(
        title: String, subtitle: String, mark: Mark, unit: Unit, domain: Domain, series: [Series],
        annotations: [Annotation] = [], partialFrom: LocalDate? = nil, good: Direction = .up, alternativeText: String
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
        self.alternativeText = alternativeText
    }
}
