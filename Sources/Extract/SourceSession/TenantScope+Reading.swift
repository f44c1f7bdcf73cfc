internal import CivilTime
internal import PostgresCopy
internal import Tenancy

extension TenantScope {
    /// Local times become instants by the project's one rule: a time in a gap is the first instant after it, a time
    /// that clocks show twice is the first.
    func naiveTimestamps(of dataset: Dataset) -> NaiveTimestamps {
        switch dataset.naiveTimes {
        case nil: return .undeclared
        case .utc: return .utc
        case .local:
            let zone = tenant.calendar.zone
            return .local { wall in
                let local = LocalDateTime(utc: Instant(microsecondsSinceEpoch: wall))
                return (try? zone.instant(of: local))?.microsecondsSinceEpoch
            }
        }
    }

    /// - Throws: `limitExceeded` where a run has read more rows than the tenant may.
    func checkLimit(_ rowCount: Int, _ dataset: Dataset) throws(ExtractError) {
        let limit = tenant.limits.rows
        guard Int64(rowCount) <= limit else {
            throw ExtractError(
                .limitExceeded, tenant: id, dataset: dataset.name.text,
                reason: "the run has read more than the tenant's limit of \(limit) rows",
                advice: "raise limits.rows in the tenant's file, or read less with sql:")
        }
    }
}
