internal import CivilTime
internal import Columnar
internal import Extract
internal import Formatting
internal import Lake
internal import Models
internal import Rendering
internal import Report
internal import Tenancy

/// Where a figure of an edition comes from, from the page down to the source's rows.
package struct FigureExplanation: Sendable {
    /// A dataset that the model is computed from.
    package struct Dataset: Sendable {
        /// `raw/orders`, and its version when the edition was made.
        package let table: String
        package let version: Int64
        /// All of its rows, and those whose event is on the figure's dates; nil where that is not known.
        package let rowCount: Int64?
        package let rowCountOfDates: Int64?
        /// Why its rows could not be counted; nil where they were.
        package let problem: String?
    }

    /// The figure, as the report writes it and exactly.
    package let address: String
    package let label: String
    package let value: String
    package let exact: String?
    /// The metric's name, its expression and what it means; nil for a column of a table.
    package let metric: (name: String, expression: String, definition: String)?
    /// The column, of a table's own.
    package let column: String?
    /// The model, what it holds, and the file that says how it is computed.
    package let model: (name: String, description: String, path: String, text: String)
    /// The model's table when the edition was made, nil for a view; its rows, and those that the figure was computed from.
    package let version: Int64?
    package let rowCount: Int
    package let usedRowCount: Int
    /// The first date and the one behind the last; nil for a model without time.
    package let dates: (from: String, to: String)?
    /// What rows had to be like to be taken: `kind = 'tag'`; empty for all.
    package let condition: String
    /// What the model is computed from.
    package let datasets: [Dataset]
    /// The edition's run and number.
    package let run: String
    package let edition: Int64
}

/// Explains figures of editions by their receipts.
package struct FigureExplainer {
    private let project: Project

    package init(in project: Project) { self.project = project }

    /// - Parameters:
    ///   - address: the figure's, as in `ReportFigure`; nil lists those that there are.
    ///   - slug: the report.
    ///   - tenant: the tenant's id.
    ///   - request: period, person and parameters.
    /// - Throws: `Failure` of the cause `usage` where there is no such edition or figure.
    package func explain(
        _ address: String, of slug: String, tenant: String, _ request: EditionRequest
    ) throws(Failure) -> FigureExplanation {
        do {
            let (recall, document) = try edition(slug, tenant, request)
            return try explanation(address, recall, document)
        } catch {
            throw Failure(classifying: error, doing: "explain '\(address)' of report '\(slug)'")
        }
    }

    /// The addresses of all figures of an edition, with what they are and their values.
    package func figures(
        of slug: String, tenant: String, _ request: EditionRequest
    ) throws(Failure) -> [(address: String, label: String, value: String)] {
        do {
            let (recall, document) = try edition(slug, tenant, request)
            let formatter = formatter(document, recall.maker.text)
            return document.figures.map { ($0.address, $0.label, formatter.full($0.value, unit: $0.unit)) }
        } catch {
            throw Failure(classifying: error, doing: "list the figures of report '\(slug)'")
        }
    }

    private func edition(
        _ slug: String, _ tenant: String, _ request: EditionRequest
    ) throws -> (EditionRecall, ReportDocument) {
        let scope = try project.tenants.scope(named: tenant)
        let maker = try EditionMaker(slug, for: scope, in: project)
        let period = try maker.period(named: request.period)
        let values = try maker.report.values(request.parameters)
        let person = request.subjects.first.map { ReportSubject(key: $0, name: "", zone: nil) }
        let variant = try EditionVariant(person, values)
        let files = ReceiptFiles(project: project, scope: scope, report: try ResourceName(slug))
        guard let receipt = try files.newest(period, variant.folders) else {
            throw Failure(
                .usage, "there is no edition of report '\(slug)' for tenant '\(tenant)' and \(period.name)",
                remedy: "almanac export \(slug) --tenant \(tenant) --period \(period.name)")
        }
        let recall = try EditionRecall(receipt, project, scope)
        return (recall, try recall.document())
    }

    private func formatter(_ document: ReportDocument, _ text: EngineText) -> ValueFormatter {
        ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
    }

    private func explanation(
        _ address: String, _ recall: EditionRecall, _ document: ReportDocument
    ) throws -> FigureExplanation {
        let maker = recall.maker
        let trace = try recall.trace(address, document)
        let source = maker.definitions.sources.first { $0.path == "models/\(trace.model.file)" }
        let metric = trace.metric.map { metric in
            (metric.name, metric.expression.text, metric.definition)
        }
        return FigureExplanation(
            address: address, label: trace.figure.label,
            value: formatter(document, maker.text).full(trace.figure.value, unit: trace.figure.unit),
            exact: trace.figure.value.figureText, metric: metric, column: trace.column,
            model: (
                trace.model.name, trace.model.description, source?.path ?? "",
                String(decoding: source?.bytes ?? [], as: UTF8.self)
            ), version: trace.version, rowCount: trace.rowCount, usedRowCount: trace.usedRowCount,
            dates: trace.dates.map { ($0.lowerBound.description, $0.upperBound.description) },
            condition: trace.conditions.map(\.text).joined(separator: " and "),
            datasets: try datasets(recall, trace), run: recall.receipt.run, edition: recall.receipt.edition)
    }

    private func datasets(_ recall: EditionRecall, _ trace: FigureTrace) throws -> [FigureExplanation.Dataset] {
        let scope = recall.maker.scope
        let catalog = try DatasetCatalog(
            platform: scope.tenant.platform, layout: project.layout, store: project.environment.store)
        let wanted = recall.maker.definitions.datasets(of: trace.model.name)
        return recall.receipt.inputs.compactMap { input in
            guard let dataset = catalog.datasets.first(where: { "raw/\($0.name.text)" == input.name }),
                wanted?.contains(dataset.name.text) ?? true
            else { return nil }
            do {
                let table = project.table(TableAddress(.raw, dataset.name, of: scope, in: project.layout))
                let snapshot = try table.snapshot(at: .version(input.version))
                let own = try count(snapshot, dataset, trace.dates, recall.calendar)
                return FigureExplanation.Dataset(
                    table: input.name, version: input.version, rowCount: snapshot.rowCount, rowCountOfDates: own,
                    problem: nil)
            } catch {
                return FigureExplanation.Dataset(
                    table: input.name, version: input.version, rowCount: nil, rowCountOfDates: nil,
                    problem: "\(error)")
            }
        }
    }

    private func count(
        _ snapshot: TableSnapshot, _ dataset: Dataset, _ dates: Range<LocalDate>?, _ calendar: TenantCalendar
    ) throws -> Int64? {
        guard let dates, let event = dataset.eventTime, snapshot.schema.index(of: event) != nil else { return nil }
        var count: Int64 = 0
        try snapshot.forEachBatch(columns: [event]) { batch in
            for row in 0..<batch.rowCount {
                guard case .timestamp(let instant) = batch.columns[0].scalar(row) else { continue }
                if dates.contains(calendar.zone.localDate(of: Instant(microsecondsSinceEpoch: instant))) { count += 1 }
            }
        }
        return count
    }
}
