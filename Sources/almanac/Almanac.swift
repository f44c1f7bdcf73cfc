internal import ArgumentParser
internal import Configuration
internal import Runs

#if canImport(Glibc)
internal import Glibc
#endif

/// The command line's root.
struct Almanac: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "almanac",
        abstract: "Reports for every tenant, from Postgres to PDF, on a schedule.",
        version: "almanac \(EngineVersion.text)",
        subcommands: [
            DemoVerb.self, GenerateVerb.self, DoctorVerb.self, CheckVerb.self, RunVerb.self, ExportVerb.self,
            TickVerb.self, RequestsVerb.self,
            RunsVerb.self, ReconcileVerb.self, TenantsVerb.self, DatasetsVerb.self, LakeVerb.self, ParquetVerb.self,
            ExtractVerb.self,
            ReproduceVerb.self, DiffVerb.self, ExplainVerb.self, ChartVerb.self, ModelsVerb.self, ReportsVerb.self,
            QueryVerb.self,
        ])

    /// What `almanac` alone says: at most 24 lines.
    static let overview = """
        Reports for every tenant, from Postgres to PDF, on a schedule.

          almanac demo                      try it now, no database needed
          almanac check                     read all files of the project and say what is wrong
          almanac run monthly-sales --period 2026-10

        Getting started   demo  generate  doctor  check
        Everyday          run  export  tenants  datasets
        Looking closer    query  models  runs  lake  parquet  extract  reports  chart
        Operating         tick  requests  reconcile  reproduce  diff  explain
        'almanac help VERB' explains one; every verb takes --json.
        """

    mutating func run() throws { Console().answer(Self.overview) }
}

@main
enum Main {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        if words == ["--help"] || words == ["-h"] || words == ["help"] {
            Console().answer(Almanac.overview)
            return
        }
        do {
            var command = try Almanac.parseAsRoot(words)
            try command.run()
        } catch let failure as Failure {
            console(words).show(failure)
            exit(failure.cause.exitCode)
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            if let unknown = unknownVerb(words) {
                console(words).show(unknown)
                exit(CauseCode.usage.exitCode)
            }
            // ArgumentParser's own: help and version go to standard output with 0, wrong use to standard error.
            Almanac.exit(withError: error)
        }
    }

    private static func console(_ words: [String]) -> Console { Console(isJSON: words.contains("--json")) }

    /// The error for a verb that there is not, with the one that was perhaps meant.
    private static func unknownVerb(_ words: [String]) -> Failure? {
        let known = Almanac.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = words.first, !word.hasPrefix("-"), !known.contains(word), word != "help" else { return nil }
        let near = Suggestion.nearest(to: word, among: known)
        return Failure(
            .usage, "no verb '\(word)'", remedy: near.map { "did you mean '\($0)'?" } ?? "almanac --help")
    }
}
