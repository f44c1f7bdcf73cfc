internal import Columnar
internal import Kernels

/// What is to be computed, as a tree of operators; columns are named by their numbers.
final class LogicalPlan: Sendable {
    let kind: Kind
    /// The columns that come out, in order.
    let columns: [PlanColumn]

    init(_ kind: Kind, _ columns: [PlanColumn]) {
        self.kind = kind
        self.columns = columns
    }

    indirect enum Kind: Sendable {
        /// Columns of a table, by their names there; conditions that may spare row groups and pages.
        case scan(any TableSource, names: [String], conditions: [Expression])
        case values([[Expression]])
        case filter(LogicalPlan, Expression)
        case project(LogicalPlan, [Expression])
        /// Columns: the keys, then the aggregates. With sets, each set names the keys that it groups by.
        case aggregate(LogicalPlan, keys: [Expression], sets: [[Int]]?, [AggregateCall])
        /// Columns: those of the input, then the calls.
        case window(LogicalPlan, [WindowCall])
        case join(JoinPlan)
        case sort(LogicalPlan, [SortKey], limit: Int?)
        case limit(LogicalPlan, limit: Int?, offset: Int)
        /// UNION ALL; columns of every input by position.
        case concatenation([LogicalPlan])
        /// INTERSECT and EXCEPT, with multiplicities where ALL.
        case setDifference(LogicalPlan, LogicalPlan, isIntersection: Bool, isAll: Bool)
        /// Columns: those of the input, the elements of each list, and perhaps the position.
        case unnest(LogicalPlan, [Expression], withOrdinality: Bool)
        /// Columns: those of the input, and the series' value.
        case series(LogicalPlan, [Expression])
        /// Columns: those of the input where the function keeps its rows, then those that the function makes.
        case tableFunction(LogicalPlan, TableFunctionCall)
        /// A table of WITH that several places read: computed once.
        case shared(SharedPlan)
        /// WITH RECURSIVE: the rows of the first plan, then those of the second computed of the rows of the step before,
        /// until a step gives none; without ALL each row once. Columns of both by position.
        case recursion(LogicalPlan, LogicalPlan, number: Int, isAll: Bool)
        /// Inside of a recursion the rows of the step before.
        case recursionStep(number: Int)
    }
}

/// A plan that is computed once and read in several places.
final class SharedPlan: Sendable {
    let number: Int
    let plan: LogicalPlan

    init(number: Int, plan: LogicalPlan) {
        self.number = number
        self.plan = plan
    }
}

/// A join whose condition is cut into pairs of keys and the rest.
struct JoinPlan: Sendable {
    enum Kind: Sendable, Hashable {
        case inner, left, full, semi, anti
        /// Adds a column: whether there is a match. With `in`, the last pair of keys is compared as IN does, so that
        /// the answer may be NULL.
        case mark(isIn: Bool)
        /// Adds the columns of the one match, NULLs without; more than one match is an error.
        case single
        /// The last match at or before by the inequality.
        case asOf(isLeft: Bool)
    }

    struct KeyPair: Sendable {
        var left: Expression
        var right: Expression
        /// Whether NULL matches NULL.
        var matchesNulls: Bool
    }

    var kind: Kind
    var left: LogicalPlan
    var right: LogicalPlan
    var keys: [KeyPair]
    var residual: Expression?
    var range: SourceRange
    /// Of an ASOF join: the comparison, `left >= right` for the usual one.
    var asOf: (comparison: Comparison, left: Expression, right: Expression)?
}

/// One key of a sort.
struct SortKey: Sendable {
    let expression: Expression
    let order: KeyOrder
}

/// A call of an aggregate.
struct AggregateCall: Sendable {
    let function: AggregateFunction
    let name: String
    let arguments: [Expression]
    let isDistinct: Bool
    let order: [SortKey]
    let filter: Expression?
    let type: SQLType
    let range: SourceRange
}

/// A call of a window function, or of an aggregate over a window.
struct WindowCall: Sendable {
    enum Function: Sendable {
        case named(String)
        case aggregate(AggregateFunction)
    }

    let function: Function
    let arguments: [Expression]
    let filter: Expression?
    let ignoresNulls: Bool
    let partition: [Expression]
    let order: [SortKey]
    let frame: WindowFrame
    let type: SQLType
    let range: SourceRange
}

/// The frame of a window, its offsets computed.
struct WindowFrame: Sendable {
    enum Bound: Sendable {
        case unboundedPreceding
        case preceding(Expression)
        case currentRow
        case following(Expression)
        case unboundedFollowing
    }

    let unit: FrameSyntax.Unit
    let start: Bound
    let end: Bound
    let exclusion: FrameSyntax.Exclusion
}
