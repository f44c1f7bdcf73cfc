package import Columnar

/// The categories of CLDR's plural rules.
package enum PluralCategory: String, Sendable, Hashable, CaseIterable {
    case zero, one, two, few, many, other
}

/// Which words follow which numbers in one language: CLDR's rules, read from their text.
///
/// LDML, part 3, section 5.1: `n mod 10 in 2..4 and n mod 100 not in 12..14`. Operands of a number as it is written:
/// n its value, i its whole part, v how many digits stand behind the point, w that without trailing zeros, f and t
/// those digits as a number, e the power of ten of a short form (always 0 here).
package struct PluralRules: Sendable, Hashable {
    private struct Relation: Hashable {
        let operand: Character
        let modulus: Int128?
        let isNegated: Bool
        let ranges: [ClosedRange<Int128>]
    }

    /// By category: relations joined by `and` within groups that are joined by `or`.
    private let rules: [Rule]

    private struct Rule: Hashable {
        let category: PluralCategory
        let alternatives: [[Relation]]
    }

    /// Reads `one=i in 1 and v in 0¦few=…`; what it does not understand is left out, and a test reads them all.
    init(_ text: String) {
        rules = text.split(separator: "¦").compactMap { entry in
            guard let sign = entry.firstIndex(of: "="),
                let category = PluralCategory(rawValue: String(entry[..<sign]))
            else { return nil }
            let condition = String(entry[entry.index(after: sign)...])
            let alternatives = condition.split(separator: " or ").map { part in
                part.split(separator: " and ").compactMap { Self.relation(String($0)) }
            }
            return Rule(category: category, alternatives: alternatives)
        }
    }

    /// The category of a number as it is written: 1 is `one` in English, 1.0 is `other`.
    package func category(of number: ExactDecimal) -> PluralCategory {
        rules.first { rule in rule.alternatives.contains { $0.allSatisfy { Self.holds($0, number) } } }?.category
            ?? .other
    }

    /// The category of a count.
    package func category(of count: Int64) -> PluralCategory {
        category(of: ExactDecimal(unscaled: Int128(count), scale: 0))
    }

    /// The categories that the language has, `other` included.
    package var categories: Set<PluralCategory> { Set(rules.map(\.category)).union([.other]) }

    private static func relation(_ text: String) -> Relation? {
        var words = text.split(separator: " ")[...]
        guard let operand = words.popFirst()?.first else { return nil }
        var modulus: Int128?
        if words.first == "mod" {
            words = words.dropFirst()
            modulus = words.popFirst().flatMap { Int128(String($0)) }
        }
        let isNegated = words.first == "not"
        if isNegated { words = words.dropFirst() }
        guard words.popFirst() == "in" else { return nil }
        let ranges = words.joined().split(separator: ",").compactMap { part -> ClosedRange<Int128>? in
            let ends = part.split(separator: ".").compactMap { Int128(String($0)) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
        return Relation(operand: operand, modulus: modulus, isNegated: isNegated, ranges: ranges)
    }

    private static func holds(_ relation: Relation, _ number: ExactDecimal) -> Bool {
        let power = ExactDecimal.powerOfTen(number.scale) ?? 1
        // A magnitude beyond the largest is none that words follow.
        let digits = Int128(clamping: number.unscaled.magnitude)
        let (whole, fraction) = digits.quotientAndRemainder(dividingBy: power)
        var (shortest, count) = (fraction, number.scale)
        while count > 0, shortest % 10 == 0 {
            shortest /= 10
            count -= 1
        }
        let value: Int128
        switch relation.operand {
        // A number with digits behind the point is in no range of whole numbers.
        case "n" where shortest != 0: return relation.isNegated
        case "n", "i": value = whole
        case "v": value = Int128(number.scale)
        case "w": value = Int128(count)
        case "f": value = fraction
        case "t": value = shortest
        default: value = 0
        }
        let rest = relation.modulus.map { $0 == 0 ? value : value % $0 } ?? value
        return relation.ranges.contains { $0.contains(rest) } != relation.isNegated
    }
}
