internal import ArgumentParser
internal import Runs
internal import Tenancy

struct TenantsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants", abstract: "Show the project's tenants.", subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tenants, those whose file is not right among them.",
            discussion: """
                Examples:
                  almanac tenants list
                  almanac tenants list --json | jq '.tenants[].id'
                  almanac tenants list --project demo
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        func run() throws {
            let (scopes, failures) = try location.open(common).scopes([])
            let tenants = scopes.map { TenantLine($0.tenant) }
            let console = common.console
            if common.json {
                try console.answer(
                    json: TenantAnswer(
                        tenants: tenants,
                        failures: failures.map { .init(tenant: $0.name, why: $0.error.description) }))
            } else {
                var table = TextTable([
                    ("TENANT", .left), ("PLATFORM", .left), ("NAME", .left), ("ISOLATION", .left), ("TIME ZONE", .left),
                    ("CURRENCY", .left),
                ])
                for line in tenants {
                    table.add([line.id, line.platform, line.name, line.isolation, line.timezone, line.currency])
                }
                for line in table.lines { console.answer(line) }
                for failure in failures {
                    console.show(Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'"))
                }
            }
            if !failures.isEmpty { throw ExitCode(1) }
        }
    }
}

private struct TenantAnswer: Encodable {
    struct Problem: Encodable {
        let tenant: String
        let why: String
    }

    let tenants: [TenantLine]
    let failures: [Problem]
}
