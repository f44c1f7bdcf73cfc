internal import Configuration
internal import Effects
internal import SystemPackage
package import Tenancy

extension Project {
    /// A platform by its name: one that has a folder in `Reports`.
    ///
    /// - Throws: `Failure` for a name that is none, with the one that was perhaps meant.
    package func platform(named text: String) throws(Failure) -> ResourceName {
        do {
            let name = try ResourceName(text, kind: "platform")
            if try environment.store.status(of: layout.reports(of: name)) != nil { return name }
            let known = try environment.store.names(in: layout.root.appending("Reports")).sorted()
            let near = Suggestion.nearest(to: text, among: known).map { "did you mean '\($0)'?" }
            throw Failure(
                .usage, "there is no platform '\(text)'", why: "Reports/\(text) is not there",
                remedy: near ?? "one of \(known.joined(separator: ", "))")
        } catch {
            throw Failure(classifying: error, doing: "use platform '\(text)'")
        }
    }
}
