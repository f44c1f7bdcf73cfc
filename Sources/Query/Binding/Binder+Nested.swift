internal import Columnar
internal import Kernels

/// Lists, structures and rows in expressions.
extension Binder {
    /// `list[index]`.
    func element(_ list: Expression, _ index: Expression, _ range: SourceRange) throws -> Expression {
        guard case .list(let type) = list.type else {
            throw QueryError(.type, "\(list.type) has no elements", at: range)
        }
        return Expression(.call(ListAccess.element, [list, try coerced(index, to: .int64)]), type, range)
    }

    /// `list[low:high]`; a bound that is not written is the list's end.
    func slice(_ list: Expression, _ low: Expression?, _ high: Expression?, _ range: SourceRange) throws -> Expression {
        guard case .list = list.type else { throw QueryError(.type, "\(list.type) has no elements", at: range) }
        func bound(_ value: Expression?, _ otherwise: Int64) throws -> Expression {
            try value.map { try coerced($0, to: .int64) } ?? Expression(.constant(.int(otherwise)), .int64, range)
        }
        return Expression(
            .call(ListAccess.slice, [list, try bound(low, 1), try bound(high, .max)]), list.type, range)
    }

    /// `{a: 1}` and `row(1, 2)`, whose fields are `f1`, `f2`.
    func structure(_ fields: [(name: String, value: Expression)], _ range: SourceRange) throws -> Expression {
        var types: [SQLType.SQLField] = []
        var values: [Expression] = []
        for (name, value) in fields {
            guard !types.contains(where: { $0.name == name }) else {
                throw QueryError(.ambiguousName, "field '\(name)' twice", at: value.range)
            }
            let own = value.type == .unknown ? try coerced(value, to: .text) : value
            types.append(SQLType.SQLField(name: name, type: own.type))
            values.append(own)
        }
        let type = SQLType.structure(types)
        return Expression(.call(StructureAccess.make(type), values), type, range)
    }

    /// `structure.name`.
    func field(_ value: Expression, _ name: NameSyntax) throws -> Expression {
        guard case .structure(let fields) = value.type else {
            throw QueryError(.type, "\(value.type) has no fields", at: name.range)
        }
        let found =
            fields.firstIndex { $0.name == name.text } ?? fields.firstIndex { $0.name.lowercased() == name.text }
        guard let found else {
            throw QueryError(
                .unknownName, "there is no field '\(name.text)'", at: name.range,
                try: nearestName(to: name.text, among: fields.map(\.name)).map { "'\($0)'" })
        }
        return Expression(
            .call(StructureAccess.field(found), [value]), fields[found].type, value.range.through(name.range))
    }

    /// Rows side by side, field by field: equal where all are, and in the order of the first that differs.
    func rows(
        _ symbol: String, _ left: [Expression], _ right: [Expression], _ range: SourceRange
    ) throws -> Expression {
        guard left.count == right.count else {
            throw QueryError(.type, "a row of \(left.count) beside one of \(right.count)", at: range)
        }
        guard let comparison = Comparison(rawValue: symbol) else {
            throw QueryError(.type, "'\(symbol)' does not take rows", at: range)
        }
        let equal = try zip(left, right).map { try self.comparison(.equal, $0, $1, range) }
        switch comparison {
        case .equal: return .conjunction(equal, range)
        case .notEqual: return Expression(.not(.conjunction(equal, range)), .bool, range)
        default:
            // a < x or (a = x and (b < y or …)).
            let strict: Comparison = comparison == .less || comparison == .lessOrEqual ? .less : .greater
            var result = try self.comparison(comparison, left[left.count - 1], right[left.count - 1], range)
            for index in left.indices.dropLast().reversed() {
                let decided = try self.comparison(strict, left[index], right[index], range)
                result = Expression(
                    .or([decided, Expression(.and([equal[index], result]), .bool, range)]), .bool, range)
            }
            return result
        }
    }

    /// `x < ANY (list)`, `x > ALL (query)`.
    func quantified(
        _ value: Expression, _ symbol: String, _ isAll: Bool, _ list: Expression, isQuery: Bool, _ range: SourceRange
    ) throws -> Expression {
        guard let comparison = Comparison(rawValue: symbol) else {
            throw QueryError(.type, "'\(symbol)' does not take ANY or ALL", at: range)
        }
        guard case .list(let element) = list.type else {
            throw QueryError(.type, "ANY and ALL take a list or a subquery, not \(list.type)", at: range)
        }
        var type = try common(value.type, element, range)
        if type == .unknown { type = .text }
        let call = ListAccess.quantified(comparison, isAll: isAll, takesMissing: isQuery)
        return Expression(
            .call(call, [try coerced(value, to: type), try coerced(list, to: .list(type))]), .bool, range)
    }

    /// All values of a query's one column as one list.
    func gathered(_ plan: LogicalPlan, _ range: SourceRange) throws -> LogicalPlan {
        let column = plan.columns[0]
        let type = column.type == .unknown ? SQLType.text : column.type
        guard let function = registry.aggregates["array_agg"]?.resolve([type], [nil]) else {
            throw QueryError(.unsupported, "a list of \(type)", at: range)
        }
        let call = AggregateCall(
            function: function, name: "array_agg", arguments: [try coerced(Expression(column, range), to: type)],
            isDistinct: false, order: [], filter: nil, type: function.result, range: range)
        return LogicalPlan(
            .aggregate(plan, keys: [], sets: nil, [call]), [self.column("array_agg", function.result)])
    }
}
