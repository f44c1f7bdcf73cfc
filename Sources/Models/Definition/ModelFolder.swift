package import Configuration
package import Effects
package import SystemPackage

/// The files of a platform's folder `models`: each `<name>.sql` is a model.
package struct ModelFolder {
    /// A file as it was read, for hashes.
    package struct File: Sendable {
        /// Its name: `sales_daily.sql`.
        package let name: String
        /// Its bytes.
        package let bytes: [UInt8]
    }

    /// The files, sorted by name.
    package let files: [File]
    private let folder: FilePath

    /// Reads the files of a folder; none where there is no such folder.
    ///
    /// - Throws: `FileError`; `ConfigurationErrors` for a YAML file, which is no model.
    package init(_ folder: FilePath, store: any FileStore) throws {
        self.folder = folder
        var files: [File] = []
        if try store.status(of: folder) != nil {
            for name in try store.names(in: folder) {
                let path = folder.appending(name)
                if name.hasSuffix(".yaml") {
                    throw ConfigurationErrors([
                        ConfigurationError(
                            "a model is an SQL file with its front matter",
                            at: SourcePosition(file: path.string, line: 1, column: 1),
                            hint:
                                "name it \(name.dropLast(5)).sql, put /*--- and ---*/ around this and the query behind it",
                            sourceLine: nil)
                    ])
                }
                guard name.hasSuffix(".sql") else { continue }
                files.append(File(name: name, bytes: try store.contents(of: path, limit: 4 << 20)))
            }
        }
        self.files = files
    }

    /// Reads the models.
    ///
    /// - Throws: `ConfigurationErrors`, every error of the files.
    package func graph() throws(ConfigurationErrors) -> ModelGraph {
        var models: [ModelDefinition] = []
        var errors: [ConfigurationError] = []
        for file in files {
            do {
                models.append(
                    try ModelDefinition(
                        name: String(file.name.dropLast(4)), bytes: file.bytes, file: folder.appending(file.name).string
                    ))
            } catch {
                errors += error.errors
            }
        }
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
        return try ModelGraph(models)
    }
}
