/// The answers that a predicate could give for rows of which only facts are known: any that are not ruled out.
struct Outcomes: OptionSet, Sendable {
    let rawValue: UInt8

    static let isTrue = Outcomes(rawValue: 1)
    static let isFalse = Outcomes(rawValue: 2)
    static let isUnknown = Outcomes(rawValue: 4)

    /// The answers of NOT.
    var negated: Outcomes {
        var result = intersection(.isUnknown)
        if contains(.isTrue) { result.insert(.isFalse) }
        if contains(.isFalse) { result.insert(.isTrue) }
        return result
    }

    /// The answers of AND.
    func and(_ other: Outcomes) -> Outcomes {
        var result: Outcomes = []
        if contains(.isTrue) && other.contains(.isTrue) { result.insert(.isTrue) }
        if contains(.isFalse) || other.contains(.isFalse) { result.insert(.isFalse) }
        // Unknown with unknown or true.
        let open: Outcomes = [.isTrue, .isUnknown]
        if (contains(.isUnknown) && !other.isDisjoint(with: open))
            || (other.contains(.isUnknown) && !isDisjoint(with: open))
        {
            result.insert(.isUnknown)
        }
        return result
    }
}

extension ScanFilter {
    /// Every answer that a row could have.
    /// - Parameter facts: what is known of a column's values, by its number in `columns`.
    func outcomes(_ facts: (Int) -> ColumnFacts) -> Outcomes { Self.outcomes(root, facts) }

    private static func outcomes(_ node: Node, _ facts: (Int) -> ColumnFacts) -> Outcomes {
        switch node {
        case .test(let column, let keys, let isInside):
            let facts = facts(column)
            let inside = facts.outcomes(keys)
            return isInside ? inside : inside.negated
        case .isNull(let column):
            let facts = facts(column)
            var result: Outcomes = []
            if facts.mayBeMissing { result.insert(.isTrue) }
            if facts.mayHaveValues { result.insert(.isFalse) }
            return result
        case .isNotNull(let column): return outcomes(.isNull(column: column), facts).negated
        case .unknown: return .isUnknown
        case .and(let parts): return parts.reduce(Outcomes.isTrue) { $0.and(outcomes($1, facts)) }
        case .or(let parts): return parts.reduce(Outcomes.isTrue) { $0.and(outcomes($1, facts).negated) }.negated
        case .not(let part): return outcomes(part, facts).negated
        }
    }
}

/// What is known of the values of a column in some rows, without reading them.
struct ColumnFacts {
    /// Bounds by `LiteralKey`'s keys: no value is below the least or above the greatest. Nil where none is known.
    enum Bounds: Equatable {
        case numbers(least: Int128?, greatest: Int128?)
        case bytes(least: [UInt8]?, greatest: [UInt8]?)
    }

    var bounds: Bounds?
    /// Whether a value may be missing.
    var mayBeMissing = true
    /// Whether there may be values that are not missing.
    var mayHaveValues = true
    /// Whether a value of a key may be there; nil where every one may.
    var mayContain: ((LiteralKey) -> Bool)?

    /// Nothing is known.
    static var nothing: ColumnFacts { ColumnFacts() }

    /// The answers to whether a value is within some keys.
    func outcomes(_ keys: KeySet) -> Outcomes {
        var result: Outcomes = mayBeMissing ? .isUnknown : []
        guard mayHaveValues else { return result }
        let (mayBeInside, mayBeOutside) = positions(keys)
        if mayBeInside && !isRuledOut(keys) { result.insert(.isTrue) }
        if mayBeOutside { result.insert(.isFalse) }
        return result
    }

    private func positions(_ keys: KeySet) -> (mayBeInside: Bool, mayBeOutside: Bool) {
        switch (keys, bounds) {
        case (.none, _): return (false, true)
        case (.all, _): return (true, false)
        case (.numbers(let range), .numbers(let least, let greatest)):
            let (low, high) = (least ?? .min, greatest ?? .max)
            return (
                low <= range.upperBound && high >= range.lowerBound,
                low < range.lowerBound || high > range.upperBound
            )
        case (.numberSet(let set), .numbers(let least, let greatest)):
            let (low, high) = (least ?? .min, greatest ?? .max)
            let held = set.contains { low <= $0 && $0 <= high }
            return (held, !(low == high && held))
        case (.bytes(let from, let before), .bytes(let least, let greatest)):
            let isBelow = greatest.map { $0.precedes(from) } ?? false
            let isAbove = least.flatMap { least in before.map { !least.precedes($0) } } ?? false
            let beginsInside = least.map { !$0.precedes(from) } ?? false
            let endsInside = before.map { before in greatest.map { $0.precedes(before) } ?? false } ?? true
            return (!isBelow && !isAbove, !(beginsInside && endsInside))
        case (.bytesSet(let set), .bytes(let least, let greatest)):
            let held = set.contains { key in
                !(least.map { key.precedes($0) } ?? false) && !(greatest.map { $0.precedes(key) } ?? false)
            }
            return (held, !(held && least != nil && least == greatest))
        default: return (true, true)
        }
    }

    /// Whether keys that are few are all known not to be there.
    private func isRuledOut(_ keys: KeySet) -> Bool {
        guard let mayContain else { return false }
        switch keys {
        case .numbers(let range) where range.lowerBound == range.upperBound:
            return !mayContain(.number(range.lowerBound))
        case .numberSet(let set): return set.allSatisfy { !mayContain(.number($0)) }
        case .bytes(let from, let before?) where before == from + [0]: return !mayContain(.bytes(from))
        case .bytesSet(let set): return set.allSatisfy { !mayContain(.bytes($0)) }
        default: return false
        }
    }
}
