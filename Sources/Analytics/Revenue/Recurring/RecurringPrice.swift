/// How often a subscription is paid, and what that makes a month (rule V1).
enum BillingInterval: String, CaseIterable, Sendable {
    case day, week, month, quarter, year

    /// Months a payment, as a fraction: an amount times numerator over denominator is that of a month.
    var factor: (numerator: Int128, denominator: Int128) {
        switch self {
        case .day: (365, 12)
        case .week: (52, 12)
        case .month: (1, 1)
        case .quarter: (1, 3)
        case .year: (1, 12)
        }
    }
}

enum RecurringPrice {
    /// The monthly amount of a subscription: (price × quantity - discount) × factor, rounded half to even once.
    ///
    /// 10,000 a year is 833; 6 a year is 0, 18 a year is 2.
    ///
    /// - Throws: `OperatorError` where it does not fit 64 bits, or is below 0.
    static func monthly(
        price: Int64, quantity: Int64, discount: Int64, every interval: BillingInterval
    ) throws(OperatorError) -> Int64 {
        let amount = Int128(price) * Int128(quantity) - Int128(discount)
        guard amount >= 0 else { throw OperatorError("a recurring price is below 0") }
        let (scaled, overflow) = amount.multipliedReportingOverflow(by: interval.factor.numerator)
        guard !overflow else { throw OperatorError.overflow("a recurring price") }
        return try Rounding.halfEven(scaled, dividedBy: interval.factor.denominator).narrowed("a recurring price")
    }
}
