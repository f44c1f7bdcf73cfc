/// The engine's version: in receipts, in files' metadata, and behind `--version`.
package enum EngineVersion {
    /// Semantic version. A change of any number in a report without a change of its inputs raises the second part.
    package static let text = "0.1.0"
}
