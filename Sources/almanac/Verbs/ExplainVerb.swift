internal import ArgumentParser

struct ExplainVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say how a number came about.",
        discussion: """
            A report's slug alone means `explain figure`.

            Examples:
              almanac explain monthly-sales sales --tenant harbour-records --period 1998-06
              almanac explain conversion 81f2 --tenant nexus-0001
            """,
        subcommands: [ExplainFigureVerb.self, ExplainConversionVerb.self], defaultSubcommand: ExplainFigureVerb.self)
}
