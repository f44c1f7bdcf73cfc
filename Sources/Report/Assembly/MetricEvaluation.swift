internal import Columnar
internal import Formatting
internal import Models

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
        case .countOfValues(let column):
            let count = rows.count { value(column, $0) != .null }
            return .exact(ExactDecimal(unscaled: Int128(count), scale: 0))
        case .first(let column): return try only(column, rows.first, among: rows)
        case .last(let column): return try only(column, rows.last, among: rows)
        case .opening(let column): return try balance(column, rows.first, among: rows)
        case .closing(let column): return try balance(column, rows.last, among: rows)
        case .only(let expression, let conditions):
            return try total(
                expression, over: rows.filter { row in conditions.allSatisfy { $0.takes(value($0.column, row)) } })
        case .plus(let left, let right):
            return try combined(try total(left, over: rows), try total(right, over: rows), isDifference: false)
        case .minus(let left, let right):
            return try combined(try total(left, over: rows), try total(right, over: rows), isDifference: true)
        case .average(let column):
            if let bucket = model.bucketColumn, Set(rows.map { value(bucket, $0) }).count != rows.count {
                throw .notAdditive(model: model.name, column: column, period: "one bucket")
            }
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

    /// The sum or difference of two totals; nothing where one of them is nothing.
    private func combined(_ left: Total, _ right: Total, isDifference: Bool) throws(ReportError) -> Total {
        switch (left, right) {
        case (.exact(let a), .exact(let b)):
            let scale = max(a.scale, b.scale)
            guard let (a, b) = a.scaled(to: scale).flatMap({ a in b.scaled(to: scale).map { (a, $0) } }) else {
                throw .overflow(column: model.name)
            }
            let (sum, overflow) =
                isDifference ? a.subtractingReportingOverflow(b) : a.addingReportingOverflow(b)
            guard !overflow else { throw .overflow(column: model.name) }
            return .exact(ExactDecimal(unscaled: sum, scale: scale))
        case (.exact(let a), .double(let b)): return .double(isDifference ? a.approximation - b : a.approximation + b)
        case (.double(let a), .exact(let b)): return .double(isDifference ? a - b.approximation : a + b.approximation)
        case (.double(let a), .double(let b)): return .double(isDifference ? a - b : a + b)
        default: return .none
        }
    }

    /// The sum over the rows of one row's bucket: a balance of several things at one time.
    private func balance(_ column: String, _ row: Int?, among rows: [Int]) throws(ReportError) -> Total {
        guard let row else { return .none }
        let bucket = bucket(of: row)
        return try added(column, rows.filter { self.bucket(of: $0) == bucket }).total
    }

    /// The value of the one row of a row's bucket.
    private func only(_ column: String, _ row: Int?, among rows: [Int]) throws(ReportError) -> Total {
        guard let row else { return .none }
        let bucket = bucket(of: row)
        guard rows.count(where: { self.bucket(of: $0) == bucket }) == 1 else {
            throw .notAdditive(model: model.name, column: column, period: "one bucket")
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

extension ExactDecimal {
    /// The digits of the same number at a larger scale; nil where they are too many.
    fileprivate func scaled(to wanted: Int) -> Int128? {
        var digits = unscaled
        for _ in scale..<max(scale, wanted) {
            let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            digits = product
        }
        return digits
    }
}

extension MetricCondition {
    /// Whether a row with such a value is taken; a missing value is neither equal nor unequal to another.
    func takes(_ found: Scalar) -> Bool {
        let isEqual: Bool
        switch (found, value) {
        case (.null, _): return false
        case (.text(let found), .text(let wanted)): isEqual = found == wanted
        case (.bool(let found), .boolean(let wanted)): isEqual = found == wanted
        case (let found, .integer(let wanted)):
            guard let number = found.exactNumber else { return false }
            isEqual = number.scale == 0 && number.unscaled == Int128(wanted)
        default: return false
        }
        return isEqual != isNegated
    }
}
