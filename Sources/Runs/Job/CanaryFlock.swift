internal import Extract
internal import Tenancy

/// The canaries of a batch, and what was seen of them.
struct CanaryFlock: Sendable {
    /// Their ids.
    let ids: Set<String>
    /// Those that were not asked for.
    let riding: [TenantScope]
    /// Looks into every batch of rows.
    let watch: CanaryWatch

    /// Nobody to look for.
    init() {
        ids = []
        riding = []
        watch = CanaryWatch([])
    }

    /// The canaries of the platforms of a batch.
    ///
    /// - Throws: `Failure` where one of the project's canaries is no tenant of it: its platform is not known then, and no
    ///   batch is made.
    init(of project: Project, for scopes: [TenantScope]) throws(Failure) {
        let platforms = Set(scopes.map(\.tenant.platform))
        var canaries: [(scope: TenantScope, canary: Canary)] = []
        for canary in project.canaries {
            do {
                let scope = try project.tenants.scope(named: canary.tenant.text)
                if platforms.contains(scope.tenant.platform) { canaries.append((scope, canary)) }
            } catch {
                var failure = Failure(classifying: error, doing: "use the canary '\(canary.tenant)'")
                failure.remedy = "add the tenant, or correct canaries: in almanac.yaml"
                throw failure
            }
        }
        ids = Set(canaries.map(\.scope.id.text))
        let asked = Set(scopes.map(\.id))
        riding = canaries.map(\.scope).filter { !asked.contains($0.id) }
        watch = CanaryWatch(canaries)
    }

    /// - Throws: the failure of a tenant whose batch was stopped because of another.
    func checkUnseen(_ scope: TenantScope) throws(Failure) {
        guard let sighting = watch.sighting, sighting.tenant != scope.id else { return }
        throw Failure(
            .notPermitted, "the run was stopped before the rows of tenant '\(scope.id)' were kept",
            why: "a canary stopped it: \(sighting.headline): \(sighting.reason)",
            remedy: sighting.advice)
    }
}
