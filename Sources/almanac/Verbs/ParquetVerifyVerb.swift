internal import ArgumentParser
internal import Effects
internal import Parquet
internal import Runs

extension ParquetVerb {
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold a file to everything that it says of itself.",
            discussion: """
                Reads every page and compares counts, sizes, statistics and indexes with it. \
                Exits with 65 where there is any problem.

                Examples:
                  almanac parquet verify orders.parquet
                  almanac parquet verify orders.parquet --json
                  almanac parquet verify published/ua/activity_daily.parquet
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The file.")
        var file: String

        func run() throws {
            let reader = try openParquet(file)
            let problems = try classifying("verify \(file)") { try reader.problems() }
            if common.json {
                try common.console.answer(json: Answer(file, reader, problems))
            } else if problems.isEmpty {
                let groups = reader.metadata.rowGroups.count
                common.console.answer(
                    "\(file)  \(reader.metadata.rowCount) rows in \(groups) row groups, nothing wrong")
            } else {
                var table = TextTable([("ROW GROUP", .right), ("COLUMN", .left), ("PROBLEM", .left)])
                for problem in problems { table.add(["\(problem.rowGroup)", problem.column, problem.problem]) }
                for line in table.lines { common.console.answer(line) }
            }
            if !problems.isEmpty { throw ExitCode(CauseCode.dataRefused.exitCode) }
        }
    }

    private struct Answer: Encodable {
        struct Problem: Encodable {
            let rowGroup: Int
            let column: String
            let problem: String

            enum CodingKeys: String, CodingKey {
                case rowGroup = "row_group"
                case column, problem
            }
        }

        let file: String
        let rows: Int64
        let rowGroups: Int
        let problems: [Problem]

        enum CodingKeys: String, CodingKey {
            case file, rows
            case rowGroups = "row_groups"
            case problems
        }

        init(_ file: String, _ reader: ParquetFileReader, _ problems: [FileProblem]) {
            self.file = file
            rows = reader.metadata.rowCount
            rowGroups = reader.metadata.rowGroups.count
            self.problems = problems.map {
                Problem(rowGroup: $0.rowGroup, column: $0.column, problem: $0.problem)
            }
        }
    }
}
