package import Configuration

/// How requests that people of a tenant have put into a table of its database are reached and answered.
package struct RequestAccess: Sendable, Hashable {
    /// The URL of the database with a role that may read and change the table of requests, and write nothing else.
    package let url: SecretReference
    /// What stands before a file's path below `out/` to make it an address that people can open; nil to say the path.
    package let results: String?

    package init(url: SecretReference, results: String? = nil) {
        self.url = url
        self.results = results
    }

    /// The address of a file.
    /// - Parameter path: from the project's folder on: `out/acme/annual/2025/report.pdf`.
    package func address(of path: String) -> String {
        guard let results else { return path }
        return (results.hasSuffix("/") ? results : results + "/")
            + (path.hasPrefix("out/") ? path.dropFirst(4) : path[...])
    }
}
