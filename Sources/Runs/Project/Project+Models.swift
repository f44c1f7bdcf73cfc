internal import Configuration
internal import Extract
package import Models
internal import Report
internal import SystemPackage
package import Tenancy

extension Project {
    /// The models of a platform, held against its datasets.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the files; `FileError`.
    package func models(of platform: ResourceName) throws -> ModelGraph {
        guard let once = definitions?.graphs else { return try readModels(of: platform) }
        return try once.value(platform.text) { try readModels(of: platform) }
    }

    /// The datasets of a platform.
    ///
    /// - Throws: as `DatasetCatalog`.
    func datasets(of platform: ResourceName) throws -> DatasetCatalog {
        let anew = { () throws -> DatasetCatalog in
            try DatasetCatalog(platform: platform, layout: layout, store: environment.store)
        }
        guard let once = definitions?.catalogs else { return try anew() }
        return try once.value(platform.text, anew)
    }

    /// Models, metrics and reports of a platform.
    ///
    /// - Throws: as `PlatformDefinitions`.
    func platform(_ platform: ResourceName) throws -> PlatformDefinitions {
        let anew = { () throws -> PlatformDefinitions in
            try PlatformDefinitions(folder: layout.reports(of: platform), store: environment.store)
        }
        guard let once = definitions?.platforms else { return try anew() }
        return try once.value(platform.text, anew)
    }

    private func readModels(of platform: ResourceName) throws -> ModelGraph {
        let graph = try ModelFolder(
            layout.reports(of: platform).appending("models"), store: environment.store
        ).graph()
        guard !graph.models.isEmpty else { return graph }
        let catalog = try datasets(of: platform)
        try graph.check(datasets: catalog.datasets.map(\.name.text))
        return graph
    }
}
