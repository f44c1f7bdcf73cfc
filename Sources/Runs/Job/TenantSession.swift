internal import CivilTime
internal import Effects
package import Tenancy

/// The right to work for one tenant: a lock that ends with this process, and the newest lease in the ledger.
package final class TenantSession {
    /// The project.
    package let project: Project
    /// The ledger.
    package let ledger: any LedgerStore
    /// The tenant.
    package let scope: TenantScope
    /// The lease that every entry in the ledger is made under.
    package let lease: Lease
    private let lock: any FileLock

    /// Takes a tenant over.
    ///
    /// - Parameters:
    ///   - holder: who takes it, for the message that others get: a process id and what it does.
    ///   - waits: whether to wait until the other process is through; else that is a `busy` failure.
    package init(
        _ scope: TenantScope, of project: Project, ledger: any LedgerStore, holder: String, waits: Bool
    ) throws(Failure) {
        self.project = project
        self.ledger = ledger
        self.scope = scope
        do {
            lock = try Self.lock(scope, project, ledger, waits: waits)
            lease = try ledger.takeLease(
                tenant: scope.id.text, holder: holder, at: project.environment.now.microsecondsSinceEpoch)
        } catch {
            throw Failure(classifying: error, doing: "work on tenant '\(scope.id)'")
        }
    }

    deinit { lock.release() }

    private static func lock(
        _ scope: TenantScope, _ project: Project, _ ledger: any LedgerStore, waits: Bool
    ) throws -> any FileLock {
        let store = project.environment.store
        // Nothing in it is to outlive a power cut.
        _ = try store.addFolder(project.layout.work(of: scope))
        while true {
            if let lock = try store.lock(project.layout.lock(of: scope)) { return lock }
            guard waits else {
                let holder = try ledger.leaseHolder(tenant: scope.id.text)?.holder ?? "another process"
                throw Failure(
                    .busy, "tenant '\(scope.id)' is being worked on", why: "\(holder) holds it",
                    remedy: "wait for it, or add --wait-lock")
            }
            if Interruption.signal != nil {
                throw Failure(.interrupted, "stopped while waiting for tenant '\(scope.id)'")
            }
            project.environment.clock.sleep(nanoseconds: 200_000_000)
        }
    }
}
