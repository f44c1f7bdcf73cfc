/// One run in the ledger.
package struct RunRecord: Sendable, Equatable {
    /// What a run makes.
    package enum Kind: String, Sendable {
        /// The lake's tables of a tenant: extraction, aggregates, published files.
        case ingest
        /// One report of a tenant for one period.
        case report
    }

    /// The subject of all ingestions.
    package static let ingestion = "datasets"

    /// Hash of what the run is of; see `RunIdentity`.
    package var id: String
    /// What it makes.
    package var kind: Kind
    /// Whose run it is.
    package var tenant: String
    /// The report's slug; `datasets` for an ingestion.
    package var subject: String
    /// The period's name; empty for an ingestion.
    package var period: String
    /// The folder below the period's in which the edition lies: of a person, and of parameters that are not as by
    /// themselves. Empty for the tenant's own with nothing given.
    package var variant: String
    /// 1 for the first edition of this report and period, one more whenever its inputs changed; for an ingestion the
    /// sequence number of the tenant's commits.
    package var edition: Int64
    /// Where it stands.
    package var state: RunState
    /// Why it is not done.
    package var cause: CauseCode?
    /// The error as people read it; no row values, no secrets.
    package var message: String
    /// How often it was started.
    package var attempts: Int64
    /// When the last attempt began, microseconds since 1970 UTC.
    package var startedAt: Int64
    /// When it ended; nil while it runs.
    package var finishedAt: Int64?
    /// Hash of the inputs that the edition stands for; of an ingestion that of its models' files.
    package var fingerprint: String

    package init(
        id: String, kind: Kind, tenant: String, subject: String, period: String, variant: String = "", edition: Int64,
        state: RunState = .queued, cause: CauseCode? = nil, message: String = "", attempts: Int64 = 0,
        startedAt: Int64, finishedAt: Int64? = nil, fingerprint: String = ""
    ) {
        self.id = id
        self.kind = kind
        self.tenant = tenant
        self.subject = subject
        self.period = period
        self.variant = variant
        self.edition = edition
        self.state = state
        self.cause = cause
        self.message = message
        self.attempts = attempts
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.fingerprint = fingerprint
    }
}

/// What a run did to one table.
package struct TableCount: Sendable, Equatable {
    /// The table, such as `raw/orders`.
    package var table: String
    /// Rows read from the source or from the tables that it is computed from.
    package var rowsRead: Int64
    /// Rows that came into the lake.
    package var rowsWritten: Int64
    /// Rows put into quarantine with a reason. Read = written + rejected + known, for raw tables.
    package var rowsRejected: Int64
    /// Rows that the table had already, or that the source marks as deleted.
    package var rowsKnown: Int64
    /// The table's version afterwards.
    package var version: Int64
    /// Whether the version was there before, because nothing had changed.
    package var isUnchanged: Bool
    /// How long computing it took; 0 where that was not measured.
    package var milliseconds: Int64

    package init(
        table: String, rowsRead: Int64, rowsWritten: Int64, rowsRejected: Int64, rowsKnown: Int64 = 0, version: Int64,
        isUnchanged: Bool, milliseconds: Int64 = 0
    ) {
        self.table = table
        self.rowsRead = rowsRead
        self.rowsWritten = rowsWritten
        self.rowsRejected = rowsRejected
        self.rowsKnown = rowsKnown
        self.version = version
        self.isUnchanged = isUnchanged
        self.milliseconds = milliseconds
    }
}

/// A file that a run made.
package struct ArtefactRecord: Sendable, Equatable {
    /// Its name in the run's folder.
    package var name: String
    /// Its path from the project's folder.
    package var path: String
    /// Its SHA-256, in hex.
    package var sha256: String
    /// Its size in bytes.
    package var size: Int64

    package init(name: String, path: String, sha256: String, size: Int64) {
        self.name = name
        self.path = path
        self.sha256 = sha256
        self.size = size
    }
}

/// Proof that this process may write for a tenant; every change in the ledger checks its epoch.
package struct Lease: Sendable, Equatable {
    /// Whose.
    package let tenant: String
    /// One more for each holder there ever was.
    package let epoch: Int64

    package init(tenant: String, epoch: Int64) {
        self.tenant = tenant
        self.epoch = epoch
    }
}

/// One occurrence of a schedule for one tenant: unique in the ledger before any work.
package struct OccurrenceRecord: Sendable, Hashable {
    /// Whose.
    package var tenant: String
    /// The schedule's name and the hash of its definition.
    package var schedule: String
    /// The instant that the schedule names, microseconds since 1970 UTC.
    package var nominal: Int64

    package init(tenant: String, schedule: String, nominal: Int64) {
        self.tenant = tenant
        self.schedule = schedule
        self.nominal = nominal
    }
}

/// What became of an occurrence.
package enum OccurrenceOutcome: String, Sendable {
    /// A process took it and works on it, or died at it.
    case taken
    /// Its run ended well.
    case done
    /// Its run failed; the run's record says why.
    case failed
    /// The catch-up policy passed over it.
    case missed
}
