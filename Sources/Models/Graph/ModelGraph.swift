package import Configuration
internal import Query

// The graph of a platform's models.
//
// (1) Datasets and models share one namespace; a clash is an error.
// (2) A model reads what its query names in FROM, in JOIN, in subqueries and in TABLE arguments: nothing is declared.
// (3) No model reads itself, directly or over others.
// (4) A model whose buckets are sealed brings a second table, `<model>_adjustments`.
// (5) `order` has every model behind those that it reads; of models that do not depend on each other the first by name
//     comes first, so that the same files give the same order. `steps` has the stored ones by how far they are from the
//     datasets.

/// A platform's models, and which of them read which.
package struct ModelGraph: Sendable {
    /// All models, sorted by name.
    package let models: [ModelDefinition]
    /// All models, each behind those that it reads.
    package let order: [ModelDefinition]
    /// The stored models in steps: what the models of a step read, earlier steps have stored.
    package private(set) var steps: [[ModelDefinition]] = []
    private let byName: [String: ModelDefinition]

    /// Orders models.
    ///
    /// - Throws: `ConfigurationErrors` for models that read each other in a circle.
    package init(_ models: [ModelDefinition]) throws(ConfigurationErrors) {
        let adjustments = models.compactMap(ModelDefinition.init(adjustmentsOf:))
        if let clash = models.first(where: { model in adjustments.contains { $0.name == model.name } }) {
            throw ConfigurationErrors([
                ConfigurationError(
                    "the adjustments of a sealed model are named '\(clash.name)'", SourceRange(0, 1), in: clash.query,
                    hint: "name this model otherwise")
            ])
        }
        self.models = (models + adjustments).sorted { $0.name < $1.name }
        byName = Dictionary(models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var ordering = Ordering(byName: byName)
        for model in self.models { try ordering.visit(model, path: []) }
        order = ordering.order
        steps = storedSteps()
    }

    private func storedSteps() -> [[ModelDefinition]] {
        var steps: [[ModelDefinition]] = []
        var stepByName: [String: Int] = [:]
        for model in order where model.isStored {
            let step = storedInputs(of: model).models.compactMap { stepByName[$0] }.max().map { $0 + 1 } ?? 0
            if step == steps.count { steps.append([]) }
            steps[step].append(model)
            stepByName[model.name] = step
        }
        return steps
    }

    /// No models.
    package static var empty: ModelGraph { ModelGraph() }

    private init() {
        models = []
        order = []
        byName = [:]
    }

    /// A model by its name.
    package func model(_ name: String) -> ModelDefinition? { byName[name] }

    /// The models that a model reads, by name; each once, in the order of its query.
    package func models(readBy model: ModelDefinition) -> [ModelDefinition] {
        model.references.tableNames.compactMap { byName[$0] }
    }

    /// The datasets that a model reads: the names that are no models.
    package func datasets(readBy model: ModelDefinition) -> [String] {
        model.references.tableNames.filter { byName[$0] == nil }
    }

    /// What a model is computed from in the lake: datasets, and models that are stored. Views are looked through.
    package func storedInputs(of model: ModelDefinition) -> (datasets: [String], models: [String]) {
        var datasets: Set<String> = []
        var stored: Set<String> = []
        var seen: Set<String> = []
        var left = [model]
        while let next = left.popLast() {
            datasets.formUnion(self.datasets(readBy: next))
            for input in models(readBy: next) {
                if input.isStored {
                    stored.insert(input.name)
                } else if seen.insert(input.name).inserted {
                    left.append(input)
                }
            }
        }
        return (datasets.sorted(), stored.sorted())
    }

    /// The views that a model reads, directly or over other views; and itself. Sorted by name.
    package func inlined(into model: ModelDefinition) -> [ModelDefinition] {
        var found = [model.name: model]
        var left = [model]
        while let next = left.popLast() {
            for view in models(readBy: next) where !view.isStored && found[view.name] == nil {
                found[view.name] = view
                left.append(view)
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// All models that a model is computed from, and itself, in the graph's order.
    package func ancestors(of model: ModelDefinition) -> [ModelDefinition] {
        var names: Set<String> = [model.name]
        for other in order.reversed() where names.contains(other.name) {
            names.formUnion(models(readBy: other).map(\.name))
        }
        return order.filter { names.contains($0.name) }
    }

    /// All models that are computed from one, and itself, in the graph's order.
    package func descendants(of model: ModelDefinition) -> [ModelDefinition] {
        var names: Set<String> = [model.name]
        for other in order where models(readBy: other).contains(where: { names.contains($0.name) }) {
            names.insert(other.name)
        }
        return order.filter { names.contains($0.name) }
    }

    /// The parameters that a model's rows depend on, by name: its own, and those of views that it reads.
    package func parameters(of model: ModelDefinition) -> Set<String> {
        inlined(into: model).reduce(into: []) { $0.formUnion($1.references.parameters.keys) }
    }
}

extension QueryReferences {
    /// The names of the tables that are looked up as models or datasets, each once.
    var tableNames: [String] {
        var seen: Set<String> = []
        return tables.map(\.name).filter { seen.insert($0).inserted }
    }
}

/// Depth-first ordering.
private struct Ordering {
    let byName: [String: ModelDefinition]
    var order: [ModelDefinition] = []
    private var done: Set<String> = []

    init(byName: [String: ModelDefinition]) { self.byName = byName }

    mutating func visit(_ model: ModelDefinition, path: [String]) throws(ConfigurationErrors) {
        guard !done.contains(model.name) else { return }
        let path = path + [model.name]
        var next: [String: SourceRange] = [:]
        for table in model.references.tables where next[table.name] == nil { next[table.name] = table.range }
        for (name, range) in next.sorted(by: { $0.key < $1.key }) {
            guard let input = byName[name] else { continue }
            if let start = path.firstIndex(of: name) {
                let circle = (path[start...] + [name]).joined(separator: " → ")
                throw ConfigurationErrors([
                    ConfigurationError(
                        "models read each other in a circle: \(circle)", range, in: model.query,
                        hint: "one of them must do without the next")
                ])
            }
            try visit(input, path: path)
        }
        done.insert(model.name)
        order.append(model)
    }
}
