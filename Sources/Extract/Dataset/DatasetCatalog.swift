package import Configuration
package import Effects
internal import SystemPackage
package import Tenancy

/// The datasets of a platform: `Reports/<platform>/datasets.yaml`.
package struct DatasetCatalog: Sendable {
    /// The datasets, in the file's order.
    package let datasets: [Dataset]

    package init(datasets: [Dataset]) { self.datasets = datasets }

    /// The name of the file.
    package static let file = "datasets.yaml"

    /// Reads the text of a file.
    ///
    /// - Parameter file: the file's name, as errors show it.
    /// - Throws: all that is wrong in it.
    package init(text: String, file: String) throws(ConfigurationErrors) {
        datasets = try YAMLDocument(text: text, file: file).mapping { map in
            map.required("datasets")?.entries { DatasetReader.read($0, $1) }
        }
    }

    /// Reads the datasets of a platform.
    ///
    /// - Throws: `ConfigurationErrors`, or `FileError` if there is no such file.
    package init(platform: ResourceName, layout: ProjectLayout, store: any FileStore) throws {
        let path = layout.reports(of: platform).appending(Self.file)
        try self.init(text: try store.text(of: path), file: "Reports/\(platform)/\(Self.file)")
    }

    /// A dataset by its name; nil if there is none.
    package subscript(name: String) -> Dataset? { datasets.first { $0.name.text == name } }
}
