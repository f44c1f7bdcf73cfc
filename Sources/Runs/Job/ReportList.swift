internal import Report
package import Tenancy

/// The reports that a tenant gets.
package enum ReportList {
    /// The slugs of the platform's reports that the tenant's file selects, sorted.
    package static func slugs(of scope: TenantScope, in project: Project) throws(Failure) -> [String] {
        do {
            return try project.platform(scope.tenant.platform).reports.map(\.slug).filter(scope.tenant.reports.contains)
        } catch {
            throw Failure(classifying: error, doing: "list the reports of tenant '\(scope.id)'")
        }
    }
}
