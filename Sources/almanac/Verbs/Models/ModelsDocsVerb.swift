internal import ArgumentParser
internal import Effects
internal import Models
internal import Runs
internal import SystemPackage

struct ModelsDocsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Write what the models are as Markdown: grain, columns, units, tests, inputs.",
        discussion: """
            Examples:
              almanac models docs --platform retail
              almanac models docs --platform retail --to Documentation/Platforms/Retail.md
              almanac models docs --platform retail --json
            With --to the lines between <!-- models:begin --> and <!-- models:end --> of the file are made anew.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "The platform.")
    var platform: String

    @Option(name: .long, help: "A page with the two marks.")
    var to: String?

    func run() throws {
        let project = try location.open(common)
        let graph = try ModelsVerb.graphs(project, platform: platform)[0].graph
        let documentation = ModelDocumentation(graph)
        guard let to else {
            if common.json { return try common.console.answer(json: ["markdown": documentation.markdown]) }
            return common.console.answer(documentation.markdown)
        }
        let path = absolute(to)
        let store = project.environment.store
        try classifying("write \(to)") {
            let text = try store.text(of: path)
            guard let page = documentation.page(text) else {
                throw Failure(
                    .usage, "\(to) has no place for the models",
                    remedy: "write \(ModelDocumentation.beginning) and \(ModelDocumentation.end) on lines of their own")
            }
            guard page != text else { return }
            try CommittedFile(store: store, random: project.environment.random).commit(
                Array(page.utf8), to: path, replacing: true)
        }
        common.console.answer(common.json ? "{\"schema\":1}" : "\(to): \(graph.models.count) models")
    }
}
