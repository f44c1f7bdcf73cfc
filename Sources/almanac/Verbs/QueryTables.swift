internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Lake
internal import Query
internal import Runs
internal import SystemPackage
internal import Tenancy

/// Where a question's tables come from: files that are named, and those of a tenant.
struct QueryTables: ParsableArguments {
    @Option(name: .long, help: "The tenant whose datasets and models are the tables.")
    var tenant: String?

    @Option(name: .long, help: "NAME=PATH: a Parquet file, a pattern, a folder of them, a Delta table or a CSV file.")
    var table: [String] = []

    /// The tables. Files come before those of the tenant.
    func catalog(_ location: ProjectOptions, _ common: CommonOptions) throws -> any TableCatalog {
        let environment = try common.environment()
        var paths: [String: FilePath] = [:]
        for (name, path) in try Self.pairs(table, "--table") { paths[name.lowercased()] = absolute(path) }
        var layers: [any TableCatalog] = [
            FileCatalog(paths, store: environment.store, random: environment.random, clock: environment.clock)
        ]
        if let tenant {
            let project = try location.open(common)
            layers.append(
                try classifying("list the tables of tenant '\(tenant)'") {
                    let scope = try project.tenants.scope(named: tenant)
                    let addresses = try TableAddress.all(
                        of: scope, in: project.layout, store: project.environment.store)
                    return TenantCatalog(addresses) { project.table($0) }
                })
        }
        return LayeredCatalog(layers)
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
