/// What happens in a history of changes, decided by a seed (Knuth's linear congruential generator, its upper bits).
struct Dice {
    var state: UInt64

    /// A number from 0 up to, not including, a bound.
    mutating func next(_ bound: Int64) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 33) % bound
    }
}
