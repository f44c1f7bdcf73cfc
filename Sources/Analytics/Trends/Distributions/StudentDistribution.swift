internal import Glibc

/// Student's t distribution.
package struct StudentDistribution: Sendable {
    /// The degrees of freedom, above 0.
    package let degrees: Double

    /// - Precondition: `degrees` is above 0.
    package init(degrees: Double) {
        precondition(degrees > 0)
        self.degrees = degrees
    }

    /// The probability of more than `t`, for `t` of at least 0.
    ///
    /// Half the regularised incomplete beta function I_x(n/2, 1/2) at x = n / (n + t²).
    package func upperTail(_ t: Double) -> Double {
        0.5 * Self.incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The value above which a share of the distribution lies.
    ///
    /// Newton's method from the normal distribution's quantile, kept between two bounds that close in on it.
    ///
    /// - Precondition: `tail` lies between 0 and 0.5, both included, 0 excluded.
    package func upperQuantile(_ tail: Double) -> Double {
        precondition(tail > 0 && tail <= 0.5)
        if tail == 0.5 { return 0 }
        var low = 0.0
        var high = 1.0
        while upperTail(high) > tail && high < 1e300 { high *= 2 }
        var t = min(max(NormalDistribution.quantile(1 - max(tail, 1e-300)), low), high)
        if !t.isFinite { t = high / 2 }
        let constant =
            lgamma((degrees + 1) / 2).0 - lgamma(degrees / 2).0 - 0.5 * log(degrees * Double.pi)
        for _ in 0..<200 {
            let excess = upperTail(t) - tail
            if excess > 0 { low = t } else { high = t }
            let density = exp(constant - (degrees + 1) / 2 * log1p(t * t / degrees))
            var next = t + excess / density
            if !(next > low && next < high) { next = low + (high - low) / 2 }
            if abs(next - t) <= 1e-15 * abs(t) { return next }
            t = next
        }
        return t
    }

    /// I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8) with Lentz's method; where that converges
    /// slowly, by the symmetry I_x(a, b) = 1 - I_(1-x)(b, a).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let front = exp(
            lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0 + a * log(x) + b * log1p(-x))
        if x < (a + 1) / (a + b + 2) { return front * fraction(x, a, b) / a }
        return 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let least = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < least ? least : value }
        var c = 1.0
        var d = 1 / kept(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1..<1_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / kept(1 + even * d)
            c = kept(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / kept(1 + odd * d)
            c = kept(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return result
    }
}
