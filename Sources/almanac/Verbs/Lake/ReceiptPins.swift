internal import CivilTime
internal import Effects
internal import Lake
internal import Rendering
internal import Runs
internal import SystemPackage
internal import Tenancy

/// What a vacuum keeps of a table: what receipts of the tenant's reports name until they expire, and what the last whole
/// run left, however long all runs since have failed.
enum ReceiptPins {
    /// The pins of a table. A receipt that cannot be read stops the vacuum: what it names is not known.
    static func pins(
        of table: DeltaTable, tenant: String?, _ location: ProjectOptions, _ common: CommonOptions
    ) throws -> VacuumPins {
        var pins = VacuumPins()
        guard let tenant else { return pins }
        let project = try location.open(common)
        return try classifying("read the receipts of tenant '\(tenant)'") {
            let scope = try project.tenants.scope(named: tenant)
            let standing = try StandingTables(of: scope, try project.openLedger())
            if let version = standing.version(of: table.address.name) { pins.versions.insert(version) }
            let day: Int64 = 86_400_000_000
            let (age, overflow) = Int64(scope.tenant.retention.artefactsDays).multipliedReportingOverflow(by: day)
            let now = project.environment.now.microsecondsSinceEpoch
            let cutoff = overflow ? Int64.min : now.subtractingReportingOverflow(age).partialValue
            try forEachReceipt(in: project.layout.out(of: scope), project.environment.store) { receipt in
                guard receipt.asOf.microsecondsSinceEpoch >= cutoff else { return }
                for used in receipt.tables where used.name == table.address.name {
                    pins.versions.insert(used.version)
                    pins.sha256.formUnion(used.files.map(\.sha256))
                }
            }
            return pins
        }
    }

    private static func forEachReceipt(
        in folder: FilePath, _ store: any FileStore, _ body: (Receipt) throws -> Void
    ) throws {
        guard try store.status(of: folder)?.kind == .folder else { return }
        for name in try store.names(in: folder) {
            let path = folder.appending(name)
            if name == Receipt.fileName {
                try body(try Receipt(bytes: try store.contents(of: path)))
            } else if try store.status(of: path)?.kind == .folder {
                try forEachReceipt(in: path, store, body)
            }
        }
    }
}
