internal import CivilTime
internal import Columnar
internal import Configuration
internal import Effects
internal import Extract
internal import Lake
internal import SystemPackage
internal import Tenancy

/// Reads the sources that tenants of a batch share, once for all of them.
///
/// Nobody's tables are touched and no tenant is taken over here: a reading only says what the source had. Each tenant is
/// then worked for as any other, with its own lock, run and commits, and finds its rows in its share.
struct FanOutBatch {
    let project: Project
    /// Whether the batch has all tenants that there are.
    let coversAllTenants: Bool
    /// The canaries' ids: all of their rows are read each time.
    let canaries: Set<String>
    let progress: @Sendable (RunEvent) -> Void

    /// Tenants that are read together have all of this in common.
    private struct Group: Hashable {
        let platform: String
        let url: SecretReference
        let column: String
    }

    /// The tenants whose source is shared, by their places among the scopes: at least two in each group.
    ///
    /// - Parameter places: those that may be read together with others.
    func groups(of scopes: [TenantScope], among places: [Int]) -> [[Int]] {
        var groups: [Group: [Int]] = [:]
        for index in places {
            let scope = scopes[index]
            guard case .fanOut(let column, _) = scope.tenant.source.isolation else { continue }
            let group = Group(
                platform: scope.tenant.platform.text, url: scope.tenant.source.url, column: column)
            groups[group, default: []].append(index)
        }
        return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// The rows of tenants that share a source. A tenant whose tables nobody can look at is read alone: nil.
    func read(together scopes: [TenantScope]) -> [SharedRows?] {
        do {
            // Before the source's snapshot is taken: everything committed up to now is in it.
            let asOf = project.environment.now
            var tables = FanOutTables()
            let reading = try SourceRetry(clock: SystemClock(), random: project.environment.random).retrying(
                isStopped: { Interruption.signal != nil },
                onFailure: { progress(.readAgain(tenants: scopes.map(\.id.text), why: $0.reason)) }
            ) {
                tables = FanOutTables()
                return try self.reading(scopes, asOf, &tables)
            }
            for strangers in reading.strangers {
                progress(
                    .strangersFound(
                        table: "raw/\(strangers.dataset)", rows: Int64(strangers.rowCount),
                        keyless: Int64(strangers.keylessRowCount)))
            }
            return scopes.indices.map { index in
                tables.unread.contains(index) ? nil : .share(reading, index: index, tables, asOf: asOf)
            }
        } catch {
            let failure = Failure(classifying: error, doing: "read the source that \(scopes.count) tenants share")
            return scopes.map { _ in .failed(failure) }
        }
    }

    private func reading(
        _ scopes: [TenantScope], _ asOf: Instant, _ tables: inout FanOutTables
    ) throws -> FanOutReading {
        let environment = project.environment
        let catalog = try DatasetCatalog(
            platform: scopes[0].tenant.platform, layout: project.layout, store: environment.store)
        let url = try project.secret(scopes[0].tenant.source.url)
        return try FanOutReading(
            scopes, coversSource: coversAllTenants, url: url, connections: project.connections,
            datasets: catalog.datasets, store: environment.store, file: try spoolFile(), random: environment.random,
            advance: { if Interruption.signal != nil { throw Failure(.interrupted, "stopped by a signal") } },
            needs: { dataset, schema in
                var versions: [Int64?] = []
                var needs: [FanOutNeed?] = []
                for (index, scope) in scopes.enumerated() {
                    do {
                        let (need, version) = try self.need(dataset, schema, scope, asOf)
                        needs.append(need)
                        versions.append(version)
                    } catch {
                        tables.leaveOut(index)
                        needs.append(nil)
                        versions.append(nil)
                    }
                }
                tables.note(dataset.name.text, versions)
                return needs
            })
    }

    private func need(
        _ dataset: Dataset, _ schema: Schema, _ scope: TenantScope, _ asOf: Instant
    ) throws -> (FanOutNeed, version: Int64?) {
        let table = project.table(TableAddress(.raw, dataset.name, of: scope, in: project.layout))
        let version = try table.latestVersion()
        let state = try SyncState(
            dataset, scope, schema, hasTable: version != nil, watermark: try table.watermark(), now: asOf,
            readsAll: canaries.contains(scope.id.text))
        return (FanOutNeed(part: state.plan.part, comparesKeys: state.plan.comparesKeys), version)
    }

    private func spoolFile() throws -> FilePath {
        let folder = project.layout.sharedWork
        try project.environment.store.makeFolder(folder)
        let bits = String(project.environment.random.nextBits(), radix: 16)
        return folder.appending("rows-\(bits)")
    }
}

extension FanOutBatch {
    /// What processes that died have left behind. Nobody can read it: the key was in their memory.
    /// - Returns: held as long as readings are used; nil where another process is at work, whose files are left alone.
    func removeLeftovers() throws -> (any FileLock)? {
        let store = project.environment.store
        let folder = project.layout.sharedWork
        try store.makeFolder(folder)
        guard let lock = try store.lock(folder.appending("lock")) else { return nil }
        for name in try store.names(in: folder) where name.hasPrefix("rows-") {
            try store.remove(folder.appending(name))
        }
        return lock
    }
}
