/// Counts the distinct members of each group, exactly: pairs of two 32-bit codes.
struct DistinctPairs {
    private var pairs: Set<UInt64> = []

    /// Adds a pair; true where it was not there before.
    mutating func insert(_ group: Int32, _ member: Int32) -> Bool {
        pairs.insert(UInt64(UInt32(bitPattern: group)) << 32 | UInt64(UInt32(bitPattern: member))).inserted
    }
}
