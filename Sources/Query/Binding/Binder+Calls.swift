internal import Columnar
internal import Kernels

extension Binder {
    private static let windowNames: Set<String> = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
        "last_value", "nth_value",
    ]

    /// A call of any kind of function.
    func call(_ call: CallSyntax, _ range: SourceRange, _ gathering: Gathering) throws -> Expression {
        let name = call.name.text
        if call.window != nil { return try window(call, range, gathering) }
        if registry.aggregates[name] != nil || ["percentile_cont", "percentile_disc", "quantile"].contains(name) {
            return try aggregate(call, range, gathering)
        }
        if Self.windowNames.contains(name) {
            throw QueryError(.syntax, "\(name) needs OVER", at: range, try: "\(name)() OVER (…)")
        }
        guard !call.isStar, !call.isDistinct, call.filter == nil, call.order.isEmpty, call.withinGroup.isEmpty else {
            throw QueryError(.type, "'\(name)' is no aggregate", at: call.name.range)
        }
        let arguments = try call.arguments.map { try expression($0.value, gathering) }
        if let list = try listFunction(name, arguments, range) { return list }
        switch name {
        case "coalesce", "ifnull":
            guard let last = arguments.last else { throw QueryError(.type, "coalesce needs arguments", at: range) }
            let branches = arguments.dropLast().map { value in
                (when: Expression(.not(Expression(.isNull(value), .bool, range)), .bool, range), then: value)
            }
            return branches.isEmpty ? last : try caseExpression(branches, last, range)
        case "nullif":
            guard arguments.count == 2 else { throw QueryError(.type, "nullif takes two values", at: range) }
            let equal = try comparison(.equal, arguments[0], arguments[1], range)
            let null = Expression(.constant(.null), arguments[0].type, range)
            return try caseExpression([(equal, null)], arguments[0], range)
        case "if", "iff":
            guard arguments.count == 3 else { throw QueryError(.type, "if takes three values", at: range) }
            return try caseExpression([(try coerced(arguments[0], to: .bool), arguments[1])], arguments[2], range)
        case "greatest", "least": return try extreme(arguments, name == "greatest", range)
        case "round", "trunc", "floor", "ceil", "ceiling":
            if let decimal = try decimalRounding(name, arguments, range) { return decimal }
        case "abs":
            if let value = arguments.first, case .decimal = value.type, arguments.count == 1 {
                let negative = try comparison(.less, value, Expression(.constant(.int(0)), .int32, range), range)
                let opposite = try arithmetic(.subtract, Expression(.constant(.int(0)), .int32, range), value, range)
                return try coerced(try caseExpression([(negative, opposite)], value, range), to: value.type)
            }
        case "date_part", "datepart":
            if arguments.count == 2, case .text(let field)? = arguments[0].constant {
                let part = ExpressionSyntax.Kind.extract(field.lowercased(), call.arguments[1].value)
                return try expression(ExpressionSyntax(part, range), gathering)
            }
        case "date_trunc":
            // A date is cut as an instant of the session, as PostgreSQL does.
            if arguments.count >= 2, arguments[1].type == .date || arguments[1].type == .unknown {
                let time = try coerced(arguments[1], to: .timestamptz)
                return try function(name, [arguments[0], time] + arguments.dropFirst(2), range)
            }
        case "year", "month", "day", "quarter", "hour", "minute", "week":
            if arguments.count == 1, registry.scalars[name] == nil {
                return try expression(ExpressionSyntax(.extract(name, call.arguments[0].value), range), gathering)
            }
        default: break
        }
        return try function(name, arguments, call.name.range.through(range))
    }

    private func extreme(_ arguments: [Expression], _ isGreatest: Bool, _ range: SourceRange) throws -> Expression {
        guard var result = arguments.first else {
            throw QueryError(.type, "greatest and least need arguments", at: range)
        }
        for next in arguments.dropFirst() {
            let better = try comparison(isGreatest ? .greater : .less, next, result, range)
            let missing = Expression(.isNull(result), .bool, range)
            result = try caseExpression([(Expression(.or([better, missing]), .bool, range), next)], result, range)
        }
        return result
    }

    private func decimalRounding(_ name: String, _ arguments: [Expression], _ range: SourceRange) throws -> Expression?
    {
        guard let mode = MathFunctions.DecimalRounding(rawValue: name), (1...2).contains(arguments.count) else {
            return nil
        }
        var value = arguments[0]
        var digits = 0
        if arguments.count == 2 {
            guard case .int(let count)? = arguments[1].constant, (-38...38).contains(count) else {
                throw QueryError(
                    .unsupported, "\(name) to a number of digits that is no constant is not executed yet", at: range)
            }
            digits = Int(count)
            if value.type == .double || value.type == .float {
                throw QueryError(
                    .type, "\(name) to digits takes a decimal, not \(value.type)", at: range,
                    try: "\(name)(CAST(… AS decimal(38, 10)), \(count))")
            }
            if value.type.isInteger || value.type == .unknown {
                value = try coerced(value, to: .decimal(precision: 38, scale: 0))
            }
        }
        guard case .decimal(_, let scale) = value.type else { return nil }
        let kept = min(digits, scale)
        let rounded = Expression(
            .call(MathFunctions.decimalRounding(mode, scale: scale, digits: kept), [value]),
            .decimal(precision: 38, scale: max(0, kept)), range)
        return folded(rounded)
    }

    /// A scalar function, chosen by the types of the arguments.
    func function(_ name: String, _ arguments: [Expression], _ range: SourceRange) throws -> Expression {
        if name == "mod", arguments.count == 2 {
            return try arithmetic(.remainder, arguments[0], arguments[1], range)
        }
        guard let candidates = registry.scalars[name] else {
            throw QueryError(
                .unknownName, "there is no function '\(name)'", at: range,
                try: nearestName(to: name, among: registry.names).map { "'\($0)'" })
        }
        var best: (cost: Int, function: ScalarFunction)?
        for candidate in candidates {
            guard let cost = Self.cost(of: candidate, arguments.map(\.type)) else { continue }
            if cost < best?.cost ?? .max { best = (cost, candidate) }
        }
        guard let function = best?.function else {
            let types = arguments.map { "\($0.type)" }.joined(separator: ", ")
            throw QueryError(.type, "'\(name)' does not take (\(types))", at: range)
        }
        let bound = try arguments.enumerated().map { index, argument in
            try coerced(argument, to: function.parameters[min(index, function.parameters.count - 1)])
        }
        return folded(Expression(.call(function.call, bound), function.result, range))
    }

    /// How many conversions a candidate needs; nil where it does not take the types.
    private static func cost(of function: ScalarFunction, _ types: [SQLType]) -> Int? {
        let parameters = function.parameters
        guard types.count == parameters.count || (function.isVariadic && types.count >= parameters.count) else {
            return nil
        }
        var cost = 0
        for (index, type) in types.enumerated() {
            let parameter = parameters[min(index, parameters.count - 1)]
            if type == parameter { continue }
            switch (type, parameter) {
            case (.unknown, _): cost += parameter == .text ? 1 : 2
            case (.int16, .int32), (.int16, .int64), (.int32, .int64): cost += 2
            case (.int64, .int32): cost += 6
            case (_, .double) where type.isNumeric: cost += type.isInteger ? 5 : 3
            case (.date, .timestamp): cost += 2
            case (.date, .timestamptz): cost += 3
            case (.timestamp, .timestamptz): cost += 4
            case (_, .text) where type.isText: cost += 2
            case (_, .text) where function.isVariadic: cost += 8
            default: return nil
            }
        }
        return cost
    }

    // MARK: Aggregates

    private struct BoundAggregate {
        var function: AggregateFunction
        var arguments: [Expression]
        var order: [SortKey]
    }

    private func aggregate(_ call: CallSyntax, _ range: SourceRange, _ gathering: Gathering) throws -> Expression {
        if let clause = gathering.clause {
            throw QueryError(
                .syntax, "\(clause) may not have aggregates", at: range, try: clause == "WHERE" ? "HAVING" : nil)
        }
        guard !gathering.isInsideAggregate else {
            throw QueryError(.syntax, "an aggregate inside of another", at: range)
        }
        gathering.isInsideAggregate = true
        defer { gathering.isInsideAggregate = false }
        let bound = try boundAggregate(call, range, gathering)
        let filter = try call.filter.map { try condition($0, gathering) }
        let made = AggregateCall(
            function: bound.function, name: call.name.text, arguments: bound.arguments,
            isDistinct: call.isDistinct && !bound.function.isIdempotent, order: bound.order, filter: filter,
            type: bound.function.result, range: range)
        if let known = gathering.aggregates.first(where: { $0.call.isSame(as: made) }) {
            return Expression(known.column, range)
        }
        let column = self.column(call.name.text, made.type)
        gathering.aggregates.append((column, made))
        return Expression(column, range)
    }

    private func boundAggregate(_ call: CallSyntax, _ range: SourceRange, _ gathering: Gathering) throws
        -> BoundAggregate
    {
        var name = call.name.text
        var arguments = call.isStar ? [] : try call.arguments.map { try expression($0.value, gathering) }
        if !call.withinGroup.isEmpty {
            let keys = try call.withinGroup.map { try expression($0.expression, gathering) }
            if name == "percentile_cont" { name = "quantile_cont" }
            if name == "percentile_disc" { name = "quantile_disc" }
            guard keys.count == 1 else { throw QueryError(.type, "WITHIN GROUP takes one key", at: range) }
            if call.withinGroup[0].isDescending, let fraction = arguments.first {
                guard name == "quantile_cont" else {
                    throw QueryError(.unsupported, "percentile_disc in descending order is not executed yet", at: range)
                }
                arguments = [try arithmetic(.subtract, Expression(.constant(.int(1)), .int32, range), fraction, range)]
            }
            arguments = keys + arguments
        }
        if name == "quantile" { name = "quantile_disc" }
        guard let definition = registry.aggregates[name] else {
            throw QueryError(
                .unknownName, "there is no aggregate '\(name)'", at: call.name.range,
                try: call.name.text.hasPrefix("percentile") ? "\(call.name.text)(0.5) WITHIN GROUP (ORDER BY …)" : nil)
        }
        guard let function = definition.resolve(arguments.map(\.type), arguments.map(\.constant)) else {
            let types = arguments.map { "\($0.type)" }.joined(separator: ", ")
            throw QueryError(.type, "'\(call.name.text)' does not take (\(types))", at: range)
        }
        let kept = function.arguments.count
        var bound = try zip(arguments.prefix(kept), function.arguments).map { try coerced($0, to: $1) }
        var order = try call.order.map { key in
            SortKey(expression: try expression(key.expression, gathering), order: key.keyOrder)
        }
        if !function.order.isEmpty {
            // Functions that order by their own last argument: min_by, quantile_disc, mode.
            order = [SortKey(expression: bound[bound.count - 1], order: function.order[0])]
            if bound.count > 1 { bound.removeLast() }
        }
        return BoundAggregate(function: function, arguments: bound, order: order)
    }

    // MARK: Windows

    private func window(_ call: CallSyntax, _ range: SourceRange, _ gathering: Gathering) throws -> Expression {
        if let clause = gathering.clause, clause != "QUALIFY" {
            throw QueryError(.syntax, "\(clause) may not have window functions", at: range, try: "QUALIFY")
        }
        guard !gathering.isInsideAggregate, !gathering.isInsideWindow else {
            throw QueryError(.syntax, "a window function inside of an aggregate or window", at: range)
        }
        gathering.isInsideWindow = true
        defer { gathering.isInsideWindow = false }
        let specification = try resolvedWindow(call.window, gathering, range)
        let partition = try specification.partition.map { try expression($0, gathering) }
        let order = try specification.order.map { key in
            SortKey(expression: try expression(key.expression, gathering), order: key.keyOrder)
        }
        let name = call.name.text
        var function = WindowCall.Function.named(name)
        var arguments: [Expression] = []
        var type = SQLType.int64
        if registry.aggregates[name] != nil {
            guard !call.isDistinct, call.order.isEmpty else {
                throw QueryError(
                    .unsupported, "DISTINCT and ORDER BY inside of a window aggregate are not executed yet", at: range)
            }
            let bound = try boundAggregate(call, range, gathering)
            guard bound.function.order.isEmpty else {
                throw QueryError(.unsupported, "'\(name)' over a window is not executed yet", at: range)
            }
            function = .aggregate(bound.function)
            (arguments, type) = (bound.arguments, bound.function.result)
        } else {
            guard Self.windowNames.contains(name) else {
                throw QueryError(
                    .unknownName, "there is no window function '\(name)'", at: call.name.range,
                    try: nearestName(to: name, among: Self.windowNames).map { "'\($0)'" })
            }
            arguments = try call.arguments.map { try expression($0.value, gathering) }
            (arguments, type) = try windowArguments(name, arguments, range)
        }
        let filter = try call.filter.map { try condition($0, gathering) }
        let frame = try self.frame(specification, order, gathering, range)
        let made = WindowCall(
            function: function, arguments: arguments, filter: filter, ignoresNulls: call.ignoresNulls,
            partition: partition,
            order: order, frame: frame, type: type, range: range)
        let column = self.column(name, type)
        gathering.windows.append((column, made))
        return Expression(column, range)
    }

    private func windowArguments(_ name: String, _ arguments: [Expression], _ range: SourceRange) throws -> (
        [Expression], SQLType
    ) {
        switch name {
        case "row_number", "rank", "dense_rank":
            guard arguments.isEmpty else { throw QueryError(.type, "\(name) takes no arguments", at: range) }
            return ([], .int64)
        case "percent_rank", "cume_dist":
            guard arguments.isEmpty else { throw QueryError(.type, "\(name) takes no arguments", at: range) }
            return ([], .double)
        case "ntile":
            guard arguments.count == 1 else { throw QueryError(.type, "ntile takes a number", at: range) }
            return ([try coerced(arguments[0], to: .int64)], .int64)
        case "nth_value":
            guard arguments.count == 2 else {
                throw QueryError(.type, "nth_value takes a value and a number", at: range)
            }
            return ([arguments[0], try coerced(arguments[1], to: .int64)], arguments[0].type)
        case "lag", "lead":
            guard (1...3).contains(arguments.count) else {
                throw QueryError(.type, "\(name) takes a value, an offset and a default", at: range)
            }
            var bound = arguments
            if bound.count > 1 { bound[1] = try coerced(bound[1], to: .int64) }
            if bound.count > 2 {
                let type = try common(bound[0].type, bound[2].type, range)
                bound[0] = try coerced(bound[0], to: type)
                bound[2] = try coerced(bound[2], to: type)
            }
            return (bound, bound[0].type)
        default:
            guard arguments.count == 1 else { throw QueryError(.type, "\(name) takes one value", at: range) }
            return (arguments, arguments[0].type)
        }
    }

    private func resolvedWindow(
        _ reference: CallSyntax.WindowReference?, _ gathering: Gathering, _ range: SourceRange
    ) throws -> WindowSyntax {
        switch reference {
        case .name(let name)?: return try named(name, gathering)
        case .specification(var window)?:
            if let base = window.base {
                let named = try named(base, gathering)
                guard window.partition.isEmpty, named.frame == nil, named.order.isEmpty || window.order.isEmpty else {
                    throw QueryError(.syntax, "a window may not change what '\(base.text)' says", at: window.range)
                }
                window.partition = named.partition
                if window.order.isEmpty { window.order = named.order }
            }
            return window
        case nil: throw QueryError(.syntax, "OVER is missing", at: range)
        }
    }

    private func named(_ name: NameSyntax, _ gathering: Gathering) throws -> WindowSyntax {
        guard let window = gathering.namedWindows[name.text] else {
            throw QueryError(
                .unknownName, "there is no window '\(name.text)'", at: name.range,
                try: nearestName(to: name.text, among: gathering.namedWindows.keys).map { "'\($0)'" })
        }
        if window.base != nil { return try resolvedWindow(.specification(window), gathering, name.range) }
        return window
    }

    private func frame(
        _ window: WindowSyntax, _ order: [SortKey], _ gathering: Gathering, _ range: SourceRange
    ) throws -> WindowFrame {
        guard let syntax = window.frame else {
            return WindowFrame(
                unit: .range, start: .unboundedPreceding, end: order.isEmpty ? .unboundedFollowing : .currentRow,
                exclusion: .none)
        }
        func bound(_ bound: FrameSyntax.Bound) throws -> WindowFrame.Bound {
            switch bound {
            case .unboundedPreceding: return .unboundedPreceding
            case .currentRow: return .currentRow
            case .unboundedFollowing: return .unboundedFollowing
            case .preceding(let offset): return .preceding(try frameOffset(offset, syntax, order, gathering))
            case .following(let offset): return .following(try frameOffset(offset, syntax, order, gathering))
            }
        }
        if case .unboundedFollowing = syntax.start {
            throw QueryError(.syntax, "a frame may not start at UNBOUNDED FOLLOWING", at: syntax.range)
        }
        if case .unboundedPreceding = syntax.end {
            throw QueryError(.syntax, "a frame may not end at UNBOUNDED PRECEDING", at: syntax.range)
        }
        guard syntax.unit != .groups || !order.isEmpty else {
            throw QueryError(.syntax, "GROUPS needs ORDER BY", at: syntax.range)
        }
        return WindowFrame(
            unit: syntax.unit, start: try bound(syntax.start), end: try bound(syntax.end), exclusion: syntax.exclusion)
    }

    private func frameOffset(
        _ syntax: ExpressionSyntax, _ frame: FrameSyntax, _ order: [SortKey], _ gathering: Gathering
    ) throws -> Expression {
        let bound = try expression(syntax, gathering)
        guard frame.unit == .range else { return try coerced(bound, to: .int64) }
        guard order.count == 1 else {
            throw QueryError(.syntax, "RANGE with an offset needs one ORDER BY key", at: frame.range)
        }
        return bound
    }
}

extension AggregateCall {
    /// Whether both compute the same.
    func isSame(as other: AggregateCall) -> Bool {
        guard name == other.name, isDistinct == other.isDistinct, type == other.type,
            arguments.count == other.arguments.count, order.count == other.order.count
        else { return false }
        guard zip(arguments, other.arguments).allSatisfy({ $0.isSame(as: $1) }),
            zip(order, other.order).allSatisfy({ $0.expression.isSame(as: $1.expression) && $0.order == $1.order })
        else { return false }
        // Functions that took constants away are told apart by their text's place only.
        if name.contains("quantile") || name.hasPrefix("percentile") { return range == other.range }
        switch (filter, other.filter) {
        case (nil, nil): return true
        case (let a?, let b?): return a.isSame(as: b)
        default: return false
        }
    }
}
