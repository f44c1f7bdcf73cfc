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
        /// The models before it that are computed: only where their rows come out different is it computed for them too.
        package let awaits: [String]

        /// Whether it is computed, whatever comes out of others.
        package var isComputed: Bool { recomputation.map { $0 != .nothing } ?? false }
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

    /// What `models run` would do, over the lake as the last whole run left it.
    ///
    /// - Parameter names: which models; empty for all.
    package func plan(_ names: [String] = []) throws(Failure) -> [PlannedModel] {
        do {
            let past = try durations()
            var planned: [PlannedModel] = []
            var changing: Set<String> = []
            for model in graph.order {
                let plan = try plan(of: model, changing, past)
                if plan.isComputed || !plan.awaits.isEmpty {
                    changing.insert(model.name)
                }
                planned.append(plan)
            }
            return names.isEmpty ? planned : planned.filter { names.contains($0.model.name) }
        } catch {
            throw Failure(classifying: error, doing: "plan the models of tenant '\(scope.id)'")
        }
    }

    /// - Parameters:
    ///   - changing: the models before it that are computed.
    ///   - past: how long tables took to compute.
    private func plan(
        of model: ModelDefinition, _ changing: Set<String>, _ past: [String: Int64]
    ) throws -> PlannedModel {
        guard model.isStored else {
            return PlannedModel(model: model, recomputation: nil, bytes: 0, milliseconds: nil, awaits: [])
        }
        let address = TableAddress(.aggregates, try ResourceName(model.name), of: scope, in: project.layout)
        let found = try recomputation(of: model, in: project.table(address))
        let awaits = graph.storedInputs(of: model).models.filter(changing.contains)
        // As much as all of it, where a model before it may change any of its rows.
        let read = awaits.isEmpty ? found : .all(reason: "")
        return PlannedModel(
            model: model, recomputation: found, bytes: try bytes(of: model, read), milliseconds: past[address.name],
            awaits: awaits)
    }

    private func recomputation(of model: ModelDefinition, in table: DeltaTable) throws -> Recomputation {
        guard try table.exists() else { return .all(reason: "it was not computed yet") }
        // Adjustments tell what changed in their model's table, and are computed for nothing else.
        guard model.adjustedModel == nil else { return .nothing }
        return try workshop.materializer.recomputation(of: model, in: table)
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
        for run in try ledger.ingestions(tenant: scope.id.text, limit: 20) where run.state == .done {
            for count in try ledger.counts(of: run.id) where count.milliseconds > 0 {
                taken[count.table, default: []].append(count.milliseconds)
            }
        }
        return taken.mapValues { $0.reduce(0, +) / Int64($0.count) }
    }
}
