/// A whole statement.
enum StatementSyntax: Sendable {
    case query(QueryStatement)
    /// `DESCRIBE FUNCTION name`.
    case describeFunction(NameSyntax)
}

/// A query, or EXPLAIN of one.
struct QueryStatement: Sendable {
    enum Explanation: Sendable { case none, plan, analyze }

    let explanation: Explanation
    /// Whether the explanation is JSON.
    let explainsAsJSON: Bool
    let query: SelectSyntax
}

/// A query: WITH, its body, ORDER BY and LIMIT.
final class SelectSyntax: Sendable {
    let commonTables: [CommonTableSyntax]
    let isRecursive: Bool
    let body: QueryBody
    let order: [OrderSyntax]
    let limit: ExpressionSyntax?
    let offset: ExpressionSyntax?
    let range: SourceRange

    init(
        commonTables: [CommonTableSyntax] = [], isRecursive: Bool = false, body: QueryBody, order: [OrderSyntax] = [],
        limit: ExpressionSyntax? = nil, offset: ExpressionSyntax? = nil, range: SourceRange
    ) {
        self.commonTables = commonTables
        self.isRecursive = isRecursive
        self.body = body
        self.order = order
        self.limit = limit
        self.offset = offset
        self.range = range
    }
}

/// The body of a query.
indirect enum QueryBody: Sendable {
    case core(CoreSyntax)
    case values([[ExpressionSyntax]])
    case setOperation(SetOperation, isAll: Bool, QueryBody, QueryBody, SourceRange)
    case nested(SelectSyntax)
}

/// The operations on whole results.
enum SetOperation: String, Sendable { case union, intersect, except }

/// One table of WITH.
struct CommonTableSyntax: Sendable {
    let name: NameSyntax
    let columns: [NameSyntax]
    let query: SelectSyntax
}

/// SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY.
struct CoreSyntax: Sendable {
    enum Distinct: Sendable {
        case none, all
        case on([ExpressionSyntax])
    }
    enum Grouping: Sendable {
        case none
        /// GROUP BY ALL: every output column without an aggregate.
        case all(SourceRange)
        case elements([GroupingElement])
    }

    var distinct = Distinct.none
    var items: [(expression: ExpressionSyntax, alias: NameSyntax?)] = []
    var from: TableSyntax?
    var condition: ExpressionSyntax?
    var grouping = Grouping.none
    var having: ExpressionSyntax?
    var windows: [(name: NameSyntax, window: WindowSyntax)] = []
    var qualify: ExpressionSyntax?
    var range: SourceRange
}

/// An element of GROUP BY.
indirect enum GroupingElement: Sendable {
    case expression(ExpressionSyntax)
    case rollup([[ExpressionSyntax]])
    case cube([[ExpressionSyntax]])
    case sets([GroupingElement])
    /// Several expressions in parentheses: one member of a set.
    case tuple([ExpressionSyntax])
}

/// What stands behind FROM.
indirect enum TableSyntax: Sendable {
    case named(TableName)
    case query(SelectSyntax, alias: AliasSyntax?, isLateral: Bool, SourceRange)
    case function(CallSyntax, alias: AliasSyntax?, withOrdinality: Bool, SourceRange)
    case join(JoinSyntax)

    struct TableName: Sendable {
        let parts: [NameSyntax]
        let alias: AliasSyntax?
        let moment: TimeTravelSyntax?
        let range: SourceRange
    }
}

/// `VERSION AS OF 3`, `TIMESTAMP AS OF '2026-01-01'`.
enum TimeTravelSyntax: Sendable {
    case version(ExpressionSyntax)
    case timestamp(ExpressionSyntax)
}

/// `AS t (a, b)`.
struct AliasSyntax: Sendable {
    let name: NameSyntax
    let columns: [NameSyntax]
}

/// A join as it was written.
struct JoinSyntax: Sendable {
    enum Kind: String, Sendable { case inner, left, right, full, cross, semi, anti }
    enum Condition: Sendable {
        case none
        case on(ExpressionSyntax)
        case using([NameSyntax])
        case natural
    }

    let kind: Kind
    let isAsOf: Bool
    let left: TableSyntax
    let right: TableSyntax
    let condition: Condition
    let range: SourceRange
}

extension JoinSyntax {
    /// `a, f(a.x) JOIN b` as `(a, f(a.x)) JOIN b`: the comma binds less than JOIN, and behind it functions and LATERAL
    /// queries read the tables before them. nil where nothing has to be turned.
    var turned: JoinSyntax? {
        guard kind == .cross, !isAsOf, case .none = condition, case .join(let inner) = right, right.mayReadNeighbours,
            !inner.isAsOf, [.cross, .inner, .left].contains(inner.kind)
        else { return nil }
        switch inner.condition {
        case .none, .on: break
        // These take the columns of the inner join's sides, and none of the left.
        case .using, .natural: return nil
        }
        let outer = JoinSyntax(
            kind: .cross, isAsOf: false, left: left, right: inner.left, condition: .none, range: range)
        return JoinSyntax(
            kind: inner.kind, isAsOf: false, left: .join(outer), right: inner.right, condition: inner.condition,
            range: inner.range)
    }
}

extension TableSyntax {
    /// Whether functions or LATERAL queries are in it, which may read tables in front of it.
    fileprivate var mayReadNeighbours: Bool {
        switch self {
        case .named: false
        case .query(_, _, let isLateral, _): isLateral
        case .function: true
        case .join(let join): join.left.mayReadNeighbours || join.right.mayReadNeighbours
        }
    }
}
