package import Lake

/// The tables of one tenant: its datasets and models share one namespace. There is no way from here to another tenant's.
package struct TenantCatalog: TableCatalog {
    private let addresses: [(kind: String, name: String, address: TableAddress)]
    private let open: @Sendable (TableAddress) throws -> DeltaTable
    private let standing: @Sendable (DeltaTable) throws -> Int64?

    /// - Parameters:
    ///   - addresses: the tenant's tables.
    ///   - open: opens one of them.
    ///   - standing: the version that a table's name means by itself; nil for the newest.
    package init(
        _ addresses: [TableAddress], open: @escaping @Sendable (TableAddress) throws -> DeltaTable,
        standing: @escaping @Sendable (DeltaTable) throws -> Int64? = { _ in nil }
    ) {
        self.addresses = addresses.map { address in
            let parts = address.name.split(separator: "/").map(String.init)
            return (parts.first ?? "", parts.last ?? "", address)
        }
        self.open = open
        self.standing = standing
    }

    package var tableNames: [String] { addresses.map(\.name) }

    /// A table by its name, or by `raw.NAME` and `aggregates.NAME`.
    package func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)? {
        let found = addresses.filter { known in
            switch name.count {
            case 1: known.name == name[0]
            case 2: known.kind == name[0] && known.name == name[1]
            default: false
            }
        }
        guard let first = found.first else { return nil }
        guard found.count == 1 else {
            throw QueryError(
                .ambiguousName, "'\(first.name)' is a dataset and a model",
                try: "raw.\(first.name), aggregates.\(first.name)")
        }
        let table = try open(first.address)
        let meant = moment == .latest ? try standing(table).map(TableMoment.version) ?? moment : moment
        return SnapshotTable(try table.snapshot(at: meant.delta), name: first.name)
    }
}

/// Tables of several catalogs: a name means the first that has it.
package struct LayeredCatalog: TableCatalog {
    private let layers: [any TableCatalog]

    package init(_ layers: [any TableCatalog]) { self.layers = layers }

    package var tableNames: [String] { layers.flatMap(\.tableNames) }

    package func table(_ name: [String], _ moment: TableMoment) throws -> (any TableSource)? {
        for layer in layers {
            if let table = try layer.table(name, moment) { return table }
        }
        return nil
    }
}
