/// Where random bits come from: names of temporary files, jitter of retries. Never part of an artefact.
package protocol RandomSource: Sendable {
    /// 64 uniform bits.
    func nextBits() -> UInt64
}

/// The operating system's generator.
package struct SystemRandom: RandomSource {
    package init() {}
    package func nextBits() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
