internal import ChartGrammar
package import CivilTime
internal import Columnar
internal import Formatting
internal import Models

/// Makes a report's document from its definition and the tables of its models.
///
/// Pure: the same definition, tables and request give the same document. Nothing is cut: tables have all of their rows,
/// totals are exact sums of them.
package struct ReportAssembler: Sendable {
    /// What a report is made for.
    package struct Request: Sendable {
        /// Whose report it is; goes into the document as it is.
        package var identity: ReportIdentity
        /// Locale, zone, currency, brand; goes into the document as it is.
        package var presentation: Presentation
        /// The tenant's calendar: names periods and counts days.
        package var calendar: TenantCalendar
        /// The period.
        package var period: Period
        /// Everything that was committed at the source up to this instant is in the tables.
        package var asOf: Instant
        /// The last comparison of the data with its source; nil where there was none.
        package var comparison: SourceComparison?
        /// The values of the report's parameters; those that are not there are what they are by themselves.
        package var parameters: ParameterValues

        package init(
            identity: ReportIdentity, presentation: Presentation, calendar: TenantCalendar, period: Period,
            asOf: Instant, comparison: SourceComparison? = nil,
            parameters: ParameterValues = ParameterValues(standard: [])
        ) {
            self.identity = identity
            self.presentation = presentation
            self.calendar = calendar
            self.period = period
            self.asOf = asOf
            self.comparison = comparison
            self.parameters = parameters
        }
    }

    private let definitions: PlatformDefinitions
    private let text: EngineText

    package init(definitions: PlatformDefinitions, text: EngineText = .english) {
        self.definitions = definitions
        self.text = text
    }

    /// Makes the document.
    ///
    /// - Parameters:
    ///   - report: one of the platform's reports.
    ///   - tables: the tables of `report.models(_:)`, by the models' names.
    /// - Throws: `ReportError` where a table is missing or not as declared, or a number does not fit.
    package func assemble(
        _ report: ReportDefinition, _ request: Request, tables: [String: ModelTable]
    ) throws(ReportError) -> ReportDocument {
        try assemble(report, request, tables: try ReportTables(report, definitions, tables: tables))
    }

    /// Makes the document of one edition, of tables that were read for all of them.
    ///
    /// - Parameter subject: whose it is; nil for the tenant's.
    /// - Throws: `ReportError` as above; `needsSubject` for a report for subjects without one.
    package func assemble(
        _ report: ReportDefinition, _ request: Request, tables: ReportTables, subject: ReportSubject? = nil
    ) throws(ReportError) -> ReportDocument {
        try assembly(report, request, tables: tables, subject: subject).document()
    }

    /// What makes the document of one edition.
    func assembly(
        _ report: ReportDefinition, _ request: Request, tables: ReportTables, subject: ReportSubject?
    ) throws(ReportError) -> Assembly {
        guard (subject == nil) == (report.subjects == nil) else { throw .needsSubject(report: report.slug) }
        let rows = try tables.rows(of: subject, currency: request.presentation.currency)
        if let name = report.models(definitions.metrics).first(where: { rows[$0] == nil }) {
            throw .missingTable(model: name)
        }
        let gaps =
            report.onIncomplete == .mark
            ? report.gaps(definitions, request.period, request.calendar, asOf: request.asOf) : []
        return Assembly(
            report: report, metrics: definitions.metrics, gaps: gaps, request: request, text: text, rows: rows,
            formatter: ValueFormatter(
                locale: request.presentation.locale, currency: request.presentation.currency, words: text.words))
    }
}

/// One document on its way.
struct Assembly {
    let report: ReportDefinition
    let metrics: [MetricDefinition]
    /// What the report must say is missing.
    let gaps: [DataGap]
    let request: ReportAssembler.Request
    let text: EngineText
    let rows: [String: ModelRows]
    let formatter: ValueFormatter

    func document() throws(ReportError) -> ReportDocument {
        let tiles = try tiles()
        var values = try metricValues(tiles)
        for chart in report.blocks.flatMap(\.allCharts) {
            if let fact = try fact(of: chart) { values[chart.name] = fact }
        }
        var sections: [ReportSection] = []
        for section in report.sections {
            var blocks: [Block] = []
            for block in section.blocks { blocks += try made(block, values) }
            if !blocks.isEmpty { sections.append(ReportSection(title: section.title, blocks: blocks)) }
        }
        return ReportDocument(
            identity: request.identity, presentation: request.presentation, period: reportPeriod,
            freshness: freshness, notices: incompleteness, headline: try headline(tiles, values), tiles: tiles,
            sections: sections,
            definitions: shownMetrics().map { Definition(term: $0.label, text: $0.definition) }, sources: sources)
    }

    private func made(
        _ block: BlockDefinition, _ values: [String: SentenceValue]
    ) throws(ReportError) -> [Block] {
        switch block {
        case .chart(let definition):
            if let chart = try named(definition, values) { return [.chart(chart)] }
            return try emptyText(definition, values)
        case .charts(let definitions):
            var charts: [Chart] = []
            var empty: [Block] = []
            for definition in definitions {
                if let chart = try named(definition, values) {
                    charts.append(chart)
                } else {
                    empty += try emptyText(definition, values)
                }
            }
            return (charts.isEmpty ? [] : [.charts(charts)]) + empty
        case .table(let definition): return try tables(definition, values).map(Block.table)
        case .text(let template):
            let sentence = try template.rendered(values)
            return sentence.isEmpty ? [] : [.text(sentence)]
        }
    }

    private func named(
        _ definition: ChartDefinition, _ values: [String: SentenceValue]
    ) throws(ReportError) -> Chart? {
        var chart = try chart(definition, values)
        chart?.name = definition.name
        if let column = definition.anomalyColumn, case .dates(let dates)? = chart?.domain {
            chart?.annotations += try anomalies(column, definition, dates)
        }
        return chart
    }

    /// A ring for each bucket of a chart in which a row says that it is out of line.
    private func anomalies(
        _ column: String, _ definition: ChartDefinition, _ dates: [LocalDate]
    ) throws(ReportError) -> [Chart.Annotation] {
        let rows = try rows(of: definition)
        return dates.filter { date in rows.rows(of: date).contains { rows.value(column, $0) == .bool(true) } }
            .map { Chart.Annotation(from: $0, to: $0.adding(days: 1), text: "", kind: .anomaly) }
    }

    /// What stands in the place of a chart without values; nothing where the definition says so.
    private func emptyText(
        _ chart: ChartDefinition, _ values: [String: SentenceValue]
    ) throws(ReportError) -> [Block] {
        if let sentence = try chart.empty.map({ template throws(ReportError) in try template.rendered(values) }) {
            return sentence.isEmpty ? [] : [.text(sentence)]
        }
        let label = metric(chart.metric)?.label ?? chart.metric
        // "No sales in October": English names within a sentence are written small; other languages begin with them.
        let measure = text.language == "en" ? label.lowercased() : label
        return [.text(empty(.chartEmpty, soFar: .chartEmptySoFar, ["measure": measure]))]
    }

    /// Why there is nothing: the source was read in full, or, while the period is not over, up to the cut-off alone.
    func empty(_ over: EngineText.Key, soFar: EngineText.Key, _ values: [String: String] = [:]) -> String {
        let places = ["period": label(of: period), "date": formatter.instant(request.asOf, zone: calendar.zone)]
        return text(isComplete ? over : soFar, values.merging(places) { own, _ in own })
    }

    // MARK: Names

    /// The value of one of the report's parameters.
    func value(of parameter: ReportParameter) -> ParameterValue {
        request.parameters[parameter.name] ?? parameter.standard
    }

    /// How many are shown. The definition's reader has bounded the parameter.
    func number(_ count: ShownCount) -> Int {
        switch count {
        case .number(let number): return number
        case .parameter(let name):
            guard let parameter = report.parameters.first(where: { $0.name == name }),
                case .integer(let number) = value(of: parameter)
            else { return 0 }
            return Int(max(0, min(number, 1_000_000)))
        }
    }

    var period: Period { request.period }
    var calendar: TenantCalendar { request.calendar }

    /// A metric by its name; the definition was checked, so it is there.
    func metric(_ name: String) -> MetricDefinition? { metrics.first { $0.name == name } }

    /// The rows of a model.
    func rows(of model: String) throws(ReportError) -> ModelRows {
        guard let found = rows[model] else { throw .missingTable(model: model) }
        return found
    }

    /// The rows of a chart's model that it takes.
    func rows(of chart: ChartDefinition) throws(ReportError) -> ModelRows {
        try rows(of: chart.model).narrowed(to: chart.conditions)
    }

    /// The metrics that are shown, each once, in order.
    private func shownMetrics() -> [MetricDefinition] {
        var names = report.tiles
        for block in report.blocks {
            names += block.allCharts.map(\.metric)
            guard case .table(let table) = block else { continue }
            for column in table.columns { if case .metric(let name) = column.source { names.append(name) } }
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.compactMap(metric)
    }

    private var sources: [SourceNote] {
        rows.values.map { rows in
            let others = rows.otherCurrencies.values.reduce(0) { $0 + $1.rowCount }
            return SourceNote(name: rows.model.name, version: rows.version, rowCount: Int64(rows.rowCount + others))
        }
        .sorted { $0.name < $1.name }
    }
}
