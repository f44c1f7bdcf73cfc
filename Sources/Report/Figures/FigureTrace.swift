package import CivilTime
package import Models

/// Where a figure of a report comes from: the metric or column, the model, the dates and how many of its rows.
package struct FigureTrace: Sendable {
    /// The figure.
    package let figure: ReportFigure
    /// The metric that was computed; nil for a column of a table.
    package let metric: MetricDefinition?
    /// The column, of a table's own.
    package let column: String?
    /// The model.
    package let model: ModelDefinition
    /// The table's version, nil for a view; its rows that are the edition's, and those that the figure was computed from.
    package let version: Int64?
    package let rowCount: Int
    package let usedRowCount: Int
    /// The dates of the buckets that were taken; nil for a model without time.
    package let dates: Range<LocalDate>?
    /// What rows had to be like to be taken; none for all.
    package var conditions: [MetricCondition] = []
}

extension ReportAssembler {
    /// Finds a figure of a report, and what it was computed from.
    ///
    /// - Parameters:
    ///   - address: as in `ReportFigure`.
    ///   - document: the report's document, of the same request and tables.
    /// - Throws: `ReportError.unknownFigure`, with suggestions.
    package func trace(
        _ address: String, in document: ReportDocument, _ report: ReportDefinition, _ request: Request,
        tables: ReportTables, subject: ReportSubject? = nil
    ) throws(ReportError) -> FigureTrace {
        let figures = document.figures
        guard let figure = figures.first(where: { $0.address == address }) else {
            throw .unknownFigure(name: address, known: figures.map(\.address))
        }
        return try assembly(report, request, tables: tables, subject: subject).trace(of: figure)
    }
}

extension Assembly {
    /// The definitions that a figure follows.
    func trace(of figure: ReportFigure) throws(ReportError) -> FigureTrace {
        switch figure.origin {
        case .tile(let name): return try trace(figure, metric: name, model: metric(name)?.model)
        case .compared(let name):
            let trace = try trace(figure, metric: name, model: metric(name)?.model)
            let rows = try rows(of: trace.model.name)
            guard let dates = comparedDates(of: rows) else { return trace }
            return FigureTrace(
                figure: figure, metric: trace.metric, column: nil, model: trace.model, version: trace.version,
                rowCount: trace.rowCount, usedRowCount: rows.rows(in: dates).count, dates: dates)
        case .chart(let name):
            let chart = report.blocks.flatMap(\.allCharts).first { $0.name == name }
            return try trace(figure, metric: chart?.metric, model: chart?.model, where: chart?.conditions ?? [])
        case .table(let name, let column, let isTotal):
            for block in report.blocks {
                guard case .table(let table) = block, name == table.name || name.hasPrefix(table.name + "-"),
                    let source = table.columns.first(where: { $0.name == column })?.source
                else { continue }
                let conditions = table.conditions
                switch source {
                case .metric(let metric):
                    return try trace(
                        figure, metric: metric, model: table.model, where: conditions, isOneRow: !isTotal)
                case .column(let column):
                    return try trace(
                        figure, metric: nil, column: column, model: table.model, where: conditions, isOneRow: !isTotal)
                }
            }
            throw .unknownFigure(name: figure.address, known: [])
        }
    }

    private func trace(
        _ figure: ReportFigure, metric name: String?, column: String? = nil, model: String?,
        where conditions: [MetricCondition] = [], isOneRow: Bool = false
    ) throws(ReportError) -> FigureTrace {
        guard let model else { throw .unknownFigure(name: figure.address, known: []) }
        let rows = try rows(of: model)
        let dates = dates(of: rows.model)
        return FigureTrace(
            figure: figure, metric: name.flatMap(metric), column: column, model: rows.model, version: rows.version,
            rowCount: rows.rowCount,
            usedRowCount: isOneRow ? 1 : rows.narrowed(to: conditions).rows(in: dates).count,
            dates: rows.model.bucket == nil ? nil : dates, conditions: conditions)
    }
}
