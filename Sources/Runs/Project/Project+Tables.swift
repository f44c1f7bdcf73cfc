package import Lake

extension Project {
    /// A table of the lake.
    package func table(_ address: TableAddress) -> DeltaTable {
        DeltaTable(
            at: address, store: environment.store, random: environment.random, clock: environment.clock)
    }
}
