internal import ArgumentParser
internal import Configuration
internal import Effects
internal import Runs
internal import SystemPackage
internal import Tenancy

extension ReportsVerb {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the project's reports.",
            discussion: """
                Examples:
                  almanac reports list
                  almanac reports list --json | jq '.reports[].slug'
                  almanac reports list --project demo
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        func run() throws {
            let entries = try ReportCatalog(in: try location.open(common)).entries()
            if common.json { return try common.console.answer(json: Answer(reports: entries.map(ReportLine.init))) }
            var table = TextTable([
                ("REPORT", .left), ("PLATFORM", .left), ("TITLE", .left), ("FOR EACH", .left), ("PERIOD", .left),
                ("FORMATS", .left), ("TENANTS", .right),
            ])
            for entry in entries {
                table.add([
                    entry.slug, entry.platform, entry.title, entry.audience, entry.grain,
                    entry.formats.joined(separator: " "), String(entry.tenants.count),
                ])
            }
            for line in table.lines { common.console.answer(line) }
        }

        private struct Answer: Encodable { let reports: [ReportLine] }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a report is made of, and what can be given to it.",
            discussion: """
                Examples:
                  almanac reports show monthly-sales
                  almanac reports show monthly-sales --json
                  almanac reports show monthly-sales --project demo
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Argument(help: "The report's slug.")
        var report: String

        func run() throws {
            let entries = try ReportCatalog(in: try location.open(common)).entries()
            let found = entries.filter { $0.slug == report }
            guard !found.isEmpty else {
                throw Failure(
                    .usage, "there is no report '\(report)'",
                    remedy: Suggestion.nearest(to: report, among: entries.map(\.slug)).map { "did you mean '\($0)'?" }
                        ?? "one of \(Set(entries.map(\.slug)).sorted().joined(separator: ", "))")
            }
            if common.json { return try common.console.answer(json: Answer(reports: found.map(ReportLine.init))) }
            for entry in found { for line in lines(entry) { common.console.answer(line) } }
        }

        /// As definitions write it: `1d`, `6h`.
        private static func duration(_ seconds: Int64) -> String {
            let unit = [(size: Int64(86_400), letter: "d"), (3_600, "h"), (60, "m")].first { seconds % $0.size == 0 }
            return unit.map { "\(seconds / $0.size)\($0.letter)" } ?? "\(seconds)s"
        }

        private func lines(_ entry: ReportCatalog.Entry) -> [String] {
            var lines = [
                "\(entry.slug)   \(entry.title)", "file        \(entry.path)",
                "for each    \(entry.audience), \(entry.tenants.count) tenants",
                "period      \(entry.grain)", "formats     \(entry.formats.joined(separator: ", "))",
                "incomplete  \(entry.onIncomplete)",
            ]
            for need in entry.needs {
                lines.append("needs       \(need.model), fresh within \(Self.duration(need.seconds))")
            }
            lines += [
                "models      \(entry.models.joined(separator: ", "))",
                "tiles       \(entry.tiles.joined(separator: ", "))",
            ]
            for section in entry.sections {
                let title = section.title.isEmpty ? "(first page)" : section.title
                lines.append("section     \(title): \(section.charts) charts, \(section.tables) tables")
            }
            for parameter in entry.parameters {
                let allowed = parameter.allowed.isEmpty ? "" : ", one of \(parameter.allowed.joined(separator: ", "))"
                let words = parameter.description.isEmpty ? "" : ": \(parameter.description)"
                lines.append(
                    "parameter   --param \(parameter.name)=\(parameter.standard)   \(parameter.type)\(allowed)\(words)")
            }
            return lines
        }

        private struct Answer: Encodable { let reports: [ReportLine] }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a first definition of a report from a model's columns.",
            discussion: """
                Adds metrics for the model's columns where it has none. A report that is there is never written over.

                Examples:
                  almanac reports new weekly-sales --platform retail --model sales_daily
                  almanac reports new weekly-sales --platform retail --model sales_daily \\
                    --grain week
                  almanac reports new routes --platform flights --model top_routes \\
                    --title 'Routes' --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Argument(help: "The slug of the new report.")
        var report: String

        @Option(name: .long, help: "The platform whose report it is.")
        var platform: String

        @Option(name: .long, help: "The model that it shows.")
        var model: String

        @Option(name: .long, help: "The length of its periods: day, week, month, quarter, year.")
        var grain = "month"

        @Option(name: .long, help: "The title; else the slug in words.")
        var title: String?

        func run() throws {
            let project = try location.open(common)
            let written = try FirstDefinition(in: project).write(
                report, title: title, platform: project.platform(named: platform), model: model, grain: grain)
            if common.json {
                return try common.console.answer(
                    json: Answer(files: written.paths.map(\.string), metrics: written.metrics))
            }
            for path in written.paths { common.console.answer("wrote  \(path)") }
            common.console.answer("Next   almanac reports preview \(report) --tenant TENANT --watch")
        }

        private struct Answer: Encodable {
            let files: [String]
            let metrics: [String]
        }
    }

    struct Preview: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a report from the lake as it is; with --watch again whenever a file is saved.",
            discussion: """
                Nothing is recorded and nothing in 'out' is touched. Of a report for subjects one is drawn: that of the \
                first, or of --subject.

                Examples:
                  almanac reports preview monthly-sales --tenant harbour-records
                  almanac reports preview monthly-sales --tenant harbour-records --watch \\
                    --format html
                  almanac reports preview wallet-statement --tenant lagos-circle --subject 4711
                  almanac reports preview monthly-sales --tenant harbour-records \\
                    --param top=5 --to look --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Argument(help: "The report's slug.")
        var report: String

        @Option(name: .long, help: "The tenant.")
        var tenant: String

        @Option(name: .long, help: "The period; else the last complete one.")
        var period: String?

        @Option(name: .long, help: "Whose, by the key, of a report for subjects.")
        var subject: String?

        @Option(
            name: .customLong("param"), parsing: .singleValue,
            help: "A parameter of the report, NAME=VALUE; may be given several times.")
        var parameters: [String] = []

        @Option(name: .long, help: "pdf, html, xlsx, csv, between commas.")
        var format = "pdf"

        @Option(name: .long, help: "The folder to write into; else preview/REPORT.")
        var to: String?

        @Flag(name: .long, help: "Draw again whenever a definition, theme or text is saved; ends with Ctrl-C.")
        var watch = false

        func run() throws {
            Interruption.listen()
            let project = try location.open(common)
            let request = EditionRequest(
                period: period, formats: format.split(separator: ",").map(String.init),
                parameters: try ParameterWords.read(parameters), subjects: subject.map { [$0] } ?? [])
            let preview = ReportPreview(of: report, tenant: tenant, request, in: project)
            let folder = absolute(to ?? "preview/\(report)")
            guard watch else { return try draw(preview, folder) }
            var state = ""
            while Interruption.signal == nil {
                let now = try preview.state()
                if now != state {
                    state = now
                    do {
                        try draw(preview, folder)
                    } catch let failure as Failure {
                        // It is being written: what is wrong now is right with the next save.
                        common.console.show(failure)
                    }
                }
                SystemClock().sleep(nanoseconds: 300_000_000)
            }
        }

        private func draw(_ preview: ReportPreview, _ folder: FilePath) throws {
            let start = SystemClock().monotonicNanoseconds()
            let drawing = try preview.draw(into: folder)
            let seconds = Double(SystemClock().monotonicNanoseconds() - start) / 1e9
            if common.json {
                return try common.console.answer(
                    json: Answer(
                        subject: drawing.subject?.key, files: drawing.files.map { folder.appending($0.name).string },
                        seconds: seconds))
            }
            if let (key, name, count) = drawing.subject {
                common.console.note("for \(name) (--subject \(key)), one of \(count)")
            }
            for file in drawing.files {
                common.console.answer("\(folder.appending(file.name))  \(RunProgress.seconds(seconds))")
            }
        }

        private struct Answer: Encodable {
            let subject: String?
            let files: [String]
            let seconds: Double
        }
    }
}

/// A report in JSON answers.
private struct ReportLine: Encodable {
    struct Parameter: Encodable {
        let name: String
        let type: String
        let standard: String
        let allowed: [String]
        let description: String
    }

    let slug: String
    let platform: String
    let title: String
    let audience: String
    let grain: String
    let formats: [String]
    let tenants: [String]
    let onIncomplete: String
    let models: [String]
    let tiles: [String]
    let parameters: [Parameter]
    let path: String

    init(_ entry: ReportCatalog.Entry) {
        slug = entry.slug
        platform = entry.platform
        title = entry.title
        audience = entry.audience
        grain = entry.grain
        formats = entry.formats
        tenants = entry.tenants
        onIncomplete = entry.onIncomplete
        models = entry.models
        tiles = entry.tiles
        parameters = entry.parameters.map {
            Parameter(
                name: $0.name, type: $0.type, standard: $0.standard, allowed: $0.allowed, description: $0.description)
        }
        path = entry.path
    }
}
