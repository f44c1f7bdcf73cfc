internal import ArgumentParser
internal import Runs

struct DiffVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say for each number of two editions why it changed.",
        discussion: """
            Both editions of a report and period are computed again from their receipts, and between them the second's \
            data under the first's definitions and calendar, so that every change falls into parts that add up: rows that \
            came late, were deleted or corrected; another definition; another calendar.

            Examples:
              almanac diff out/ua/monthly-activity/2013-12/editions/1/receipt.json \\
                out/ua/monthly-activity/2013-12/receipt.json
              almanac diff old/receipt.json new/receipt.json --all
              almanac diff old/receipt.json new/receipt.json --json

            Exit codes: 0 also where figures differ; 65 where what a receipt names is not there any more.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Argument(help: "The receipt of the first edition; those that were replaced lie in 'editions'.")
    var before: String

    @Argument(help: "The receipt of the second edition.")
    var after: String

    @Flag(name: .long, help: "Every number; else tiles and totals, and how many others there are.")
    var all = false

    func run() throws {
        let project = try location.open(common)
        let difference = try EditionComparison(in: project).run(absolute(before), absolute(after))
        if common.json { return try common.console.answer(json: Answer(difference)) }
        for line in lines(difference) { common.console.answer(line) }
    }

    private func lines(_ difference: EditionDifference) -> [String] {
        let shown = all ? difference.figures : difference.figures.filter(\.isHeadline)
        var lines = [
            "\(difference.report) \(difference.period): \(difference.figures.count) of \(difference.figureCount) figures "
                + "changed"
        ]
        if !shown.isEmpty {
            var table = TextTable([("FIGURE", .left), ("BEFORE", .right), ("AFTER", .right), ("BECAUSE", .left)])
            for figure in shown {
                let steps = figure.steps.map { step in
                    let why = step.causes.map(\.words).joined(separator: ", ")
                    return step.amount.map { "\(why) \($0)" } ?? why
                }
                table.add([figure.address, figure.before ?? "–", figure.after ?? "–", steps.joined(separator: "; ")])
            }
            lines += table.lines
        }
        let hidden = difference.figures.count - shown.count
        if hidden > 0 { lines.append("and \(hidden) cells and points; --all shows them") }
        for dataset in difference.datasets { lines += self.lines(dataset) }
        for file in difference.definitions { lines.append("definition  \(file) is another") }
        for part in difference.calendar { lines.append("calendar    \(part) is another") }
        return lines
    }

    private func lines(_ dataset: DatasetChanges) -> [String] {
        let head = "\(dataset.table)  version \(dataset.from) to \(dataset.to)"
        if let problem = dataset.problem { return ["\(head): \(problem)"] }
        let kinds: [ChangeCause] = [.late, .deleted, .corrected, .new]
        let counts = kinds.filter { dataset.count($0) > 0 }.map { "\(dataset.count($0)) \($0.words)" }
        return ["\(head): \(counts.isEmpty ? "no row changed" : counts.joined(separator: ", "))"]
    }

    private struct Answer: Encodable {
        struct Step: Encodable {
            let causes: [String]
            let amount: String?
        }

        struct Figure: Encodable {
            let address: String
            let label: String
            let before: String?
            let after: String?
            let steps: [Step]
        }

        struct Dataset: Encodable {
            let table: String
            let from: Int64
            let to: Int64
            let rows: [String: Int]
            let problem: String?
        }

        let report: String
        let period: String
        let runs: [String]
        let compared: Int
        let figures: [Figure]
        let datasets: [Dataset]
        let definitions: [String]
        let calendar: [String]

        init(_ difference: EditionDifference) {
            report = difference.report
            period = difference.period
            runs = [difference.runs.before, difference.runs.after]
            compared = difference.figureCount
            figures = difference.figures.map { figure in
                Figure(
                    address: figure.address, label: figure.label, before: figure.exactBefore, after: figure.exactAfter,
                    steps: figure.steps.map { Step(causes: $0.causes.map(\.rawValue), amount: $0.amount) })
            }
            datasets = difference.datasets.map { dataset in
                var rows: [String: Int] = [:]
                for cause in ChangeCause.allCases where dataset.count(cause) > 0 {
                    rows[cause.rawValue] = dataset.count(cause)
                }
                return Dataset(
                    table: dataset.table, from: dataset.from, to: dataset.to, rows: rows, problem: dataset.problem)
            }
            definitions = difference.definitions
            calendar = difference.calendar
        }
    }
}

extension ChangeCause {
    /// As the command line says it.
    var words: String {
        switch self {
        case .late: "late rows"
        case .deleted: "deleted rows"
        case .corrected: "corrected rows"
        case .new: "new rows"
        case .definition: "another definition"
        case .calendar: "another calendar"
        case .unknown: "other data"
        }
    }
}
