package import Columnar

/// A sentence of the finding, and when it is said.
///
/// ```yaml
/// headline:
///   - "{{#sales}}Sales {{change}}.{{/sales}}"
///   - { when: sales.change < -10% and orders >= 30, say: "Sales fell sharply: look at the table of products." }
/// ```
package struct HeadlineRule: Sendable, Hashable {
    /// All of them must hold; none for a sentence that is always said.
    package let conditions: [HeadlineCondition]
    /// The sentence; it is left out where it comes to nothing.
    package let sentence: SentenceTemplate
}

/// A comparison of a tile's figure with a number: `sales.change < -10%`.
package struct HeadlineCondition: Sendable, Hashable {
    /// Which of a tile's figures.
    package enum Figure: String, Sendable, Hashable, CaseIterable {
        /// This period's value; money in major units.
        case value
        /// The compared period's.
        case previous
        /// The growth since then as a fraction; of percentages the difference in points.
        case change
    }

    /// How it is compared.
    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case unequal = "!="
        case atLeast = ">="
        case greater = ">"
    }

    /// The tile's metric.
    package let metric: String
    package let figure: Figure
    package let comparison: Comparison
    /// With what: `10%` is 0.1.
    package let number: ExactDecimal

    package init(metric: String, figure: Figure, comparison: Comparison, number: ExactDecimal) {
        self.metric = metric
        self.figure = figure
        self.comparison = comparison
        self.number = number
    }
}

extension HeadlineCondition {
    /// Reads `sales.change < -10%`; without a figure it is the value.
    ///
    /// - Returns: nil where it is none.
    init?(parsing text: String) {
        let signs = Comparison.allCases.sorted { $0.rawValue.utf8.count > $1.rawValue.utf8.count }
        guard let place = text.firstIndex(where: { "<>=!".contains($0) }),
            let comparison = signs.first(where: { text[place...].hasPrefix($0.rawValue) })
        else { return nil }
        let name = text[..<place].split(separator: " ", omittingEmptySubsequences: true)
        let rest = text[place...].dropFirst(comparison.rawValue.count).filter { $0 != " " }
        guard name.count == 1 else { return nil }
        let parts = name[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let figure = parts.count == 1 ? Figure.value : Figure(rawValue: parts[1])
        else { return nil }
        let isPercent = rest.last == "%"
        guard let number = ExactDecimal(isPercent ? String(rest.dropLast()) : rest), number.scale <= 12,
            number.unscaled.magnitude < 1_000_000_000_000_000_000
        else { return nil }
        self.init(
            metric: parts[0], figure: figure, comparison: comparison,
            number: isPercent ? ExactDecimal(unscaled: number.unscaled, scale: number.scale + 2) : number)
    }

    /// Whether a figure stands so to the number. Both sides are exact, or the figure is a rounded ratio.
    func holds(for value: ExactDecimal) -> Bool {
        let isBelow = value.isBelow(number)
        let isAbove = number.isBelow(value)
        return switch comparison {
        case .less: isBelow
        case .atMost: !isAbove
        case .equal: !isBelow && !isAbove
        case .unequal: isBelow || isAbove
        case .atLeast: !isBelow
        case .greater: isAbove
        }
    }
}
