internal import ArgumentParser
internal import Configuration
internal import Effects
internal import Extract
internal import PostgresCopy
internal import Runs
internal import SystemPackage
internal import Tenancy

struct DatasetsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets", abstract: "Show what is read from the sources, or write a first definition of it.",
        subcommands: [List.self, Show.self, Discover.self])
}

extension DatasetsVerb {
    /// A dataset as it is shown.
    fileprivate struct Line: Encodable {
        let platform: String
        let name: String
        let from: String
        let sync: String
        let key: [String]
        let cursor: String?
        let eventTime: String?
        let contract: String
        let columns: [String: Rule]

        struct Rule: Encodable {
            var unit: String?
            var currency: String?
            var pii: String?
            var type: String?
        }

        init(_ dataset: Dataset, platform: ResourceName) {
            self.platform = platform.text
            name = dataset.name.text
            from =
                switch dataset.source {
                case .table(let name): name.description
                case .query: "a query"
                }
            sync = dataset.sync.rawValue
            key = dataset.key
            cursor = dataset.cursor
            eventTime = dataset.eventTime
            contract = dataset.contract.rawValue
            columns = dataset.columns.mapValues { rule in
                let type: String? =
                    switch rule.declaration {
                    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
                    case .text: "text"
                    case nil: nil
                    }
                return Rule(
                    unit: rule.unit, currency: rule.currency,
                    pii: rule.personalData == .keep ? nil : rule.personalData.rawValue, type: type)
            }
        }
    }

    /// The datasets of the platforms that tenants have, or of one.
    fileprivate static func lines(_ project: Project, platform: String?) throws -> [Line] {
        let platforms: [ResourceName]
        if let platform {
            platforms = [try project.platform(named: platform)]
        } else {
            let names = Set(try project.scopes([]).scopes.map(\.tenant.platform))
            platforms = names.sorted { $0.text < $1.text }
        }
        return try platforms.flatMap { platform in
            try classifying("read the datasets of '\(platform)'") {
                try DatasetCatalog(platform: platform, layout: project.layout, store: project.environment.store)
                    .datasets.map { Line($0, platform: platform) }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the datasets of the project's platforms.",
            discussion: """
                Examples:
                  almanac datasets list
                  almanac datasets list --platform retail
                  almanac datasets list --json | jq '.datasets[].name'
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "One platform; else all that tenants have.")
        var platform: String?

        func run() throws {
            let lines = try DatasetsVerb.lines(try location.open(common), platform: platform)
            if common.json { return try common.console.answer(json: ["datasets": lines]) }
            var table = TextTable([
                ("PLATFORM", .left), ("DATASET", .left), ("FROM", .left), ("SYNC", .left), ("KEY", .left),
                ("CURSOR", .left),
            ])
            for line in lines {
                table.add([
                    line.platform, line.name, line.from, line.sync, line.key.joined(separator: ", "),
                    line.cursor ?? "–",
                ])
            }
            for line in table.lines { common.console.answer(line) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one dataset.",
            discussion: """
                Examples:
                  almanac datasets show orders
                  almanac datasets show orders --platform retail
                  almanac datasets show orders --json
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Argument(help: "The dataset's name.")
        var name: String

        @Option(name: .long, help: "The platform, where several have a dataset of the name.")
        var platform: String?

        func run() throws {
            let lines = try DatasetsVerb.lines(try location.open(common), platform: platform)
            let found = lines.filter { $0.name == name }
            guard let line = found.first, found.count == 1 else {
                if found.count > 1 {
                    let platforms = found.map(\.platform).joined(separator: ", ")
                    throw Failure(
                        .usage, "several platforms have a dataset '\(name)'", why: platforms,
                        remedy: "add --platform \(found[0].platform)")
                }
                let near = Suggestion.nearest(to: name, among: lines.map(\.name))
                throw Failure(
                    .usage, "there is no dataset '\(name)'",
                    remedy: near.map { "did you mean '\($0)'?" } ?? "almanac datasets list")
            }
            if common.json { return try common.console.answer(json: line) }
            let console = common.console
            console.answer("\(line.platform) \(line.name)")
            console.answer("  from      \(line.from)")
            console.answer("  sync      \(line.sync)")
            console.answer("  key       \(line.key.isEmpty ? "–" : line.key.joined(separator: ", "))")
            console.answer("  cursor    \(line.cursor ?? "–")")
            console.answer("  event     \(line.eventTime ?? "–")")
            console.answer("  contract  \(line.contract)")
            for (column, rule) in line.columns.sorted(by: { $0.key < $1.key }) {
                let words = [
                    rule.unit.map { "unit \($0)" }, rule.currency.map { "currency \($0)" },
                    rule.pii.map { "pii \($0)" },
                    rule.type,
                ].compactMap { $0 }
                console.answer("  column    \(column)  \(words.joined(separator: ", "))")
            }
        }
    }
}

extension DatasetsVerb {
    struct Discover: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a first datasets.yaml from a database's catalogue.",
            discussion: """
                Examples:
                  almanac datasets discover \\
                    --tenant lagos-circle > Reports/hustlex/datasets.yaml
                  almanac datasets discover --url env:SHOP_URL --schema shop --to datasets.yaml
                  almanac datasets discover --url postgresql://reader@localhost/shop

                Looks at tables, types, keys, comments and foreign keys, and reads no row. What must be decided is marked \
                DECIDE; what looks like personal data is left out until somebody does.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "A tenant of the project, whose database is looked at.")
        var tenant: String?

        @Option(name: .long, help: "A database: a URL without a password, or env:NAME, or file:PATH.")
        var url: String?

        @Option(name: .long, help: "One schema; else all but the server's own, or the tenant's.")
        var schema: String?

        @Option(name: .long, help: "The file to make; there must be none of this name. Else standard output.")
        var to: String?

        func validate() throws {
            guard (tenant == nil) != (url == nil) else { throw ValidationError("name --tenant or --url, one of them") }
        }

        func run() throws {
            let environment = try common.environment()
            let text = try classifying("discover the datasets") { try discovery(environment).text() }
            if let to {
                try classifying("write \(to)") {
                    try CommittedFile(store: environment.store, random: environment.random).commit(
                        Array(text.utf8), to: absolute(to), replacing: false)
                }
            }
            if common.json {
                let catalog = try DatasetCatalog(text: text, file: DatasetCatalog.file)
                return try common.console.answer(
                    json: Answer(
                        datasets: catalog.datasets.map(\.name.text), file: to, text: to == nil ? text : nil))
            }
            if let to {
                common.console.answer("wrote \(to)  next: almanac check, then almanac check --live")
            } else {
                common.console.answer(bytes: Array(text.utf8))
            }
        }

        private struct Answer: Encodable {
            let datasets: [String]
            let file: String?
            let text: String?
        }

        private func discovery(_ environment: RunEnvironment) throws -> DatasetDiscovery {
            if let url {
                let secret = try SecretReference(url)?.resolve(variable: environment.variable) { path in
                    try environment.store.text(of: absolute(path))
                }
                return DatasetDiscovery(url: secret ?? Secret(url), schema: schema)
            }
            let project = try location.open(common)
            let scope = try project.tenants.scope(named: tenant ?? "")
            let secret = try scope.tenant.source.url.resolve(variable: environment.variable) { path in
                try environment.store.text(of: project.layout.root.pushing(FilePath(path)))
            }
            guard case .schema(let own) = scope.tenant.source.isolation else {
                return DatasetDiscovery(url: secret, schema: schema)
            }
            if let schema, schema != own {
                throw Failure(
                    .usage, "tenant '\(scope.id)' has a schema of its own", why: "it is '\(own)', not '\(schema)'",
                    remedy: "leave out --schema")
            }
            return DatasetDiscovery(url: secret, schema: own, isTenantsSchema: true)
        }
    }
}
