internal import ArgumentParser
internal import Runs

struct ExplainFigureVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figure", abstract: "Say where a figure on a page comes from, down to the source's rows.",
        discussion: """
            Without a figure, lists those of the edition. With one, says its metric, the model with its SQL, the versions \
            of all tables, and how many rows of each there are.

            Examples:
              almanac explain monthly-sales --tenant harbour-records
              almanac explain monthly-sales sales --tenant harbour-records --period 1998-06
              almanac explain monthly-sales 'top-customers.total.orders' \\
                --tenant harbour-records --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Argument(help: "The report's slug.")
    var report: String

    @Argument(help: "The figure's address: sales, top-customers.total.orders, daily_sales[2026-10-07].")
    var figure: String?

    @Option(name: .long, help: "The tenant.")
    var tenant: String

    @Option(name: .long, help: "The period; else the last complete one.")
    var period: String?

    @Option(name: .long, help: "Whose edition, by the key, of a report for subjects.")
    var subject: String?

    @Option(
        name: .customLong("param"), parsing: .singleValue,
        help: "A parameter that the edition was made with, NAME=VALUE; may be given several times.")
    var parameters: [String] = []

    func run() throws {
        let explainer = FigureExplainer(in: try location.open(common))
        let request = EditionRequest(
            period: period, parameters: try ParameterWords.read(parameters), subjects: subject.map { [$0] } ?? [])
        guard let figure else { return try list(explainer, request) }
        let found = try explainer.explain(figure, of: report, tenant: tenant, request)
        if common.json { return try common.console.answer(json: Answer(found)) }
        for line in lines(found) { common.console.answer(line) }
    }

    private func list(_ explainer: FigureExplainer, _ request: EditionRequest) throws {
        let figures = try explainer.figures(of: report, tenant: tenant, request)
        if common.json {
            return try common.console.answer(
                json: List(figures: figures.map { .init(address: $0.address, label: $0.label, value: $0.value) }))
        }
        var table = TextTable([("FIGURE", .left), ("VALUE", .right), ("IS", .left)])
        for figure in figures { table.add([figure.address, figure.value, figure.label]) }
        for line in table.lines { common.console.answer(line) }
    }

    private func lines(_ found: FigureExplanation) -> [String] {
        var lines = ["\(found.address) = \(found.value)   \(found.label)", ""]
        if let metric = found.metric {
            lines += ["metric   \(metric.name) = \(metric.expression)", "         \(metric.definition)"]
        }
        if let column = found.column { lines.append("column   \(column)") }
        let version = found.version.map { "version \($0)" } ?? "a view"
        lines.append("model    \(found.model.name), \(version): \(found.model.description)")
        let dates = found.dates.map { " of \($0.from) up to, not including, \($0.to)" } ?? ""
        let condition = found.condition.isEmpty ? "" : " where \(found.condition)"
        lines.append("rows     \(found.usedRowCount) of \(found.rowCount)\(dates)\(condition)")
        for dataset in found.datasets {
            let own = dataset.rowCountOfDates.map { ", \($0) on these dates" } ?? ""
            let count = dataset.problem ?? "\(dataset.rowCount.map { String($0) } ?? "?") rows\(own)"
            lines.append("source   \(dataset.table), version \(dataset.version): \(count)")
        }
        lines += ["run      \(found.run), edition \(found.edition)", "", "\(found.model.path):"]
        return lines + found.model.text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    }

    private struct List: Encodable {
        struct Figure: Encodable {
            let address: String
            let label: String
            let value: String
        }

        let figures: [Figure]
    }

    private struct Answer: Encodable {
        struct Dataset: Encodable {
            let table: String
            let version: Int64
            let rows: Int64?
            let rowsOfDates: Int64?
            let problem: String?
        }

        let figure: String
        let label: String
        let value: String?
        let metric: String?
        let expression: String?
        let definition: String?
        let column: String?
        let model: String
        let path: String
        let source: String
        let version: Int64?
        let rows: Int
        let usedRows: Int
        let from: String?
        let to: String?
        let condition: String?
        let datasets: [Dataset]
        let run: String
        let edition: Int64

        init(_ found: FigureExplanation) {
            figure = found.address
            label = found.label
            value = found.exact
            metric = found.metric?.name
            expression = found.metric?.expression
            definition = found.metric?.definition
            column = found.column
            model = found.model.name
            path = found.model.path
            source = found.model.text
            version = found.version
            rows = found.rowCount
            usedRows = found.usedRowCount
            from = found.dates?.from
            to = found.dates?.to
            condition = found.condition.isEmpty ? nil : found.condition
            datasets = found.datasets.map {
                Dataset(
                    table: $0.table, version: $0.version, rows: $0.rowCount, rowsOfDates: $0.rowCountOfDates,
                    problem: $0.problem)
            }
            run = found.run
            edition = found.edition
        }
    }
}
