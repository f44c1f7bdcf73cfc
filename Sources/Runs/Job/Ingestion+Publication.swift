internal import CivilTime
internal import Lake
internal import Models
internal import Tenancy

extension Ingestion {
    /// Puts the models where dashboards read them.
    func publish(_ commits: [ModelCommit], _ asOf: Instant) throws {
        let project = session.project
        let models = try commits.map { commit in
            Publisher.Model(
                name: try ResourceName(commit.model.name),
                snapshot: try commit.table.snapshot(at: .version(commit.version)),
                grain: commit.model.bucket?.grain.rawValue ?? "none")
        }
        let publisher = Publisher(
            session.scope, in: project.layout, store: project.environment.store, random: project.environment.random,
            sync: sync)
        // Where there is nothing for dashboards, and never was, no folder is made for it.
        if models.isEmpty, try !publisher.hasPublished() { return }
        try publisher.publish(models, asOf: asOf, engine: "almanac/\(EngineVersion.text)")
    }
}
