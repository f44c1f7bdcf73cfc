internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Lake
internal import Query
internal import Runs
internal import Synchronization
internal import SystemPackage
internal import Tenancy

/// Where a question's tables come from: files that are named, and those of a tenant.
struct QueryTables: ParsableArguments {
    @Option(name: .long, help: "The tenant whose datasets and models are the tables.")
    var tenant: String?

    @Option(name: .long, help: "NAME=PATH: a Parquet file, a pattern, a folder of them, a Delta table or a CSV file.")
    var table: [String] = []

    @Flag(name: .long, help: "Read the tenant's newest rows, also those that no whole run has left.")
    var newest = false

    /// The tables. Files come before those of the tenant, which are read as the last whole run left them.
    func catalog(_ location: ProjectOptions, _ common: CommonOptions) throws -> any TableCatalog {
        let environment = try common.environment()
        var paths: [String: FilePath] = [:]
        for (name, path) in try Self.pairs(table, "--table") { paths[name.lowercased()] = absolute(path) }
        var layers: [any TableCatalog] = [
            FileCatalog(paths, store: environment.store, random: environment.random, clock: environment.clock)
        ]
        if let tenant {
            layers.append(try tables(of: tenant, in: try location.open(common), common.console))
        }
        return LayeredCatalog(layers)
    }

    private func tables(of tenant: String, in project: Project, _ console: Console) throws -> any TableCatalog {
        try classifying("list the tables of tenant '\(tenant)'") {
            let scope = try project.tenants.scope(named: tenant)
            let addresses = try TableAddress.all(of: scope, in: project.layout, store: project.environment.store)
            if newest { return TenantCatalog(addresses) { project.table($0) } }
            let standing = try StandingTables(of: scope, try project.openLedger())
            if standing.since == nil {
                console.warn("no run of tenant '\(tenant)' has ended well yet: its tables are read as they are")
            }
            let told = Mutex<Set<String>>([])
            return TenantCatalog(addresses) {
                project.table($0)
            } standing: { table in
                guard let ahead = try standing.ahead(table) else { return nil }
                if told.withLock({ $0.insert(ahead.table).inserted }) {
                    console.warn(
                        "\(ahead.table) is read at version \(ahead.standing), which the last whole run left; "
                            + "version \(ahead.newest) is read with --newest")
                }
                return ahead.standing
            }
        }
    }

    /// `NAME=VALUE` cut at the first equals sign.
    static func pairs(_ texts: [String], _ option: String) throws -> [(String, String)] {
        try texts.map { text in
            guard let split = text.firstIndex(of: "="), split > text.startIndex else {
                throw ValidationError("\(option) takes NAME=VALUE")
            }
            return (String(text[..<split]), String(text[text.index(after: split)...]))
        }
    }
}
