internal import Effects
internal import Synchronization

/// Random numbers that a seed decides (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014), for property tests.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// The twin of `SystemRandom`: the same bits for the same seed, shared by all who hold it.
package final class SeededRandom: RandomSource {
    private let generator: Mutex<SeededGenerator>

    package init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    package func nextBits() -> UInt64 { generator.withLock { $0.next() } }
}
