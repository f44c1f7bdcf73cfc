internal import Columnar
internal import Kernels

/// The number of a column within one query: unique, so that plans are rearranged without counting positions.
struct ColumnID: Hashable, Sendable {
    let number: Int
}

/// A column that a plan gives.
struct PlanColumn: Sendable, Hashable {
    let id: ColumnID
    let name: String
    let type: SQLType
}

/// An expression whose names and types are known.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case column(ColumnID)
        case constant(Scalar)
        case call(ScalarCall, [Expression])
        case and([Expression])
        case or([Expression])
        case not(Expression)
        case isNull(Expression)
        /// `IS TRUE`, `IS FALSE`.
        case isTrue(Expression, Bool)
        case compare(Comparison, Expression, Expression)
        case isDistinct(Expression, Expression)
        case arithmetic(Arithmetic, Expression, Expression)
        case caseWhen([(when: Expression, then: Expression)], Expression)
        case cast(Expression, isTry: Bool)
        /// Whether a value is among constants, none of them NULL.
        case isAmong(Expression, [Scalar])
    }

    let kind: Kind
    let type: SQLType
    let range: SourceRange

    init(_ kind: Kind, _ type: SQLType, _ range: SourceRange) {
        self.kind = kind
        self.type = type
        self.range = range
    }

    init(_ column: PlanColumn, _ range: SourceRange) { self.init(.column(column.id), column.type, range) }

    static func bool(_ value: Bool, _ range: SourceRange) -> Expression {
        Expression(.constant(.bool(value)), .bool, range)
    }

    /// The constant, where it is one.
    var constant: Scalar? {
        if case .constant(let value) = kind { value } else { nil }
    }

    var columnID: ColumnID? {
        if case .column(let id) = kind { id } else { nil }
    }

    /// The operands.
    var children: [Expression] {
        switch kind {
        case .column, .constant: []
        case .call(_, let arguments), .and(let arguments), .or(let arguments): arguments
        case .not(let operand), .isNull(let operand), .isTrue(let operand, _), .cast(let operand, _),
            .isAmong(let operand, _):
            [operand]
        case .compare(_, let left, let right), .isDistinct(let left, let right), .arithmetic(_, let left, let right):
            [left, right]
        case .caseWhen(let branches, let otherwise): branches.flatMap { [$0.when, $0.then] } + [otherwise]
        }
    }

    /// The expression with other operands, in the order of `children`.
    func with(_ children: [Expression]) -> Expression {
        let kind: Kind
        switch self.kind {
        case .column, .constant: return self
        case .call(let call, _): kind = .call(call, children)
        case .and: kind = .and(children)
        case .or: kind = .or(children)
        case .not: kind = .not(children[0])
        case .isNull: kind = .isNull(children[0])
        case .isTrue(_, let value): kind = .isTrue(children[0], value)
        case .cast(_, let isTry): kind = .cast(children[0], isTry: isTry)
        case .isAmong(_, let values): kind = .isAmong(children[0], values)
        case .compare(let comparison, _, _): kind = .compare(comparison, children[0], children[1])
        case .isDistinct: kind = .isDistinct(children[0], children[1])
        case .arithmetic(let operation, _, _): kind = .arithmetic(operation, children[0], children[1])
        case .caseWhen(let branches, _):
            kind = .caseWhen(
                branches.indices.map { (children[$0 * 2], children[$0 * 2 + 1]) }, children[children.count - 1])
        }
        return Expression(kind, type, range)
    }

    /// The columns that it reads.
    var columns: Set<ColumnID> {
        if let columnID { return [columnID] }
        return children.reduce(into: []) { $0.formUnion($1.columns) }
    }

    /// The expression with columns replaced by expressions.
    func replacing(_ replacements: [ColumnID: Expression]) -> Expression {
        if let columnID { return replacements[columnID] ?? self }
        return with(children.map { $0.replacing(replacements) })
    }

    /// The parts of an AND.
    var conjuncts: [Expression] {
        if case .and(let parts) = kind { parts.flatMap(\.conjuncts) } else { [self] }
    }

    /// The parts of an OR.
    var disjuncts: [Expression] {
        if case .or(let parts) = kind { parts.flatMap(\.disjuncts) } else { [self] }
    }

    /// The AND of parts; TRUE where there are none.
    static func conjunction(_ parts: [Expression], _ range: SourceRange) -> Expression {
        parts.count == 1 ? parts[0] : parts.isEmpty ? .bool(true, range) : Expression(.and(parts), .bool, range)
    }

    /// Whether evaluating it may be an error for some values: then it must not run for rows that are not asked for.
    var canFail: Bool {
        switch kind {
        case .column, .constant: false
        case .arithmetic: true
        case .call(let call, let arguments):
            (call.canFail && !Self.isKnownPattern(call, arguments)) || arguments.contains(where: \.canFail)
        case .cast(let operand, let isTry):
            operand.canFail || !(isTry || Self.isSafe(operand.type, type))
        default: children.contains(where: \.canFail)
        }
    }

    /// LIKE with a pattern that is known and does not end in its escape character never fails.
    private static func isKnownPattern(_ call: ScalarCall, _ arguments: [Expression]) -> Bool {
        guard call.name == "like" || call.name == "ilike", arguments.count == 2,
            case .text(let pattern)? = arguments[1].constant
        else { return false }
        return !pattern.hasSuffix("\\")
    }

    /// Whether a row costs much more than a comparison of numbers.
    var isCostly: Bool {
        switch kind {
        case .column, .constant, .isNull: false
        case .call, .caseWhen, .cast: true
        case .compare(_, let left, _): left.type == .text || children.contains(where: \.isCostly)
        default: children.contains(where: \.isCostly)
        }
    }

    private static func isSafe(_ from: SQLType, _ to: SQLType) -> Bool {
        switch (from, to) {
        case (_, .text), (.int16, .int32), (.int16, .int64), (.int32, .int64), (_, .double), (.date, .timestamptz),
            (.date, .timestamp), (.timestamptz, .date), (.timestamp, .date), (.timestamp, .timestamptz),
            (.timestamptz, .timestamp):
            from != .text && from != .json
        case (_, .decimal(let precision, let scale)):
            from.asDecimal.map { $0.precision - $0.scale <= precision - scale && $0.scale <= scale } ?? false
        default: false
        }
    }

    /// Whether both are the same computation.
    func isSame(as other: Expression) -> Bool {
        guard type == other.type else { return false }
        switch (kind, other.kind) {
        case (.column(let a), .column(let b)): return a == b
        case (.constant(let a), .constant(let b)): return a == b
        case (.call(let a, _), .call(let b, _)): if a.name != b.name || a.isVolatile { return false }
        case (.and, .and), (.or, .or), (.not, .not), (.isNull, .isNull), (.isDistinct, .isDistinct),
            (.caseWhen, .caseWhen):
            break
        case (.isTrue(_, let a), .isTrue(_, let b)): if a != b { return false }
        case (.cast(_, let a), .cast(_, let b)): if a != b { return false }
        case (.isAmong(_, let a), .isAmong(_, let b)): if a != b { return false }
        case (.compare(let a, _, _), .compare(let b, _, _)): if a != b { return false }
        case (.arithmetic(let a, _, _), .arithmetic(let b, _, _)): if a != b { return false }
        default: return false
        }
        let (mine, others) = (children, other.children)
        return mine.count == others.count && zip(mine, others).allSatisfy { $0.isSame(as: $1) }
    }
}
