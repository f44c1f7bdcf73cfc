internal import ArgumentParser
internal import CivilTime
internal import Runs
internal import SystemPackage

struct ReportsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reports", abstract: "List, write and draw reports.",
        subcommands: [List.self, Show.self, New.self, Preview.self, Render.self])

    struct Render: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make one report of files alone: no project, no lake, no database.",
            discussion: """
                Examples:
                  almanac reports render Reports/retail/reports/monthly-sales.yaml \\
                    --data sales_daily=sales.parquet --tenant-file tenants/lagos-circle.yaml \\
                    --to out
                  almanac reports render monthly.yaml --data sales_daily=s.parquet --tenant-file acme.yaml \\
                    --period 2026-10 --as-of 2026-11-01T06:00:00Z --format pdf,xlsx,csv,json \\
                    --to out
                  almanac reports render monthly.yaml --data sales_daily=s.parquet --tenant-file acme.yaml \\
                    --to out --json

                The report lies in the folder 'reports' of its platform, beside 'models' and 'metrics.yaml'. A file whose \
                footer names another tenant is refused. Every artefact is read back and compared before it is put there.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The report's definition.")
        var file: String

        @Option(name: .long, help: "A model's rows, MODEL=FILE.parquet; once for each model.")
        var data: [String] = []

        @Option(name: .long, help: "The tenant's file, ID.yaml: name, calendar, locale, currency, brand.")
        var tenantFile: String

        @Option(name: .long, help: "The period; else the last complete one.")
        var period: String?

        @Option(name: .long, help: "All that happened before this instant is in the files; else now. (ALMANAC_NOW)")
        var asOf: String?

        @Option(
            name: .long, help: "pdf, xlsx, csv, json, parquet, html, between commas; else what the report says.")
        var format: String?

        @Option(
            name: .customLong("param"), parsing: .singleValue,
            help: "A parameter of the report, NAME=VALUE; may be given several times.")
        var parameters: [String] = []

        @Option(name: .long, help: "Whose report, by the key, of a report for subjects.")
        var subject: String?

        @Option(name: .long, help: "Themes, fonts and words; else the nearest Templates above the report.")
        var templates: String?

        @Option(name: .long, help: "The folder to write into; it is made where there is none.")
        var to: String

        func run() throws {
            var files: [String: FilePath] = [:]
            for word in data {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, files.updateValue(absolute(parts[1]), forKey: parts[0]) == nil else {
                    throw Failure(
                        .usage, "can't read --data \(word)", why: "it names a model once, and its file",
                        remedy: "--data sales_daily=sales.parquet")
                }
            }
            let edition = OutsideEdition(
                report: absolute(file), data: files, tenant: absolute(tenantFile), asOf: try asOf.map(Self.instant),
                period: period, formats: format?.split(separator: ",").map(String.init) ?? [],
                parameters: try ParameterWords.read(parameters), subject: subject,
                templates: templates.map(absolute))
            let made = try edition.make(in: absolute(to), try common.environment())
            if common.json {
                try common.console.answer(
                    json: Answer(files: made.map { .init(name: $0.name, bytes: $0.size, sha256: $0.sha256) }))
            } else {
                for file in made { common.console.answer("\(to)/\(file.name)  \(file.size) bytes") }
            }
        }

        private static func instant(_ text: String) throws -> Instant {
            guard let instant = try? Instant(parsing: text) else {
                throw Failure(
                    .usage, "--as-of is not an instant", why: "it must look like 2026-11-01T06:00:00Z",
                    remedy: "--as-of 2026-11-01T06:00:00Z")
            }
            return instant
        }

        private struct Answer: Encodable {
            struct File: Encodable {
                let name: String
                let bytes: Int64
                let sha256: String
            }

            let files: [File]
        }
    }
}
