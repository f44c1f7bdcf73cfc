internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Lake
internal import Runs
internal import SystemPackage
internal import Tenancy

/// A table: `--tenant T raw/orders[@VERSION|@INSTANT]`, or the folder of a Delta table.
struct TableArgument: ParsableArguments {
    @Option(name: .long, help: "The tenant; without one the table is a folder.")
    var tenant: String?

    @Argument(help: "raw/DATASET or aggregates/MODEL, or a folder, with @VERSION or @INSTANT for an older state.")
    var address: String

    /// The table.
    func table(_ location: ProjectOptions, _ common: CommonOptions) throws -> DeltaTable {
        try resolve(location, common).table
    }

    /// The table at the version or instant that is named.
    func snapshot(_ location: ProjectOptions, _ common: CommonOptions) throws -> TableSnapshot {
        let (table, moment) = try resolve(location, common)
        return try classifying("read \(table.address)") { try table.snapshot(at: moment) }
    }

    /// The table and the moment that is named.
    func resolve(
        _ location: ProjectOptions, _ common: CommonOptions
    ) throws -> (table: DeltaTable, moment: DeltaTable.Moment) {
        let parts = address.split(separator: "@", maxSplits: 1).map(String.init)
        let name = parts.first ?? ""
        let moment = try Self.moment(parts.count == 2 ? parts[1] : nil)
        var table = try tenant.map { try Self.table(name, of: $0, location, common) } ?? local(name, common)
        table.threads = ParallelWork.coreCount
        return (table, moment)
    }

    /// A version or an instant.
    static func moment(_ text: String?) throws -> DeltaTable.Moment {
        guard let text else { return .latest }
        if let version = Int64(text) { return .version(version) }
        return try classifying("understand '@\(text)'") { .instant(try Instant(parsing: text)) }
    }

    private static func table(
        _ name: String, of tenant: String, _ location: ProjectOptions, _ common: CommonOptions
    ) throws -> DeltaTable {
        let names = name.split(separator: "/").map(String.init)
        guard names.count == 2, let kind = TableAddress.Kind(rawValue: names[0]) else {
            throw Failure(
                .usage, "'\(name)' is no table", why: "a table is raw/DATASET or aggregates/MODEL",
                remedy: "almanac lake tables --tenant \(tenant)")
        }
        let project = try location.open(common)
        return try classifying("open table '\(name)' of tenant '\(tenant)'") {
            let scope = try project.tenants.scope(named: tenant)
            return project.table(TableAddress(kind, try ResourceName(names[1]), of: scope, in: project.layout))
        }
    }

    private func local(_ name: String, _ common: CommonOptions) throws -> DeltaTable {
        let environment = try common.environment()
        let scope = LocalScope(path: absolute(name))
        let isFolder = try classifying("look at \(name)") { try environment.store.status(of: scope.path) != nil }
        guard isFolder else {
            throw Failure(
                .usage, "there is no table folder \(name)", why: "a tenant's table needs --tenant",
                remedy: "almanac lake tables")
        }
        return DeltaTable(
            at: TableAddress(scope), store: environment.store, random: environment.random, clock: environment.clock)
    }
}

extension TableSnapshot {
    /// The table's event time, with its zone from the machine's database.
    func eventTime(_ common: CommonOptions) throws -> EventTime? {
        guard let column = eventTimeColumn, let name = metadata.configuration[TableProperties.eventZone] else {
            return nil
        }
        let zones = try common.environment().zones
        return EventTime(column: column, zone: try classifying("find zone '\(name)'") { try zones.zone(name) })
    }
}
