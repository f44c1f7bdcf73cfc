package import ChartGrammar
package import CivilTime
internal import Models

/// What a report says: `Reports/<platform>/reports/<slug>.yaml`, checked against metrics and models.
package struct ReportDefinition: Sendable, Hashable {
    /// Who reads it.
    package enum Audience: String, Sendable, Hashable, CaseIterable {
        case tenant, `operator`, subject
    }

    /// What a period is compared with.
    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        case previous
        case lastYear = "last_year"
        case none
    }

    /// What happens where the data is not complete when the report is due.
    package enum IncompletePolicy: String, Sendable, Hashable, CaseIterable {
        case send, mark, hold
    }

    /// The formats that a definition can ask for.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        case pdf, xlsx, csv, html, json, parquet
    }

    /// Names the output folder and the command.
    package let slug: String
    /// The title for people.
    package let title: String
    /// Who reads it.
    package let audience: Audience
    /// The people who each get one, with an audience of subjects; else nil.
    package let subjects: SubjectList?
    /// The length of its periods.
    package let grain: Grain
    /// What they are compared with.
    package let comparison: Comparison
    /// The report's own parameters.
    package let parameters: [ReportParameter]
    /// How fresh the models must be.
    package let needs: [DataNeed]
    /// What happens where they are not.
    package let onIncomplete: IncompletePolicy
    /// The formats that are made.
    package let formats: [Format]
    /// How its CSV files are written.
    package let csv: CSVOptions
    /// Sentences of the finding; each is written if it has something to say. Nil where the definition leaves them to the
    /// engine.
    package let headline: [HeadlineRule]?
    /// The sentence for a period without any rows.
    package let empty: SentenceTemplate?
    /// Metric names of the tiles, at most four.
    package let tiles: [String]
    /// What follows the tiles.
    package let sections: [SectionDefinition]

    /// The period that one of its periods is compared with; nil without a comparison.
    package func comparedPeriod(with period: Period, by calendar: TenantCalendar) -> Period? {
        switch comparison {
        case .previous: calendar.previous(of: period)
        case .lastYear: calendar.sameLastYear(as: period)
        case .none: nil
        }
    }

    /// The models whose tables it needs, sorted, given the platform's metrics.
    package func models(_ metrics: [MetricDefinition]) -> [String] {
        var names: Set<String> = []
        var shown = tiles
        for block in blocks {
            names.formUnion(block.allCharts.map(\.model))
            // The share of a bar is one of the whole, which the metric's own model knows.
            shown += block.allCharts.filter { $0.mark == .bars }.map(\.metric)
            if case .table(let table) = block { names.insert(table.model) }
        }
        for metric in metrics where shown.contains(metric.name) { names.insert(metric.model) }
        if let subjects { names.insert(subjects.model) }
        return names.sorted()
    }

    /// All blocks of all sections.
    package var blocks: [BlockDefinition] { sections.flatMap(\.blocks) }
}

/// How fresh a model must be.
package struct DataNeed: Sendable, Hashable {
    /// The model.
    package let model: String
    /// The largest distance between the end of the period and the cut-off, in seconds.
    package let freshWithinSeconds: Int64
}

/// Blocks under one heading.
package struct SectionDefinition: Sendable, Hashable {
    /// The heading.
    package let title: String?
    /// What is in it.
    package let blocks: [BlockDefinition]
}

/// A part of a section.
package enum BlockDefinition: Sendable, Hashable {
    case chart(ChartDefinition)
    /// Charts of half the width, side by side.
    case charts([ChartDefinition])
    case table(TableDefinition)
    case text(SentenceTemplate)

    /// The charts in it.
    var allCharts: [ChartDefinition] {
        switch self {
        case .chart(let chart): [chart]
        case .charts(let charts): charts
        case .table, .text: []
        }
    }
}

/// How many of something are shown: a number, or the whole number that a parameter of the report is.
package enum ShownCount: Sendable, Hashable {
    case number(Int)
    case parameter(String)
}

/// A chart of a report.
package struct ChartDefinition: Sendable, Hashable {
    /// Its name in sentences.
    package let name: String
    /// How it is drawn.
    package let mark: Chart.Mark
    /// The model that it reads.
    package let model: String
    /// The metric that it shows, computed from the rows of `model`.
    package let metric: String
    /// The bucket column of a line, the category columns of bars, the row column of a heat map.
    package let categories: [String]
    /// What stands between the parts of a category: ` to `.
    package let separator: String
    /// The column of a heat map's columns.
    package let steps: String?
    /// How many bars or rows are shown; the others are summed up or left to the workbook.
    package let limit: ShownCount
    /// Whether the previous period is drawn too.
    package let isCompared: Bool
    /// The title, a finding or a plain name; nil for the standard one.
    package let title: SentenceTemplate?
    /// The line under the title; nil for the standard one.
    package let subtitle: SentenceTemplate?
    /// The words of the chart grammar, for charts that are composed by it; nil for the four plain ones.
    package var specification: ChartSpecification? = nil
    /// The column that is true where a bucket's value is out of line: it gets a ring. Nil for none.
    package var anomalyColumn: String? = nil
    /// What the model's rows must be like to be taken; none for all.
    package var conditions: [MetricCondition] = []
    /// What stands in its place where it has no values; nil for the standard sentence.
    package var empty: SentenceTemplate? = nil
}

/// A table of a report.
package struct TableDefinition: Sendable, Hashable {
    /// Names the sheet and the CSV file: `top-customers`.
    package let name: String
    /// The model that it reads.
    package let model: String
    /// The heading.
    package let title: String
    /// The line under the heading; nil for the standard one.
    package let subtitle: SentenceTemplate?
    /// The columns.
    package let columns: [TableColumnDefinition]
    /// The order of the rows; without one, that of the table in the lake.
    package let sort: [SortKey]
    /// The names of the columns that have a total.
    package let totals: Set<String>
    /// How many rows stand on pages, 0 for none; nil for all. Workbook and files always have all.
    package let pageRowsMax: ShownCount?
    /// The formats that have the table; none for all.
    package var formats: [ReportDefinition.Format] = []
    /// What the model's rows must be like to be in it; none for all.
    package var conditions: [MetricCondition] = []
}

/// A column of a table.
package struct TableColumnDefinition: Sendable, Hashable {
    /// Where its values come from.
    package enum Source: Sendable, Hashable {
        /// A column of the model.
        case column(String)
        /// A metric, computed from each row.
        case metric(String)
    }

    /// Its name in CSV.
    package let name: String
    /// Where its values come from.
    package let source: Source
    /// Its label; nil for that of the column or metric.
    package let label: String?
    /// Whether bars are drawn in its cells.
    package let hasBar: Bool
    /// Whether its dates are written as months: `Oct 2026`.
    package var namesMonths = false
}

/// A key of a table's order.
package struct SortKey: Sendable, Hashable {
    /// The column, by its name in the table.
    package let column: String
    /// Whether the largest comes first.
    package let isDescending: Bool
}
