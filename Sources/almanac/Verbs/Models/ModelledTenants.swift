internal import ArgumentParser
internal import Configuration
internal import Models
internal import Runs
internal import Tenancy

/// The tenants whose models a verb looks at, and which of them; what is wrong with one tenant is that tenant's failure.
struct ModelledTenants {
    private let project: Project
    private let ledger: any LedgerStore
    private let scopes: [TenantScope]
    private let bad: [TenantFailure]
    private let console: Console

    /// - Parameters:
    ///   - tenants: none for all.
    ///   - models: names of models, each of which some tenant must have; none for all.
    init(
        _ tenants: [String], _ models: [String], _ location: ProjectOptions, _ common: CommonOptions
    ) throws {
        project = try location.open(common)
        ledger = try project.openLedger()
        (scopes, bad) = try project.scopes(tenants)
        console = common.console
        if let first = bad.first, !tenants.isEmpty {
            throw Failure(classifying: first.error, doing: "use tenant '\(first.name)'")
        }
        try check(models)
    }

    /// Every name must be a model of one of the tenants' platforms.
    private func check(_ names: [String]) throws {
        guard !names.isEmpty else { return }
        let own = Set(scopes.map(\.tenant.platform))
        let known = Set(try own.flatMap { platform in try models(of: platform) })
        for name in names where !known.contains(name) {
            let others = Set(try project.scopes([]).scopes.map(\.tenant.platform)).subtracting(own)
            let elsewhere = others.filter { (try? models(of: $0).contains(name)) ?? false }
            let platforms = own.map(\.text).sorted().joined(separator: ", ")
            throw Failure(
                .usage, "there is no model '\(name)' on the platform \(platforms)",
                why: elsewhere.first.map { "it is a model of the platform '\($0)'" },
                remedy: Suggestion.nearest(to: name, among: known.sorted()).map { "did you mean '\($0)'?" }
                    ?? "almanac models list")
        }
    }

    private func models(of platform: ResourceName) throws -> [String] {
        try classifying("read the models of '\(platform)'") { try project.models(of: platform).models.map(\.name) }
    }

    /// Looks at each tenant.
    /// - Returns: false where a tenant could not be looked at, which was said.
    /// - Throws: that tenant's failure, where it is the only one.
    func inspect(_ body: (TenantScope, ModelInspection) throws -> Void) throws -> Bool {
        var isWhole = bad.isEmpty
        for failure in bad {
            console.show(Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'"))
        }
        for scope in scopes {
            do {
                try body(scope, try ModelInspection(scope, in: project, ledger: ledger))
            } catch let failure as Failure where scopes.count > 1 {
                console.show(failure)
                isWhole = false
            }
        }
        return isWhole
    }
}
