internal import Columnar
internal import Kernels

/// Gives names and types to a query's words, and makes a logical plan of them.
final class Binder {
    let registry: FunctionRegistry
    let catalog: any TableCatalog
    let views: [String: SourceText]
    let parameters: [String: Scalar]
    let context: EvaluationContext
    /// The views that were read so far: one that is read twice is computed once.
    var boundViews: [String: SharedPlan] = [:]
    /// The views whose queries are being bound.
    var openViews: [String] = []
    private var nextNumber = 0
    private var nextShared = 0

    init(
        registry: FunctionRegistry, catalog: any TableCatalog, views: [String: SourceText] = [:],
        parameters: [String: Scalar], context: EvaluationContext
    ) {
        self.registry = registry
        self.catalog = catalog
        self.views = views
        self.parameters = parameters
        self.context = context
    }

    /// A new column.
    func column(_ name: String, _ type: SQLType) -> PlanColumn {
        nextNumber += 1
        return PlanColumn(id: ColumnID(number: nextNumber), name: name, type: type)
    }

    func shared(_ plan: LogicalPlan) -> SharedPlan {
        nextShared += 1
        return SharedPlan(number: nextShared, plan: plan)
    }

    /// A plan that reads a shared one under columns of its own.
    func reading(_ shared: SharedPlan) -> LogicalPlan {
        LogicalPlan(.shared(shared), shared.plan.columns.map { column($0.name, $0.type) })
    }

    /// A plan that reads a table of WITH under columns of its own.
    func reading(_ table: CommonTable) -> LogicalPlan {
        let columns = table.columns.enumerated().map { index, own in
            column(index < table.names.count ? table.names[index] : own.name, own.type)
        }
        return LogicalPlan(table.kind, columns)
    }

    /// The number of a new recursion.
    func recursionNumber() -> Int {
        nextShared += 1
        return nextShared
    }

    /// What the names of one level of a query mean.
    final class Scope {
        struct Table {
            let alias: String
            var columns: [PlanColumn]
            /// Columns that USING merged: they are found, but `*` leaves them out.
            var hidden: Set<ColumnID> = []
        }

        var tables: [Table] = []
        /// Of each join with USING the columns of both sides and those that it merged, which `*` gives first.
        var merges: [(columns: Set<ColumnID>, first: [ColumnID])] = []
        var commonTables: [String: CommonTable] = [:]
        let parent: Scope?

        init(parent: Scope?) { self.parent = parent }

        func commonTable(_ name: String) -> CommonTable? { commonTables[name] ?? parent?.commonTable(name) }
    }

    /// A table of WITH.
    final class CommonTable {
        /// What is read: a shared plan, or the step before of a recursion.
        let kind: LogicalPlan.Kind
        let columns: [PlanColumn]
        /// Names that WITH gives to the first columns.
        let names: [String]

        init(_ kind: LogicalPlan.Kind, _ columns: [PlanColumn], names: [String]) {
            self.kind = kind
            self.columns = columns
            self.names = names
        }
    }

    /// A subquery in an expression: the placeholder column stands for its value until it is joined.
    struct PendingQuery {
        enum Kind {
            case scalar, exists
            case isIn(value: Expression)
        }

        let kind: Kind
        let placeholder: PlanColumn
        var plan: LogicalPlan
        let range: SourceRange
    }

    /// What is gathered while the expressions of one SELECT are bound.
    final class Gathering {
        let scope: Scope
        /// The clause, where it may not have aggregates.
        var clause: String?
        var aggregates: [(column: PlanColumn, call: AggregateCall)] = []
        var windows: [(column: PlanColumn, call: WindowCall)] = []
        var pending: [PendingQuery] = []
        var namedWindows: [String: WindowSyntax] = [:]
        var isInsideAggregate = false
        var isInsideWindow = false

        init(_ scope: Scope) { self.scope = scope }
    }

    // MARK: Queries

    /// The plan of a query.
    func query(_ select: SelectSyntax, parent: Scope?) throws -> LogicalPlan {
        let scope = Scope(parent: parent)
        for table in select.commonTables {
            let plan =
                if select.isRecursive, let recursion = try recursion(table, scope) {
                    recursion
                } else {
                    try query(table.query, parent: scope)
                }
            guard table.columns.count <= plan.columns.count else {
                throw QueryError(
                    .type, "'\(table.name.text)' has \(plan.columns.count) columns, and more names",
                    at: table.name.range)
            }
            guard scope.commonTables[table.name.text] == nil else {
                throw QueryError(.ambiguousName, "WITH has two tables '\(table.name.text)'", at: table.name.range)
            }
            scope.commonTables[table.name.text] = CommonTable(
                .shared(shared(plan)), plan.columns, names: table.columns.map(\.text))
        }
        if case .core(let core) = select.body {
            return try self.core(core, select, scope)
        }
        var plan = try body(select.body, scope)
        plan = try ordered(plan, select.order, scope)
        return try limited(plan, select, scope)
    }

    func body(_ body: QueryBody, _ scope: Scope) throws -> LogicalPlan {
        switch body {
        case .core(let core):
            return try self.core(core, SelectSyntax(body: body, range: core.range), Scope(parent: scope))
        case .nested(let select): return try query(select, parent: scope)
        case .values(let rows): return try values(rows, scope)
        case .setOperation(let operation, let isAll, let left, let right, let range):
            return try setOperation(operation, isAll, try self.body(left, scope), try self.body(right, scope), range)
        }
    }

    private func values(_ rows: [[ExpressionSyntax]], _ scope: Scope) throws -> LogicalPlan {
        let gathering = Gathering(Scope(parent: scope))
        gathering.clause = "VALUES"
        var bound: [[Expression]] = []
        for row in rows {
            guard row.count == rows[0].count else {
                throw QueryError(.type, "the rows of VALUES have different lengths", at: row[0].range)
            }
            bound.append(try row.map { try expression($0, gathering) })
        }
        guard gathering.pending.isEmpty else {
            throw QueryError(.unsupported, "subqueries in VALUES are not executed yet", at: rows[0][0].range)
        }
        var columns: [PlanColumn] = []
        for index in rows[0].indices {
            var type = SQLType.unknown
            for row in bound { type = try common(type, row[index].type, row[index].range) }
            if type == .unknown { type = .text }
            for row in bound.indices { bound[row][index] = try coerced(bound[row][index], to: type) }
            columns.append(column("column\(index + 1)", type))
        }
        return LogicalPlan(.values(bound), columns)
    }

    func common(_ left: SQLType, _ right: SQLType, _ range: SourceRange) throws(QueryError) -> SQLType {
        guard let type = SQLType.common(left, right) else {
            throw QueryError(.type, "\(left) and \(right) have no common type", at: range, try: "CAST(… AS \(left))")
        }
        return type
    }

    private func setOperation(
        _ operation: SetOperation, _ isAll: Bool, _ left: LogicalPlan, _ right: LogicalPlan, _ range: SourceRange
    ) throws -> LogicalPlan {
        guard left.columns.count == right.columns.count else {
            throw QueryError(
                .type, "\(operation.rawValue.uppercased()) of \(left.columns.count) and \(right.columns.count) columns",
                at: range)
        }
        let types = try zip(left.columns, right.columns).map { a, b in
            let type = try common(a.type, b.type, range)
            return type == .unknown ? .text : type
        }
        let (a, b) = (try converted(left, types, range), try converted(right, types, range))
        let columns = zip(left.columns, types).map { column($0.name, $1) }
        switch operation {
        case .union:
            let all = LogicalPlan(.concatenation([a, b]), columns)
            return isAll ? all : distinct(all, range)
        case .intersect, .except:
            return LogicalPlan(.setDifference(a, b, isIntersection: operation == .intersect, isAll: isAll), columns)
        }
    }

    func converted(_ plan: LogicalPlan, _ types: [SQLType], _ range: SourceRange) throws -> LogicalPlan {
        if plan.columns.map(\.type) == types { return plan }
        let expressions = try zip(plan.columns, types).map { try coerced(Expression($0, range), to: $1) }
        return LogicalPlan(.project(plan, expressions), zip(plan.columns, types).map { column($0.name, $1) })
    }

    /// The distinct rows of a plan, under the same columns.
    func distinct(_ plan: LogicalPlan, _ range: SourceRange) -> LogicalPlan {
        LogicalPlan(
            .aggregate(plan, keys: plan.columns.map { Expression($0, range) }, sets: nil, []),
            plan.columns)
    }

    /// Sorts by output columns: names, positions or expressions of them.
    private func ordered(_ plan: LogicalPlan, _ order: [OrderSyntax], _ scope: Scope) throws -> LogicalPlan {
        if order.isEmpty { return plan }
        let inner = Scope(parent: scope)
        inner.tables = [Scope.Table(alias: "", columns: plan.columns)]
        let gathering = Gathering(inner)
        gathering.clause = "ORDER BY of a set operation"
        let keys = try order.map { key in
            if let index = try position(key.expression, plan.columns.count) {
                return SortKey(expression: Expression(plan.columns[index], key.expression.range), order: key.keyOrder)
            }
            return SortKey(expression: try expression(key.expression, gathering), order: key.keyOrder)
        }
        return LogicalPlan(.sort(plan, keys, limit: nil), plan.columns)
    }

    /// The output column that a number in ORDER BY or GROUP BY names.
    func position(_ syntax: ExpressionSyntax, _ count: Int) throws(QueryError) -> Int? {
        guard case .number(let text) = syntax.kind, let number = Int(text) else { return nil }
        guard (1...max(1, count)).contains(number) else {
            throw QueryError(.unknownName, "there is no output column \(number)", at: syntax.range)
        }
        return number - 1
    }

    func limited(_ plan: LogicalPlan, _ select: SelectSyntax, _ scope: Scope) throws -> LogicalPlan {
        let limit = try select.limit.flatMap { try count($0, scope, "LIMIT") }
        let offset = try select.offset.flatMap { try count($0, scope, "OFFSET") } ?? 0
        guard limit != nil || offset > 0 else { return plan }
        var input = plan
        if case .sort(let inner, let keys, nil) = plan.kind, let limit {
            let (total, overflow) = limit.addingReportingOverflow(offset)
            if !overflow { input = LogicalPlan(.sort(inner, keys, limit: total), plan.columns) }
        }
        return LogicalPlan(.limit(input, limit: limit, offset: offset), plan.columns)
    }

    private func count(_ syntax: ExpressionSyntax, _ scope: Scope, _ clause: String) throws -> Int? {
        let gathering = Gathering(Scope(parent: nil))
        gathering.clause = clause
        let bound = try coerced(try expression(syntax, gathering), to: .int64)
        let column = try Evaluator(context: context).constant(bound)
        switch column {
        case .null: return nil
        case .int(let value) where value >= 0: return Int(value)
        default: throw QueryError(.invalidArgument, "\(clause) must not be negative", at: syntax.range)
        }
    }
}

extension OrderSyntax {
    /// NULLs come last in ascending and first in descending order unless the text says otherwise, as in PostgreSQL.
    var keyOrder: KeyOrder { KeyOrder(isDescending: isDescending, nullsFirst: nullsFirst ?? isDescending) }
}
