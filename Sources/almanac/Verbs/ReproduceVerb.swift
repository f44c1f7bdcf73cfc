internal import ArgumentParser
internal import Runs

struct ReproduceVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Make a report again from its receipt, and compare every byte.",
        discussion: """
            Examples:
              almanac reproduce out/harbour-records/monthly-sales/1998-06/receipt.json
              almanac reproduce out/ua/monthly-activity/2013-12/receipt.json --to again
              almanac reproduce out/ua/monthly-activity/2013-12/receipt.json --json

            Exit codes: 0 the same bytes; 65 other bytes, or something that the receipt names has changed.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Argument(help: "The receipt.")
    var receipt: String

    @Option(name: .long, help: "A folder to write the files into as well.")
    var to: String?

    func run() throws {
        let project = try location.open(common)
        let comparisons = try Reproduction(in: project).run(absolute(receipt), writingTo: to.map(absolute))
        let isSame = comparisons.allSatisfy(\.isSame)
        if common.json {
            try common.console.answer(
                json: Answer(
                    same: isSame,
                    files: comparisons.map {
                        .init(name: $0.name, expected: $0.expected, found: $0.found, same: $0.isSame)
                    }))
        } else {
            for line in comparisons {
                common.console.answer("\(line.isSame ? "same " : "OTHER")  \(line.name)  \(line.expected)")
            }
        }
        if !isSame {
            throw Failure(
                .dataRefused, "the bytes are not those of the receipt",
                why: "\(comparisons.count { !$0.isSame }) of \(comparisons.count) files differ",
                remedy: "almanac doctor, to see whether libraries or fonts have changed")
        }
    }

    private struct Answer: Encodable {
        struct File: Encodable {
            let name: String
            let expected: String
            let found: String?
            let same: Bool
        }

        let same: Bool
        let files: [File]
    }
}
