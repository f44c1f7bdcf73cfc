internal import Columnar
internal import Configuration
internal import Effects
package import Extract
internal import Lake
internal import Synchronization
internal import SystemPackage
package import Tenancy

/// Holds the datasets of a project against its databases as they are now, and against what the lake has of them.
package struct LiveProjectCheck: Sendable {
    private let project: Project
    private let workers: Int

    package init(_ project: Project, workers: Int = 4) {
        self.project = project
        self.workers = workers
    }

    /// Tenants whose databases look alike: one of them stands for all.
    package struct Shape: Sendable {
        /// The one that is looked at.
        package let scope: TenantScope
        /// How many tenants it stands for, itself among them.
        package let tenantCount: Int

        package init(scope: TenantScope, tenantCount: Int) {
            self.scope = scope
            self.tenantCount = tenantCount
        }
    }

    /// One tenant of each platform, database and way of isolation. Where each tenant has a schema or a database of its
    /// own, they can differ: there each stands for itself.
    package static func shapes(of scopes: [TenantScope]) -> [Shape] {
        var places: [String: Int] = [:]
        var shapes: [(scope: TenantScope, count: Int)] = []
        for scope in scopes {
            let source = scope.tenant.source
            let shared: String? =
                switch source.isolation {
                case .rowLevelSecurity(let setting, _): setting
                case .column(let column, _): column
                case .fanOut(let column, _): column
                case .schema, .database: nil
                }
            guard let shared else {
                shapes.append((scope, 1))
                continue
            }
            let name = [scope.tenant.platform.text, "\(source.url)", source.isolation.mode, shared].joined(
                separator: "\u{0}")
            if let place = places[name] {
                shapes[place].count += 1
            } else {
                places[name] = shapes.count
                shapes.append((scope, 1))
            }
        }
        return shapes.map { Shape(scope: $0.scope, tenantCount: $0.count) }
    }

    /// Looks at the databases of some tenants, several at a time; findings are in the order of the scopes.
    package func findings(_ scopes: [TenantScope]) -> [LiveFinding] {
        let findings = Mutex<[[LiveFinding]]>(scopes.map { _ in [] })
        WorkerPool.run(count: scopes.count, workers: workers) { index in
            let found = self.findings(of: scopes[index])
            findings.withLock { $0[index] = found }
        }
        return findings.withLock { $0.flatMap { $0 } }
    }

    private func findings(of scope: TenantScope) -> [LiveFinding] {
        do {
            let environment = project.environment
            let catalog = try DatasetCatalog(
                platform: scope.tenant.platform, layout: project.layout, store: environment.store)
            let url = try scope.tenant.source.url.resolve(variable: environment.variable) { path in
                try environment.store.text(of: project.layout.root.pushing(FilePath(path)))
            }
            let state = LiveCheck.state(of: scope, datasets: catalog.datasets, url: url)
            return state.findings + (try state.schemas.flatMap { try self.differences($0, scope) })
        } catch {
            let failure = Failure(classifying: error, doing: "look at the source of tenant '\(scope.id)'")
            return [
                LiveFinding(
                    .error, tenant: scope.id, failure.why ?? failure.summary, remedy: failure.remedy,
                    exitCode: failure.cause.exitCode)
            ]
        }
    }
}

// The lake.
extension LiveProjectCheck {
    /// What the next run will find other than the last one.
    private func differences(_ live: DatasetSchema, _ scope: TenantScope) throws -> [LiveFinding] {
        let table = project.table(TableAddress(.raw, live.dataset.name, of: scope, in: project.layout))
        guard try table.exists() else { return [] }
        let old = try table.snapshot().schema.fields
        let new = live.schema.fields
        let contract = live.dataset.contract
        func note(_ isError: Bool, _ column: String, _ message: String, _ remedy: String?) -> LiveFinding {
            LiveFinding(
                isError ? .error : .warning, tenant: scope.id, dataset: live.dataset.name.text, column: column, message,
                remedy: remedy)
        }
        var findings: [LiveFinding] = []
        for field in new where !isChanged(field.name, live.dataset) {
            guard let known = old.first(where: { $0.name == field.name }) else {
                findings.append(
                    note(
                        contract == .freeze, field.name, "the column '\(field.name)' is new: the lake does not have it",
                        contract == .freeze ? "contract: evolve takes new columns up" : nil))
                continue
            }
            switch TypeFit(field.type, known.type) {
            case .same, .always: break
            case .sometimes:
                findings.append(
                    note(
                        contract == .freeze, field.name,
                        "'\(field.name)' is \(typeName(field)) now, and \(typeName(known)) in the lake",
                        contract == .freeze ? "contract: evolve widens the table" : nil))
            case .never:
                findings.append(
                    note(
                        contract == .evolve || contract == .freeze, field.name,
                        "'\(field.name)' is \(typeName(field)) now, and \(typeName(known)) in the lake: no value of one is a value "
                            + "of the other", "name the dataset anew, or cast the column in sql:"))
            }
        }
        for field in old where !new.contains(where: { $0.name == field.name }) && !isOurs(field.name, live.dataset) {
            findings.append(
                note(
                    contract != .evolve, field.name,
                    "the column '\(field.name)' of the lake is not in the source any more",
                    contract == .evolve ? nil : "contract: evolve goes on without it"))
        }
        return findings
    }

    /// Personal data has another type in the lake than in the source.
    private func isChanged(_ name: String, _ dataset: Dataset) -> Bool {
        (dataset.columns[name]?.personalData ?? .keep) != .keep
    }

    /// Columns that the lake adds, or that were left out since.
    private func isOurs(_ name: String, _ dataset: Dataset) -> Bool {
        isChanged(name, dataset) || name.hasPrefix("_")
            || (dataset.sync == .history && ["valid_from", "valid_to"].contains(name))
    }

    private func typeName(_ field: Field) -> String { field.metadata["almanac.type"] ?? "\(field.type)" }
}
