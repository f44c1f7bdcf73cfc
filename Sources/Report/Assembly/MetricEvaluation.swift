internal import Columnar
internal import Formatting

extension ModelRows {
    /// A metric over some rows: integer minor units for money, integers for counts, doubles for ratios and means.
    ///
    /// - Throws: `ReportError.overflow`, or `notAdditive` where a last value is asked for of several rows.
    func value(_ metric: MetricDefinition, over rows: [Int]) throws(ReportError) -> Scalar {
        let total = try total(metric.expression, over: rows)
        switch (total, metric.unit) {
        case (.none, _): return .null
        case (.exact(let number), _):
            if number.scale == 0, let integer = Int64(exactly: number.unscaled) { return .int(integer) }
            return .decimal(number)
        case (.quotient(let numerator, let denominator), .money):
            // Rounded once, half to even, on the exact rational (analytics rule X18).
            guard let minor = ExactDecimal.ratio(numerator, denominator, scale: 0),
                let value = Int64(exactly: minor.unscaled)
            else { throw .overflow(column: metric.name) }
            return .int(value)
        case (.quotient(let numerator, let denominator), _):
            return .double(try Self.printable(numerator, denominator, metric))
        case (.double(let number), .money):
            guard let value = Int64(exactly: number.rounded(.toNearestOrEven)) else {
                throw .overflow(column: metric.name)
            }
            return .int(value)
        case (.double(let number), _): return .double(Self.printable(number))
        }
    }

    /// A ratio with at most 15 significant digits, half to even: every format, spreadsheets too, holds them all.
    private static func printable(
        _ numerator: ExactDecimal, _ denominator: ExactDecimal, _ metric: MetricDefinition
    ) throws(ReportError) -> Double {
        guard let whole = ExactDecimal.ratio(numerator, denominator, scale: 0) else {
            throw .overflow(column: metric.name)
        }
        let scale = max(0, min(12, 15 - String(whole.unscaled.magnitude).count))
        guard let ratio = ExactDecimal.ratio(numerator, denominator, scale: scale) else {
            throw .overflow(column: metric.name)
        }
        return ratio.approximation
    }

    /// A double with at most 15 significant digits.
    private static func printable(_ number: Double) -> Double {
        guard let exact = ExactDecimal(shortest: number), let whole = exact.rounded(toScale: 0) else { return number }
        let scale = max(0, min(12, 15 - String(whole.unscaled.magnitude).count))
        return exact.scale > scale ? exact.rounded(toScale: scale)?.approximation ?? number : number
    }

    /// The exact sum of a column over some rows; null values do not count. 0 over no rows.
    func sum(_ column: String, over rows: [Int]) throws(ReportError) -> Scalar {
        switch try total(.sum(column), over: rows) {
        case .exact(let number):
            if number.scale == 0, let integer = Int64(exactly: number.unscaled) { return .int(integer) }
            return .decimal(number)
        case .double(let number): return .double(Self.printable(number))
        case .quotient, .none: return .null
        }
    }

    /// What an expression gives before it is rounded to a unit.
    private enum Total {
        case none
        case exact(ExactDecimal)
        case double(Double)
        /// A ratio of exact numbers, the second not 0.
        case quotient(ExactDecimal, ExactDecimal)
    }

    private func total(_ expression: MetricExpression, over rows: [Int]) throws(ReportError) -> Total {
        switch expression {
        case .count: return .exact(ExactDecimal(unscaled: Int128(rows.count), scale: 0))
        case .sum(let column): return try added(column, rows).total
        case .minimum(let column): return extreme(column, rows) { $0 < $1 }
        case .maximum(let column): return extreme(column, rows) { $0 > $1 }
        case .last(let column): return try last(column, rows)
        case .average(let column):
            let sum = try added(column, rows)
            return quotient(sum.total, .exact(ExactDecimal(unscaled: Int128(sum.count), scale: 0)))
        case .ratio(let numerator, let denominator):
            return quotient(try total(numerator, over: rows), try total(denominator, over: rows))
        }
    }

    /// The sum of the values that are there, and how many they are. Doubles are added in the order of the rows.
    private func added(_ column: String, _ rows: [Int]) throws(ReportError) -> (total: Total, count: Int) {
        var exact: Int128 = 0
        var scale = 0
        var (double, isDouble, count) = (0.0, false, 0)
        for row in rows {
            let digits: Int128
            switch value(column, row) {
            case .int(let value): digits = Int128(value)
            case .unsigned(let value): digits = Int128(value)
            case .decimal(let value):
                digits = value.unscaled
                scale = value.scale
            case .double(let value):
                double += value
                (isDouble, digits) = (true, 0)
            case .float(let value):
                double += Double(value)
                (isDouble, digits) = (true, 0)
            default: continue
            }
            count += 1
            let (sum, overflow) = exact.addingReportingOverflow(digits)
            guard !overflow else { throw .overflow(column: column) }
            exact = sum
        }
        return (isDouble ? .double(double) : .exact(ExactDecimal(unscaled: exact, scale: scale)), count)
    }

    private func extreme(_ column: String, _ rows: [Int], _ isBetter: (Double, Double) -> Bool) -> Total {
        var best: (number: Double, value: Scalar)?
        for row in rows {
            let value = value(column, row)
            guard let number = value.approximateNumber else { continue }
            if best.map({ isBetter(number, $0.number) }) ?? true { best = (number, value) }
        }
        guard let best else { return .none }
        if case .double(let number) = best.value { return .double(number) }
        return best.value.exactNumber.map(Total.exact) ?? .none
    }

    /// The value of the one row of the last bucket.
    private func last(_ column: String, _ rows: [Int]) throws(ReportError) -> Total {
        guard let row = rows.last else { return .none }
        let bucket = value(model.bucketColumn, row)
        guard rows.count(where: { value(model.bucketColumn, $0) == bucket }) == 1 else {
            throw .notAdditive(model: model.name, column: column, period: "its last bucket")
        }
        let found = value(column, row)
        if case .double(let number) = found { return .double(number) }
        return found.exactNumber.map(Total.exact) ?? .none
    }

    /// `n / d`, nothing where `d` is 0 or missing (analytics rule X1).
    private func quotient(_ numerator: Total, _ denominator: Total) -> Total {
        switch (numerator, denominator) {
        case (.exact(let n), .exact(let d)): d.unscaled == 0 ? .none : .quotient(n, d)
        case (.double(let n), .exact(let d)): d.unscaled == 0 ? .none : .double(n / d.approximation)
        case (.exact(let n), .double(let d)): d == 0 ? .none : .double(n.approximation / d)
        case (.double(let n), .double(let d)): d == 0 ? .none : .double(n / d)
        default: .none
        }
    }
}
