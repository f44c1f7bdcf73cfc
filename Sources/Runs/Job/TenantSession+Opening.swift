internal import Effects
internal import Extract

extension TenantSession {
    /// Tries again where a source restarts, has no connection free, or ends what it was doing.
    var retry: SourceRetry { SourceRetry(clock: SystemClock(), random: project.environment.random) }
}
