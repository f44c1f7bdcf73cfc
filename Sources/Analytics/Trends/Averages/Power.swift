internal import Glibc

enum Power {
    /// The n-th root.
    static func root(_ value: Double, _ n: Int) -> Double { pow(value, 1 / Double(n)) }
}
