package import CivilTime
package import Effects
package import SystemPackage

/// Where everything of a project lies. The only place that makes a path out of a tenant's name.
///
/// (1) Every path of a tenant needs a `TenantScope`.
/// (2) Every component that a name goes into is a `ResourceName`, a `TenantID`, a canonical period or an `ArtefactName`:
///     none contains a slash or is `.` or `..`. So no path leaves its root.
/// (3) Two tenants never share a folder: a tenant's id is a component of its own, directly below the root.
package struct ProjectLayout: Sendable, Hashable {
    /// The project's folder.
    package let root: FilePath
    private let lake: FilePath
    private let state: FilePath
    private let out: FilePath
    private let published: FilePath

    package init(root: FilePath, configuration: ProjectConfiguration = ProjectConfiguration()) {
        self.root = root
        lake = root.pushing(FilePath(configuration.lake))
        state = root.pushing(FilePath(configuration.state))
        out = root.pushing(FilePath(configuration.out))
        published = root.pushing(FilePath(configuration.published))
    }

    /// The name of the file that makes a folder a project.
    package static let configurationFile = "almanac.yaml"

    /// The nearest folder with an `almanac.yaml`, from a folder upwards; a folder with `.git` in it is the last.
    ///
    /// - Parameter folder: an absolute path.
    /// - Returns: nil if there is none.
    package static func find(from folder: FilePath, store: some FileStore) throws(FileError) -> FilePath? {
        var folder = folder
        while true {
            if try store.status(of: folder.appending(configurationFile)) != nil { return folder }
            if try store.status(of: folder.appending(".git")) != nil { return nil }
            let parent = folder.removingLastComponent()
            if parent == folder || parent.isEmpty { return nil }
            folder = parent
        }
    }
}

// What people write.
extension ProjectLayout {
    /// `almanac.yaml`.
    package var configuration: FilePath { root.appending(Self.configurationFile) }
    /// `tenants/`.
    package var tenants: FilePath { root.appending("tenants") }
    /// `cron/schedules.yaml`.
    package var schedules: FilePath { root.appending("cron").appending("schedules.yaml") }
    /// `Templates/`.
    package var templates: FilePath { root.appending("Templates") }
    /// `Reports/<platform>/`.
    package func reports(of platform: ResourceName) -> FilePath { root.appending("Reports").appending(platform.text) }

    /// `tenants/<id>.yaml`.
    package func tenantFile(_ id: TenantID) -> FilePath { tenants.appending(id.text + ".yaml") }
}

// The lake, and what is published for dashboards.
extension ProjectLayout {
    /// `lake/<tenant>/`.
    package func lake(of scope: TenantScope) -> FilePath { lake.appending(scope.id.text) }

    /// `lake/<tenant>/raw/`.
    package func rawTables(of scope: TenantScope) -> FilePath { lake(of: scope).appending("raw") }

    /// `lake/<tenant>/raw/<dataset>/`.
    package func rawTable(_ dataset: ResourceName, of scope: TenantScope) -> FilePath {
        rawTables(of: scope).appending(dataset.text)
    }

    /// `lake/<tenant>/aggregates/`.
    package func aggregateTables(of scope: TenantScope) -> FilePath { lake(of: scope).appending("aggregates") }

    /// `lake/<tenant>/aggregates/<model>/`.
    package func aggregateTable(_ model: ResourceName, of scope: TenantScope) -> FilePath {
        aggregateTables(of: scope).appending(model.text)
    }

    /// `published/<tenant>/`.
    package func published(of scope: TenantScope) -> FilePath { published.appending(scope.id.text) }

    /// `published/<tenant>/<name>`: `sales_daily.parquet`, `manifest.json`.
    package func published(_ name: ArtefactName, of scope: TenantScope) -> FilePath {
        published(of: scope).appending(name.text)
    }
}

// Reports.
extension ProjectLayout {
    /// `out/<tenant>/`.
    package func out(of scope: TenantScope) -> FilePath { out.appending(scope.id.text) }

    /// `out/<tenant>/<report>/<period>/`, and below it the folders of a variant: of a person, of given parameters. No
    /// artefact bears the name of such a folder, because it has a point.
    package func out(
        _ report: ResourceName, _ period: Period, _ variant: [ResourceName] = [], of scope: TenantScope
    ) -> FilePath {
        variant.reduce(out(of: scope).appending(report.text).appending(period.name)) { $0.appending($1.text) }
    }

    /// `out/<tenant>/<report>/<period>/<name>`: `report.pdf`, `top_products.csv`, `receipt.json`.
    package func out(
        _ name: ArtefactName, _ report: ResourceName, _ period: Period, _ variant: [ResourceName] = [],
        of scope: TenantScope
    ) -> FilePath { out(report, period, variant, of: scope).appending(name.text) }
}

// State: of the project as a whole, and the private folders of runs.
extension ProjectLayout {
    /// `state/`.
    package var stateFolder: FilePath { state }
    /// `state/ledger.sqlite`.
    package var ledger: FilePath { state.appending("ledger.sqlite") }

    /// `state/definitions/<name>`: the definitions that editions were made by, `<sha256>.json`.
    package func definitions(_ name: ArtefactName) -> FilePath {
        state.appending("definitions").appending(name.text)
    }

    /// `state/tick.lock`: held by the process that runs what is due.
    package var tickLock: FilePath { state.appending("tick.lock") }

    /// `state/work/.shared/`: rows of a source that tenants share, on their way. No tenant's id begins with a dot.
    package var sharedWork: FilePath { state.appending("work").appending(".shared") }

    /// `state/work/<tenant>/`: what is private to the work for one tenant.
    package func work(of scope: TenantScope) -> FilePath { state.appending("work").appending(scope.id.text) }

    /// `state/work/<tenant>/lock`: held by the process that works for the tenant.
    package func lock(of scope: TenantScope) -> FilePath { work(of: scope).appending("lock") }

    /// `state/work/<tenant>/<run>/`: private to one run of one tenant.
    package func work(run: ResourceName, of scope: TenantScope) -> FilePath {
        state.appending("work").appending(scope.id.text).appending(run.text)
    }
}

/// The name of a file that Almanac makes: a `ResourceName` and one to three extensions of lower-case letters and
/// digits, such as `report.pdf`, `sales-daily.csv.zst` or, for the notes beside the latter, `sales-daily.csv.zst.json`.
package struct ArtefactName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    package let text: String

    /// - Throws: `invalidName` for anything else.
    package init(_ text: String) throws(TenancyError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isExtension = { (part: Substring) in
            (1...16).contains(part.utf8.count)
                && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard (2...4).contains(parts.count), ResourceName.isValid(String(parts[0])),
            parts.dropFirst().allSatisfy(isExtension)
        else { throw TenancyError(.invalidName, "'\(ResourceName.shown(text))' can't be the name of a file") }
        self.text = text
    }

    package var description: String { text }
}
