internal import ArgumentParser
internal import CivilTime
internal import Foundation
internal import Runs
internal import SystemPackage

/// Options that every verb takes.
struct CommonOptions: ParsableArguments {
    @Flag(name: .long, help: "Write the answer as JSON, with \"schema\": 1.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say only errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say each stage; twice says everything.")
    var verbose: Int

    @Option(name: .long, help: "When to use colour: auto, always or never.")
    var color: Console.ColorChoice = .auto

    /// Where the words go.
    var console: Console {
        let loudness: Console.Loudness =
            quiet ? .errorsOnly : verbose > 1 ? .everything : verbose == 1 ? .stages : .normal
        return Console(isJSON: json, loudness: loudness, color: color)
    }

    /// The machine, with the variables of this process.
    func environment() throws -> RunEnvironment { try RunEnvironment(variables: ProcessInfo.processInfo.environment) }
}

/// Options of verbs that work in a project.
struct ProjectOptions: ParsableArguments {
    @Option(name: .long, help: "The project's folder; else the nearest with an almanac.yaml. (ALMANAC_PROJECT)")
    var project: String?

    /// Opens the project.
    func open(_ common: CommonOptions) throws -> Project {
        let environment = try common.environment()
        if let named = project ?? environment.variable("ALMANAC_PROJECT") {
            return try Project(at: absolute(named), searchesUpwards: false, environment: environment)
        }
        return try Project(at: absolute("."), environment: environment)
    }
}

/// A path of the command line, from the root on.
func absolute(_ text: String) -> FilePath {
    let path = FilePath(text)
    return path.isAbsolute
        ? path : FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
}

extension Console.ColorChoice: ExpressibleByArgument {}
