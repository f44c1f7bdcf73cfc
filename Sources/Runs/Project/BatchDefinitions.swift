internal import Extract
internal import Models
internal import Report
internal import Synchronization

/// What the files of a project say, read once for all tenants of a batch: a night sees one state of them.
final class BatchDefinitions: Sendable {
    /// The models of platforms, held against their datasets.
    let graphs = ReadOnce<ModelGraph>()
    /// The datasets of platforms.
    let catalogs = ReadOnce<DatasetCatalog>()
    /// Models, metrics and reports of platforms.
    let platforms = ReadOnce<PlatformDefinitions>()
    /// The engine's words by locale.
    let texts = ReadOnce<EngineText>()
}

/// Values by name, each read when it is asked for the first time. What cannot be read is tried again.
final class ReadOnce<Value: Sendable>: Sendable {
    private let known = Mutex<[String: Value]>([:])

    /// The value of a name.
    ///
    /// - Parameter read: reads it; two threads that ask at once may both do so.
    func value(_ name: String, _ read: () throws -> Value) throws -> Value {
        if let value = known.withLock({ $0[name] }) { return value }
        let value = try read()
        known.withLock { $0[name] = value }
        return value
    }
}

extension Project {
    /// The project as a batch sees it.
    func readingOnce() -> Project {
        var project = self
        project.definitions = BatchDefinitions()
        return project
    }
}
