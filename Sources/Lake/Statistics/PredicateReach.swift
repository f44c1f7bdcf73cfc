internal import Columnar
internal import Parquet

/// What a predicate may answer for the rows of a file, by what the log says of it.
///
/// (1) Each part gives all answers that a row could have: true, false, or neither. A file of which no row can be true is
///     not read; one of which every row must be true goes as a whole where rows are deleted.
/// (2) Bounds are compared with literals only where both are numbers of the same kind or both are texts; everything else
///     may answer anything.
struct PredicateReach {
    let predicate: ScanPredicate
    let schema: StorageSchema

    /// The answers that a row may have.
    struct Answers: OptionSet {
        let rawValue: UInt8
        static let isTrue = Answers(rawValue: 1)
        static let isFalse = Answers(rawValue: 2)
        static let isUnknown = Answers(rawValue: 4)
        static let any: Answers = [.isTrue, .isFalse, .isUnknown]
    }

    /// How far the predicate reaches into a file.
    func reach(_ file: AddedFile) -> FileReach {
        let answers = answers(predicate, FileBounds(file), file.partitionValues)
        if !answers.contains(.isTrue) { return .nothing }
        return answers == .isTrue ? .everything : .some
    }

    private func answers(
        _ predicate: ScanPredicate, _ file: FileBounds, _ partition: [String: String?]
    ) -> Answers {
        switch predicate {
        case .compare(let column, let comparison, let literal):
            if literal == .null { return .isUnknown }
            return tested(column, file, partition) { Self.compared($0, comparison, literal, $1) }
        case .isAmong(let column, let literals):
            return tested(column, file, partition) { bounds, type in
                let each = literals.map { Self.compared(bounds, .equal, $0, type) }
                let any = each.reduce(Answers()) { $0.union($1) }
                if literals.contains(.null) { return .any }
                return any.contains(.isTrue) ? [.isTrue, .isFalse] : .isFalse
            }
        case .isNull(let column): return nulls(column, file, partition)
        case .isNotNull(let column): return Self.negated(nulls(column, file, partition))
        case .and(let parts):
            return parts.reduce(Answers.isTrue) { Self.both($0, answers($1, file, partition)) }
        case .or(let parts):
            return Self.negated(
                parts.reduce(Answers.isTrue) { Self.both($0, Self.negated(answers($1, file, partition))) })
        case .not(let part): return Self.negated(answers(part, file, partition))
        }
    }

    private static func negated(_ answers: Answers) -> Answers {
        var result = answers.intersection(.isUnknown)
        if answers.contains(.isTrue) { result.insert(.isFalse) }
        if answers.contains(.isFalse) { result.insert(.isTrue) }
        return result
    }

    /// What AND may answer, where each side may answer so; sides that exclude each other are not known to.
    private static func both(_ left: Answers, _ right: Answers) -> Answers {
        var result = left.union(right).subtracting(.isTrue)
        if left.contains(.isTrue), right.contains(.isTrue) { result.insert(.isTrue) }
        if left.isSubset(of: .isFalse) || right.isSubset(of: .isFalse) { return .isFalse }
        return result
    }

    // MARK: One column

    /// The answers of a test of present values, and of those that may be missing.
    private func tested(
        _ column: ScanColumn, _ file: FileBounds, _ partition: [String: String?],
        _ test: (FileBounds.Bounds, LogicalType) -> Answers
    ) -> Answers {
        guard column.path.count == 1, let field = schema.stored(column.path[0]),
            let index = schema.logical.index(of: column.path[0])
        else { return .any }
        let type = schema.logical.fields[index].type
        if let text = partition[field.name] {
            guard let bounds = Self.bounds(text, field) else { return text == nil || text == "" ? .isUnknown : .any }
            return test(bounds, type)
        }
        guard let bounds = file.bounds(field.name, field.type), let nullCount = file.nullCount(field.name) else {
            return .any
        }
        return nullCount == 0 ? test(bounds, type) : test(bounds, type).union(.isUnknown)
    }

    private func nulls(_ column: ScanColumn, _ file: FileBounds, _ partition: [String: String?]) -> Answers {
        guard column.path.count == 1, let field = schema.stored(column.path[0]), partition[field.name] == nil,
            let nullCount = file.nullCount(field.name), let rowCount = file.rowCount
        else { return [.isTrue, .isFalse] }
        return nullCount == 0 ? .isFalse : nullCount == rowCount ? .isTrue : [.isTrue, .isFalse]
    }

    private static func bounds(_ text: String?, _ field: Field) -> FileBounds.Bounds? {
        guard let text, let value = try? PartitionText.value(text, field.type, column: field.name) else { return nil }
        switch value {
        case .text(let text): return .texts(least: Array(text.utf8), greatest: Array(text.utf8))
        default: return number(value, field.type).map { .numbers($0...$0) }
        }
    }

    /// A literal as a number of the column's order; nil where it is no value that the column could have.
    private static func number(_ literal: Scalar, _ type: LogicalType) -> Int128? {
        switch (literal, type) {
        case (.int(let value), .int8), (.int(let value), .int16), (.int(let value), .int32), (.int(let value), .int64),
            (.int(let value), .uint8), (.int(let value), .uint16), (.int(let value), .uint32):
            return Int128(value)
        case (.int(let value), .decimal(_, let scale)):
            let (product, overflow) = Int128(value).multipliedReportingOverflow(by: ExactRange.power(scale))
            return overflow ? nil : product
        case (.decimal(let value), .decimal(_, let scale)):
            guard value.scale <= scale else { return nil }
            let (product, overflow) = value.unscaled.multipliedReportingOverflow(
                by: ExactRange.power(scale - value.scale))
            return overflow ? nil : product
        case (.date(let days), .date): return Int128(days)
        case (.timestamp(let microseconds), .timestamp): return Int128(microseconds)
        case (.date(let days), .timestamp): return Int128(days) * 86_400_000_000
        default: return nil
        }
    }

    /// What a comparison answers for values within bounds.
    private static func compared(
        _ bounds: FileBounds.Bounds, _ comparison: ScanPredicate.Comparison, _ literal: Scalar, _ type: LogicalType
    ) -> Answers {
        switch bounds {
        case .numbers(let range):
            guard let value = number(literal, type) else { return .any }
            return compared(
                isBelow: range.upperBound < value, isAbove: range.lowerBound > value,
                isAtMost: range.upperBound <= value, isAtLeast: range.lowerBound >= value,
                isIt: range.lowerBound == value && range.upperBound == value, comparison)
        case .texts(let least, let greatest):
            guard case .text(let text) = literal, type == .text else { return .any }
            let value = Array(text.utf8)
            let isBelow = greatest.lexicographicallyPrecedes(value)
            let isAbove = value.lexicographicallyPrecedes(least)
            return compared(
                isBelow: isBelow, isAbove: isAbove, isAtMost: isBelow || greatest == value,
                isAtLeast: isAbove || least == value, isIt: least == value && greatest == value, comparison)
        }
    }

    private static func compared(
        isBelow: Bool, isAbove: Bool, isAtMost: Bool, isAtLeast: Bool, isIt: Bool,
        _ comparison: ScanPredicate.Comparison
    ) -> Answers {
        func answer(always: Bool, never: Bool) -> Answers {
            always ? .isTrue : never ? .isFalse : [.isTrue, .isFalse]
        }
        return switch comparison {
        case .equal: answer(always: isIt, never: isBelow || isAbove)
        case .notEqual: answer(always: isBelow || isAbove, never: isIt)
        case .less: answer(always: isBelow, never: isAtLeast)
        case .lessOrEqual: answer(always: isAtMost, never: isAbove)
        case .greater: answer(always: isAbove, never: isAtMost)
        case .greaterOrEqual: answer(always: isAtLeast, never: isBelow)
        }
    }
}
