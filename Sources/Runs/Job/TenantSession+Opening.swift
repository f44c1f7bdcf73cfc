internal import Effects
internal import Extract

extension TenantSession {
    /// Opens a source, and tries again where it restarts or has no connection free; a signal ends the tries.
    func opening<Source>(_ open: () throws(ExtractError) -> Source) throws(ExtractError) -> Source {
        try SourceRetry(clock: SystemClock(), random: project.environment.random).perform(
            isStopped: { Interruption.signal != nil }, open)
    }
}
