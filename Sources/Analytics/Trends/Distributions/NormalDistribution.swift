internal import Glibc

/// The standard normal distribution.
package enum NormalDistribution {
    /// The probability of more than `z`: exact to the last digits in the tail, where `1 - cdf` would have lost them.
    package static func upperTail(_ z: Double) -> Double { 0.5 * erfc(z * 0.5.squareRoot()) }

    /// The probability of a distance of at least `abs(z)` from 0, on either side.
    package static func twoSided(_ z: Double) -> Double { erfc(abs(z) * 0.5.squareRoot()) }

    /// The value below which a share of the distribution lies: 0.975 gives 1.959964.
    ///
    /// Starts from Abramowitz and Stegun's formula 26.2.23 (error below 4.5e-4) and corrects it by Halley's method, which
    /// triples the digits in each of four steps.
    ///
    /// - Precondition: `share` lies between 0 and 1, both excluded.
    package static func quantile(_ share: Double) -> Double {
        precondition(share > 0 && share < 1)
        if share == 0.5 { return 0 }
        let tail = min(share, 1 - share)
        let t = (-2 * log(tail)).squareRoot()
        var z =
            t - (2.515517 + t * (0.802853 + t * 0.010328))
            / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        for _ in 0..<4 {
            let density = exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (upperTail(z) - tail) / density
            z += step / (1 - 0.5 * z * step)
        }
        return share < 0.5 ? -z : z
    }
}
