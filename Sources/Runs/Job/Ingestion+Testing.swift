internal import Checksum
internal import Models
internal import Tenancy

extension Ingestion {
    /// Holds a model to its tests.
    ///
    /// - Parameter model: a stored model with its table pinned, or a view.
    /// - Throws: `Failure` for the first test that does not hold; what a query can throw.
    func test(_ model: ModelDefinition, _ workshop: ModelWorkshop) throws {
        guard !model.tests.isEmpty else { return }
        // A view that asks for parameters of a report has no rows by itself.
        let graph = workshop.engine.graph
        guard graph.parameters(of: model).isSubset(of: ModelGraph.storedParameters) else { return }
        guard let broken = try workshop.engine.failures(of: model, workshop.parameters).first else { return }
        let rows = broken.rowCount == 1 ? "1 row" : "\(broken.rowCount) rows"
        throw Failure(
            .dataRefused, "model '\(model.name)' of tenant '\(session.scope.id)' fails its test \(broken.test)",
            why: "\(rows) of its table break it; nothing of this run is published or reported",
            remedy:
                "almanac query --newest --tenant \(session.scope.id) '\(broken.example.replacing("'", with: "'\\''"))'")
    }

    /// Whether the run changed a model's rows, or those of another table that its tests read.
    ///
    /// - Parameter counts: what the run did to tables.
    func mayHaveChanged(_ model: ModelDefinition, _ graph: ModelGraph, _ counts: [TableCount]) -> Bool {
        let inputs = graph.storedInputs(of: model)
        let others = model.tests.compactMap(\.table)
        let names = Set(inputs.datasets + inputs.models + others + [model.name])
        return counts.contains { count in
            !count.isUnchanged && names.contains(count.table.split(separator: "/").last.map(String.init) ?? "")
        }
    }
}

extension ModelGraph {
    /// SHA-256 of all files of models.
    var fingerprint: String {
        SHA256Digest(of: models.map { "\($0.name) \($0.fileHash)\n" }.joined()).description
    }
}
