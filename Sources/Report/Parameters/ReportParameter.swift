internal import Columnar
internal import Configuration

/// A parameter of a report: what it may be, and what it is if nobody says otherwise.
package struct ReportParameter: Sendable, Hashable {
    /// Its name: in sentences, in `--param`, and with a colon in front in models that are views.
    package let name: String
    /// What it means, in a sentence; empty where nothing is said.
    package let description: String
    /// What it is if nobody says otherwise.
    package let standard: ParameterValue
    /// The values that it may have; empty for any. Of a list, those that its parts may have.
    package let allowed: [ParameterValue]
    /// The least and the largest number; nil for any.
    package let lowest: ParameterValue?
    package let highest: ParameterValue?

    /// What kind of value it has.
    package var type: ParameterType { standard.type }

    /// Why a value is not one for this parameter, with what to write instead; nil if it is.
    package func problem(with value: ParameterValue) -> (message: String, hint: String?)? {
        guard value.type == type else { return ("'\(name)' is \(type.words)", nil) }
        if !allowed.isEmpty {
            let parts: [ParameterValue] = if case .list(let texts) = value { texts.map { .text($0) } } else { [value] }
            if let wrong = parts.first(where: { !allowed.contains($0) }) {
                return ("'\(name)' can't be '\(wrong.canonicalText)'", hint(for: wrong))
            }
        }
        if let lowest, value.isBelow(lowest) {
            return ("'\(name)' is \(value.canonicalText), below \(lowest.canonicalText)", nil)
        }
        if let highest, highest.isBelow(value) {
            return ("'\(name)' is \(value.canonicalText), above \(highest.canonicalText)", nil)
        }
        return nil
    }

    private func hint(for value: ParameterValue) -> String {
        let words = allowed.map(\.canonicalText)
        return Suggestion.nearest(to: value.canonicalText, among: words).map { "did you mean '\($0)'?" }
            ?? "write one of: \(words.joined(separator: ", "))"
    }
}

extension ReportParameter {
    /// The same parameter, with no whole number outside of a range.
    func within(_ range: ClosedRange<Int64>) -> ReportParameter {
        var (low, high) = (range.lowerBound, range.upperBound)
        if case .integer(let own) = lowest { low = max(low, own) }
        if case .integer(let own) = highest { high = min(high, own) }
        return ReportParameter(
            name: name, description: description, standard: standard, allowed: allowed, lowest: .integer(low),
            highest: .integer(high))
    }
}

extension ParameterType {
    /// As a message says it.
    var words: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .boolean: "true or false"
        case .date: "a date like 2026-10-31"
        case .list: "a list of texts: a,b,c"
        }
    }
}

extension ParameterValue {
    /// Whether a number or date lies below another of its type.
    func isBelow(_ other: ParameterValue) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.number(let a), .number(let b)): a.isBelow(b)
        case (.date(let a), .date(let b)): a < b
        default: false
        }
    }
}

extension ExactDecimal {
    /// Exact comparison: by whole parts, then by fractions at one scale. No product is larger than 38 digits.
    func isBelow(_ other: ExactDecimal) -> Bool {
        let (left, right) = (Self.parts(self), Self.parts(other))
        return left.whole != right.whole ? left.whole < right.whole : left.fraction < right.fraction
    }

    /// The whole part towards minus infinity, and the fraction behind it in units of 10^-38.
    private static func parts(_ number: ExactDecimal) -> (whole: Int128, fraction: UInt128) {
        var power: Int128 = 1
        for _ in 0..<number.scale { power *= 10 }
        var (whole, rest) = number.unscaled.quotientAndRemainder(dividingBy: power)
        if rest < 0 { (whole, rest) = (whole - 1, rest + power) }
        var fraction = UInt128(rest)
        for _ in number.scale..<38 { fraction *= 10 }
        return (whole, fraction)
    }
}
