/// What a run tells while it goes on: for progress, and for `run --json`, a line for each.
package enum RunEvent: Sendable, Equatable {
    case tenantStarted(tenant: String)
    /// A dataset is in the lake.
    case extracted(tenant: String, table: String, rows: Int64, unchanged: Bool, seconds: Double)
    /// A chunk of a dataset is in the lake, and is not read again whatever happens.
    case chunkKept(tenant: String, table: String, rows: Int64)
    /// A model is in the lake.
    case aggregated(tenant: String, table: String, rows: Int64, unchanged: Bool)
    /// A report is rendered, or found as it was.
    case rendered(
        tenant: String, report: String, period: String, edition: Int64, files: [String], bytes: Int64, unchanged: Bool)
    /// A table that tenants share has rows that are none of theirs, so many of them without a key.
    case strangersFound(table: String, rows: Int64, keyless: Int64)
    /// The source of these tenants ended a reading in passing, as `why` says: all that it was for is read again.
    case readAgain(tenants: [String], why: String)
    /// A table was compared with its source; `difference` is empty where there is none.
    case reconciled(tenant: String, table: String, rows: Int64, difference: String)
    case tenantDone(tenant: String)
    case tenantFailed(tenant: String, failure: Failure)
}
