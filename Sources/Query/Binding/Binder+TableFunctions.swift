internal import Columnar
internal import Kernels

/// Calls of table functions: `funnel(TABLE events, actor => user_id, steps => [kind = 'view', kind = 'buy'])`.
extension Binder {
    /// The plan of a call.
    func tableFunction(_ function: TableFunction, _ call: CallSyntax, _ range: SourceRange, _ scope: Scope) throws
        -> LogicalPlan
    {
        let inner = Scope(parent: nil)
        inner.commonTables = Self.commonTables(of: scope)
        let input = try tableArgument(call, range, inner)
        let gathering = Gathering(inner)
        gathering.clause = "an argument of \(function.name)"
        var made = Gathered()
        let given = try named(call, function)
        for parameter in function.parameters {
            guard let value = given[parameter.name] else {
                if !parameter.isRequired { continue }
                let isOrder = function.order.contains(parameter.name)
                throw QueryError(
                    .type,
                    "\(function.name) needs '\(parameter.name)'"
                        + (isOrder ? ": without it the order of the rows is not known" : ""),
                    at: range, try: "\(parameter.name) => …")
            }
            try bind(parameter, value, gathering, &made)
        }
        guard gathering.pending.isEmpty else {
            throw QueryError(.unsupported, "subqueries as arguments of \(function.name) are not executed", at: range)
        }
        let bound: BoundTableFunction
        do {
            bound = try function.bind(
                TableFunctionArguments(context: context, columns: made.columns, values: made.values))
        } catch let error as QueryError {
            throw error.at(range)
        } catch {
            throw QueryError(.invalidArgument, "\(function.name): \(error)", at: range)
        }
        let positions = { (names: [String]) in names.flatMap { made.columns[$0] ?? [] }.map(\.position) }
        let call = TableFunctionCall(
            name: function.name, function: bound, keepsRows: function.keepsRows, expressions: made.expressions,
            names: made.names, partition: positions(function.partition), order: positions(function.order), range: range)
        let own = bound.columns.map { column($0.name, $0.type) }
        return LogicalPlan(
            .tableFunction(Self.read(input, call), call), (function.keepsRows ? input.columns : []) + own)
    }

    /// The rows of the table that the function looks at: a condition, so that it goes down to the files.
    private static func read(_ input: LogicalPlan, _ call: TableFunctionCall) -> LogicalPlan {
        guard !call.keepsRows, case .whereAny(let positions) = call.function.rows, !positions.isEmpty else {
            return input
        }
        let parts = positions.map { call.expressions[$0] }
        let condition = parts.count == 1 ? parts[0] : Expression(.or(parts), .bool, call.range)
        return LogicalPlan(.filter(input, condition), input.columns)
    }

    /// The arguments of a call, as far as they are bound.
    private struct Gathered {
        var expressions: [Expression] = []
        var names: [String] = []
        var columns: [String: [TableFunctionArguments.BatchColumn]] = [:]
        var values: [String: [Scalar]] = [:]
    }

    private static func commonTables(of scope: Scope) -> [String: CommonTable] {
        let outer = scope.parent.map(commonTables) ?? [:]
        return outer.merging(scope.commonTables) { $1 }
    }

    private func tableArgument(_ call: CallSyntax, _ range: SourceRange, _ scope: Scope) throws -> LogicalPlan {
        let tables = call.arguments.filter { $0.name == "table" }
        guard tables.count == 1 else {
            throw QueryError(
                .type, "\(call.name.text) takes one table", at: range, try: "TABLE name, or TABLE (SELECT …)")
        }
        let value = tables[0].value
        switch value.kind {
        case .column(let parts):
            return try table(
                .named(TableSyntax.TableName(parts: parts, alias: nil, moment: nil, range: value.range)), scope)
        case .scalarQuery(let select):
            return try table(.query(select, alias: nil, isLateral: false, value.range), scope)
        default: throw QueryError(.syntax, "this is no table", at: value.range, try: "TABLE name")
        }
    }

    /// The arguments by name.
    private func named(_ call: CallSyntax, _ function: TableFunction) throws -> [String: ExpressionSyntax] {
        var given: [String: ExpressionSyntax] = [:]
        let known = function.parameters.map(\.name)
        for (name, value) in call.arguments where name != "table" {
            guard let name else {
                throw QueryError(
                    .syntax, "arguments of \(function.name) have names", at: value.range,
                    try: known.first.map { "\($0) => …" })
            }
            guard known.contains(name) else {
                throw QueryError(
                    .unknownName, "\(function.name) has no parameter '\(name)'", at: value.range,
                    try: nearestName(to: name, among: known).map { "'\($0)'" })
            }
            guard given.updateValue(value, forKey: name) == nil else {
                throw QueryError(.syntax, "'\(name)' is given twice", at: value.range)
            }
        }
        return given
    }

    private func bind(
        _ parameter: TableFunction.Parameter, _ value: ExpressionSyntax, _ gathering: Gathering, _ made: inout Gathered
    ) throws {
        let items: [ExpressionSyntax] = if case .list(let items) = value.kind { items } else { [value] }
        switch parameter.form {
        case .column(let type): try bindColumn(parameter.name, type, value, parameter.name, gathering, &made)
        case .columns(let type):
            for (index, item) in items.enumerated() {
                try bindColumn(parameter.name, type, item, "\(parameter.name)_\(index + 1)", gathering, &made)
            }
        case .constant(let type): made.values[parameter.name] = [try constant(value, type)]
        case .constants(let type): made.values[parameter.name] = try items.map { try constant($0, type) }
        }
    }

    private func bindColumn(
        _ parameter: String, _ type: SQLType?, _ value: ExpressionSyntax, _ name: String, _ gathering: Gathering,
        _ made: inout Gathered
    ) throws {
        let own = try expression(value, gathering)
        let bound = try coerced(own, to: type ?? (own.type == .unknown ? .text : own.type))
        let text = if case .column(let names) = value.kind { names[names.count - 1].text } else { name }
        made.columns[parameter, default: []].append(
            TableFunctionArguments.BatchColumn(position: made.expressions.count, type: bound.type, text: text))
        made.expressions.append(bound)
        made.names.append(name)
    }

    private func constant(_ value: ExpressionSyntax, _ type: SQLType) throws -> Scalar {
        let gathering = Gathering(Scope(parent: nil))
        gathering.clause = "a value that is known before the query runs"
        return try Evaluator(context: context).constant(try coerced(try expression(value, gathering), to: type))
    }
}
