internal import Effects
package import Lake

extension Project {
    /// A table of the lake, whose files are written again by all cores: a tenant is brought up to date by one thread, and what
    /// it computes need not be.
    package func table(_ address: TableAddress) -> DeltaTable {
        var table = DeltaTable(
            at: address, store: environment.store, random: environment.random, clock: environment.clock)
        table.threads = ParallelWork.coreCount
        return table
    }
}
