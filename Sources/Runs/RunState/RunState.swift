/// Where a run stands. The words are those of `runs list`, of the ledger and of receipts.
///
/// ```
/// queued ─► running ─► done
///   │          │─────► failed ────► queued (retry)
///   │          │─────► held ──────► queued (released)
///   │          │─────► unknown ───► queued (its process is gone; what it did is found in the lake)
///   └──────────┴─────► cancelled
/// ```
package enum RunState: String, Sendable, CaseIterable {
    /// Asked for, not begun.
    case queued
    /// A process holds its lease.
    case running
    /// All of its work is done and durable.
    case done
    /// It ended with an error; nothing half-done is visible.
    case failed
    /// Its data is not complete enough, by the definition's own rule.
    case held
    /// Somebody stopped it.
    case cancelled
    /// Its process is gone without a word.
    case unknown

    /// Whether nothing more happens by itself.
    package var isTerminal: Bool {
        switch self {
        case .done, .failed, .held, .cancelled: true
        case .queued, .running, .unknown: false
        }
    }
}

/// Why a run did not end in `done`; the exit codes of the command line follow from it.
package enum CauseCode: String, Sendable, CaseIterable {
    /// The data was refused: drift from the definition, a failed check, a corrupt file.
    case dataRefused = "data-refused"
    /// The source or a service cannot be reached.
    case unavailable
    /// A bug of ours.
    case bug
    /// An output cannot be made.
    case cannotCreate = "cannot-create"
    /// Reading or writing failed, or the disk is full.
    case readWrite = "read-write"
    /// Another process does this already.
    case busy
    /// Not allowed: a grant, a file's mode.
    case notPermitted = "not-permitted"
    /// The configuration or the machine is not right.
    case configuration
    /// Wrong words on the command line.
    case usage
    /// Stopped by a signal or by an operator.
    case interrupted

    /// The exit code of a command that failed of this cause alone (sysexits.h, as in `almanac help`).
    package var exitCode: Int32 {
        switch self {
        case .usage: 64
        case .dataRefused: 65
        case .unavailable: 69
        case .bug: 70
        case .cannotCreate: 73
        case .readWrite: 74
        case .busy: 75
        case .notPermitted: 77
        case .configuration: 78
        case .interrupted: 130
        }
    }
}
