internal import CivilTime
internal import Lake
internal import Models
internal import Tenancy

extension Ingestion {
    /// A model's rows for dashboards.
    struct PublishedModel {
        let model: ModelDefinition
        let rows: Publisher.Rows
    }

    /// What dashboards get: the stored models' tables, and the rows of views that ask to be published.
    func published(_ workshop: ModelWorkshop) throws -> [PublishedModel] {
        try workshop.engine.graph.order.filter(\.isPublished).map { model in
            if model.isStored, let snapshot = try workshop.tables.snapshot(model.name) {
                return PublishedModel(model: model, rows: .stored(snapshot))
            }
            try limit.check()
            let (schema, batches) = try workshop.computed(model)
            return PublishedModel(model: model, rows: .computed(schema, batches))
        }
    }

    /// Puts the models where dashboards read them.
    func publish(_ models: [PublishedModel], _ asOf: Instant) throws {
        let project = session.project
        let models = try models.map { published in
            Publisher.Model(
                name: try ResourceName(published.model.name), rows: published.rows,
                grain: published.model.bucket?.grain.rawValue ?? "none")
        }
        let publisher = Publisher(
            session.scope, in: project.layout, store: project.environment.store, random: project.environment.random,
            sync: sync)
        // Where there is nothing for dashboards, and never was, no folder is made for it.
        if models.isEmpty, try !publisher.hasPublished() { return }
        try publisher.publish(models, asOf: asOf, engine: "almanac/\(EngineVersion.text)")
    }
}
