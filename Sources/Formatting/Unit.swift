/// What a number counts, and so how it is written: the metric definition's `unit`.
package enum Unit: Hashable, Sendable {
    /// A count of things: whole, grouped digits.
    case count
    /// Minor units of a currency as an integer: 123456 with exponent 2 is 1,234.56.
    case money(currency: String, exponent: Int)
    /// A fraction that is shown as a percentage: 0.084 is 8.4 %.
    case percent
    /// Any other number, with a fixed number of digits behind the point.
    case number(decimals: Int)
    /// Milliseconds, shown as a duration.
    case milliseconds
    /// Not a number: text, a date, an instant or a truth value, by its scalar.
    case none
}

/// Whether it is good news when a measure grows.
package enum Direction: String, Hashable, Sendable {
    case up, down, neutral
}
