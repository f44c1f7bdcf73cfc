internal import ArgumentParser
internal import CivilTime
internal import Configuration
internal import Effects
internal import Models
internal import Runs
internal import Tenancy

struct ModelsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Show, check, compute and test the models in SQL.",
        subcommands: [
            List.self, ModelsRunVerb.self, ModelsTestVerb.self, ModelsPlanVerb.self, Graph.self, ModelsCheckVerb.self,
            ModelsDocsVerb.self,
        ])

    /// The models of the platforms that tenants have, or of one.
    static func graphs(
        _ project: Project, platform: String?
    ) throws -> [(platform: ResourceName, graph: ModelGraph)] {
        let platforms: [ResourceName]
        if let platform {
            platforms = [try project.platform(named: platform)]
        } else {
            platforms = Set(try project.scopes([]).scopes.map(\.tenant.platform)).sorted { $0.text < $1.text }
        }
        return try platforms.map { platform in
            (platform, try classifying("read the models of '\(platform)'") { try project.models(of: platform) })
        }
    }
}

extension ModelsVerb {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the models of the project's platforms.",
            discussion: """
                Examples:
                  almanac models list
                  almanac models list --platform retail
                  almanac models list --json | jq '.models[].name'
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "One platform; else all that tenants have.")
        var platform: String?

        private struct Line: Encodable {
            let platform: String
            let name: String
            let materialized: String
            let grain: [String]
            let bucket: String?
            let reads: [String]
            let columns: [String]
            let tests: [String]
            let description: String
        }

        func run() throws {
            let lines = try ModelsVerb.graphs(try location.open(common), platform: platform).flatMap {
                platform, graph in
                graph.models.map { model in
                    Line(
                        platform: platform.text, name: model.name, materialized: model.materialization.rawValue,
                        grain: model.grain, bucket: model.bucket?.grain.rawValue, reads: graph.reads(model),
                        columns: model.columns.map(\.name), tests: model.tests.map(\.label),
                        description: model.description)
                }
            }
            if common.json { return try common.console.answer(json: ["models": lines]) }
            var table = TextTable([
                ("PLATFORM", .left), ("MODEL", .left), ("KIND", .left), ("BUCKET", .left), ("GRAIN", .left),
                ("READS", .left), ("TESTS", .right),
            ])
            for line in lines {
                table.add([
                    line.platform, line.name, line.materialized, line.bucket ?? "–", line.grain.joined(separator: ", "),
                    line.reads.joined(separator: ", "), String(line.tests.count),
                ])
            }
            for line in table.lines { common.console.answer(line) }
        }
    }

    struct Graph: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show which models read which tables, in the order in which they are computed.",
            discussion: """
                Examples:
                  almanac models graph
                  almanac models graph --platform retail
                  almanac models graph --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "One platform; else all that tenants have.")
        var platform: String?

        private struct Node: Encodable {
            let platform: String
            let model: String
            let materialized: String
            let datasets: [String]
            let models: [String]
        }

        func run() throws {
            let nodes = try ModelsVerb.graphs(try location.open(common), platform: platform).flatMap {
                platform, graph in
                graph.order.map { model in
                    Node(
                        platform: platform.text, model: model.name, materialized: model.materialization.rawValue,
                        datasets: graph.datasets(readBy: model), models: graph.models(readBy: model).map(\.name))
                }
            }
            if common.json { return try common.console.answer(json: ["graph": nodes]) }
            for node in nodes {
                let kind = node.materialized == "view" ? " (view)" : ""
                let inputs = node.datasets.map { "raw/\($0)" } + node.models
                common.console.answer("\(node.platform)  \(node.model)\(kind)  ←  \(inputs.joined(separator: ", "))")
            }
        }
    }
}

extension ModelGraph {
    /// What a model reads: datasets, then models.
    func reads(_ model: ModelDefinition) -> [String] {
        datasets(readBy: model) + models(readBy: model).map(\.name)
    }
}
