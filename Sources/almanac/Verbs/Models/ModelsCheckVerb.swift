internal import ArgumentParser
internal import Models
internal import Runs
internal import Tenancy

struct ModelsCheckVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all models and say what is wrong in them, or keeps them from other engines.",
        discussion: """
            Examples:
              almanac models check
              almanac models check --platform retail --portable
              almanac models check --portable --json
            With --portable the exit code is 1 where a model uses what PostgreSQL, DuckDB or Spark lacks.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "One platform; else all that tenants have.")
    var platform: String?

    @Flag(name: .long, help: "Name what PostgreSQL, DuckDB or Spark lacks.")
    var portable = false

    private struct Line: Encodable {
        let platform: String
        let model: String
        let engines: [String]
        let message: String
        let place: String
    }

    func run() throws {
        let graphs = try ModelsVerb.graphs(try location.open(common), platform: platform)
        var lines: [Line] = []
        for (platform, graph) in portable ? graphs : [] {
            for finding in graph.models.flatMap({ PortabilityCheck.findings(in: $0) }) {
                lines.append(
                    Line(
                        platform: platform.text, model: finding.model, engines: finding.engines.map(\.rawValue),
                        message: finding.message, place: finding.place))
            }
        }
        let count = graphs.reduce(0) { $0 + $1.graph.models.count }
        if common.json {
            try common.console.answer(json: ["findings": lines])
        } else {
            for line in lines {
                common.console.answer("\(line.model): \(line.message)")
                common.console.answer("  --> \(line.place)  (\(line.engines.joined(separator: ", ")))")
            }
            let clean = count - Set(lines.map { "\($0.platform) \($0.model)" }).count
            common.console.answer(
                portable
                    ? "\(clean) of \(count) models run on PostgreSQL, DuckDB and Spark as they are."
                    : "\(common.console.calm("ok")) \(count) models, nothing is wrong")
        }
        if !lines.isEmpty { throw ExitCode(1) }
    }
}
