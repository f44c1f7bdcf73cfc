/// A tenant, name or place that is not allowed or not there.
package struct TenancyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// An id or name of letters that are not allowed, such as `../x`.
        case invalidName
        /// No such tenant in the project.
        case unknownTenant
        /// No project here: no `almanac.yaml` in this folder or above it.
        case noProject
        /// The tenant's file, or the project's, is wrong.
        case configuration
        /// A file or folder of the project cannot be read.
        case unreadable
        /// The control database could not be asked for the tenants; the code that a program ends with.
        case queryFailed(exitCode: Int32)
    }

    /// The kind of failure.
    package let code: Code
    /// What could not be done, and why; several lines where a configuration file is shown.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
