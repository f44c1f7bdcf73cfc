internal import CivilTime
internal import Effects
internal import Lake
package import Models
package import Tenancy

/// A tenant's models over the lake as its last whole run left it: tests and plans, which change nothing.
package struct ModelInspection {
    /// What would become of a model.
    package struct PlannedModel: Sendable {
        /// The model.
        package let model: ModelDefinition
        /// What would be computed, and why; nil for a view.
        package let recomputation: Recomputation?
        /// Bytes of the files that would be read, at most.
        package let bytes: Int64
        /// Milliseconds that it took on average of the last runs that computed it; nil where none did.
        package let milliseconds: Int64?
    }

    /// The platform's models.
    package let graph: ModelGraph
    private let workshop: ModelWorkshop
    private let scope: TenantScope
    private let project: Project
    private let ledger: any LedgerStore

    /// - Throws: `Failure` where the tenant has no data yet, or its models are not right.
    package init(_ scope: TenantScope, in project: Project, ledger: any LedgerStore) throws(Failure) {
        self.scope = scope
        self.project = project
        self.ledger = ledger
        do {
            graph = try project.models(of: scope.tenant.platform)
            guard let last = try ledger.lastIngestion(tenant: scope.id.text) else {
                throw Failure(
                    .unavailable, "there is no data of tenant '\(scope.id)' in the lake yet",
                    remedy: "almanac run --tenant \(scope.id)")
            }
            let asOf = Instant(microsecondsSinceEpoch: last.startedAt)
            var workshop = ModelWorkshop(graph, scope, project, asOf: asOf)
            try workshop.pin(try ledger.counts(of: last.id), scope, project)
            let bits = String(project.environment.random.nextBits(), radix: 36)
            workshop.limit(run: try ResourceName("models-" + bits)) { Interruption.signal != nil }
            self.workshop = workshop
        } catch {
            throw Failure(classifying: error, doing: "look at the models of tenant '\(scope.id)'")
        }
    }

    /// Holds models to their tests; views for the whole history, where they need no other parameters.
    ///
    /// - Parameter names: which models; empty for all.
    /// - Returns: of each model that has tests what does not hold; nil for a view that needs parameters of a report.
    package func tests(of names: [String]) throws(Failure) -> [(model: ModelDefinition, failures: [ModelTestFailure]?)]
    {
        do {
            return try graph.order.filter { names.isEmpty || names.contains($0.name) }.filter { !$0.tests.isEmpty }.map
            {
                model in
                let needed = graph.parameters(of: model).subtracting(ModelGraph.storedParameters)
                return (model, needed.isEmpty ? try workshop.engine.failures(of: model, workshop.parameters) : nil)
            }
        } catch {
            throw Failure(classifying: error, doing: "test the models of tenant '\(scope.id)'")
        }
    }

    /// What the next computation would do, were it made now over the lake's last versions.
    package func plan() throws(Failure) -> [PlannedModel] {
        do {
            try pinLatest()
            let past = try durations()
            var planned: [PlannedModel] = []
            for model in graph.order {
                guard model.isStored else {
                    planned.append(PlannedModel(model: model, recomputation: nil, bytes: 0, milliseconds: nil))
                    continue
                }
                let address = TableAddress(.aggregates, try ResourceName(model.name), of: scope, in: project.layout)
                let table = project.table(address)
                let found: Recomputation =
                    try table.exists()
                    ? try workshop.materializer.recomputation(of: model, in: table)
                    : .all(reason: "it was not computed yet")
                planned.append(
                    PlannedModel(
                        model: model, recomputation: found, bytes: try bytes(of: model, found),
                        milliseconds: past[address.name]))
            }
            return planned
        } catch {
            throw Failure(classifying: error, doing: "plan the models of tenant '\(scope.id)'")
        }
    }

    /// Datasets may have gone on since the last whole run.
    private func pinLatest() throws {
        for name in Set(graph.order.flatMap { graph.storedInputs(of: $0).datasets }) {
            guard let pin = workshop.tables.pin(of: name), let version = try pin.table.latestVersion() else { continue }
            workshop.tables.pin(name, PinnedTables.Pin(table: pin.table, version: version))
        }
    }

    private func bytes(of model: ModelDefinition, _ recomputation: Recomputation) throws -> Int64 {
        let inputs = graph.storedInputs(of: model)
        var total: Int64 = 0
        for name in inputs.datasets + inputs.models {
            guard let snapshot = try workshop.tables.snapshot(name) else { continue }
            for file in snapshot.files where isRead(file.days, recomputation) { total += file.size }
        }
        return total
    }

    private func isRead(_ days: DaySet?, _ recomputation: Recomputation) -> Bool {
        switch recomputation {
        case .nothing: return false
        case .all: return true
        case .buckets(let ranges, _):
            guard let days else { return true }
            return days.days.contains { day in
                ranges.contains { $0.contains(LocalDate(daysSinceEpoch: day)) }
            }
        }
    }

    /// How long tables took to compute: the mean over the last runs that computed them.
    private func durations() throws -> [String: Int64] {
        var taken: [String: [Int64]] = [:]
        for run in try ledger.runs(tenant: scope.id.text, limit: 50) where run.kind == .ingest && run.state == .done {
            for count in try ledger.counts(of: run.id) where count.milliseconds > 0 {
                taken[count.table, default: []].append(count.milliseconds)
            }
        }
        return taken.mapValues { $0.reduce(0, +) / Int64($0.count) }
    }
}
