package import Effects
package import SystemPackage
package import Tenancy

/// Where a table lies, and whose it is. Made from a scope only, so that no text that names a tenant becomes a path.
package struct TableAddress: Sendable, Hashable, CustomStringConvertible {
    /// The two kinds of a tenant's tables.
    package enum Kind: String, Sendable, CaseIterable {
        /// What was extracted: `raw/<dataset>`.
        case raw
        /// What was made of it: `aggregates/<model>`.
        case aggregates
    }

    /// The table's folder.
    package let folder: FilePath
    /// The tenant's id; nil for a table that was named by its path.
    package let tenant: String?
    /// The name for people: `raw/orders`, or the path.
    package let name: String

    private init(folder: FilePath, tenant: String?, name: String) {
        self.folder = folder
        self.tenant = tenant
        self.name = name
    }

    /// A table of a tenant.
    package init(_ kind: Kind, _ table: ResourceName, of scope: TenantScope, in layout: ProjectLayout) {
        let folder =
            switch kind {
            case .raw: layout.rawTable(table, of: scope)
            case .aggregates: layout.aggregateTable(table, of: scope)
            }
        self.init(folder: folder, tenant: scope.id.text, name: "\(kind.rawValue)/\(table)")
    }

    /// A table that the user named on the command line.
    package init(_ scope: LocalScope) {
        self.init(folder: scope.path, tenant: nil, name: scope.path.string)
    }

    package var description: String { tenant.map { "\(name) of tenant '\($0)'" } ?? name }

    /// All tables of a tenant: raw ones first, by name. Other folders are left out.
    package static func all(
        of scope: TenantScope, in layout: ProjectLayout, store: any FileStore
    ) throws(FileError) -> [TableAddress] {
        var tables: [TableAddress] = []
        for kind in Kind.allCases {
            let folder = kind == .raw ? layout.rawTables(of: scope) : layout.aggregateTables(of: scope)
            guard try store.status(of: folder) != nil else { continue }
            for name in try store.names(in: folder) {
                guard let table = try? ResourceName(name),
                    try store.status(of: folder.appending(name).appending(DeltaLog.folderName))?.kind == .folder
                else { continue }
                tables.append(TableAddress(kind, table, of: scope, in: layout))
            }
        }
        return tables
    }
}
