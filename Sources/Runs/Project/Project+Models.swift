internal import Configuration
internal import Extract
package import Models
internal import SystemPackage
package import Tenancy

extension Project {
    /// The models of a platform, held against its datasets.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the files; `FileError`.
    package func models(of platform: ResourceName) throws -> ModelGraph {
        let graph = try ModelFolder(
            layout.reports(of: platform).appending("models"), store: environment.store
        ).graph()
        guard !graph.models.isEmpty else { return graph }
        let catalog = try DatasetCatalog(platform: platform, layout: layout, store: environment.store)
        try graph.check(datasets: catalog.datasets.map(\.name.text))
        return graph
    }
}
