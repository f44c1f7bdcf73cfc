internal import Configuration
package import Effects
package import Models
package import SystemPackage

/// All that a platform's folder says: models, metrics and reports, checked against each other.
package struct PlatformDefinitions: Sendable {
    /// A file as it was read, for hashes.
    package struct Source: Sendable, Hashable {
        /// Its path below the platform's folder: `reports/monthly-sales.yaml`.
        package let path: String
        /// Its bytes.
        package let bytes: [UInt8]
    }

    /// The platform: the folder's name.
    package let platform: String
    /// The models and which of them read which.
    package let graph: ModelGraph
    /// The models, sorted by name.
    package var models: [ModelDefinition] { graph.models }
    /// The metrics, in the file's order.
    package let metrics: [MetricDefinition]
    /// The reports, sorted by slug.
    package let reports: [ReportDefinition]
    /// The files, sorted by path.
    package let sources: [Source]

    /// Reads `models/*.sql`, `metrics.yaml` and `reports/*.yaml` of a platform's folder; those that are not there are
    /// none, so that a platform may have datasets alone.
    ///
    /// - Throws: `FileError`, or `ConfigurationErrors` with every error of the files; reports are not looked at while
    ///   models or metrics are wrong.
    package init(folder: FilePath, store: any FileStore) throws {
        // A platform without a folder is none.
        _ = try store.names(in: folder)
        var reader = DefinitionFolder(folder: folder, store: store)
        let graph = try reader.models()
        let metrics =
            try reader.oneIfThere("metrics.yaml") { document throws(ConfigurationErrors) in
                try MetricDefinition.readAll(document, models: graph.models)
            } ?? []
        let reports = try reader.all(in: "reports") { slug, document throws(ConfigurationErrors) in
            try ReportDefinition(slug: slug, document: document, graph: graph, metrics: metrics)
        }
        self.init(
            platform: folder.lastComponent?.string ?? "", graph: graph, metrics: metrics, reports: reports,
            sources: reader.sources.sorted { $0.path < $1.path })
    }

    init(
        platform: String, graph: ModelGraph, metrics: [MetricDefinition], reports: [ReportDefinition],
        sources: [Source]
    ) {
        self.platform = platform
        self.graph = graph
        self.metrics = metrics
        self.reports = reports
        self.sources = sources
    }

    /// A report by its slug.
    ///
    /// - Throws: `ReportError.unknownReport`, with a suggestion.
    package func report(_ slug: String) throws(ReportError) -> ReportDefinition {
        if let report = reports.first(where: { $0.slug == slug }) { return report }
        throw .unknownReport(name: slug, suggestion: Suggestion.nearest(to: slug, among: reports.map(\.slug)))
    }

    /// The datasets that a model is computed from, through other models as well; nil for a model that there is not.
    package func datasets(of model: String) -> Set<String>? {
        graph.model(model).map { model in
            Set(graph.ancestors(of: model).flatMap { graph.datasets(readBy: $0) })
        }
    }

    /// The files that decide what a report says: its own, the metrics and its models with the views that these read,
    /// sorted by path.
    package func sources(of report: ReportDefinition) -> [Source] {
        var paths: Set<String> = ["reports/\(report.slug).yaml", "metrics.yaml"]
        for model in report.models(metrics).compactMap(graph.model) {
            for part in graph.inlined(into: model) { paths.insert("models/\(part.file)") }
        }
        return sources.filter { paths.contains($0.path) }
    }
}

/// Reads the YAML files of a folder and keeps their bytes.
struct DefinitionFolder {
    let folder: FilePath
    let store: any FileStore
    private(set) var sources: [PlatformDefinitions.Source] = []

    init(folder: FilePath, store: any FileStore) {
        self.folder = folder
        self.store = store
    }

    /// All `*.yaml` of a folder below, sorted by name; none where there is no such folder.
    mutating func all<Definition>(
        in name: String, _ read: (_ stem: String, YAMLDocument) throws(ConfigurationErrors) -> Definition
    ) throws -> [Definition] {
        var definitions: [Definition] = []
        var errors: [ConfigurationError] = []
        guard try store.status(of: folder.appending(name)) != nil else { return [] }
        for file in try store.names(in: folder.appending(name)) where file.hasSuffix(".yaml") {
            do {
                definitions.append(try read(String(file.dropLast(5)), try document("\(name)/\(file)")))
            } catch let wrong as ConfigurationErrors {
                errors += wrong.errors
            }
        }
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
        return definitions
    }

    /// The models of the folder `models` and their graph; none where there is no such folder.
    mutating func models() throws -> ModelGraph {
        guard try store.status(of: folder.appending("models")) != nil else { return .empty }
        let files = try ModelFolder(folder.appending("models"), store: store)
        sources += files.files.map { PlatformDefinitions.Source(path: "models/\($0.name)", bytes: $0.bytes) }
        return try files.graph()
    }

    /// One file; nil where it is not there.
    mutating func oneIfThere<Definition>(
        _ path: String, _ read: (YAMLDocument) throws(ConfigurationErrors) -> Definition
    ) throws -> Definition? {
        try store.status(of: folder.appending(path)) == nil ? nil : try read(try document(path))
    }

    private mutating func document(_ path: String) throws -> YAMLDocument {
        let file = folder.appending(path.split(separator: "/").map { FilePath.Component(String($0)) }.compactMap { $0 })
        let bytes = try store.contents(of: file, limit: 4 << 20)
        sources.append(PlatformDefinitions.Source(path: path, bytes: bytes))
        return try YAMLDocument(bytes: bytes, file: file.string)
    }
}
