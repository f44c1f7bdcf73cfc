internal import Configuration
internal import Effects
internal import Extract
package import SystemPackage
package import Tenancy

/// A project's folder, opened: where things lie, whose tenants there are, what the machine offers.
package struct Project: Sendable {
    /// Where things lie.
    package let layout: ProjectLayout
    /// The tenants.
    package let tenants: TenantDirectory
    /// What the machine offers.
    package let environment: RunEnvironment
    /// The secret from which keys for pseudonyms are derived.
    let pseudonymSecret: SecretReference?
    /// How often a run compares a tenant's lake with its source, in seconds; nil for never by itself.
    let reconcileSeconds: Int64?
    /// Tenants with known rows.
    let canaries: [Canary]
    /// Connections to sources, kept from one tenant to the next.
    let connections: SourceConnections
    /// What the files say, where they are read once; nil: each time anew.
    var definitions: BatchDefinitions?

    /// Opens the project of a folder, or of the nearest folder above it.
    /// - Parameters:
    ///   - folder: where to look first.
    ///   - searchesUpwards: whether folders above are looked at too.
    /// - Throws: `Failure` where there is no project or its `almanac.yaml` is not right.
    package init(
        at folder: FilePath, searchesUpwards: Bool = true, environment: RunEnvironment
    ) throws(Failure) {
        do {
            let store = environment.store
            let found: FilePath?
            if searchesUpwards {
                found = try Self.find(from: folder, store)
            } else {
                found = try store.status(of: folder.appending(ProjectLayout.configurationFile)) == nil ? nil : folder
            }
            guard let root = found else {
                throw Failure(
                    .configuration, "there is no Almanac project in \(folder)",
                    why: "no \(ProjectLayout.configurationFile) here or in a folder above",
                    remedy: "almanac demo, or --project FOLDER")
            }
            let text = try store.text(of: root.appending(ProjectLayout.configurationFile))
            let configuration = try ProjectConfiguration(text: text, file: ProjectLayout.configurationFile)
            pseudonymSecret = configuration.pseudonymSecret
            reconcileSeconds = configuration.reconcileSeconds
            canaries = configuration.canaries
            connections = SourceConnections(
                connectionCountMax: Int(configuration.sourceConnectionCountMax),
                isStopped: { Interruption.signal != nil })
            layout = ProjectLayout(root: root, configuration: configuration)
            let rows = TenantQueryRunner(environment: environment, root: root).rows
            tenants = TenantDirectory(
                layout: layout, defaults: configuration.defaults, store: store, zones: environment.zones,
                query: configuration.tenantQuery.map { ($0, rows) })
            self.environment = environment
        } catch {
            throw Failure(classifying: error, doing: "open the project in \(folder)")
        }
    }

    private static func find(from folder: FilePath, _ store: some FileStore) throws(FileError) -> FilePath? {
        try ProjectLayout.find(from: folder, store: store)
    }

    /// Opens the ledger, making its folder where there is none.
    package func openLedger() throws(Failure) -> SQLiteLedger {
        do {
            try environment.store.makeFolder(layout.stateFolder)
            return try SQLiteLedger(path: layout.ledger.string)
        } catch {
            throw Failure(classifying: error, doing: "open the ledger")
        }
    }

    /// What a reference to a secret stands for.
    func secret(_ reference: SecretReference) throws -> Secret {
        try reference.resolve(variable: environment.variable) { path in
            try environment.store.text(of: layout.root.pushing(FilePath(path)))
        }
    }

    /// The scopes of tenants by name, or of all; a bad one is a failure of its own beside the good ones.
    package func scopes(_ names: [String]) throws(Failure) -> (scopes: [TenantScope], failures: [TenantFailure]) {
        guard names.isEmpty else {
            var scopes: [TenantScope] = []
            var failures: [TenantFailure] = []
            for name in names {
                do {
                    scopes.append(try tenants.scope(named: name))
                } catch {
                    failures.append(TenantFailure(name: name, error: error))
                }
            }
            return (scopes, failures)
        }
        do {
            let listing = try tenants.all()
            return (listing.scopes, listing.failures)
        } catch {
            throw Failure(classifying: error, doing: "list the tenants")
        }
    }
}
