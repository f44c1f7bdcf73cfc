/// A name as it was written: lower-cased where it was not quoted.
struct NameSyntax: Sendable, Hashable {
    let text: String
    let range: SourceRange
}

/// A type as it was written: `decimal(18, 2)`, `text[]`.
struct TypeSyntax: Sendable {
    let name: String
    let arguments: [Int]
    /// The fields of `struct(a int, b text)`; the key and value of `map(text, int)`.
    var fields: [(name: String, type: TypeSyntax)] = []
    /// How many `[]` follow.
    var listDepth = 0
    let range: SourceRange
}

/// An expression as it was written.
struct ExpressionSyntax: Sendable {
    indirect enum Kind: Sendable {
        case null
        case boolean(Bool)
        case number(String)
        case text(String)
        case bytes(String)
        case parameter(String)
        /// `a`, `t.a`, `s.t.a`.
        case column([NameSyntax])
        /// `*`, `t.*`.
        case star(qualifier: NameSyntax?, excluded: [NameSyntax])
        /// `DATE '2026-01-01'`, `INTERVAL '7 days'`, `INTERVAL 7 DAY`.
        case typedLiteral(TypeSyntax, String)
        case interval(ExpressionSyntax, unit: String)
        case unary(String, ExpressionSyntax)
        case binary(String, ExpressionSyntax, ExpressionSyntax)
        /// `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`; nil is NULL or UNKNOWN.
        case isTest(ExpressionSyntax, Bool?, isNegated: Bool)
        case isDistinct(ExpressionSyntax, ExpressionSyntax, isNegated: Bool)
        case between(ExpressionSyntax, ExpressionSyntax, ExpressionSyntax, isNegated: Bool, isSymmetric: Bool)
        case inList(ExpressionSyntax, [ExpressionSyntax], isNegated: Bool)
        case inQuery(ExpressionSyntax, SelectSyntax, isNegated: Bool)
        /// `x = ANY (query)`, `x > ALL (list)`.
        case quantified(ExpressionSyntax, String, isAll: Bool, QuantifiedOperand)
        case exists(SelectSyntax)
        case scalarQuery(SelectSyntax)
        case arrayQuery(SelectSyntax)
        /// `LIKE`, `ILIKE`, `SIMILAR TO`.
        case like(
            ExpressionSyntax, ExpressionSyntax, escape: ExpressionSyntax?, operator: String, isNegated: Bool)
        case caseWhen(operand: ExpressionSyntax?, [(when: ExpressionSyntax, then: ExpressionSyntax)], ExpressionSyntax?)
        case cast(ExpressionSyntax, TypeSyntax, isTry: Bool)
        case call(CallSyntax)
        /// `EXTRACT(field FROM x)`.
        case extract(String, ExpressionSyntax)
        case atTimeZone(ExpressionSyntax, ExpressionSyntax)
        case list([ExpressionSyntax])
        case row([ExpressionSyntax])
        case structure([(name: String, value: ExpressionSyntax)])
        case subscripted(ExpressionSyntax, ExpressionSyntax)
        case sliced(ExpressionSyntax, ExpressionSyntax?, ExpressionSyntax?)
        case field(ExpressionSyntax, NameSyntax)
        case collated(ExpressionSyntax, NameSyntax)
    }

    enum QuantifiedOperand: Sendable {
        case query(SelectSyntax)
        case list(ExpressionSyntax)
    }

    let kind: Kind
    let range: SourceRange

    init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// A call of a function, an aggregate or a window function.
struct CallSyntax: Sendable {
    var name: NameSyntax
    var arguments: [(name: String?, value: ExpressionSyntax)] = []
    var isStar = false
    var isDistinct = false
    var order: [OrderSyntax] = []
    /// The order of `WITHIN GROUP (ORDER BY …)`.
    var withinGroup: [OrderSyntax] = []
    var filter: ExpressionSyntax?
    var ignoresNulls = false
    var window: WindowReference?

    enum WindowReference: Sendable {
        case name(NameSyntax)
        case specification(WindowSyntax)
    }
}

/// One key of ORDER BY.
struct OrderSyntax: Sendable {
    let expression: ExpressionSyntax
    let isDescending: Bool
    /// Nil where the text does not say: last for ascending, first for descending keys, as PostgreSQL.
    let nullsFirst: Bool?
}

/// A window: `PARTITION BY … ORDER BY … ROWS BETWEEN …`.
struct WindowSyntax: Sendable {
    var base: NameSyntax?
    var partition: [ExpressionSyntax] = []
    var order: [OrderSyntax] = []
    var frame: FrameSyntax?
    var range: SourceRange
}

/// The frame of a window.
struct FrameSyntax: Sendable {
    enum Unit: Sendable { case rows, range, groups }
    enum Bound: Sendable {
        case unboundedPreceding
        case preceding(ExpressionSyntax)
        case currentRow
        case following(ExpressionSyntax)
        case unboundedFollowing
    }
    enum Exclusion: Sendable { case none, currentRow, group, ties }

    let unit: Unit
    let start: Bound
    let end: Bound
    let exclusion: Exclusion
    let range: SourceRange
}
