internal import ArgumentParser
internal import Demonstration
internal import Effects
internal import Foundation
internal import PostgresCopy
internal import Runs
internal import SystemPackage

struct GenerateVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Fill a Postgres database with made-up tenants of a platform.",
        discussion: """
            Each tenant gets a schema of its own. The rows are the same for the same seed, whatever the day: eighteen \
            months or more to 2026-07-01 with growth, seasons, people who leave, late and back-dated rows, and what \
            reports have to find; --truths writes down what they must say.

            Examples:
              almanac generate --platform hustlex \\
                --url postgresql://postgres@localhost/demo --tenants 2
              almanac generate --platform hustlex --url "$URL" --tenants 50 --scale 4 \\
                --seed 7 --truths truths.json
              almanac generate --platform hustlex --url "$URL" --replace
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: "The platform: \(GeneratedPlatform.allCases.map(\.rawValue).joined(separator: ", ")).")
    var platform: GeneratedPlatform

    @Option(name: .long, help: "The database, as a URL or libpq's key=value pairs.")
    var url: String

    @Option(name: .long, help: "How many tenants; their sizes fall from the first on.")
    var tenants = 2

    @Option(name: .long, help: "How large the first tenant is; 1 is about 30,000 rows.")
    var scale = 1.0

    @Option(name: .long, help: "The seed of all that is made up.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "A file for what the reports must say, as JSON: an object for each tenant.")
    var truths: String?

    @Flag(name: .long, help: "Remove the tenants' schemas first, where they are there.")
    var replace = false

    func validate() throws {
        guard (1...100_000).contains(tenants) else { throw ValidationError("--tenants is from 1 to 100000") }
        guard scale > 0, scale <= 1_000 else { throw ValidationError("--scale is above 0 and at most 1000") }
    }

    func run() throws {
        let connection = try classifying("open the database") { try PostgresConnection(url) }
        var known: [String: [String: TruthValue]] = [:]
        var rowCount: Int64 = 0
        for index in 1...tenants {
            let source = platform.source(index: index, scale: scale, seed: seed)
            try classifying("generate tenant '\(source.tenant)'") {
                try source.load(into: connection, replaces: replace)
            }
            rowCount += source.rowCount
            known[source.tenant] = source.truths
            common.console.note(
                "\(source.tenant)  schema \(source.schema), \(source.rowCount) rows, \(source.timezone)")
        }
        if let truths {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let bytes = Array(try encoder.encode(known)) + [UInt8(ascii: "\n")]
            try classifying("write \(truths)") {
                try CommittedFile(store: DiskFileStore(), random: SystemRandom()).commit(
                    bytes, to: absolute(truths), replacing: true)
            }
        }
        common.console.answer("Made \(tenants) tenants, \(rowCount) rows")
    }
}

extension GeneratedPlatform: ExpressibleByArgument {}
